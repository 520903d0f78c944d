// Answers: append-only, one insert for each revision, and no index but `_id`. Nothing is overwritten; a repeat is
// recognised by the hash that is stored. Must never name a write concern, and must never say that an answer is stored
// when the store did not say so. Called by the answers worker, by the journal's write-through, by rooms and by the api.

import { answerId, answerRange, itemAndRevision } from '../exam/answer-id.ts';
import { isOfRoom } from '../exam/revision.ts';
import type { Response } from '../schema/answers.ts';
import type { AnswerDocument } from '../schema/documents/sheet.ts';
import type { QueuedAnswer } from '../schema/jobs.ts';
import { StoreFault, withFaults } from './fault.ts';
import { insertOnce } from './insertion.ts';
import type { Models } from './models.ts';

/**
 * One stored revision. `at` is epoch ms of the room's accepting; a pruned one has lost its content, not its hash; a late
 * one came after the end.
 */
export type CurrentAnswer = {
  item: number;
  revision: number;
  response: Response;
  hash: string;
  at: number;
  pruned?: true;
  late?: true;
};

/** `first` is the item's lowest revision of a person's own: where an item was reached. */
export type StoredRevision = { item: number; revision: number; hash: string; first: number };

export type AnswerStore = ReturnType<typeof answerStore>;

export function answerStore(models: Models) {
  const answers = models.answers.collection.conn.collection<AnswerDocument>(models.answers.collection.name);

  async function conflictsAmong(documents: AnswerDocument[], repeated: number[]): Promise<number[]> {
    const ids = repeated.map((index) => documents[index]?._id ?? '');
    const stored = await answers.find({ _id: { $in: ids } }, { projection: { hash: 1 } }).toArray();
    const hashes = new Map(stored.map(({ _id, hash }) => [_id, hash]));
    // A duplicate that cannot be read back is not known to be durable: the whole batch is tried again.
    if (ids.some((id) => !hashes.has(id)))
      throw new StoreFault('STORE_UNAVAILABLE', 'a repeated answer cannot be read yet');
    return repeated.filter((index) => hashes.get(documents[index]?._id ?? '') !== documents[index]?.hash);
  }

  /** `_id` of the highest revision of each item, in the order of items, and the item's lowest one. Reads the index alone. */
  async function newestIds(planId: string, examineeId: string): Promise<{ ids: string[]; first: Map<number, number> }> {
    const rows = await answers
      .find({ _id: answerRange(planId, examineeId) }, { projection: { _id: 1 }, sort: { _id: 1 } })
      .toArray();
    const newest = new Map<number, string>();
    const first = new Map<number, number>();
    for (const { _id } of rows) {
      const [item, revision] = itemAndRevision(_id);
      newest.set(item, _id);
      if (!first.has(item) && !isOfRoom(revision)) first.set(item, revision);
    }
    return { ids: [...newest.values()], first };
  }

  async function byIds(ids: string[]): Promise<CurrentAnswer[]> {
    if (ids.length === 0) return [];
    const rows = await answers.find({ _id: { $in: ids } }, { sort: { _id: 1 } }).toArray();
    return rows.map(toCurrent);
  }

  return withFaults('answers', {
    /**
     * Inserts these answers of one plan. When it returns, every one is durable, except those at `conflicts` (indexes),
     * whose revision is stored with another content. A repeat is no error. Throws StoreFault, and then nothing is known:
     * STORE_REFUSED where some document will never be taken, else try again.
     */
    async insert(planId: string, queued: readonly QueuedAnswer[]): Promise<{ conflicts: number[] }> {
      const documents = queued.map(([examineeId, item, revision, response, hash, at, late]): AnswerDocument => {
        const answer = { _id: answerId(planId, examineeId, item, revision), response, hash, at: new Date(at) };
        return late === true ? { ...answer, late } : answer;
      });
      const duplicates = await insertOnce(answers, documents);
      if (duplicates.length === 0) return { conflicts: [] };
      const repeated = duplicates.map(({ index }) => index).sort((a, b) => a - b);
      return { conflicts: await conflictsAmong(documents, repeated) };
    },

    /** The highest revision of each item, in the order of items. */
    async current(planId: string, examineeId: string): Promise<CurrentAnswer[]> {
      return byIds((await newestIds(planId, examineeId)).ids);
    },

    /** The same without content; what a room needs to be rebuilt. */
    async revisions(planId: string, examineeId: string): Promise<StoredRevision[]> {
      const { ids, first } = await newestIds(planId, examineeId);
      if (ids.length === 0) return [];
      const rows = await answers.find({ _id: { $in: ids } }, { projection: { hash: 1 }, sort: { _id: 1 } }).toArray();
      return rows.map(toRevision).map((row) => ({ ...row, first: first.get(row.item) ?? row.revision }));
    },

    /** Every revision, by item and then by revision; of one item where it is named. */
    async history(planId: string, examineeId: string, item?: number): Promise<CurrentAnswer[]> {
      const range = item === undefined ? answerRange(planId, examineeId) : itemRange(planId, examineeId, item);
      const rows = await answers.find({ _id: range }, { sort: { _id: 1 } }).toArray();
      return rows.map(toCurrent);
    },

    /** When each revision was saved, and nothing of what it says; by item and then by revision. */
    async savedAt(planId: string, examineeId: string): Promise<{ item: number; at: number; late: boolean }[]> {
      const projection = { at: 1, late: 1 } as const;
      const rows = await answers.find({ _id: answerRange(planId, examineeId) }, { projection }).toArray();
      return rows.map(({ _id, at, late = false }) => ({ item: itemAndRevision(_id)[0], at: at.getTime(), late }));
    },

    /** The answers that a sheet's vector names, in the order of items. Throws STORE_MISSING if one is not there. */
    async byVector(planId: string, examineeId: string, vector: readonly [number, number][]): Promise<CurrentAnswer[]> {
      const found = await byIds(vector.map(([item, revision]) => answerId(planId, examineeId, item, revision)));
      if (found.length !== vector.length) {
        throw new StoreFault('STORE_MISSING', `${vector.length - found.length} answers of a vector are not stored`);
      }
      return found;
    },

    /** Empties the content of these; `_id` and hash stay, so that a repeat is still recognised. */
    async prune(ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return;
      await answers.updateMany({ _id: { $in: [...ids] } }, { $set: { response: null, pruned: true } });
    },
  });
}

function itemRange(planId: string, examineeId: string, item: number): { $gte: string; $lt: string } {
  return { $gte: answerId(planId, examineeId, item, 0), $lt: answerId(planId, examineeId, item + 1, 0) };
}

function toRevision({ _id, hash }: Pick<AnswerDocument, '_id' | 'hash'>): Omit<StoredRevision, 'first'> {
  const [item, revision] = itemAndRevision(_id);
  return { item, revision, hash };
}

function toCurrent(row: AnswerDocument): CurrentAnswer {
  const answer = { ...toRevision(row), response: row.response, at: row.at.getTime() };
  const marks = { ...(row.pruned ? { pruned: true as const } : {}), ...(row.late ? { late: true as const } : {}) };
  return { ...answer, ...marks };
}
