// An outbox storage in a browser's IndexedDB. Each write is one transaction with strict durability. A page that is open
// twice shares the rows; only the first one may use an unconfirmed entry id again (a Web Lock tells).
import type { OutboxChange, OutboxEntry, OutboxStorage, StoredSession } from './outbox-storage.ts';

const STORES = { entries: 'entries', sessions: 'sessions', entering: 'entering' } as const;
const ENTRY_ID = 'entryId';

/** A storage in the database of this name. Rejects with the browser's DOMException, as in private windows without storage. */
export function indexedDbOutbox(name: string): OutboxStorage {
  let database: IDBDatabase | undefined;
  let unlock: (() => void) | undefined;
  return {
    async load() {
      database ??= await openDatabase(name);
      unlock ??= await lockName(name);
      const transaction = database.transaction(Object.values(STORES), 'readonly');
      const entries = transaction.objectStore(STORES.entries).getAll() as IDBRequest<OutboxEntry[]>;
      const sessions = transaction.objectStore(STORES.sessions).getAll() as IDBRequest<StoredSession[]>;
      const entryId = transaction.objectStore(STORES.entering).get(ENTRY_ID) as IDBRequest<string | undefined>;
      await finished(transaction);
      return {
        entries: entries.result,
        sessions: sessions.result,
        entryId: unlock === undefined ? undefined : entryId.result,
      };
    },
    async write(changes) {
      if (database === undefined) throw new Error('the outbox database is not loaded');
      const transaction = database.transaction(Object.values(STORES), 'readwrite', { durability: 'strict' });
      for (const change of changes) apply(transaction, change);
      await finished(transaction);
    },
    async close() {
      database?.close();
      unlock?.();
      database = undefined;
      unlock = undefined;
    },
  };
}

function apply(transaction: IDBTransaction, change: OutboxChange): void {
  switch (change.kind) {
    case 'put':
      transaction.objectStore(STORES.entries).put(change.entry);
      return;
    case 'remove':
      transaction.objectStore(STORES.entries).delete([change.examineeId, change.revision]);
      return;
    case 'session':
      transaction.objectStore(STORES.sessions).put(change.session);
      transaction.objectStore(STORES.entering).delete(ENTRY_ID);
      return;
    case 'entering':
      transaction.objectStore(STORES.entering).put(change.entryId, ENTRY_ID);
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORES.entries, { keyPath: ['examineeId', 'revision'] });
      request.result.createObjectStore(STORES.sessions, { keyPath: 'examineeId' });
      request.result.createObjectStore(STORES.entering);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new DOMException('the outbox database is blocked by another page', 'AbortError'));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Takes the lock of this name and returns what gives it back; undefined where another page has it or there are none. */
async function lockName(name: string): Promise<(() => void) | undefined> {
  if (typeof navigator === 'undefined' || navigator.locks === undefined) return undefined;
  return new Promise((resolve, reject) => {
    const whileHeld = (lock: Lock | null) => {
      if (lock === null) return resolve(undefined);
      return new Promise<void>((release) => resolve(release));
    };
    navigator.locks.request(`examhall-outbox ${name}`, { ifAvailable: true }, whileHeld).catch(reject);
  });
}
