// An outbox storage that lives as long as its object: for bots and tests, where nothing has to survive the programme.
import { createOutboxFold, type OutboxStorage } from './outbox-storage.ts';

/** A storage in memory. Loading it again is what a reload would find. */
export function memoryOutbox(): OutboxStorage {
  const fold = createOutboxFold();
  return {
    load: async () => fold.stored(),
    write: (changes) => fold.apply(changes),
    close: async () => {},
  };
}
