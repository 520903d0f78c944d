// A plan of a load test's own, from paper to roster, and its way through the states. Ids come from the system, so that
// two rehearsals with the same names can run side by side. It must never touch a plan that it did not make.
// Called by the replay, the demo, the bots' runner and the storm.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Item, KeyEntry } from '../schema/answers.ts';
import type { PlanState } from '../schema/states.ts';
import type { Administrator, RosterEntry } from './administrator.ts';
import { Stalled } from './signal.ts';

/** A roster by room; labels of people are distinct within the plan. */
export type RehearsalRoom = { label: string; examinees: readonly { label: string; extraMs?: number }[] };

export type RehearsalRequest = {
  name: string;
  items: readonly Item[];
  key: readonly KeyEntry[];
  rooms: readonly RehearsalRoom[];
  durationMs: number;
};

/** A scheduled plan. `roster` is in the order of the request's rooms and their examinees. */
export type Rehearsal = { planId: string; rooms: { roomId: string; label: string }[]; roster: RosterEntry[] };

/** Makes paper, key, plan, rooms and roster, and schedules the plan. Throws AdministratorError. */
export async function createRehearsal(admin: Administrator, request: RehearsalRequest): Promise<Rehearsal> {
  const paperId = await admin.createPaper(request.name, request.items);
  await admin.putKey(paperId, request.key);
  const planId = await admin.createPlan({
    name: request.name,
    paperId,
    durationMs: request.durationMs,
    rehearsal: true,
  });
  const rooms = await admin.addRooms(
    planId,
    request.rooms.map(({ label }) => label),
  );
  const idOf = new Map(rooms.map(({ label, roomId }) => [label, roomId]));
  const wanted = request.rooms.flatMap((room) =>
    room.examinees.map((examinee) => ({ ...examinee, roomId: idOf.get(room.label) ?? '' })),
  );
  const made = new Map((await admin.addExaminees(planId, wanted)).map((entry) => [entry.label, entry]));
  await admin.schedule(planId);
  return { planId, rooms, roster: wanted.map(({ label }) => entryOf(made, label)) };
}

/**
 * Does the work on a rehearsal of its own, which is ended and removed afterwards, also if the work fails or `interrupted`
 * rejects; then with that error. Throws AdministratorError and Stalled, too.
 */
export async function withRehearsal<T>(
  admin: Administrator,
  request: RehearsalRequest,
  interrupted: Promise<never>,
  work: (rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  const rehearsal = await createRehearsal(admin, request);
  let result: T;
  try {
    result = await Promise.race([work(rehearsal), interrupted]);
  } catch (error) {
    await discard(admin, rehearsal).catch((cause: unknown) => {
      throw new AggregateError([error, cause], `the rehearsal ${rehearsal.planId} failed, and is still there`);
    });
    throw error;
  }
  await discard(admin, rehearsal);
  return result;
}

/** Ends the plan if it is still going on, and removes it. */
async function discard(admin: Administrator, rehearsal: Rehearsal): Promise<void> {
  const { status } = await admin.plan(rehearsal.planId);
  if (status === 'open' || status === 'running' || status === 'paused') await endRooms(admin, rehearsal);
  await admin.removePlan(rehearsal.planId);
}

function entryOf(made: ReadonlyMap<string, RosterEntry>, label: string): RosterEntry {
  const entry = made.get(label);
  if (!entry) throw new RangeError(`the roster lacks ${label}`);
  return entry;
}

/** Opens every room and waits until they are open. */
export async function openRooms(admin: Administrator, { planId }: Rehearsal): Promise<void> {
  await admin.control(planId, { action: 'open', reason: 'rehearsal' });
}

/** Starts every room at one instant; resolves when all have taken it up. The instant is the server's choice, a few seconds ahead. */
export async function startRooms(admin: Administrator, { planId }: Rehearsal): Promise<void> {
  await admin.control(planId, { action: 'start', reason: 'rehearsal' });
}

/** Ends every room and waits until they have ended. */
export async function endRooms(admin: Administrator, { planId }: Rehearsal): Promise<void> {
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
