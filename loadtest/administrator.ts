// A small typed client of the admin API, for everything in loadtest/ that makes and runs an exam of its own.
// It must never repeat a write under another Idempotency-Key, and never print its token. Called by rehearsal.ts, the
// replay, the demo, the bots' runner and the storm.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Item, KeyEntry } from '../schema/answers.ts';
import { newId } from '../schema/ids.ts';
import * as replies from '../schema/replies.ts';
import type { ControlBody, ExamineesBody, PlanBody } from '../schema/requests.ts';

/** The API said no, or could not be reached. `code` is the problem's, or UNREACHABLE or ANSWER_UNREADABLE. */
export class AdministratorError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AdministratorError';
    this.code = code;
    this.status = status;
  }
}

/** An examinee on the roster, with the short code that lets in. */
export type RosterEntry = replies.ExamineesReply['examinees'][number];
export type NewExaminee = ExamineesBody['examinees'][number];
export type ControlRequest = Omit<ControlBody, 'controlId'>;

export type Administrator = ReturnType<typeof createAdministrator>;

const ROOMS_AT_ONCE = 1_000;
const EXAMINEES_AT_ONCE = 1_000;
const TRIES = 6;
const CONTROL_LIMIT_MS = 60_000;

/** A client of the api at `url` (http://host:port) with an admin's bearer token. Every method throws AdministratorError. */
export function createAdministrator({ url, token }: { url: string; token: string }) {
  const call = <T>(method: string, path: string, answer: z.ZodType<T>, body?: unknown): Promise<T> =>
    request({ url: `${url}/v1${path}`, method, token, body, key: randomUUID() }, answer);
  const plan = (planId: string): string => `/plans/${encodeURIComponent(planId)}`;

  return {
    url,
    createPaper: async (name: string, items: readonly Item[]): Promise<string> =>
      (await call('POST', '/papers', replies.PaperView, { name, items })).paperId,
    putKey: async (paperId: string, entries: readonly KeyEntry[]): Promise<void> => {
      await call('PUT', `/papers/${encodeURIComponent(paperId)}/key`, z.unknown(), { entries });
    },
    createPlan: async (body: PlanBody): Promise<string> =>
      (await call('POST', '/plans', replies.PlanView, body)).planId,
    async addRooms(planId: string, labels: readonly string[]): Promise<{ roomId: string; label: string }[]> {
      const made: { roomId: string; label: string }[] = [];
      for (const part of parts(labels, ROOMS_AT_ONCE)) {
        const rooms = part.map((label) => ({ label }));
        made.push(...(await call('POST', `${plan(planId)}/rooms`, replies.RoomsReply, { rooms })).rooms);
      }
      return made;
    },
    async addExaminees(planId: string, examinees: readonly NewExaminee[]): Promise<RosterEntry[]> {
      const made: RosterEntry[] = [];
      for (const part of parts(examinees, EXAMINEES_AT_ONCE))
        made.push(
          ...(await call('POST', `${plan(planId)}/examinees`, replies.ExamineesReply, { examinees: part })).examinees,
        );
      return made;
    },
    schedule: async (planId: string): Promise<void> => {
      await call('POST', `${plan(planId)}/schedule`, z.unknown(), {});
    },
    /** Issues a control and waits until every room it concerns has applied it. Throws CONTROL_FAILED or CONTROL_PENDING. */
    async control(planId: string, control: ControlRequest, limitMs = CONTROL_LIMIT_MS): Promise<replies.ControlReply> {
      const controlId = newId();
      const until = Date.now() + limitMs;
      let outcome = await call('POST', `${plan(planId)}/controls`, replies.ControlReply, { controlId, ...control });
      while (outcome.state === 'pending' && Date.now() < until) {
        await sleep(200);
        outcome = await call('GET', `/controls/${controlId}`, replies.ControlReply);
      }
      if (outcome.state === 'applied') return outcome;
      const { applied, failed, total } = outcome.rooms;
      const what = `the control ${control.action} is ${outcome.state}: of ${total} rooms ${applied} applied it, ${failed} failed.`;
      throw new AdministratorError(`CONTROL_${outcome.state.toUpperCase()}`, 409, what);
    },
    plan: (planId: string): Promise<replies.PlanView> => call('GET', plan(planId), replies.PlanView),
    progress: (planId: string): Promise<replies.ProgressReply> =>
      call('GET', `${plan(planId)}/progress`, replies.ProgressReply),
    /** The answers that count, read from the store. */
    sheet: (examineeId: string): Promise<replies.SheetReply> =>
      call('GET', `/examinees/${encodeURIComponent(examineeId)}/sheet?source=store`, replies.SheetReply),
    /** Once the plan is scored. */
    statistics: (planId: string): Promise<replies.StatisticsReply> =>
      call('GET', `${plan(planId)}/statistics`, replies.StatisticsReply),
    /** Each examinee's points, in thousandths. */
    async results(planId: string): Promise<Map<string, number>> {
      const points = new Map<string, number>();
      for (let after: string | null = ''; after !== null; ) {
        const query: string = after === '' ? '?limit=500' : `?limit=500&after=${encodeURIComponent(after)}`;
        const page: z.infer<typeof replies.ResultList> = await call(
          'GET',
          `${plan(planId)}/results${query}`,
          replies.ResultList,
        );
        for (const result of page.results) points.set(result.examineeId, result.points);
        after = page.next;
      }
      return points;
    },
    /** The address of a page that shows the plan's progress, and later its results, to whoever has it. */
    viewLink: async (planId: string): Promise<string> =>
      (await call('POST', `${plan(planId)}/view-link`, replies.ViewLinkReply, {})).url,
    removePlan: async (planId: string): Promise<void> => {
      await call('DELETE', plan(planId), z.unknown());
    },
  };
}

/** A bearer token for this login. Throws AdministratorError. */
export async function login(url: string, name: string, password: string): Promise<string> {
  const body = { login: name, password };
  return (await request({ url: `${url}/v1/login`, method: 'POST', body }, replies.LoginReply)).token;
}

type ApiRequest = { url: string; method: string; token?: string; body?: unknown; key?: string };

/** Sends it, again where the API says later or cannot be reached, always under the same key. */
async function request<T>(sent: ApiRequest, answer: z.ZodType<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await requestOnce(sent, answer);
    } catch (error) {
      if (!(error instanceof AdministratorError) || !isWorthRepeating(error) || tries === TRIES) throw error;
      await sleep(200 * 2 ** (tries - 1));
    }
  }
}

function isWorthRepeating({ code, status }: AdministratorError): boolean {
  return code === 'UNREACHABLE' || status === 503 || status === 429 || code === 'INTERNAL';
}

async function requestOnce<T>({ url, method, token, body, key }: ApiRequest, answer: z.ZodType<T>): Promise<T> {
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (key && method !== 'GET') headers['idempotency-key'] = key;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const path = `${method} ${new URL(url).pathname}`;
  const response = await fetch(url, {
    method,
    headers,
    signal: AbortSignal.timeout(60_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new AdministratorError('UNREACHABLE', 0, `${path}: the api cannot be reached.`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw problemOf(path, response.status, text);
  const parsed = answer.safeParse(text === '' ? undefined : jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new AdministratorError('ANSWER_UNREADABLE', response.status, `${path}: ${z.prettifyError(parsed.error)}`);
}

const Problem = z.object({ code: z.string(), detail: z.string().optional(), title: z.string().optional() });

function problemOf(path: string, status: number, text: string): AdministratorError {
  const { data } = Problem.safeParse(jsonOf(text));
  const sentence = data?.detail ?? data?.title ?? text.slice(0, 200);
  return new AdministratorError(data?.code ?? 'UNKNOWN', status, `${path}: ${status} ${sentence}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Not JSON: the schema that wants an object will say so.
  }
}

function* parts<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
