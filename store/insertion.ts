// Inserting once: at-least-once callers repeat themselves, and a repeat must be told from a failure. A bulk error says
// "inserted or there before" only if it has write errors and every one is a duplicate: a broken connection has none.
// Must never name a write concern: the URL alone does. Called by the aggregates of store/.
import mongoose, { type Model } from 'mongoose';
import type { AuditFacts } from '../schema/documents/audit.ts';
import { type RefusalCode, RefusalError, refuse } from '../schema/refusals.ts';
import { isDuplicate, StoreFault } from './fault.ts';

const { MongoBulkWriteError } = mongoose.mongo;
const DUPLICATE_CODE = 11000;

/** `index` is the document's place in what was inserted; `key` is the unique index that refused it. */
export type Duplicate = { readonly index: number; readonly key: string };

export type Insertable<D> = { insertMany(documents: D[], options: { ordered: false }): Promise<unknown> };

/**
 * One unordered insert. Returns the documents that were there before by a unique key; all others are durable.
 * Throws what the driver threw for anything else.
 */
export async function insertOnce<D>(collection: Insertable<D>, documents: D[]): Promise<Duplicate[]> {
  if (documents.length === 0) return [];
  try {
    await collection.insertMany(documents, { ordered: false });
    return [];
  } catch (error) {
    return duplicatesOf(error);
  }
}

/** The duplicates of a bulk error that is about nothing else. Throws the error itself where it is about anything else. */
export function duplicatesOf(error: unknown): Duplicate[] {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  const writeErrors = [error.writeErrors].flat();
  // No write errors means that the connection broke: `every` would be true of them, and nothing is known to be stored.
  if (writeErrors.length === 0) throw error;
  if (writeErrors.some((one) => one.code !== DUPLICATE_CODE)) throw error;
  if (error.result.getWriteConcernError() !== undefined) throw error;
  return writeErrors.map((one) => ({ index: one.index, key: keyOf(one.errmsg) }));
}

function keyOf(message: string | undefined): string {
  return / index: (\S+) dup key/.exec(message ?? '')?.[1] ?? '';
}

/**
 * Inserts validated documents, each once: one with an `_id` that is there before is left as it is. Where a name is
 * taken, what this call inserted is removed again and a RefusalError says which rows; STORE_DUPLICATE is thrown for any
 * other unique value. `names` are the unique indexes that hold names, with what is refused where one is taken.
 */
export async function createAll<D extends { _id: string }>(
  model: Model<D>,
  documents: D[],
  names: Readonly<Record<string, RefusalCode>> = {},
): Promise<void> {
  const plain = await Promise.all(documents.map((document) => validated(model, document)));
  const collection = model.collection as unknown as Insertable<D>;
  const duplicates = await insertOnce(collection, plain);
  const taken = duplicates.filter(({ key }) => key !== '_id_');
  if (taken.length === 0) return;
  await removeAgain(model, plain, duplicates);
  const other = taken.find(({ key }) => !Object.hasOwn(names, key));
  if (other !== undefined) throw new StoreFault('STORE_DUPLICATE', `a unique value is taken: ${other.key}`);
  const code = names[taken[0]?.key ?? ''] ?? 'NAME_TAKEN';
  const rows = taken.filter(({ key }) => names[key] === code).map(({ index }) => index);
  const shown = rows.sort((a, b) => a - b).slice(0, 20);
  throw new RefusalError(refuse(code, `Rows from 0: ${shown.join(', ')}.`));
}

async function removeAgain<D extends { _id: string }>(
  model: Model<D>,
  documents: D[],
  duplicates: Duplicate[],
): Promise<void> {
  const before = new Set(duplicates.map(({ index }) => index));
  const ids = documents.filter((_, index) => !before.has(index)).map(({ _id }) => _id);
  if (ids.length > 0) await model.collection.deleteMany({ _id: { $in: ids as never[] } });
}

/** The document with what it carries into the audit chain from its first write; as it is where that is nothing. */
export function carrying<D extends object>(document: D, facts: AuditFacts | undefined): D {
  return facts === undefined ? document : { ...document, unchained: [facts] };
}

/** Stores validated documents whole, in the place of any with the same `_id`. */
export async function putAll<D extends { _id: string }>(model: Model<D>, documents: readonly D[]): Promise<void> {
  if (documents.length === 0) return;
  const plain = await Promise.all(documents.map((document) => validated(model, document)));
  const writes = plain.map(({ _id, ...replacement }) => {
    return { replaceOne: { filter: { _id }, replacement, upsert: true } };
  });
  await model.collection.bulkWrite(writes as never[], { ordered: false });
}

/** The document as its schema has it. Throws where the schema refuses it. */
export async function validated<D>(model: Model<D>, document: D): Promise<D> {
  const made = new model(document);
  await made.validate();
  return made.toObject({ depopulate: true, flattenMaps: true }) as D;
}

/** The write; throws RefusalError NAME_TAKEN where another document has the name that it sets. */
export async function unlessTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw isDuplicate(error) ? new RefusalError(refuse('NAME_TAKEN')) : error;
  }
}
