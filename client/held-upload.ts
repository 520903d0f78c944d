// Brings what a fenced device still holds to the api, with the token of its own session: there it is kept apart, and the
// room decides what becomes of it. In batches, one at a time, until everything is there or refused for good. The storage of
// the device keeps its copy. Called by session.
import { newId } from '../schema/ids.ts';
import type { ItemRevision } from '../schema/messages.ts';
import { fullJitterMs } from './backoff.ts';
import { answerBytes, pickBatch } from './batch.ts';
import { type ClientClock, pause } from './clock.ts';
import { RETRY_WAITS } from './enter.ts';
import { type Api, exchange } from './http.ts';
import type { OutboxEntry } from './outbox-storage.ts';

/** A crowd is spread, and a process that is away is not asked each second for an hour. */
const MOST_WAIT_MS = 30_000;

export type HeldUploadParts = {
  readonly api: Api;
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly examineeId: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  token(): string;
  /** Everything that this device holds, in the order of revisions. */
  entries(): readonly OutboxEntry[];
  /** These are kept. */
  kept(answers: readonly ItemRevision[]): void;
};

/** Uploads what is held now, and what is written while it does. Never rejects. */
export async function uploadHeld(parts: HeldUploadParts): Promise<void> {
  const { api, clock, random, examineeId, signal } = parts;
  const done = new Set<number>();
  for (let tries = 0; !signal.aborted; ) {
    const waiting = parts.entries().filter(({ revision }) => !done.has(revision));
    const batch = pickBatch(
      waiting.map((answer) => ({ answer, bytes: answerBytes(answer), travels: 'together' as const })),
    );
    if (batch.length === 0) return;
    const answers = batch.map(({ answer: { item, revision, response } }) => ({ item, revision, response }));
    const path = `v1/examinees/${examineeId}/held-answers`;
    const outcome = await exchange(api, { path, body: { answers }, token: parts.token(), key: newId(), signal });
    if (outcome.kind === 'refused') return;
    if (outcome.kind === 'reply') {
      tries = 0;
      for (const { revision } of answers) done.add(revision);
      parts.kept(keptOf(outcome.body));
      continue;
    }
    await pause(
      clock,
      outcome.retryAfterMs + fullJitterMs(tries++, RETRY_WAITS.baseMs, MOST_WAIT_MS, random()),
      signal,
    );
  }
}

function keptOf(body: unknown): ItemRevision[] {
  const { kept } = body as { readonly kept?: ItemRevision[] };
  return Array.isArray(kept) ? kept : [];
}
