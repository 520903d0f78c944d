// Fetching the paper over HTTP, as soon as the room has started. Called by session.
import { RefusalError } from '../schema/refusals.ts';
import type { PaperReply } from '../schema/replies.ts';
import { fullJitterMs } from './backoff.ts';
import { type ClientClock, pause } from './clock.ts';
import { RETRY_WAITS } from './enter.ts';
import { ClientFault } from './faults.ts';
import { type Api, exchange } from './http.ts';

export type PaperEffects = {
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The newest token. */
  token(): string;
  /** Resolves when the room has started, or the signal aborts. */
  started(): Promise<void>;
};

/** Tries until it has the paper. Throws RefusalError where it is refused for good, ClientFault LEFT when given up. */
export async function fetchPaper(api: Api, effects: PaperEffects): Promise<PaperReply> {
  const { clock, random, signal } = effects;
  await effects.started();
  for (let tries = 0; !signal.aborted; tries++) {
    const outcome = await exchange(api, { path: 'v1/paper', token: effects.token(), signal });
    if (outcome.kind === 'reply' && isPaper(outcome.body)) return outcome.body;
    if (outcome.kind === 'refused') throw new RefusalError(outcome.refusal);
    const retryAfterMs = outcome.kind === 'later' ? outcome.retryAfterMs : 0;
    await pause(clock, retryAfterMs + fullJitterMs(tries, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, random()), signal);
  }
  throw new ClientFault('LEFT', 'the paper was not waited for');
}

function isPaper(body: unknown): body is PaperReply {
  return Array.isArray((body as Partial<PaperReply> | null)?.items);
}
