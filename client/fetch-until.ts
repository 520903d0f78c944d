// Reading something over HTTP until it is there: the paper, or the sheet as the store has it. Called by session.
import { RefusalError } from '../schema/refusals.ts';
import type { PaperReply, SheetReply } from '../schema/replies.ts';
import type { SignedReceipt } from '../schema/signed-receipt.ts';
import { fullJitterMs } from './backoff.ts';
import { type ClientClock, pause } from './clock.ts';
import { RETRY_WAITS } from './enter.ts';
import { ClientFault } from './faults.ts';
import { type Api, exchange } from './http.ts';

export type FetchEffects = {
  readonly api: Api;
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The newest token. */
  token(): string;
};

/** The paper of the own exam. Throws RefusalError where it is refused for good, ClientFault LEFT when the signal aborts. */
export function fetchPaper(effects: FetchEffects): Promise<PaperReply> {
  const isPaper = (body: unknown): body is PaperReply => Array.isArray((body as Partial<PaperReply> | null)?.items);
  return fetchUntil('v1/paper', isPaper, effects);
}

/** The own sheet as the store has it. Throws as fetchPaper does. */
export function fetchSheet(examineeId: string, effects: FetchEffects): Promise<SheetReply> {
  const isSheet = (body: unknown): body is SheetReply => Array.isArray((body as Partial<SheetReply> | null)?.answers);
  return fetchUntil(`v1/examinees/${examineeId}/sheet`, isSheet, effects);
}

/** The own signed receipt, of what is saved at that moment. Throws as fetchPaper does. */
export function fetchSignedReceipt(examineeId: string, effects: FetchEffects): Promise<SignedReceipt> {
  const isReceipt = (body: unknown): body is SignedReceipt =>
    (body as Partial<SignedReceipt> | null)?.signature !== undefined;
  return fetchUntil(`v1/examinees/${examineeId}/receipt`, isReceipt, effects);
}

async function fetchUntil<T>(path: string, isRight: (body: unknown) => body is T, effects: FetchEffects): Promise<T> {
  const { api, clock, random, signal } = effects;
  for (let tries = 0; !signal.aborted; tries++) {
    const outcome = await exchange(api, { path, token: effects.token(), signal });
    if (outcome.kind === 'reply' && isRight(outcome.body)) return outcome.body;
    if (outcome.kind === 'refused') throw new RefusalError(outcome.refusal);
    const retryAfterMs = outcome.kind === 'later' ? outcome.retryAfterMs : 0;
    const jitterMs = fullJitterMs(tries, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, random());
    await pause(clock, retryAfterMs + jitterMs, signal);
  }
  throw new ClientFault('LEFT', 'the session was left before the reply came');
}
