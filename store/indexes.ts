// What the server has of the indexes that the schemas name. Must never make or drop one: this is for looking.
// Called by open-store.ts.
import type { IndexDefinition, IndexOptions } from 'mongoose';
import type { Models } from './models.ts';

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
