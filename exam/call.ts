// When a hand may be raised, and how a call ends: once. Pure; called by rooms/ and by the store's compare-and-set.
import type { Call, CallEnd, CallTold } from '../schema/calls.ts';
import { LIMITS } from '../schema/limits.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import { mayTransit } from './transitions.ts';

/** `open` is the hand that is up, `lastAt` when this examinee raised one before (0: never). 'known': it is this very call. */
export function decideRaise(
  open: Pick<Call, '_id'> | undefined,
  lastAt: number,
  callId: string,
  now: number,
): 'raise' | 'known' | Refusal {
  if (open?._id === callId) return 'known';
  if (open !== undefined) return refuse('CALL_OPEN', 'Allowed: to take it back.');
  if (lastAt === 0) return 'raise';
  const waitMs = Math.min(lastAt + LIMITS.callEveryMs - now, LIMITS.callEveryMs);
  return waitMs > 0 ? refuse('BUSY', 'A hand was raised just now.', waitMs) : 'raise';
}

/** The unique `open` of a call that is over. No examinee's id has a dot: a call that was named like somebody keeps no hand down. */
export function overMark(callId: string): string {
  return `${callId}.over`;
}

/** The call as it ends; the same where this very end has been; a refusal with the state that is, where another was. */
export function decideEnd(call: Call, end: CallEnd): Call | Refusal {
  const { status, by, answer } = end;
  if (call.status === status && call.by === by && call.answer === answer) return call;
  if (!mayTransit('call', call.status, status)) return refuse('CALL_CHANGED', `It is ${call.status}.`);
  return { ...call, ...end, open: overMark(call._id), waiting: status !== 'withdrawn' };
}

/** What the examinee hears of it. */
export function toldOfCall({ _id: callId, question, at, status: state, answer, endedAt }: Call): CallTold {
  return { callId, question, at, state, answer, endedAt };
}
