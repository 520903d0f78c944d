// The audit chain of each plan. Appending is an insert on the unique plan and sequence, so that of several workers one
// wins and the others go after it: the chain cannot fork. Must never change or remove an entry.
// Called by the audit worker; read by the api and by the check.
import type { Model } from 'mongoose';
import { type ChainEnd, chained, NO_ENTRY } from '../exam/audit-chain.ts';
import type { Waiting } from '../exam/audit-facts.ts';
import { INSTALLATION_CHAIN } from '../exam/audit-writes.ts';
import type { AuditDocument, AuditFacts, HeadDocument } from '../schema/documents/audit.ts';
import { LISTS } from '../schema/lists.ts';
import { StoreFault, withFaults } from './fault.ts';
import { createAll, duplicatesOf } from './insertion.ts';
import { given, type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

/** How often an end that somebody else has moved on is tried anew; each loss is another's progress. */
const TRIES = 200;

export type AuditFilter = { readonly kind?: string | undefined; readonly subject?: string | undefined };

export type AuditStore = ReturnType<typeof auditStore>;

/** What waits in one document. */
export type Carried = Waiting & { readonly planId: string; readonly in: CarrierName; readonly documentId: string };
type CarrierName = (typeof CARRIERS)[number];
type Carrier = {
  _id: string;
  planId?: string;
  roomId?: string;
  sequence?: number;
  unchained: AuditFacts[];
};

/** Collections whose documents carry what is to be in the chain, controls first: what follows from one comes after it. */
const CARRIERS = [
  'controls',
  'plans',
  'receipts',
  'rooms',
  'examinees',
  'proctors',
  'sheets',
  'incidents',
  'imports',
  'rosterImports',
  'marks',
  'erasures',
  'papers',
  'keys',
  'admins',
  'logs',
] as const;
/** Theirs is the installation's chain. */
const OF_NO_PLAN: readonly CarrierName[] = ['papers', 'keys', 'admins'];

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
    /** Appends these in their order; a source that is there already stays as it is. Throws where others keep winning. */
    async append(planId: string, facts: readonly AuditFacts[]): Promise<void> {
      for (let tries = 0; tries < TRIES; tries++) {
        const rest = await missing(facts);
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
    async waiting(limit: number): Promise<Carried[]> {
      const found = await Promise.all(CARRIERS.map((name) => carriedIn(name, models[name] as never, limit)));
      return found.flat();
    },

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

async function carriedIn(name: CarrierName, model: Model<Carrier>, limit: number): Promise<Carried[]> {
  // An index on members of lists sorts nothing, but its scan begins with the oldest.
  const rows = await model.collection
    .find<Carrier>({ 'unchained.at': { $gt: 0 } } as never)
    .project<Carrier>({ planId: 1, roomId: 1, sequence: 1, unchained: 1 })
    .limit(limit)
    .toArray();
  const elsewhere = OF_NO_PLAN.includes(name) ? INSTALLATION_CHAIN : undefined;
  return rows.flatMap(({ _id, planId = elsewhere ?? _id, roomId = '', sequence, unchained }) =>
    unchained.map((facts): Carried => {
      // A schema may have left out what is empty.
      const whole = { ...facts, data: facts.data ?? {}, roomId: facts.roomId || roomId };
      return { facts: whole, sequence, planId, in: name, documentId: _id };
    }),
  );
}
