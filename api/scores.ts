// Which version of a plan's scores somebody may read, and the key as scoring sees it. Called by the routes of results,
// marks and exports. The key itself never leaves the api.
import { keyInOrder } from '../exam/key-order.ts';
import type { KeyEntry } from '../exam/scoring.ts';
import type { PlanDocument, Scoring } from '../schema/documents/plan.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { ApiParts } from './parts.ts';
import type { Subject } from './who-is-it.ts';

/** The version that an admin asks for, the one that counts where none is named; for everybody else the one that was released. */
export function readableScores(
  { role }: Pick<Subject, 'role'>,
  { scoring, released }: Pick<PlanDocument, 'scoring' | 'released'>,
  version?: number,
): Scoring | Refusal {
  if (scoring === undefined) return refuse('RESULT_UNKNOWN');
  if (role !== 'admin') {
    if (released === undefined) return refuse('RESULT_UNRELEASED');
    return version === undefined || version === released.version ? released : refuse('RESULT_UNRELEASED');
  }
  if (version === undefined) return scoring;
  const found = [scoring, ...scoring.earlier].find((one) => one.version === version);
  return found ?? refuse('RESULT_UNKNOWN', `There is no version ${version}.`);
}

/** The newest key in the order of the paper; without entries where there is none yet. */
export async function keyOf({ store }: Pick<ApiParts, 'store'>, { paperId }: PlanDocument): Promise<KeyEntry[]> {
  const [paper, key] = await Promise.all([store.papers.get(paperId), store.keys.newest(paperId)]);
  return keyInOrder(paper?.items ?? [], key?.entries ?? []);
}
