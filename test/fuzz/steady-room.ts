// A room of many people who all send, at once, what must be refused: unfit, of the wrong role, of other fences, about other
// people, of no type, or no frame at all. Wave by wave nothing of the room changes, each message is answered, and everybody's
// next honest one works. Called by sockets-fuzz.ts.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { revisionOf } from '../../exam/revision.ts';
import { between, pick, type Random } from '../../loadtest/random.ts';
import { newId } from '../../schema/ids.ts';
import { INCOMING, type IncomingType } from '../../schema/messages.ts';
import { neededRelation } from '../../schema/permissions.ts';
import type { RefusalCode } from '../../schema/refusals.ts';
import type { Exam, Hall } from '../support/hall.ts';
import { type Actor, brokenFrame, comeBack, everybody, isHeard, overTheWire, refusalsOf, soon } from './actors.ts';
import { fitting, type Known, mutated, shown, TYPES } from './shapes.ts';
import { mustBeSame, type Snapshots } from './snapshot.ts';
import type { Tally } from './tally.ts';

const EXAMINEES = 24;
const PROCTORS = 4;
const BREAKS_SHARE = 0.15;
const BUSY_MS = 1_000;

type Hostile = { readonly type: string; readonly message: unknown; readonly code: RefusalCode };

export type SteadyRoom = {
  /** Everybody sends so many, and then the honest one. How many messages that were. */
  wave(each: number): Promise<number>;
};

/** A running exam with everybody in it. `other`: an exam of the same hall, whose people are strangers here. */
export async function openSteadyRoom(
  hall: Hall,
  other: Exam,
  random: Random,
  tally: Tally,
  snapshots: Snapshots,
): Promise<SteadyRoom> {
  const exam = await hall.exam({ examinees: EXAMINEES });
  await hall.begin(exam);
  const actors = await everybody(hall, exam, PROCTORS);
  await snapshots.begun(exam);
  const strangers = other.examinees.map(({ _id }) => _id);
  return {
    async wave(each) {
      await Promise.all(actors.map(comeBack)); // on a slow machine they may have been silent for too long
      await Promise.all(actors.map(isHeard));
      for (const one of actors) one.sitting.received.splice(0);
      const before = await snapshots.settled(exam);
      const sent = new Map<Actor, Hostile[]>();
      for (const one of actors) {
        sent.set(one, sendHostile(one, each, strangers, random));
        await setImmediate(); // the room lives in this process, too
      }
      await Promise.all([...sent].map(([one, hostile]) => mustBeRefused(one, hostile, tally)));
      const breaking = actors.filter(() => random() < BREAKS_SHARE);
      for (const one of breaking) one.sitting.room.connection.send(brokenFrame(random));
      await Promise.all(breaking.map(isHeard));
      mustBeSame(before, await snapshots.settled(exam), () => namesOf(sent));
      await Promise.all(actors.map((one) => mustWork(one, tally)));
      return actors.length * (each + 2) + breaking.length;
    },
  };
}

function sendHostile(one: Actor, each: number, strangers: readonly string[], random: Random): Hostile[] {
  const hostile = Array.from({ length: each }, () => hostileOf(one, strangers, random));
  for (const { type, message } of hostile) one.sitting.send(type, message);
  return hostile;
}

function hostileOf(one: Actor, strangers: readonly string[], random: Random): Hostile {
  const known: Known = {
    ids: { examineeId: [one.id, ...strangers], controlId: [newId()], to: strangers, incidentId: [newId()] },
    ...{ fence: Math.max(1, one.sitting.fence), itemCount: 7, now: Date.now(), versions: [0, 1] },
  };
  const which = random();
  if (which < 0.1) {
    const type = pick(random, ['exam.cheat', '__proto__', 'constructor', 'toString', '*', 'answer.saved', '']) ?? '';
    return { type, message: {}, code: 'MESSAGE_UNKNOWN' };
  }
  if (which < 0.25) {
    const others = TYPES.filter((type) => neededRelation(one.role, type) === undefined);
    const type = pick(random, others) ?? 'heartbeat';
    return { type, message: fitting(type, random, known), code: 'PERMISSION_DENIED' };
  }
  if (which < 0.35) return pick(random, foreign(one, strangers, random)) ?? unfit(one, known, random);
  return unfit(one, known, random);
}

function unfit(one: Actor, known: Known, random: Random): Hostile {
  const own = TYPES.filter((type) => neededRelation(one.role, type) !== undefined);
  for (;;) {
    const type = pick(random, own) ?? 'heartbeat';
    const message = mutated(type, random, known);
    const wire = overTheWire(message);
    if (wire !== undefined && !INCOMING[type].safeParse(wire.read).success)
      return { type, message, code: 'MESSAGE_INVALID' };
  }
}

/** What fits and is of another session, another room, or nobody. */
function foreign({ role, sitting: { fence } }: Actor, strangers: readonly string[], random: Random): Hostile[] {
  const examineeId = pick(random, strangers) ?? newId();
  const answer = (of: number) => ({
    answers: [{ item: 1, revision: revisionOf(of, between(random, 900_000, 999_999)), response: 'D' }],
  });
  if (role === 'examinee')
    return [
      { type: 'answer.save', message: answer(fence + between(random, 1, 9)), code: 'REVISION_INVALID' },
      { type: 'sheet.submit', message: { revisions: [[2, revisionOf(fence, 999_999)]] }, code: 'SUBMIT_INCOMPLETE' },
      { type: 'control.confirm', message: { controlId: newId() }, code: 'CONTROL_UNKNOWN' },
    ];
  const raised = { incidentId: newId(), examineeId, kind: 'other', severity: 1 };
  const handled = { incidentId: newId(), to: 'confirmed', version: 1 };
  const ordered = { controlId: newId(), action: 'lock', examineeIds: [examineeId] };
  return [
    { type: 'claim.take', message: { examineeId }, code: 'EXAMINEE_UNKNOWN' },
    { type: 'incident.raise', message: raised, code: 'EXAMINEE_UNKNOWN' },
    { type: 'incident.handle', message: handled, code: 'INCIDENT_UNKNOWN' },
    { type: 'control.issue', message: ordered, code: 'EXAMINEE_UNKNOWN' },
    {
      type: 'control.issue',
      message: { controlId: newId(), action: 'start', at: Date.now() },
      code: 'INSTANT_TOO_SOON',
    },
    { type: 'handover.answer', message: { handoverId: newId(), decision: 'confirm' }, code: 'HANDOVER_REFUSED' },
  ];
}

/** Each is answered by the code that it deserves; those that cost more than the sender has left, by BUSY. */
async function mustBeRefused(one: Actor, hostile: readonly Hostile[], tally: Tally): Promise<void> {
  const codes: RefusalCode[] = [];
  const all = `each of ${hostile.length} messages of this ${one.role} is answered`;
  await soon(all, () => codes.push(...refusalsOf(one)) >= hostile.length || one.isClosed);
  assert.equal(
    one.isClosed,
    false,
    `closed for ${hostile.map(({ type, message }) => `${type} ${shown(message).slice(0, 80)}`).join('; ')}`,
  );
  const expected = hostile.map(({ code }) => code);
  for (const code of new Set(codes)) {
    const came = codes.filter((each) => each === code).length;
    const wanted = expected.filter((each) => each === code).length;
    if (code !== 'BUSY') assert.ok(came <= wanted, `${came} times ${code}, and only ${wanted} deserve it`);
  }
  for (const code of ['MESSAGE_INVALID', 'PERMISSION_DENIED'] as const)
    assert.equal(codes.filter((each) => each === code).length, expected.filter((each) => each === code).length, code);
  for (const { type, code } of hostile) if (isType(type)) tally.note(type, { refused: code });
}

function isType(type: string): type is IncomingType {
  return Object.hasOwn(INCOMING, type);
}

function namesOf(sent: ReadonlyMap<Actor, readonly Hostile[]>): string {
  return [...sent.values()]
    .flatMap((hostile) => hostile.map(({ type, message }) => `${type} ${shown(message).slice(0, 120)}`))
    .join('\n');
}

/** The honest messages after it, on a new socket where the last one was closed. Who is told BUSY waits, as clients do. */
async function mustWork(one: Actor, tally: Tally): Promise<void> {
  await comeBack(one);
  assert.ok(await isHeard(one), 'an honest heartbeat');
  tally.note('heartbeat', undefined);
  if (one.role === 'proctor') return;
  const revision = revisionOf(one.sitting.fence, ++one.answers);
  const isIt = (list: readonly (readonly [number, number])[]) => list.some(([, each]) => each === revision);
  for (;;) {
    one.sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    const saved = one.sitting.next('answer.saved', ({ saved }) => isIt(saved)).then(() => true);
    const busy = one.sitting
      .next('answer.refused', ({ refused }) => refused.some(({ code }) => code === 'BUSY'))
      .then(() => false);
    if (await Promise.race([saved, busy])) break;
    await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
  }
  tally.note('answer.save', undefined);
}
