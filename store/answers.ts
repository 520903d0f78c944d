// Answers: append-only, one insert for each revision, and no index but `_id`. Nothing is overwritten; a repeat is
// recognised by the hash that is stored. Each batch goes in behind its signed root. Must never name a write concern, must never
// say that an answer is stored when the store did not say so, and must never take one in without a root. Called by the answers
// worker, by the journal's write-through, by rooms and by the api.

import { answerId, answerRange, itemAndRevision, parseAnswerId } from '../exam/answer-id.ts';
import { isOfRoom } from '../exam/revision.ts';
import type { Response } from '../schema/answers.ts';
import type { AnswerDocument, RootDocument } from '../schema/documents/sheet.ts';
import type { QueuedAnswer } from '../schema/jobs.ts';
import { StoreFault, withFaults } from './fault.ts';
import { type Insertable, insertOnce } from './insertion.ts';
import type { Models } from './models.ts';
import { type Proofs, proofsOf, rootIdsOf } from './proofs.ts';
import type { ReceiptKeyStore } from './receipt-keys.ts';
import { rootNumbers, signBatch } from './signing.ts';

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

export function answerStore(models: Models, { signer }: Pick<ReceiptKeyStore, 'signer'>) {
  const answers = models.answers.collection.conn.collection<AnswerDocument>(models.answers.collection.name);
  const nextRoot = rootNumbers();

  /** Which of these places were there before with another content. The others are saved, and behind a root afterwards. */
  async function conflictsAmong(documents: readonly AnswerDocument[], repeated: readonly number[]): Promise<number[]> {
    const ids = repeated.map((place) => documents[place]?._id ?? '');
    const stored = await answers.find({ _id: { $in: ids } }, { projection: { hash: 1, root: 1 } }).toArray();
    const byId = new Map(stored.map((row) => [row._id, row]));
    // A duplicate that cannot be read back is not known to be durable: the whole batch is tried again.
    if (ids.some((id) => !byId.has(id)))
      throw new StoreFault('STORE_UNAVAILABLE', 'a repeated answer cannot be read yet');
    const conflicts = repeated.filter(
      (place) => byId.get(documents[place]?._id ?? '')?.hash !== documents[place]?.hash,
    );
    const unsigned = ids.filter(
      (id, index) => byId.get(id)?.root === undefined && !conflicts.includes(repeated[index] ?? 0),
    );
    // Of a version that signed nothing, sent again: from now on behind the root of this batch, which is stored by now.
    if (unsigned.length > 0) await point(unsigned, { $exists: false }, documents[0]?.root);
    return conflicts;
  }

  async function point(ids: readonly string[], from: unknown, root: number | undefined): Promise<void> {
    await answers.updateMany({ _id: { $in: [...ids] }, root: from } as never, { $set: { root } } as never);
  }

  /** The number of their root is another batch's, by chance: they get one of their own before anybody hears that they are saved. */
  async function signAgain(planId: string, documents: readonly AnswerDocument[], taken: number): Promise<void> {
    const root = nextRoot();
    const signed = signBatch(planId, root, documents, await signer());
    const duplicates = await insertOnce(answers as Insertable<object>, [signed]);
    if (duplicates.length > 0) throw new StoreFault('STORE_UNAVAILABLE', 'the number of a root is taken twice');
    await point(
      documents.map(({ _id }) => _id),
      taken,
      root,
    );
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
     * Inserts these answers of one plan behind their signed root. When it returns, every one is durable with it, except those
     * at `conflicts` (indexes), whose revision is stored with another content. A repeat is no error. Throws StoreFault, and
     * then nothing is known: STORE_REFUSED where some document will never be taken, else try again.
     */
    async insert(planId: string, queued: readonly QueuedAnswer[]): Promise<{ conflicts: number[] }> {
      if (queued.length === 0) return { conflicts: [] };
      const root = nextRoot();
      const documents = queued.map(([examineeId, item, revision, response, hash, at, late]): AnswerDocument => {
        const _id = answerId(planId, examineeId, item, revision);
        const answer = { _id, response, hash, at: new Date(at), root };
        return late === true ? { ...answer, late } : answer;
      });
      const signed = signBatch(planId, root, documents, await signer());
      // One command, which the server carries out and logs in order: an answer that is there has its root before it.
      const duplicates = await insertOnce(answers as Insertable<object>, [signed, ...documents]);
      if (duplicates.length === 0) return { conflicts: [] };
      const places = duplicates.map(({ index }) => index - 1).sort((one, other) => one - other);
      if (places[0] === -1) await signAgain(planId, documents, root);
      const repeated = places.filter((place) => place >= 0);
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

    /** The same of several people at once, by person; who has an empty vector is left out. Throws STORE_MISSING if one is not there. */
    async byVectors(
      planId: string,
      vectors: readonly (readonly [examineeId: string, vector: readonly [number, number][]])[],
    ): Promise<Map<string, CurrentAnswer[]>> {
      const ids = vectors.flatMap(([examineeId, vector]) =>
        vector.map(([item, revision]) => answerId(planId, examineeId, item, revision)),
      );
      const rows = ids.length === 0 ? [] : await answers.find({ _id: { $in: ids } }, { sort: { _id: 1 } }).toArray();
      if (rows.length !== ids.length) throw new StoreFault('STORE_MISSING', 'answers of a vector are not stored');
      const byPerson = Map.groupBy(rows, ({ _id }) => parseAnswerId(_id).examineeId);
      return new Map([...byPerson].map(([examineeId, theirs]) => [examineeId, theirs.map(toCurrent)]));
    },

    /** What shows that the answers of this vector were saved; without one those that are current. Throws STORE_MISSING if one is not there. */
    async proofs(planId: string, examineeId: string, vector: readonly [number, number][] | null): Promise<Proofs> {
      const ids =
        vector?.map(([item, revision]) => answerId(planId, examineeId, item, revision)) ??
        (await newestIds(planId, examineeId)).ids;
      const rows = ids.length === 0 ? [] : await answers.find({ _id: { $in: ids } }, { sort: { _id: 1 } }).toArray();
      if (rows.length !== ids.length) throw new StoreFault('STORE_MISSING', 'an answer of a vector is not stored');
      const rootIds = rootIdsOf(planId, rows);
      const found = rootIds.length === 0 ? [] : await answers.find({ _id: { $in: rootIds } }).toArray();
      return proofsOf(planId, rows, found as unknown as RootDocument[]);
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
