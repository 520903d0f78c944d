// monitor: how a plan stands at this moment, as a snapshot and as a stream of events, and the processes and queues behind it.
// Counts and states alone: no name, no answer. A proctor sees the own rooms, nobody but the office the installation.
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import type { MonitorRows } from '../../exam/monitor-fold.ts';
import { topicsFor } from '../../exam/monitor-fold.ts';
import { orderLogLevel } from '../../log-orders.ts';
import { newId } from '../../schema/ids.ts';
import {
  LogLevelBody,
  LogLevelReply,
  MonitorParams,
  MonitorQuery,
  MonitorQueues,
  MonitorReply,
  MonitorServers,
} from '../../schema/monitor.ts';
import { isRefusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoParams, NoQuery } from '../../schema/requests.ts';
import { noteDecision } from '../decisions.ts';
import { aboutPlan, INSTALLATION, planOf } from '../lookups.ts';
import { createMonitorHub } from '../monitor-hub.ts';
import { monitorRows, queuesNow, serversNow } from '../monitor-source.ts';
import { audienceOf, replyText, viewOf } from '../monitor-watcher.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route, type Sender } from '../route.ts';
import { createShortCache } from '../short-cache.ts';

/** However many look on, it is read this often. */
const LIFE_MS = 1_000;
const MINUTE_MS = 60_000;

export function monitorRoutes(parts: ApiParts): Route[] {
  const hub = createMonitorHub(parts);
  const soonWith = (people: 'with' | 'without') =>
    createShortCache(
      async (planId) => {
        const plan = await planOf(parts, planId);
        return isRefusal(plan) ? plan : { ...(await monitorRows(parts, planId, people)), at: parts.now() };
      },
      LIFE_MS,
      () => performance.now(),
      LIFE_MS,
    );
  const [all, withoutPeople] = [soonWith('with'), soonWith('without')];
  /** Of the same rows the text for each view is made once. */
  const texts = new WeakMap<MonitorRows, Map<string, Buffer>>();
  const about = { tag: 'monitor', body: NoBody, repeat: 'keyless' } as const;
  return [
    route({
      ...about,
      method: 'get',
      path: '/monitor/plans/:planId',
      summary: 'How the plan stands, by topics; a second or two old. A proctor sees the own rooms.',
      access: 'monitoring.read',
      params: MonitorParams,
      query: MonitorQuery,
      reply: { status: 200, type: 'application/json', schema: MonitorReply },
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId }, query, subject }) {
        if (subject.role === 'examinee') return refuse('PERMISSION_DENIED');
        const audience = audienceOf(subject);
        const topics = topicsFor(audience, query.topics);
        const found = await (topics.includes('examinees') ? all : withoutPeople).get(planId);
        if (isRefusal(found)) return found;
        const view = viewOf(audience, topics);
        const made = texts.get(found.rows) ?? new Map<string, Buffer>();
        texts.set(found.rows, made);
        const text = made.get(view) ?? Buffer.from(replyText(planId, found.at, found, audience, topics));
        made.set(view, text);
        const send: Sender = (response) => void response.type('application/json').send(text);
        return send;
      },
    }),
    route({
      ...about,
      method: 'get',
      path: '/monitor/plans/:planId/stream',
      summary:
        'The same as server-sent events: `snapshot`, then what changes by topic; `reset` before a new snapshot. Last-Event-ID goes on.',
      access: 'monitoring.read',
      params: MonitorParams,
      query: MonitorQuery,
      reply: { status: 200, type: 'text/event-stream', schema: null },
      refusals: ['PLAN_UNKNOWN', 'BUSY'],
      target: aboutPlan,
      async handle({ params: { planId }, query: { topics }, subject, lastEventId }) {
        if (subject.role === 'examinee') return refuse('PERMISSION_DENIED');
        const plan = await planOf(parts, planId);
        return isRefusal(plan) ? plan : hub.open({ planId, subject, topics, lastEventId });
      },
    }),
    route({
      ...about,
      method: 'get',
      path: '/monitor/servers',
      summary: 'The processes that run, with roles, load, event-loop lag and memory.',
      access: 'server.read',
      params: NoParams,
      query: NoQuery,
      reply: { status: 200, type: 'application/json', schema: MonitorServers },
      refusals: [],
      target: () => INSTALLATION,
      handle: async ({ now }) => ({ at: Math.round(now), servers: await serversNow(parts) }),
    }),
    route({
      method: 'put',
      tag: 'monitor',
      path: '/monitor/log-level',
      summary: 'The least level that processes log, for a while: of one of them, or of all. It goes back by itself.',
      access: 'log.level',
      params: NoParams,
      query: NoQuery,
      body: LogLevelBody,
      reply: { status: 200, type: 'application/json', schema: LogLevelReply },
      repeat: 'keyless',
      refusals: ['STORE_AWAY'],
      target: () => INSTALLATION,
      async handle({ subject, body: { level, minutes, processId }, now: at }) {
        const until = Math.round(at + minutes * MINUTE_MS);
        const known = (await serversNow(parts)).map((server) => server.processId);
        const processIds = known.filter((one) => processId === undefined || one === processId);
        const data = { level, until, count: processIds.length };
        const ordered = { planId: INSTALLATION_CHAIN, source: `log-level.${newId()}`, kind: 'log.level', at, data };
        await noteDecision(parts, ordered, subject, processId ?? INSTALLATION_CHAIN);
        try {
          await orderLogLevel(parts.redis, processIds, { level, until });
        } catch (error) {
          parts.log.warn({ err: error }, 'a level of the log was not ordered');
          return refuse('STORE_AWAY');
        }
        return { level, until, processIds };
      },
    }),
    route({
      ...about,
      method: 'get',
      path: '/monitor/queues',
      summary: 'The queues: what waits, what failed, and the age of the oldest job.',
      access: 'server.read',
      params: NoParams,
      query: NoQuery,
      reply: { status: 200, type: 'application/json', schema: MonitorQueues },
      refusals: [],
      target: () => INSTALLATION,
      handle: async ({ now }) => ({ at: Math.round(now), queues: await queuesNow(parts) }),
    }),
  ];
}
