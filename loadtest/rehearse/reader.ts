// What a rehearsal reads of a running system: the plan that is rehearsed with its paper and roster, what else is under way,
// and how its processes and queues are. It only asks: through it nothing of a real plan can be changed. Called by
// loadtest/rehearse.ts and by the watch.
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type MonitorQueue, MonitorQueues, type MonitorServer, MonitorServers } from '../../schema/monitor.ts';
import * as replies from '../../schema/replies.ts';
import { request } from '../api-call.ts';
import type { Target } from '../target.ts';

export type Reader = ReturnType<typeof createReader>;

const PAGE = 500;
const UNDER_WAY = ['open', 'running', 'paused'] as const;

/** A reader of the api at this address with an admin's bearer token. Every method throws AdministratorError. */
export function createReader({ url, token }: Target) {
  const get = <T>(path: string, answer: z.ZodType<T>): Promise<T> =>
    request({ url: `${url}/v1${path}`, method: 'GET', token, key: randomUUID() }, answer);

  async function all<R extends { next: string | null }, T>(
    path: string,
    reply: z.ZodType<R>,
    rowsOf: (page: R) => readonly T[],
  ): Promise<T[]> {
    const rows: T[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const from: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const page: R = await get(`${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${from}`, reply);
      rows.push(...rowsOf(page));
      after = page.next;
    }
    return rows;
  }

  const ofPlan = (planId: string): string => `/plans/${encodeURIComponent(planId)}`;
  return {
    plan: (planId: string): Promise<replies.PlanView> => get(ofPlan(planId), replies.PlanView),
    paper: (paperId: string): Promise<replies.PaperView> =>
      get(`/papers/${encodeURIComponent(paperId)}`, replies.PaperView),
    rooms: (planId: string): Promise<replies.RoomView[]> =>
      all(`${ofPlan(planId)}/rooms`, replies.RoomList, ({ rooms }) => rooms),
    examinees: (planId: string): Promise<replies.ExamineeView[]> =>
      all(`${ofPlan(planId)}/examinees`, replies.ExamineeList, ({ examinees }) => examinees),
    /** Real plans whose rooms are open or running now. */
    async underWay(): Promise<replies.PlanView[]> {
      const found: replies.PlanView[] = [];
      for (const status of UNDER_WAY)
        found.push(...(await all(`/plans?status=${status}`, replies.PlanList, ({ plans }) => plans)));
      return found.filter(({ rehearsal }) => !rehearsal);
    },
    servers: async (): Promise<MonitorServer[]> => (await get('/monitor/servers', MonitorServers)).servers,
    queues: async (): Promise<MonitorQueue[]> => (await get('/monitor/queues', MonitorQueues)).queues,
  };
}
