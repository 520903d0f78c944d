// People at their sockets in the fuzz over sockets: each comes back on a new socket whenever the last one was closed, and
// knows whether the room still hears. Called by steady-room.ts and rough-room.ts.
import { Protocol } from '@colyseus/core';
import { pack, unpack } from 'msgpackr';
import { between, pick, type Random } from '../../loadtest/random.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import type { Outgoing, OutgoingType } from '../../schema/messages.ts';
import type { RefusalCode } from '../../schema/refusals.ts';
import type { Exam, Hall, Sitting } from '../support/hall.ts';

export type Actor = {
  readonly role: 'examinee' | 'proctor';
  readonly id: string;
  sitting: Sitting;
  isClosed: boolean;
  /** Answers given in this session. */
  answers: number;
  readonly reenter: () => Promise<Sitting>;
};

const HEARD_MS = 8_000;
const MOST_BYTES = LIMITS.messageBytes - 1_000;

/** Everybody of the exam, and so many proctors. */
export async function everybody(hall: Hall, exam: Exam, proctorCount: number): Promise<Actor[]> {
  const examinees = exam.examinees.map(({ _id }, index) =>
    actor('examinee', _id, () => hall.sit(exam, index, newId(), Date.now())),
  );
  const proctors = Array.from({ length: proctorCount }, () => newId()).map((id) =>
    actor('proctor', id, () => hall.watch(exam, id)),
  );
  return Promise.all([...examinees, ...proctors]);
}

async function actor(role: Actor['role'], id: string, reenter: Actor['reenter']): Promise<Actor> {
  const made: Actor = { role, id, sitting: await reenter(), isClosed: false, answers: 0, reenter };
  watchClose(made);
  return made;
}

function watchClose(one: Actor): void {
  const { sitting } = one;
  void sitting.closed.then(() => {
    if (one.sitting === sitting) one.isClosed = true;
  });
}

/** Enters again where the socket was closed. */
export async function comeBack(one: Actor): Promise<void> {
  if (!one.isClosed) return;
  one.sitting = await one.reenter();
  Object.assign(one, { isClosed: false, answers: 0 });
  watchClose(one);
}

let beats = 0;

/** Whether the room answers a heartbeat over this socket; false where the socket is closed before. */
export async function isHeard({ sitting }: Actor): Promise<boolean> {
  const sentAt = ++beats;
  sitting.send('heartbeat', { sentAt });
  const answered = sitting.next('heartbeat', (beat) => beat.sentAt === sentAt).then(() => true);
  return Promise.race([answered, sitting.closed.then(() => false)]);
}

/** The codes of all refusals that have come, taken out; one for each message. */
export function refusalsOf({ sitting }: Actor): RefusalCode[] {
  return sitting.received.splice(0).flatMap(({ type, message }) => refusalIn(type as OutgoingType, message) ?? []);
}

/** What a room says when it refuses: a code, or a list of refused answers. */
export function refusalIn(type: OutgoingType, message: unknown): RefusalCode | undefined {
  if (type === 'answer.refused') return (message as Outgoing['answer.refused']).refused[0]?.code;
  return (message as { code?: RefusalCode } | undefined)?.code;
}

/** A message as the room will read it; undefined where it cannot be sent at all, or is so large that the socket closes. */
export function overTheWire(message: unknown): { readonly read: unknown } | undefined {
  try {
    const bytes = pack(message);
    return bytes.length < MOST_BYTES ? { read: unpack(bytes) } : undefined;
  } catch {
    return undefined; // no such value in msgpack
  }
}

/** Bytes that are no message: cut off, of no known kind, or any whatever. */
export function brokenFrame(random: Random): Uint8Array {
  const bytes = Uint8Array.from({ length: between(random, 0, 40) }, () => between(random, 0, 255));
  const whole = pack({ answers: [{ item: 1, revision: 1, response: 'A' }] });
  const head = Uint8Array.from([Protocol.ROOM_DATA, 0xab, ...Buffer.from('answer.save')]);
  const cut = Uint8Array.from([...head, ...whole.subarray(0, between(random, 0, whole.length - 1))]);
  const odd = Uint8Array.from([pick(random, [0, 1, 10, 11, 13, 14, 15, 17, 200]) ?? 0, ...bytes]);
  return pick(random, [bytes, cut, odd]) ?? bytes;
}

/** Waits until it holds. Throws with what was waited for. */
export async function soon(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + HEARD_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}, within ${HEARD_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
