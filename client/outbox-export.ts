// The last resort where there is no session any more: everything that lies on this device, of everybody, as JSON. For the
// staff that takes an answer from a broken day to its sheet; never shown to an examinee. Called by programmes.
import type { OutboxStorage } from './outbox-storage.ts';

/** Everything in the storage as JSON; the storage is opened and closed. `at` is the device's clock, epoch ms. */
export async function exportStorage(storage: OutboxStorage, at = Date.now()): Promise<string> {
  const { sessions, entries } = await storage.load();
  await storage.close();
  return JSON.stringify({ format: 'examhall-outbox', version: 1, exportedAt: at, sessions, unsaved: entries }, null, 2);
}
