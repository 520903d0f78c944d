// Entering: POST /v1/enter until it succeeds or is refused for good. Repeating it with the same entry id is harmless and
// returns the same fence; it is also how a lost link comes back. A crowd is spread by the appointments of BUSY, and by full jitter after any other reply.
import { type Refusal, type RefusalCode, RefusalError } from '../schema/refusals.ts';
import type { EnterReply } from '../schema/replies.ts';
import type { EnterBody } from '../schema/requests.ts';
import type { Reservation } from '../schema/reservations.ts';
import { fullJitterMs } from './backoff.ts';
import { type ClientClock, pause } from './clock.ts';
import { ClientFault } from './faults.ts';
import { type Api, exchange } from './http.ts';

/** Waits between tries grow from the first to the second; a process that died is replaced within some seconds. */
export const RETRY_WAITS = { baseMs: 1_000, mostMs: 6_000 } as const;

/** What may be added to an appointment, so that many devices with one clock do not come in one instant. */
const APPOINTMENT_SPREAD_MS = 100;

/**
 * How long to wait before the next try. BUSY gives each who is refused a time of its own, one after the other: whoever waits
 * longer leaves a place empty. Any other reply gives all the same time or none, and they spread by themselves.
 */
export function comebackMs(
  tries: number,
  { retryAfterMs, reason }: { readonly retryAfterMs: number; readonly reason?: string },
  random: number,
): number {
  if (reason === 'BUSY' && retryAfterMs > 0) return retryAfterMs + Math.floor(random * APPOINTMENT_SPREAD_MS);
  return retryAfterMs + fullJitterMs(tries, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, random);
}

/** A reply with the monotonic instants around it. */
export type Entered = {
  readonly kind: 'entered';
  readonly reply: EnterReply;
  readonly sentAt: number;
  readonly receivedAt: number;
};
export type EnterOutcome =
  | Entered
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly state?: string }
  | {
      readonly kind: 'later';
      readonly retryAfterMs: number;
      readonly reason: RefusalCode | 'NETWORK';
      readonly refusal?: Refusal;
    };

/** Not in yet: why, and when it is tried again. `refusal` is what the api said, `at` of it the planned start where one is known. */
export type EnterWait = {
  readonly reason: RefusalCode | 'NETWORK';
  readonly retryInMs: number;
  readonly refusal?: Refusal;
};

/** One try. Never throws. */
export async function enterOnce(
  api: Api,
  entry: EnterBody,
  clock: ClientClock,
  signal: AbortSignal,
): Promise<EnterOutcome> {
  const sentAt = clock.now();
  const outcome = await exchange(api, { path: 'v1/enter', body: entry, signal });
  if (outcome.kind !== 'reply') return outcome;
  if (!isEnterReply(outcome.body)) return { kind: 'later', retryAfterMs: 0, reason: 'NETWORK' };
  return { kind: 'entered', reply: outcome.body, sentAt, receivedAt: clock.now() };
}

export type EnterEffects = {
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** For the screen. */
  readonly waiting: (wait: EnterWait) => void;
};

/** Tries until entered. Throws RefusalError where entering is refused for good, ClientFault LEFT when the signal aborts. */
export async function enterUntilIn(api: Api, entry: EnterBody, effects: EnterEffects): Promise<Entered> {
  const { clock, random, signal } = effects;
  for (let tries = 0; !signal.aborted; tries++) {
    const outcome = await enterOnce(api, entry, clock, signal);
    if (outcome.kind === 'entered') return outcome;
    if (outcome.kind === 'refused') throw new RefusalError(outcome.refusal);
    const retryInMs = comebackMs(tries, outcome, random());
    const { reason, refusal } = outcome;
    effects.waiting({ reason, retryInMs, ...(refusal === undefined ? {} : { refusal }) });
    await pause(clock, retryInMs, signal);
  }
  throw new ClientFault('LEFT', 'entering was given up');
}

/** The members that the session cannot do without. A newer api may send more of them, so its strict schema is not used. */
function isEnterReply(body: unknown): body is EnterReply {
  const reply = body as Partial<EnterReply> | null;
  return (
    typeof reply?.token === 'string' &&
    typeof reply.reservation?.sessionId === 'string' &&
    typeof reply.examinee?.examineeId === 'string' &&
    Number.isInteger(reply.examinee.fence) &&
    typeof reply.room?.status === 'string' &&
    typeof reply.now === 'number' &&
    Array.isArray(reply.sheet?.answers)
  );
}

/** The ticket for the room's socket. */
export function reservationOf({
  reservation: { publicAddress, ...rest },
}: Pick<EnterReply, 'reservation'>): Reservation {
  return publicAddress === undefined ? rest : { ...rest, publicAddress };
}
