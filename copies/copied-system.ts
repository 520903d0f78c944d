// A whole system as its settings name it, for who copies it: opened, worked on, closed. Called by the commands.
import type { Config } from '../config.ts';
import { openBlobs } from '../store/open-blobs.ts';
import { openStore } from '../store/open-store.ts';
import type { RestoreSystem } from './restore.ts';

export type CopiedConfig = Pick<Config, 'mongodbUrl' | 'redisUrl' | 'paperKey' | 'dataDir' | 'bucket'>;

/** Throws what the work throws, and StoreFault where the store does not answer or its URL does not fit. */
export async function withCopiedSystem<T>(
  { mongodbUrl, redisUrl, paperKey, dataDir, bucket }: CopiedConfig,
  work: (system: RestoreSystem) => Promise<T>,
): Promise<T> {
  const store = await openStore({ url: mongodbUrl, paperKey, poolSize: 4 });
  try {
    return await work({ store, blobs: openBlobs({ dataDir, bucket }), dataDir, paperKey, redisUrl });
  } finally {
    await store.close();
  }
}
