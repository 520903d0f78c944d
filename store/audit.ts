// The audit chain of each plan. Appending is an insert on the unique plan and sequence, so that of several workers one
// wins and the others go after it: the chain cannot fork. Must never change or remove an entry.
// Called by the audit worker; read by the api and by the check.
import { type ChainEnd, chained, NO_ENTRY } from '../exam/audit-chain.ts';
import type { AuditDocument, AuditFacts, HeadDocument } from '../schema/documents/audit.ts';
import { LISTS } from '../schema/lists.ts';
import { type Carried, carriedBy } from './audit-carriers.ts';
import { keepTexts, type ShownTexts, textsFor } from './audit-texts.ts';
import { StoreFault, withFaults } from './fault.ts';
import { createAll, duplicatesOf } from './insertion.ts';
import { given, type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

/** How often an end that somebody else has moved on is tried anew; each loss is another's progress. */
const TRIES = 200;

export type AuditFilter = { readonly kind?: string | undefined; readonly subject?: string | undefined };

export type AuditStore = ReturnType<typeof auditStore>;

export function auditStore(models: Models) {
  const { audit, heads } = models;

  async function end(planId: string): Promise<ChainEnd> {
    const last = await audit
      .findOne({ planId })
      .sort({ sequence: -1 })
      .select({ sequence: 1, hash: 1 })
      .lean<ChainEnd>()
      .exec();
    return last === null ? NO_ENTRY : { sequence: last.sequence, hash: last.hash };
  }

  /** Those of these that the chain does not have, each once. */
  async function missing(facts: readonly AuditFacts[]): Promise<AuditFacts[]> {
    const bySource = new Map(facts.map((one) => [one.source, one]));
    const there = await audit
      .find({ _id: anyOf([...bySource.keys()]) })
      .select({ _id: 1 })
      .lean<{ _id: string }[]>()
      .exec();
    for (const { _id } of there) bySource.delete(_id);
    return [...bySource.values()];
  }

  return withFaults('audit', {
    /**
     * Appends these in their order, what people wrote as salted hashes; a source that is there already stays as it is. Throws
     * where others keep winning.
     */
    async append(planId: string, facts: readonly AuditFacts[]): Promise<void> {
      const given = await keepTexts(models, planId, await missing(facts));
      for (let tries = 0; tries < TRIES; tries++) {
        const rest = await missing(given);
        if (rest.length === 0) return;
        const entries = chained(planId, await end(planId), rest);
        try {
          // Ordered: what was inserted before a place was lost is a chain without gaps.
          await audit.collection.insertMany(entries as never[], { ordered: true });
          return;
        } catch (error) {
          duplicatesOf(error);
        }
      }
      throw new StoreFault('STORE_UNAVAILABLE', 'others keep appending to the chain of this plan');
    },

    /** Where the plan's chain ends; sequence 0 where it has not begun. */
    end,

    /** Entries after this sequence (0: from the first), in their order. */
    byPlan: (planId: string, afterSequence: number, limit: number): Promise<AuditDocument[]> =>
      listed<AuditDocument>(audit, { planId }, LISTS.audit.sorts, { after: String(afterSequence), limit }),

    /** The same in either direction; of this kind and about this subject, where they are named. */
    list: (planId: string, { kind, subject, ...page }: ListPage & AuditFilter): Promise<AuditDocument[]> =>
      listed<AuditDocument>(audit, { planId, ...given({ kind, subject }) }, LISTS.audit.sorts, page),

    /** What the documents carry and the chain has not taken up yet, the oldest first, at most `limit` documents of each kind. */
    waiting: (limit: number): Promise<Carried[]> => carriedBy(models, limit),

    /** What people wrote into these entries, by their sources; null for what was taken away. */
    textsFor: (entries: readonly AuditDocument[]): Promise<Map<string, ShownTexts>> => textsFor(models, entries),

    /** These are in the chain: their documents need not carry them any more. */
    async taken(carried: readonly Carried[]): Promise<void> {
      for (const [name, rows] of Map.groupBy(carried, (one) => one.in)) {
        const writes = rows.map(({ documentId: _id, facts: { source } }) => {
          return { updateOne: { filter: { _id }, update: { $pull: { unchained: { source } } } } };
        });
        await models[name].collection.bulkWrite(writes as never[], { ordered: false });
      }
    },

    /** Keeps a signed head; one of the same sequence stays as it is. */
    keepHead: (head: HeadDocument): Promise<void> => createAll(heads, [head]),

    /** The kept heads of a plan, in the order of their sequences. */
    heads: (planId: string): Promise<HeadDocument[]> =>
      heads.find({ planId }).sort({ sequence: 1 }).lean<HeadDocument[]>().exec(),

    /** The kept head that went furthest. Null: none was signed yet. */
    lastHead: (planId: string): Promise<HeadDocument | null> =>
      heads.findOne({ planId }).sort({ sequence: -1 }).lean<HeadDocument>().exec(),
  });
}
