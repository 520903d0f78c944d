// Where a programme of an examinee begins: opens the outbox of this device, enters, and returns the session. It goes on
// trying until it is in, is refused for good, or is told to give up.
import { newId } from '../schema/ids.ts';
import { type ClientClock, deviceClock, within } from './clock.ts';
import { type EnterWait, enterOnce, enterUntilIn } from './enter.ts';
import { ClientFault, type ClientLog } from './faults.ts';
import { memoryOutbox } from './outbox-memory.ts';
import type { OutboxStorage, StoredOutbox } from './outbox-storage.ts';
import { memoryPapers, type PaperStorage } from './paper-storage.ts';
import { createSession, type ExamSession } from './session.ts';
import { colyseusSocket, type OpenSocket } from './socket.ts';

export type EnterOptions = {
  /** The api's address, without /v1. */
  readonly url: string;
  /** The examinee's short code, as typed. */
  readonly code: string;
  /** Names this device; 8 to 64 letters, digits, - or _; the same at every start. */
  readonly deviceKey: string;
  /** Where unsaved answers lie on this device. */
  readonly storage: OutboxStorage;
  /** Where the sealed paper lies on this device until the start; in memory unless given. */
  readonly papers?: PaperStorage;
  /** Names this page load or process start; a new one where none is given. */
  readonly entryId?: string;
  /** Gives up entering; has no effect on the session afterwards. */
  readonly signal?: AbortSignal;
  /** Not in yet: why, and when it is tried again. */
  readonly waiting?: (wait: EnterWait) => void;
  /** The room in which this device stands, where it knows that: who sits elsewhere is refused with ROOM_OTHER, and told where. */
  readonly roomId?: string;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
  readonly log?: ClientLog;
  /** Another clock or socket, for tests. */
  readonly clock?: ClientClock;
  readonly open?: OpenSocket;
};

/** A storage that hangs holds up nobody for longer than this. */
const STORAGE_MS = 5_000;

/**
 * Enters and returns the session. Throws RefusalError where entering is refused for good, ClientFault LEFT when the signal
 * aborts. A device without a usable storage still enters: the outbox is in memory then, and `log` hears of it.
 */
export async function enterExam(options: EnterOptions): Promise<ExamSession> {
  const { code, deviceKey, clock = deviceClock, random = Math.random, log = () => {} } = options;
  const signal = options.signal ?? new AbortController().signal;
  const api = { url: options.url, fetch: options.fetch ?? globalThis.fetch };
  const { storage, stored } = await openStorage(options.storage, clock, log);
  const entryId = options.entryId ?? stored.entryId ?? newId();
  const entry = { code, deviceKey, entryId };
  try {
    await within(clock, STORAGE_MS, noteEntering(storage, entryId, log));
    const first = options.roomId === undefined ? entry : { ...entry, roomId: options.roomId };
    const entered = await enterUntilIn(api, first, { clock, random, signal, waiting: options.waiting ?? (() => {}) });
    const open = options.open ?? colyseusSocket(options.url);
    const { fence } = entered.reply.examinee;
    const reenter = (until: AbortSignal) => enterOnce(api, { ...entry, fence }, clock, until);
    const papers = options.papers ?? memoryPapers();
    return await createSession({ api, entered, stored, storage, papers, open, clock, random, log, reenter });
  } catch (cause) {
    await storage.close();
    throw cause;
  }
}

async function openStorage(
  storage: OutboxStorage,
  clock: ClientClock,
  log: ClientLog,
): Promise<{ storage: OutboxStorage; stored: StoredOutbox }> {
  try {
    const stored = await within(clock, STORAGE_MS, storage.load());
    if (stored !== 'late') return { storage, stored };
    throw new ClientFault('STORAGE', 'the outbox did not open in time');
  } catch (cause) {
    log('warn', 'this device cannot keep unsaved answers over a reload', {
      problem: cause instanceof Error ? cause.name : 'unknown',
    });
    const memory = memoryOutbox();
    return { storage: memory, stored: await memory.load() };
  }
}

/** An id that was about to be used is used again after a reload, so that a lost reply does not look like another device. */
async function noteEntering(storage: OutboxStorage, entryId: string, log: ClientLog): Promise<void> {
  try {
    await storage.write([{ kind: 'entering', entryId }]);
  } catch {
    log('warn', 'the entry id could not be kept', {}); // entering matters more; the writer tells of later failures
  }
}
