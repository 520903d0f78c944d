// Checks a plan's whole chain, entry by entry, against its signed heads: those in the database and those in the files
// that lie beside it. Changes nothing. Called by the api.
import { type ChainReport, checkOf } from '../exam/audit-check.ts';
import { type FiledHeads, filedHeads } from './audit-files.ts';
import type { Store } from './open-store.ts';

const PAGE = 500;

export type CheckedChain = ChainReport & {
  readonly heads: { readonly stored: number; readonly filed: number; readonly unreadable: number };
};

/** Reads everything once. `key` is that of the heads (exam/audit-chain.ts). Throws where store or folder is away. */
export async function checkChain(
  store: Pick<Store, 'audit'>,
  dataDir: string,
  key: Buffer,
  planId: string,
): Promise<CheckedChain> {
  // Heads first: entries that come meanwhile are no flaw, heads that come meanwhile would be.
  const [stored, filed]: [Awaited<ReturnType<Store['audit']['heads']>>, FiledHeads] = await Promise.all([
    store.audit.heads(planId),
    filedHeads(dataDir, planId),
  ]);
  const check = checkOf(planId, [...stored, ...filed.heads], key);
  await walk(store, planId, check.take);
  const heads = { stored: stored.length, filed: filed.heads.length, unreadable: filed.unreadable };
  return { ...check.report(), heads };
}

async function walk(
  { audit }: Pick<Store, 'audit'>,
  planId: string,
  take: ReturnType<typeof checkOf>['take'],
): Promise<void> {
  let after = 0;
  for (;;) {
    const page = await audit.byPlan(planId, after, PAGE);
    if (!page.every(take) || page.length < PAGE) return;
    after = page.at(-1)?.sequence ?? after;
  }
}
