// Whether a chain is whole: walks its entries in their order and names the first sequence at which it no longer
// verifies. Pure; store/audit-check.ts feeds it. Must never say whole of what it has not seen to the last signed head.
import type { AuditDocument, HeadDocument } from '../schema/documents/audit.ts';
import { entryHash, isSigned } from './audit-chain.ts';

/**
 * `changed`: the entry does not have its own hash. `missing`: no entry has this sequence, and later ones do. `forked`:
 * two have it. `unlinked`: it does not follow the entry before it. `head-differs`: a signed head knew another entry here.
 * `truncated`: a signed head knew entries from here on. `head-forged`: a head of this sequence is not of our key.
 */
export type ChainFlaw = {
  readonly sequence: number;
  readonly why: 'changed' | 'missing' | 'forked' | 'unlinked' | 'head-differs' | 'truncated' | 'head-forged';
};

export type ChainReport = {
  /** Entries that verify, counted from the first. */
  readonly verified: number;
  readonly headCount: number;
  /** Undefined: everything fits. */
  readonly flaw: ChainFlaw | undefined;
};

export type ChainCheck = {
  /** The next entry by sequence; false when a flaw was found and no other entry is needed. */
  take(entry: AuditDocument): boolean;
  /** After the last entry, or after the first flaw. */
  report(): ChainReport;
};

/** A check of this plan's chain against these heads, from wherever they come. */
export function checkOf(planId: string, heads: readonly HeadDocument[], key: Buffer): ChainCheck {
  const own = heads.filter((head) => head.planId === planId);
  const signed = own.filter((head) => isSigned(key, head));
  const forged = own.filter((head) => !signed.includes(head)).map(({ sequence }) => sequence);
  const known = Map.groupBy(signed, ({ sequence }) => sequence);
  const furthest = signed.reduce((most, { sequence }) => Math.max(most, sequence), 0);
  let [sequence, hash] = [0, ''];
  let flaw: ChainFlaw | undefined;

  function whyNot(entry: AuditDocument): ChainFlaw['why'] | undefined {
    if (entry.sequence <= sequence) return 'forked';
    if (entry.sequence > sequence + 1) return 'missing';
    if (entry.planId !== planId || entryHash(entry) !== entry.hash) return 'changed';
    if (entry.previous !== hash) return 'unlinked';
    const isOther = known.get(entry.sequence)?.some((head) => head.hash !== entry.hash) ?? false;
    return isOther ? 'head-differs' : undefined;
  }

  function flawOfHeads(): ChainFlaw | undefined {
    if (furthest > sequence) return { sequence: sequence + 1, why: 'truncated' };
    return forged.length > 0 ? { sequence: Math.min(...forged), why: 'head-forged' } : undefined;
  }

  return {
    take(entry) {
      const why = whyNot(entry);
      if (why === undefined) [sequence, hash] = [entry.sequence, entry.hash];
      else flaw = { sequence: why === 'missing' ? sequence + 1 : entry.sequence, why };
      return flaw === undefined;
    },
    report: () => ({ verified: sequence, headCount: signed.length, flaw: flaw ?? flawOfHeads() }),
  };
}
