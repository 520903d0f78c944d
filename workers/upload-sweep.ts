// Takes the bytes of uploads that were removed, of those that nobody went on with, and of exports whose time is up, and then
// their rows. Whether this has been by decides nothing: what is removed cannot be read. Any number of processes may sweep at
// once. Called by main.ts.
import type { Logger } from 'pino';
import { UPLOAD_IDLE_MS } from '../schema/uploads.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Store } from '../store/open-store.ts';
import { type Sweep, startSweep } from './sweep.ts';

const SWEEP_EVERY_MS = 60_000;
const UPLOADS_A_STEP = 100;

export type UploadSweepOptions = {
  readonly store: Pick<Store, 'uploads' | 'keptExports'>;
  readonly blobs: BlobStore;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** Another length is for tests. */
  readonly everyMs?: number;
};

/** Starts the sweep; the first turn begins at once. */
export function startUploadSweep({ store, blobs, log, now, everyMs = SWEEP_EVERY_MS }: UploadSweepOptions): Sweep {
  async function sweep(signal: AbortSignal): Promise<void> {
    await store.uploads.removeIdle(now() - UPLOAD_IDLE_MS);
    await store.keptExports.removeExpired(now());
    let gone = 0;
    for (let ids = await store.uploads.removed(UPLOADS_A_STEP); ids.length > 0 && !signal.aborted; ) {
      for (const id of ids) {
        await blobs.remove(id);
        await store.uploads.forget(id);
      }
      gone += ids.length;
      ids = await store.uploads.removed(UPLOADS_A_STEP);
    }
    if (gone > 0) log.debug({ uploads: gone }, 'removed uploads were swept');
  }

  return startSweep('uploads', everyMs, sweep, log);
}
