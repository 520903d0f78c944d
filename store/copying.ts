// The store as a copy of it is made and brought back: whole documents as they lie, by parts in an order that needs no
// transaction. What says that something else is so is read before what it speaks of, so that a copy which is taken
// while exams run never says more than it holds. Must never change a document on its way. Called by copies/ alone.
import mongoose, { type Connection } from 'mongoose';
import { planRange, rootRange } from '../exam/answer-id.ts';
import { withFaults } from './fault.ts';
import { duplicatesOf } from './insertion.ts';
import type { Models } from './models.ts';

const { BSON } = mongoose.mongo;

type Part = { readonly model: keyof Models; readonly filter?: object; readonly projection?: Record<string, 1> };

/** Ids of roots begin with a point, those of answers with the plan's. */
const FIRST_ANSWER = '0';
const EVERY = { _id: { $gte: '' } };

/**
 * The parts, in the order in which they are read. A plan that has ended speaks of rooms, a room of the states of its
 * people, those of sheets, a sheet of answers, an answer of its root and of its session's fence, a receipt of its
 * control, a signed head of the chain, that of texts beside it; and what a document carries for the chain goes from it only
 * when the chain has it.
 */
export const PARTS = {
  idempotency: { model: 'idempotency' },
  sessions: { model: 'sessions' },
  files: { model: 'files' },
  statistics: { model: 'statistics' },
  results: { model: 'results' },
  marks: { model: 'marks' },
  rosterImports: { model: 'rosterImports' },
  plans: { model: 'plans' },
  rooms: { model: 'rooms' },
  examinees: { model: 'examinees' },
  sheets: { model: 'sheets' },
  photos: { model: 'photos' },
  calls: { model: 'calls' },
  imports: { model: 'imports' },
  heldAnswers: { model: 'heldAnswers' },
  incidents: { model: 'incidents' },
  countedReports: { model: 'countedReports' },
  monitoring: { model: 'monitoring' },
  logs: { model: 'logs' },
  logCounts: { model: 'logCounts' },
  answers: { model: 'answers', filter: { _id: { $gte: FIRST_ANSWER } } },
  roots: { model: 'answers', filter: { _id: { $gte: '', $lt: FIRST_ANSWER } } },
  // Once more of each person: by which session the answers came. A lower fence would give their revisions away again.
  entries: {
    model: 'examinees',
    projection: { fence: 1, entryId: 1, deviceKey: 1, registered: 1, usedRelease: 1, unchained: 1 },
  },
  uploads: { model: 'uploads' },
  receipts: { model: 'receipts' },
  controls: { model: 'controls' },
  proctors: { model: 'proctors' },
  admins: { model: 'admins' },
  keys: { model: 'keys' },
  papers: { model: 'papers' },
  receiptKeys: { model: 'receiptKeys' },
  erasures: { model: 'erasures' },
  heads: { model: 'heads' },
  audit: { model: 'audit' },
  auditTexts: { model: 'auditTexts' },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as PartName[];

/**
 * The order in which they are written: roots before answers, people before their entries, and plans last, because rooms
 * are looked for in the plans that are there.
 */
export const WRITING_ORDER: readonly PartName[] = [
  ...PART_NAMES.filter((name) => name !== 'plans' && name !== 'entries').reverse(),
  'entries',
  'plans',
];

/** A document as the server sent it, in BSON. */
export type RawDocument = Uint8Array;

/** What another call of the same restore would go on with. */
type Restoring = { readonly _id: 'restore'; readonly backupId: string };

const READ_AT_ONCE = 1_000;
/** Beside the collections of the models: only while a copy is being brought back. */
const RESTORING = 'restoring';

export type StoreCopies = ReturnType<typeof storeCopies>;

export function storeCopies(connection: Connection, models: Models) {
  const native = (model: keyof Models) => connection.collection(models[model].collection.name);
  const restoring = connection.collection<Restoring>(RESTORING);

  return {
    /** Every document of this part that was there before this call, and some that came since, in the order of `_id`. */
    read(name: PartName): AsyncIterable<RawDocument> {
      const { model, filter = EVERY, projection }: Part = PARTS[name];
      const options = { raw: true, sort: { _id: 1 }, hint: { _id: 1 }, batchSize: READ_AT_ONCE } as const;
      const found = native(model).find(
        filter as never,
        projection === undefined ? options : { ...options, projection },
      );
      return found as unknown as AsyncIterable<RawDocument>;
    },

    /** Every document of this collection that is of this plan, as it lies. */
    ofPlan(model: keyof Models, planId: string): AsyncIterable<Record<string, unknown>> {
      const filter =
        model === 'plans' ? { _id: planId } : model === 'answers' ? { _id: planRange(planId) } : { planId };
      return native(model).find(filter as never, { batchSize: READ_AT_ONCE });
    },

    /** The signed roots of this plan. */
    rootsOf(planId: string): AsyncIterable<Record<string, unknown>> {
      return native('answers').find({ _id: rootRange(planId) } as never, { batchSize: READ_AT_ONCE });
    },

    ...withFaults('copies', {
      /** Inserts these; one whose `_id` is there already stays as it is. */
      async write(name: PartName, documents: readonly RawDocument[]): Promise<void> {
        if (documents.length === 0) return;
        const { model } = PARTS[name];
        if (name === 'entries') {
          await native(model).bulkWrite(documents.map(entryWrite) as never[], { ordered: false });
          return;
        }
        try {
          await native(model).insertMany(documents.map(exactly) as never[], { ordered: false });
        } catch (error) {
          const other = duplicatesOf(error).find(({ key }) => key !== '_id_');
          if (other !== undefined) throw error;
        }
      },

      /** Collections that have something, with how much. */
      async inTheWay(): Promise<{ collection: string; count: number }[]> {
        const found = await Promise.all(
          Object.values(models).map(async ({ collection: { name: collection } }) => {
            return { collection, count: await connection.collection(collection).estimatedDocumentCount() };
          }),
        );
        return found.filter(({ count }) => count > 0);
      },

      /** Which backup is being brought back here, and is not whole yet; undefined: none. */
      async restoring(): Promise<string | undefined> {
        return (await restoring.findOne({ _id: 'restore' }))?.backupId;
      },

      /** From now on no process serves from this store. */
      async begin(backupId: string): Promise<void> {
        await restoring.updateOne({ _id: 'restore' }, { $set: { backupId } }, { upsert: true });
      },

      /** It is whole. */
      async end(): Promise<void> {
        await restoring.drop();
      },
    }),
  };
}

/** The document with its numbers of the very types that they had. */
function exactly(document: RawDocument): object {
  return BSON.deserialize(document, { promoteValues: false, promoteBuffers: false, promoteLongs: false });
}

/** Somebody who has entered since the row was read is in again, by that session. */
function entryWrite(document: RawDocument) {
  const { _id, fence, unchained = [], ...session } = BSON.deserialize(document);
  const set = Object.entries(session).map(([name, value]) => [name, { $literal: value }]);
  const isOutside = { $in: ['$status', ['registered', 'absent']] };
  return {
    updateOne: {
      filter: { _id, fence: { $lt: fence } },
      update: [
        {
          $set: {
            ...Object.fromEntries(set),
            fence,
            status: { $cond: [isOutside, 'entered', '$status'] },
            unchained: { $concatArrays: [{ $ifNull: ['$unchained', []] }, { $literal: unchained }] },
          },
        },
      ],
    },
  };
}
