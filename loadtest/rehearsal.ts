// A plan of a load test's own, from paper to roster, and its way through the states. Ids come from the system, so that
// two rehearsals with the same names can run side by side. It must never touch a plan that it did not make.
// Called by the replay, the demo, the bots' runner and the storm.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Item, KeyEntry } from '../schema/answers.ts';
import { PlanBody } from '../schema/requests.ts';
import type { PlanState } from '../schema/states.ts';
import type { Administrator, BesideItems, RosterEntry } from './administrator.ts';
import { AdministratorError } from './api-call.ts';
import { Stalled } from './signal.ts';

/** A roster by room; labels of people are distinct within the plan. */
export type RehearsalRoom = {
  label: string;
  examinees: readonly { label: string; extraMs?: number; seat?: string }[];
};

export type RehearsalRequest = BesideItems & {
  name: string;
  items: readonly Item[];
  key: readonly KeyEntry[];
  rooms: readonly RehearsalRoom[];
  durationMs: number;
  /** Where nobody comes back after the end, nobody has to be waited for. */
  graceMs?: number;
  /** After how long a silent link is offline. */
  offlineMs?: number;
  /** What people accept before the start. */
  rules?: string;
  /** What the plan makes of signals and of its rules; else the default. */
  incidentRules?: PlanBody['incidentRules'];
};

/** A scheduled plan. `roster` is in the order of the request's rooms and their examinees. */
export type Rehearsal = { planId: string; rooms: { roomId: string; label: string }[]; roster: RosterEntry[] };

const NEVER = new Promise<never>(() => {});
const END_LIMIT_MS = 60_000;
/** What the removal of a plan is refused with where that may be otherwise soon. */
const UNDER_WAY = new Set(['BUSY', 'TRANSITION_REFUSED']);
const GOING_ON: readonly PlanState[] = ['open', 'running', 'paused'];

/**
 * Makes paper, plan, key, rooms and roster, and schedules the plan. Where that fails, or `interrupted` rejects before it is
 * done, what there is already is removed. Throws AdministratorError, and what `interrupted` rejects with.
 */
export async function createRehearsal(
  admin: Administrator,
  request: RehearsalRequest,
  interrupted: Promise<never> = NEVER,
): Promise<Rehearsal> {
  const { name, durationMs, items, graceMs, offlineMs, incidentRules, rules, sections = [], pictures = [] } = request;
  const policies = {
    durationMs,
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(offlineMs === undefined ? {} : { offlineMs }),
    ...(incidentRules === undefined ? {} : { incidentRules }),
    ...(rules === undefined ? {} : { rules }),
  };
  const signal = signalOf(interrupted);
  mustBePossible({ name, ...policies });
  const paperId = await admin.createPaper(name, items, { sections, pictures });
  // The plan at once, whatever happens: with it the paper is removed, too.
  const planId = await admin.createPlan({ name, paperId, ...policies, rehearsal: true });
  const made = fill(admin, { planId, paperId }, request, signal);
  return elseCleanUp(planId, made, () => discard(admin, planId));
}

/** A plan that would be refused would leave its paper. */
function mustBePossible(plan: Pick<RehearsalRequest, 'name' | 'durationMs' | 'graceMs'>): void {
  const { error } = PlanBody.omit({ paperId: true }).safeParse(plan);
  if (error)
    throw new AdministratorError('REQUEST_INVALID', 0, `such a plan is not possible: ${z.prettifyError(error)}`);
}

async function fill(
  admin: Administrator,
  { planId, paperId }: { planId: string; paperId: string },
  request: RehearsalRequest,
  signal: AbortSignal,
): Promise<Rehearsal> {
  signal.throwIfAborted();
  await admin.putKey(paperId, request.key);
  const labels = request.rooms.map(({ label }) => label);
  const rooms = await admin.addRooms(planId, labels, signal);
  const idOf = new Map(rooms.map(({ label, roomId }) => [label, roomId]));
  const wanted = request.rooms.flatMap((room) =>
    room.examinees.map((examinee) => ({ ...examinee, roomId: idOf.get(room.label) ?? '' })),
  );
  const roster = await admin.addExaminees(planId, wanted, signal);
  const made = new Map(roster.map((entry) => [entry.label, entry]));
  signal.throwIfAborted();
  await admin.schedule(planId);
  return { planId, rooms, roster: wanted.map(({ label }) => entryOf(made, label)) };
}

/** Aborted with what `interrupted` rejects with. */
function signalOf(interrupted: Promise<never>): AbortSignal {
  const controller = new AbortController();
  interrupted.catch((reason: unknown) => controller.abort(reason));
  return controller.signal;
}

/**
 * Does the work on a rehearsal of its own, which is ended and removed afterwards, also if making it or the work fails or
 * `interrupted` rejects; then with that error. Throws AdministratorError and Stalled, too.
 */
export async function withRehearsal<T>(
  admin: Administrator,
  request: RehearsalRequest,
  interrupted: Promise<never>,
  work: (rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  const rehearsal = await createRehearsal(admin, request, interrupted);
  const remove = () => discard(admin, rehearsal.planId);
  const result = await elseCleanUp(rehearsal.planId, Promise.race([work(rehearsal), interrupted]), remove);
  await remove();
  return result;
}

/**
 * Does the work on a rehearsal of its own, which stays, to be looked at. If making it or the work fails or `interrupted`
 * rejects, the plan does not go on: it is ended, or removed where it was not open yet; then with that error.
 */
export async function withStayingRehearsal<T>(
  admin: Administrator,
  request: RehearsalRequest,
  interrupted: Promise<never>,
  work: (rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  const rehearsal = await createRehearsal(admin, request, interrupted);
  const { planId } = rehearsal;
  return elseCleanUp(planId, Promise.race([work(rehearsal), interrupted]), async () => {
    const status = await endPlan(admin, planId);
    if (status === 'draft' || status === 'scheduled') await discard(admin, planId);
  });
}

/** Where the work fails, cleans up, and rejects with the work's error; where that fails as well, with both. */
async function elseCleanUp<T>(planId: string, work: Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await cleanUp().catch((cause: unknown) => {
      const what = `the rehearsal ${planId} failed, and may still be there: ${String(error)}; ${String(cause)}`;
      throw new AggregateError([error, cause], what);
    });
    throw error;
  }
}

/**
 * Ends the plan if it is still going on, and removes it. Again while a control of it is under way: whoever was interrupted
 * may have sent one, which opens the plan only now. Throws Stalled.
 */
async function discard(admin: Administrator, planId: string): Promise<void> {
  const isRemoved = async (): Promise<boolean> => {
    await endPlan(admin, planId);
    try {
      await admin.removePlan(planId);
      return true;
    } catch (error) {
      if (error instanceof AdministratorError && UNDER_WAY.has(error.code)) return false;
      throw error;
    }
  };
  if (!(await polled(END_LIMIT_MS, isRemoved))) throw new Stalled(`the plan ${planId} is still under a control.`);
}

/** Ends the plan if it is going on, and waits until it has ended. Resolves with the state that it had. Throws Stalled. */
async function endPlan(admin: Administrator, planId: string): Promise<PlanState> {
  const { status } = await admin.plan(planId);
  if (!GOING_ON.includes(status)) return status;
  await endRooms(admin, { planId });
  const hasEnded = async () => !GOING_ON.includes((await admin.plan(planId)).status);
  if (!(await polled(END_LIMIT_MS, hasEnded))) throw new Stalled(`the plan ${planId} has not ended.`);
  return status;
}

function entryOf(made: ReadonlyMap<string, RosterEntry>, label: string): RosterEntry {
  const entry = made.get(label);
  if (!entry) throw new RangeError(`the roster lacks ${label}`);
  return entry;
}

/** Opens every room and waits until they are open. */
export async function openRooms(admin: Administrator, { planId }: Pick<Rehearsal, 'planId'>): Promise<void> {
  await admin.control(planId, { action: 'open', reason: 'rehearsal' });
}

/** Starts every room at one instant; resolves when all have taken it up. The instant is the server's choice, a few seconds ahead. */
export async function startRooms(admin: Administrator, { planId }: Pick<Rehearsal, 'planId'>): Promise<void> {
  await admin.control(planId, { action: 'start', reason: 'rehearsal' });
}

/** Ends every room and waits until they have ended. */
export async function endRooms(admin: Administrator, { planId }: Pick<Rehearsal, 'planId'>): Promise<void> {
  await admin.control(planId, { action: 'end', reason: 'rehearsal' });
}

/** Waits until the plan has this state. Throws Stalled. */
export async function planReaches(
  admin: Administrator,
  planId: string,
  wanted: PlanState,
  limitMs: number,
): Promise<void> {
  let last = '';
  const reached = await polled(limitMs, async () => {
    last = (await admin.plan(planId)).status;
    return last === wanted;
  });
  if (!reached) throw new Stalled(`the plan is ${last}, not ${wanted}, after ${limitMs / 1000} s.`);
}

async function polled(limitMs: number, isReached: () => Promise<boolean>): Promise<boolean> {
  const until = Date.now() + limitMs;
  while (!(await isReached())) {
    if (Date.now() > until) return false;
    await sleep(250);
  }
  return true;
}
