// Rooms in which people may do all that they are allowed to, and do it at random: one message after another, where a
// refused one must leave the room as it was, and then everybody at once, where nothing must fall. A room that has ended
// makes place for the next. Called by sockets-fuzz.ts.
import assert from 'node:assert/strict';
import { answerId } from '../../exam/answer-id.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { between, pick, type Random } from '../../loadtest/random.ts';
import { ID_LENGTH } from '../../schema/ids.ts';
import type { IncomingType, OutgoingType } from '../../schema/messages.ts';
import { neededRelation } from '../../schema/permissions.ts';
import type { RefusalCode } from '../../schema/refusals.ts';
import type { Exam, Hall } from '../support/hall.ts';
import { type Actor, brokenFrame, comeBack, everybody, isHeard, overTheWire, refusalIn } from './actors.ts';
import { fitting, type Known, mutated, shown } from './shapes.ts';
import { mustBeSame, type Snapshots } from './snapshot.ts';
import type { Tally } from './tally.ts';

const EXAMINEES = 6;
const PROCTORS = 3;
const ANSWER_MS = 600;
const MOST_KNOWN = 4;
/** Who is here does not change. */
const FIXED: readonly string[] = ['examineeId', 'to'];
const QUIET_MS = 60;
const LET_IN_TRIES = 3;
/** What a device before held and is offered to each examinee, so that a choice about it can be taken. */
const OFFERED = { item: 1, revision: 1, response: 'A' } as const;
const OFFERED_SHARE = 0.5;
/** What these begin, the room's upkeep stores within its second. */
const UPKEPT: readonly IncomingType[] = ['control.issue', 'sheet.submit', 'examinee.ready'];
const UPKEEP_MS = 1_500;

type Life = {
  readonly exam: Exam;
  readonly actors: Actor[];
  readonly ids: Map<string, readonly string[]>;
  restlessUntil: number;
};

export type RoughRoom = {
  /** Messages of this type that fit, until one is taken. How many that were. */
  alone(type: IncomingType): Promise<number>;
  /** Everybody sends so many, fit and unfit, at once. How many messages that were. */
  burst(each: number, types: readonly IncomingType[]): Promise<number>;
};

/** Makes its rooms as it needs them. */
export function createRoughRoom(hall: Hall, random: Random, tally: Tally, snapshots: Snapshots): RoughRoom {
  let life: Life | undefined;
  const alive = async (): Promise<Life> => {
    if (life !== undefined && (await hall.roomStatus(life.exam)) !== 'ended') return life;
    const there = life?.actors.filter(({ isClosed }) => !isClosed) ?? [];
    await Promise.all(there.map(({ sitting }) => sitting.leave()));
    life = await newLife(hall, snapshots);
    return life;
  };
  return {
    alone: async (type) => sendAlone(await alive(), type, random, tally, snapshots),
    async burst(each, types) {
      const now = await alive();
      const heard = await Promise.all(now.actors.map((one) => sendMany(now, one, each, types, random)));
      const end = await hall.roomStatus(now.exam);
      if (end !== 'ended') await mustGoOn(hall, now);
      return heard.reduce((sum, count) => sum + count, 0);
    },
  };
}

async function newLife(hall: Hall, snapshots: Snapshots): Promise<Life> {
  const exam = await hall.exam({ examinees: EXAMINEES, graceMs: 1_000 });
  await hall.begin(exam);
  await hall.store.heldAnswers.keep(
    exam.examinees.map(({ _id: examineeId }) => ({
      _id: answerId(exam.planId, examineeId, OFFERED.item, OFFERED.revision),
      ...{ planId: exam.planId, roomId: exam.roomId, examineeId, ...OFFERED, hash: contentHash(OFFERED.response) },
      ...{ heldAt: Date.now(), state: 'offered', decidedAt: 0, by: '', as: 0 },
    })),
  );
  const actors = await everybody(hall, exam, PROCTORS);
  await snapshots.begun(exam);
  const of = (role: Actor['role']) => actors.filter((one) => one.role === role).map(({ id }) => id);
  return {
    exam,
    actors,
    ids: new Map([
      ['examineeId', of('examinee')],
      ['to', of('proctor')],
    ]),
    restlessUntil: 0,
  };
}

function knownOf({ ids }: Life, { sitting: { fence } }: Actor): Known {
  return {
    ids: { ...Object.fromEntries(ids), undoes: ids.get('controlId') ?? [] },
    ...{ fence: Math.max(1, fence), itemCount: 7, now: Date.now(), versions: [0, 1, 2, 3] },
  };
}

/** By one after the other of those who may say such a thing, until it is taken. */
async function sendAlone(
  life: Life,
  type: IncomingType,
  random: Random,
  tally: Tally,
  snapshots: Snapshots,
): Promise<number> {
  const may = life.actors.filter(({ role, isClosed }) => !isClosed && neededRelation(role, type) !== undefined);
  let sent = 0;
  for (const one of may.sort(() => random() - 0.5)) {
    sent++;
    if (await isTaken(life, one, type, random, tally, snapshots)) break;
  }
  return sent;
}

async function isTaken(
  life: Life,
  one: Actor,
  type: IncomingType,
  random: Random,
  tally: Tally,
  snapshots: Snapshots,
): Promise<boolean> {
  const message = fitting(type, random, knownOf(life, one)) as Record<string, unknown>;
  if (type === 'held.choose' && random() < OFFERED_SHARE)
    Object.assign(message, { item: OFFERED.item, revision: OFFERED.revision });
  const isOrdered = type === 'control.issue';
  const before = await quiet(life, snapshots, isOrdered);
  one.sitting.received.splice(0);
  one.sitting.send(type, message);
  const isStill = await isHeard(one);
  const code = isStill ? await codeOf(one, type) : undefined;
  if (code !== undefined) {
    const after = await snapshots.of(life.exam, isOrdered);
    mustBeSame(before, after, () => `${type} ${shown(message)}, refused with ${code},`);
  } else learn(life, message);
  if (code === undefined && UPKEPT.includes(type)) life.restlessUntil = performance.now() + UPKEEP_MS;
  tally.note(type, code === undefined ? undefined : { refused: code });
  return code === undefined;
}

/** The ids that were spoken of, by the name of their field: later messages mean the same things. */
function learn({ ids }: Life, message: unknown): void {
  for (const [field, value] of Object.entries(message ?? {})) {
    if (typeof value !== 'string' || value.length !== ID_LENGTH || FIXED.includes(field)) continue;
    const known = ids.get(field) ?? [];
    ids.set(field, [...known.filter((id) => id !== value), value].slice(-MOST_KNOWN));
  }
}

/** The room when nothing moves in it any more. */
async function quiet(life: Life, snapshots: Snapshots, isOrdered: boolean): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, life.restlessUntil - performance.now())));
  for (let last = await snapshots.of(life.exam, isOrdered); ; ) {
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const now = await snapshots.of(life.exam, isOrdered);
    if (now === last) return now;
    last = now;
  }
}

/** Types whose sender hears nothing, whatever becomes of them. */
const UNANSWERED: readonly IncomingType[] = [
  'control.received',
  'call.received',
  'tally.open',
  'examinee.watch',
  'heartbeat',
];

/** The code of the refusal; undefined where it was taken. */
async function codeOf({ sitting }: Actor, type: IncomingType): Promise<RefusalCode | undefined> {
  const end = performance.now() + ANSWER_MS;
  const isUnanswered = UNANSWERED.includes(type);
  for (;;) {
    const answers = sitting.received.filter((one) => isAnswer(one.type, one.message));
    const refused = answers.map((one) => refusalIn(one.type as OutgoingType, one.message)).find((code) => code);
    if (refused !== undefined || answers.length > 0 || isUnanswered || performance.now() > end) return refused;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What is told to the sender, and not to everybody; a control that is pending is not answered yet. */
function isAnswer(type: string, message: { state?: string }): boolean {
  if (type === 'control.applied') return message.state !== 'pending';
  return /answered$|refused$|saved$|pending$|superseded$|confirmed$|taken$|chosen$|submitted$|^examinee.status$|^call.told$/.test(
    type,
  );
}

async function sendMany(
  life: Life,
  one: Actor,
  each: number,
  types: readonly IncomingType[],
  random: Random,
): Promise<number> {
  const own = types.filter((type) => random() < 0.05 || neededRelation(one.role, type) !== undefined);
  for (let count = 0; count < each && !one.isClosed; count++) {
    const type = pick(random, own) ?? 'heartbeat';
    const message = (random() < 0.6 ? fitting : mutated)(type, random, knownOf(life, one));
    if (overTheWire(message) !== undefined) one.sitting.send(type, message);
    learn(life, message);
  }
  if (random() < 0.1 && !one.isClosed) one.sitting.room.connection.send(brokenFrame(random));
  if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, between(random, 1, 30)));
  return each;
}

/** Everybody is heard, on a new socket where the last one was closed; but who was sent out may not come back. */
async function mustGoOn(hall: Hall, { actors }: Life): Promise<void> {
  for (const one of actors) {
    if (await comesThrough(hall, one)) continue;
    one.isClosed = true;
  }
}

/**
 * False for who was sent out. A control of the burst may let in again between the refusal and our look at the store: then
 * the next try has to go well.
 */
async function comesThrough(hall: Hall, one: Actor): Promise<boolean> {
  let fault: string | undefined;
  for (let tries = 0; tries < LET_IN_TRIES; tries++) {
    fault = await goesOn(one).catch((error: unknown) => String(error));
    if (fault === undefined) return true;
    if (await isSentOut(hall, one)) return false;
    one.isClosed = true;
  }
  assert.fail(`an honest heartbeat of this ${one.role}: ${fault}`);
}

/** What stands in the way of an honest heartbeat; a frame that broke the protocol may close the socket only now. */
async function goesOn(one: Actor): Promise<string | undefined> {
  for (let tries = 0; tries < 2; tries++) {
    await comeBack(one);
    if (await isHeard(one)) return undefined;
    one.isClosed = true;
  }
  return 'its new socket was closed, too';
}

async function isSentOut({ store }: Hall, { role, id }: Actor): Promise<boolean> {
  if (role === 'proctor') return false;
  const found = await store.examinees.get(id);
  return found?.status === 'removed' || found?.admission?.is === 'refused';
}
