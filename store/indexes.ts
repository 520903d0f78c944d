// The indexes that the schemas name: made where they are missing, and what the server has of them. Must never drop one.
// Called by open-store.ts.
import type { IndexDefinition, IndexOptions, mongo } from 'mongoose';
import type { Models } from './models.ts';

/**
 * Makes those that are missing, all of a collection with one command: in a new database that is a third of the work of one by
 * one, as mongoose does it. Rejects where one of the same name or keys is another, and makes none of its collection.
 */
export async function makeIndexes(models: Models): Promise<void> {
  for (const model of Object.values(models)) {
    const indexes = model.schema.indexes().map(([key, options]) => ({ ...options, key }));
    if (indexes.length > 0) await model.collection.createIndexes(indexes as mongo.IndexDescription[]);
  }
}

/** `sessions: expiresAt` for each index that is not there, also where one of the same keys is not unique as it should be. */
export async function missingIndexes(models: Models): Promise<string[]> {
  const missing: string[] = [];
  for (const model of Object.values(models)) {
    const { toCreate } = await model.diffIndexes({ indexOptionsToCreate: true });
    for (const index of toCreate as [IndexDefinition, IndexOptions?][])
      missing.push(`${model.collection.name}: ${sentenceOf(index)}`);
  }
  return missing;
}

function sentenceOf([keys, options]: [IndexDefinition, IndexOptions?]): string {
  const names = Object.entries(keys).map(([name, order]) => (order === -1 ? `${name} falling` : name));
  return `${names.join(', ')}${options?.unique === true ? ' (unique)' : ''}`;
}
