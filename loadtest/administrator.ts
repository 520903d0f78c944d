// A small typed client of the admin API, for everything in loadtest/ that makes and runs an exam of its own.
// It must never touch what it did not make, and never print its token. Called by rehearsal.ts, the replay, the demo, the
// bots' runner and the storm.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Item, KeyEntry } from '../schema/answers.ts';
import { newId } from '../schema/ids.ts';
import type { Picture, Section } from '../schema/paper.ts';
import * as replies from '../schema/replies.ts';
import type { ControlBody, ExamineesBody, PlanBody, ProctorBody, ServiceBody } from '../schema/requests.ts';
import { ScoringList } from '../schema/results.ts';
import { AdministratorError, request } from './api-call.ts';

/** An examinee on the roster, with the short code that lets in. */
export type RosterEntry = replies.ExamineesReply['examinees'][number];
export type NewExaminee = ExamineesBody['examinees'][number];
type NewRoom = { roomId: string; label: string };
export type ControlRequest = Omit<ControlBody, 'controlId'>;

type Call = <T>(method: string, path: string, answer: z.ZodType<T>, body?: unknown) => Promise<T>;
type ResultPage = z.infer<typeof replies.ResultList>;

export type Administrator = ReturnType<typeof createAdministrator>;

const ROOMS_AT_ONCE = 1_000;
const EXAMINEES_AT_ONCE = 1_000;
const CONTROL_LIMIT_MS = 60_000;
const CONTROL_POLL_MS = 200;

/** A client of the api at `url` (http://host:port) with an admin's bearer token. Every method throws AdministratorError. */
export function createAdministrator({ url, token }: { url: string; token: string }) {
  const call: Call = (method, path, answer, body) =>
    request({ url: `${url}/v1${path}`, method, token, body, key: randomUUID() }, answer);
  return { url, ...preparation(call), ...conduct(call), ...outcome(call) };
}

/** A bearer token for this login. Throws AdministratorError. */
export async function login(url: string, name: string, password: string): Promise<string> {
  const body = { login: name, password };
  return (await request({ url: `${url}/v1/login`, method: 'POST', body }, replies.LoginReply)).token;
}

export type BesideItems = { readonly sections?: readonly Section[]; readonly pictures?: readonly Picture[] };

/** Everything before the exam. */
function preparation(call: Call) {
  return {
    /** For a rehearsal: it is removed with it. */
    createPaper: async (name: string, items: readonly Item[], beside: BesideItems = {}): Promise<string> =>
      (await call('POST', '/papers', replies.PaperView, { name, items, ...beside, rehearsal: true })).paperId,
    putKey: async (paperId: string, entries: readonly KeyEntry[]): Promise<void> => {
      await call('PUT', `/papers/${encodeURIComponent(paperId)}/key`, replies.KeyReply, { entries });
    },
    createPlan: async (body: PlanBody): Promise<string> =>
      (await call('POST', '/plans', replies.PlanView, body)).planId,
    /** In parts; where the signal is aborted no further one is sent, and it rejects with the signal's reason. */
    async addRooms(planId: string, labels: readonly string[], signal?: AbortSignal): Promise<NewRoom[]> {
      const made: NewRoom[] = [];
      for (const part of parts(labels, ROOMS_AT_ONCE)) {
        signal?.throwIfAborted();
        const rooms = part.map((label) => ({ label }));
        made.push(...(await call('POST', `${plan(planId)}/rooms`, replies.RoomsReply, { rooms })).rooms);
      }
      return made;
    },
    /** In parts, as rooms. */
    async addExaminees(planId: string, all: readonly NewExaminee[], signal?: AbortSignal): Promise<RosterEntry[]> {
      const made: RosterEntry[] = [];
      for (const examinees of parts(all, EXAMINEES_AT_ONCE)) {
        signal?.throwIfAborted();
        const reply = await call('POST', `${plan(planId)}/examinees`, replies.ExamineesReply, { examinees });
        made.push(...reply.examinees);
      }
      return made;
    },
    addProctor: async (planId: string, body: ProctorBody): Promise<void> => {
      await call('POST', `${plan(planId)}/proctors`, replies.ProctorView, body);
    },
    schedule: async (planId: string): Promise<void> => {
      await call('POST', `${plan(planId)}/schedule`, replies.PlanView, {});
    },
    removePlan: async (planId: string): Promise<void> => {
      await call('DELETE', plan(planId), z.unknown());
    },
  };
}

/** The exam itself. */
function conduct(call: Call) {
  const issue = (planId: string, controlId: string, control: ControlRequest): Promise<replies.ControlReply> =>
    call('POST', `${plan(planId)}/controls`, replies.ControlReply, { controlId, ...control });
  const controlNow = (controlId: string): Promise<replies.ControlReply> =>
    call('GET', `/controls/${controlId}`, replies.ControlReply);
  return {
    /** Issues a control and waits for nothing; and what has become of one so far, with its ledger. */
    ...{ issue, controlNow },
    /** Issues a control and waits until every room it concerns has applied it. Throws CONTROL_FAILED or CONTROL_PENDING. */
    async control(planId: string, control: ControlRequest, limitMs = CONTROL_LIMIT_MS): Promise<void> {
      const until = Date.now() + limitMs;
      let reply = await issue(planId, newId(), control);
      while (reply.state === 'pending' && Date.now() < until) {
        await sleep(CONTROL_POLL_MS);
        reply = await controlNow(reply.control.controlId);
      }
      if (reply.state === 'applied') return;
      const { applied, failed, total } = reply.rooms;
      const what = `the control ${control.action} is ${reply.state}: of ${total} rooms ${applied} applied it, ${failed} failed.`;
      throw new AdministratorError(`CONTROL_${reply.state.toUpperCase()}`, 409, what);
    },
    plan: (planId: string): Promise<replies.PlanView> => call('GET', plan(planId), replies.PlanView),
    progress: (planId: string): Promise<replies.ProgressReply> =>
      call('GET', `${plan(planId)}/progress`, replies.ProgressReply),
    /** A token of a machine, which may what its scopes say, and for so long. */
    machineToken: async (body: ServiceBody): Promise<string> =>
      (await call('POST', '/services', replies.ServiceReply, body)).token,
    /** The address of a page that shows the plan's progress, and later its results, to whoever has it. */
    viewLink: async (planId: string): Promise<string> =>
      (await call('POST', `${plan(planId)}/view-link`, replies.ViewLinkReply, {})).url,
  };
}

/** What came of it. */
function outcome(call: Call) {
  return {
    /** The answers that count, read from the store. */
    sheet: (examineeId: string): Promise<replies.SheetReply> =>
      call('GET', `/examinees/${encodeURIComponent(examineeId)}/sheet?source=store`, replies.SheetReply),
    /** The newest ones; with their handling. */
    incidents: async (planId: string): Promise<replies.IncidentView[]> =>
      (await call('GET', `${plan(planId)}/incidents?limit=500`, replies.IncidentList)).incidents,
    /** Once the plan is scored. */
    statistics: (planId: string): Promise<replies.StatisticsReply> =>
      call('GET', `${plan(planId)}/statistics`, replies.StatisticsReply),
    /** From now on others than admins read this version of the scores. */
    release: async (planId: string, version: number): Promise<void> => {
      await call('POST', `${plan(planId)}/results/release`, ScoringList, { version });
    },
    /** Each examinee's points, in thousandths, once the plan is scored. */
    async results(planId: string): Promise<Map<string, number>> {
      const points = new Map<string, number>();
      for (let after: string | null = ''; after !== null; ) {
        const query: string = after === '' ? '?limit=500' : `?limit=500&after=${encodeURIComponent(after)}`;
        const page: ResultPage = await call('GET', `${plan(planId)}/results${query}`, replies.ResultList);
        for (const result of page.results) points.set(result.examineeId, result.points);
        after = page.next;
      }
      return points;
    },
  };
}

function plan(planId: string): string {
  return `/plans/${encodeURIComponent(planId)}`;
}

function* parts<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
