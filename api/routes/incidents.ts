// incidents: raised by people who watch and by machines that analyse, listed, handled, counted. What is raised or handled
// is stored before it is answered; what clients and rooms notice by themselves goes through the queue, not here.
import { figuresOf } from '../../exam/incident-counts.ts';
import { incidentView } from '../../exam/incident-view.ts';
import { rulesOf } from '../../schema/documents/plan.ts';
import type { IncidentReport } from '../../schema/incidents.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { IncidentCountsReply, IncidentList, IncidentView, RaisedReply } from '../../schema/replies.ts';
import {
  HandlingBody,
  IncidentBody,
  IncidentCountsQuery,
  IncidentParams,
  NoBody,
  NoQuery,
  PlanParams,
} from '../../schema/requests.ts';
import type { Target } from '../access.ts';
import { derivedId } from '../derived-id.ts';
import { planList } from '../list-route.ts';
import { aboutPlan, aboutPlanOrRoom, examineeOf, listedRooms, planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import type { DetailedRefusal } from '../problems.ts';
import { type Route, route } from '../route.ts';
import type { Subject } from '../who-is-it.ts';

export function incidentRoutes(parts: ApiParts): Route[] {
  const { store, redis } = parts;
  const ofIncident = async ({
    params,
  }: {
    readonly params: { readonly incidentId: string };
  }): Promise<Target | Refusal> => {
    const incident = await store.incidents.get(params.incidentId);
    if (incident === null) return refuse('INCIDENT_UNKNOWN');
    return { of: 'room', planId: incident.planId, roomId: incident.roomId };
  };
  return [
    route({
      method: 'post',
      path: '/plans/:planId/incidents',
      tag: 'incidents',
      summary: 'Raises an incident; where one of the same person and kind is open, it joins that one.',
      access: 'incident.raise',
      params: PlanParams,
      query: NoQuery,
      body: IncidentBody,
      reply: { status: 201, type: 'application/json', schema: RaisedReply },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'ROOM_UNKNOWN', 'EXAMINEE_UNKNOWN', 'INCIDENT_REUSED'],
      target: ({ params, body: { roomId } }) => ({ of: 'room', planId: params.planId, roomId }),
      handle: ({ subject, params, body, seed, now }) =>
        raise(parts, subject, { ...body, planId: params.planId, reportId: derivedId(seed) }, now),
    }),
    planList(parts, 'incidents', {
      path: '/plans/:planId/incidents',
      tag: 'incidents',
      summary:
        'Incidents of a plan, by the time of their first report or by severity; a proctor sees those of the own rooms.',
      access: 'incident.read',
      schema: IncidentList,
      refusals: ['ROOM_UNKNOWN'],
      target: ({ params, query }) => aboutPlanOrRoom(parts, params.planId, query.roomId),
      read: (plan, { subject, query: { state, roomId, kind, examineeId, ...page } }) => {
        const states = state === undefined ? {} : { states: [state] };
        return store.incidents.byPlan(plan._id, { ...states, ...listedRooms(subject, roomId), kind, examineeId }, page);
      },
      view: (one) => incidentView(one),
    }),
    route({
      method: 'get',
      path: '/plans/:planId/incidents/statistics',
      tag: 'incidents',
      summary: 'How many incidents of each kind, severity, room, minute and state, and how long people took.',
      access: 'incident.read',
      params: PlanParams,
      query: IncidentCountsQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: IncidentCountsReply },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId }, query: { source } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const counts =
          source === 'store'
            ? await store.incidents.counts(planId)
            : asNumbers(await redis.hgetall(redisKeys.incidentCounts(planId)));
        return { planId, source, figures: figuresOf(counts) };
      },
    }),
    route({
      method: 'get',
      path: '/incidents/:incidentId',
      tag: 'incidents',
      summary: 'An incident, with its evidence and its handling.',
      access: 'incident.read',
      params: IncidentParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: IncidentView },
      repeat: 'keyless',
      refusals: ['INCIDENT_UNKNOWN'],
      target: ofIncident,
      async handle({ params }) {
        const incident = await store.incidents.get(params.incidentId);
        return incident === null ? refuse('INCIDENT_UNKNOWN') : incidentView(incident);
      },
    }),
    route({
      method: 'post',
      path: '/incidents/:incidentId/handling',
      tag: 'incidents',
      summary: 'Acknowledges an incident or decides about it, while its version is the one that was seen.',
      access: 'incident.handle',
      params: IncidentParams,
      query: NoQuery,
      body: HandlingBody,
      reply: { status: 200, type: 'application/json', schema: IncidentView },
      repeat: 'once',
      refusals: ['INCIDENT_UNKNOWN', 'INCIDENT_CHANGED', 'TRANSITION_REFUSED', 'CONTROL_UNKNOWN'],
      target: ofIncident,
      handle: ({ subject, params, body, now }) => handle(parts, subject, params.incidentId, body, now),
    }),
  ];
}

type Asked = Omit<IncidentReport, 'examineeId' | 'source' | 'at' | 'count' | 'actorId' | 'data'> & {
  readonly examineeId?: string | undefined;
  readonly at?: number | undefined;
  readonly evidence: IncidentReport['data'];
};

async function raise(parts: ApiParts, subject: Subject, asked: Asked, now: number): Promise<RaisedReply | Refusal> {
  const { evidence: data, examineeId = '', at = now, ...said } = asked;
  const plan = await planOf(parts, asked.planId);
  if (isRefusal(plan)) return plan;
  const room = await roomOf(parts, asked.roomId);
  if (isRefusal(room)) return room;
  if (room.planId !== plan._id) return refuse('ROOM_UNKNOWN');
  if (examineeId !== '') {
    const examinee = await examineeOf(parts, examineeId);
    if (isRefusal(examinee)) return examinee;
    if (examinee.roomId !== room._id) return refuse('EXAMINEE_UNKNOWN', 'The room has no such examinee.');
  }
  if (subject.role === 'examinee') return refuse('PERMISSION_DENIED');
  const who = { source: subject.role, actorId: subject.subjectId };
  const report: IncidentReport = { ...said, ...who, examineeId, at: Math.min(at, now), count: 1, data };
  const reported = await parts.store.incidents.report(report, rulesOf(plan), now);
  if (reported.outcome === 'reused') return refuse('INCIDENT_REUSED');
  if (reported.outcome === 'ignored' || reported.outcome === 'noted')
    throw new Error('a report of a person was not taken');
  parts.incidents.changed(reported.incident);
  const isNew = reported.incident._id === report.reportId;
  return { incident: incidentView(reported.incident), outcome: isNew ? 'raised' : 'joined' };
}

type Wish = {
  to: 'acknowledged' | 'unfounded' | 'confirmed';
  note: string;
  controlId?: string | undefined;
  version: number;
};

async function handle(
  parts: ApiParts,
  { subjectId: actorId, role: actorRole }: Subject,
  incidentId: string,
  { controlId = '', ...wish }: Wish,
  now: number,
): Promise<IncidentView | DetailedRefusal> {
  const { store } = parts;
  if (controlId !== '' && !(await isControlOf(parts, controlId, incidentId)))
    return refuse('CONTROL_UNKNOWN', 'Its plan has no such control.');
  const handled = await store.incidents.handle(incidentId, { ...wish, controlId, actorId, actorRole }, now);
  if (handled === null) return refuse('INCIDENT_UNKNOWN');
  if (!isRefusal(handled)) {
    parts.incidents.changed(handled);
    return incidentView(handled);
  }
  const present = await store.incidents.get(incidentId);
  return present === null ? handled : { ...handled, state: present.status };
}

async function isControlOf({ store }: ApiParts, controlId: string, incidentId: string): Promise<boolean> {
  const [control, incident] = await Promise.all([store.controls.get(controlId), store.incidents.get(incidentId)]);
  return control !== null && control.planId === incident?.planId;
}

function asNumbers(hash: Record<string, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(hash).map(([name, number]) => [name, Number(number)]));
}
