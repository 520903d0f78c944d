// Idempotency records: which request was answered how, so that a repeat gets the same answer and does nothing twice.
// Must never hold a secret: the caller forgets the record of such an answer. Called by the api; the workers
// sweep.
import type { IdempotencyDocument } from '../schema/documents/record.ts';
import { removeExpired } from './expired.ts';
import { isDuplicate, StoreFault, withFaults } from './fault.ts';
import type { Models } from './models.ts';

/** So long may a request run; after it the record of one whose process died no longer holds up its repeat. */
const RUNNING_MS = 60_000;
const TRIES = 5;

export type IdempotencyStore = ReturnType<typeof idempotencyStore>;

export function idempotencyStore({ idempotency }: Models) {
  /** Takes over a record that has expired and is not swept yet; false where somebody else was first. */
  async function takeOver(fresh: IdempotencyDocument, expired: IdempotencyDocument): Promise<boolean> {
    const result = await idempotency
      .replaceOne({ _id: fresh._id, expiresAt: expired.expiresAt, state: expired.state }, fresh)
      .exec();
    return result.modifiedCount === 1;
  }

  return withFaults('idempotency', {
    /**
     * 'new': this request is the first, and `done` or `forget` must follow. Otherwise the stored record: another
     * `requestHash` means that the key was used for another request, `running` that the first is not answered yet.
     * `now` in epoch ms, by the clock that the sweep goes by; `about` is the plan or person that it is about, for who erases.
     */
    async begin(
      id: string,
      requestHash: string,
      ttlMs: number,
      now = Date.now(),
      about = '',
    ): Promise<'new' | IdempotencyDocument> {
      for (let tries = 0; tries < TRIES; tries++) {
        const fresh: IdempotencyDocument = {
          _id: id,
          requestHash,
          state: 'running',
          status: 0,
          body: null,
          ttlMs,
          expiresAt: now + RUNNING_MS,
          ...(about === '' ? {} : { about }),
        };
        try {
          await idempotency.create(fresh);
          return 'new';
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
        const stored = await idempotency.findOne({ _id: id }).lean<IdempotencyDocument>().exec();
        if (stored && stored.expiresAt > now) return stored;
        if (stored && (await takeOver(fresh, stored))) return 'new';
      }
      throw new StoreFault('STORE_UNAVAILABLE', 'others keep taking this record');
    },

    /** Stores the answer of a running request; it is kept for the time that `begin` was given. */
    async done(id: string, status: number, body: unknown, now = Date.now()): Promise<void> {
      const record = await idempotency.findOne({ _id: id }).select({ ttlMs: 1 }).lean<{ ttlMs: number }>().exec();
      if (record === null) return;
      const expiresAt = now + record.ttlMs;
      await idempotency
        .updateOne({ _id: id, state: 'running' }, { $set: { state: 'done', status, body, expiresAt } })
        .exec();
    },

    /** Removes the record: the request failed, or its answer holds a secret. */
    async forget(id: string): Promise<void> {
      await idempotency.deleteOne({ _id: id }).exec();
    },

    /** Removes what has expired by `now` (epoch ms), `limit` of it at most. Returns how many it found. */
    sweep: (now: number, limit: number): Promise<number> => removeExpired(idempotency, now, limit),
  });
}
