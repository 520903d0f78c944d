// Idempotency-Key: a repeat of a request gets the answer of the first and does nothing twice. A secret is never kept:
// such routes run again, which is harmless because their ids follow from the request. Refusals are not kept either.
// Called by serve.ts.

import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { IdempotencyKey } from '../schema/requests.ts';
import type { Target } from './access.ts';
import type { ApiParts } from './parts.ts';
import type { Repeat } from './route.ts';

const KEPT_MS = 86_400_000;
const STILL_RUNNING_MS = 1_000;

/** What was answered: a refusal, or a status and what goes with it. */
export type Outcome = { readonly status: number; readonly result: unknown };

/** A request as it is recognised again: whose, under which key, with what. */
export type RequestName = { readonly id: string; readonly hash: string };

/** Names a request by its subject, its key and all that it asks for; KEY_MISSING without a usable key. */
export function nameRequest(
  tokens: ApiParts['tokens'],
  subjectId: string,
  key: string | undefined,
  asked: readonly unknown[],
): RequestName | Refusal {
  const parsed = IdempotencyKey.safeParse(key);
  if (!parsed.success) return refuse('KEY_MISSING');
  // Keyed, because a body may hold a password, and a plain hash of it could be guessed at leisure.
  const hash = tokens.digest(JSON.stringify(asked)).toString('base64url');
  return { id: `${subjectId}.${parsed.data}`, hash };
}

/** Of which plan or person this request is: their erasing takes its answer along. */
export function aboutOf(target: Target): string {
  if (target.of === 'examinee') return target.examineeId;
  return 'planId' in target ? target.planId : '';
}

/** Runs the work once for this name, or answers as it was answered. A failure or refusal leaves no trace. */
export async function answerOnce(
  { store, now }: Pick<ApiParts, 'store' | 'now'>,
  name: RequestName,
  repeat: Exclude<Repeat, 'keyless'>,
  work: () => Promise<Outcome | Refusal>,
  about = '',
): Promise<Outcome | Refusal> {
  const record = await store.idempotency.begin(name.id, name.hash, KEPT_MS, now(), about);
  if (record === 'new') return firstAnswer({ store, now }, name, repeat, work);
  if (record.requestHash !== name.hash) return refuse('KEY_REUSED');
  if (record.state === 'running')
    return refuse('BUSY', 'The first request of this key is not answered yet.', STILL_RUNNING_MS);
  return repeat === 'once' ? { status: record.status, result: record.body } : work();
}

async function firstAnswer(
  { store, now }: Pick<ApiParts, 'store' | 'now'>,
  { id }: RequestName,
  repeat: Repeat,
  work: () => Promise<Outcome | Refusal>,
): Promise<Outcome | Refusal> {
  let outcome: Outcome | Refusal;
  try {
    outcome = await work();
  } catch (error) {
    // Where even this fails, the record holds up a repeat for a minute and no longer.
    await store.idempotency.forget(id).catch(() => undefined);
    throw error;
  }
  if (isRefusal(outcome)) await store.idempotency.forget(id);
  else await store.idempotency.done(id, outcome.status, repeat === 'once' ? (outcome.result ?? null) : null, now());
  return outcome;
}
