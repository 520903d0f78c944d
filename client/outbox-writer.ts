// Brings the outbox's changes into its storage, in order, one write at a time. What cannot be written is kept and tried
// with the next change and every few seconds, and said once: the answers themselves are in memory and still sent.
import type { ClientClock } from './clock.ts';
import { ClientFault } from './faults.ts';
import type { OutboxChange, OutboxStorage } from './outbox-storage.ts';

const RETRY_MS = 3_000;

export type OutboxWriter = {
  /** Writes at once where the storage can; else as soon as the write before is done. Never throws. */
  write(changes: readonly OutboxChange[]): void;
  /** Resolves when nothing is being written; what could not be written is still tried again. */
  idle(): Promise<void>;
  /** Writes what waits, and no more; what cannot be written stays unwritten. */
  stop(): Promise<void>;
};

/** `failed` is called once for each row of failures. */
export function createOutboxWriter(
  storage: OutboxStorage,
  clock: ClientClock,
  failed: (fault: ClientFault) => void,
): OutboxWriter {
  let waiting: OutboxChange[] = [];
  let running: Promise<void> | undefined;
  let isFailing = false;
  let cancelRetry = (): void => {};

  const done = () => {
    isFailing = false;
  };
  const fail = (changes: OutboxChange[], cause: unknown) => {
    waiting = [...changes, ...waiting];
    cancelRetry();
    cancelRetry = clock.after(RETRY_MS, next);
    if (!isFailing) failed(new ClientFault('STORAGE', 'the outbox could not be stored on this device', cause));
    isFailing = true;
  };
  function next(): void {
    if (running !== undefined || waiting.length === 0) return;
    const changes = coalesced(waiting);
    waiting = [];
    try {
      const written = storage.write(changes);
      if (written === undefined) return done();
      running = written
        .then(done, (cause) => fail(changes, cause))
        .then(() => {
          running = undefined;
          if (!isFailing) next();
        });
    } catch (cause) {
      fail(changes, cause);
    }
  }
  const idle = async () => {
    while (running !== undefined) await running;
  };
  return {
    write(changes) {
      waiting.push(...changes);
      next();
    },
    idle,
    async stop() {
      next();
      await idle();
      cancelRetry();
    },
  };
}

/** Leaves out answers that are put and removed again before they were ever written: the drafts between two writes. */
function coalesced(changes: readonly OutboxChange[]): OutboxChange[] {
  const removed = new Set<string>();
  const kept: OutboxChange[] = [];
  for (const change of changes.toReversed()) {
    if (change.kind === 'remove') removed.add(`${change.examineeId} ${change.revision}`);
    if (change.kind === 'put' && removed.has(`${change.entry.examineeId} ${change.entry.revision}`)) continue;
    kept.push(change);
  }
  return kept.reverse();
}
