// The sealed paper of the own room: fetched ahead in the waiting room, kept on the device, opened with WebCrypto when the
// room's start brings the key. Says "not here" rather than fail: then the paper comes over HTTP. Called by session.
import type { PaperReply } from '../schema/replies.ts';
import { ofRoom, splitSealed } from '../schema/sealed-paper.ts';
import { bytesOfBase64 } from './base64.ts';
import { pause, within } from './clock.ts';
import { type DownloadEffects, download } from './download.ts';
import type { ClientLog } from './faults.ts';
import type { PaperStorage } from './paper-storage.ts';

/** A crowd that has just entered does not fetch in the same moment. */
const SPREAD_MS = 3_000;
/** Who holds the paper waits so long for its key, and up to twice that in a crowd, before asking for the paper itself. */
const KEY_MS = 4_000;
/** A storage that hangs holds up nobody for longer than this. */
const STORAGE_MS = 2_000;

export type SealedPaper = {
  /** Fetches it in the background, where it is not on this device. Twice is once. */
  fetchAhead(): void;
  /** The room's start has brought the key. */
  unlock(key: string): void;
  /** The paper, once its key is there; undefined where it is not here whole, does not open, or its key does not come. */
  opened(): Promise<PaperReply | undefined>;
};

export type SealedPaperEffects = DownloadEffects & {
  readonly planId: string;
  readonly roomId: string;
  readonly storage: PaperStorage;
  readonly log: ClientLog;
};

type Held = Uint8Array<ArrayBuffer>;

/** Nothing is fetched yet. */
export function createSealedPaper(effects: SealedPaperEffects): SealedPaper {
  const { clock, random, signal, storage, planId, roomId, log } = effects;
  const enough = new AbortController();
  let held: Held | undefined;
  let fetching: Promise<void> | undefined;
  const key = Promise.withResolvers<string | undefined>();
  signal.addEventListener('abort', () => key.resolve(undefined)); // left: nobody waits for it any longer

  async function fetchIt(): Promise<void> {
    held = await kept();
    if (held !== undefined) return;
    const either = AbortSignal.any([signal, enough.signal]);
    await pause(clock, SPREAD_MS * random(), either);
    const result = await download(`v1/rooms/${roomId}/paper`, { ...effects, signal: either });
    if (result.kind === 'refused') log('warn', 'the sealed paper was refused', { code: result.refusal.refused });
    if (result.kind !== 'whole' || splitSealed(result.bytes) === undefined) return;
    held = result.bytes;
    await attempt('kept', storage.save(roomId, held));
  }

  async function kept(): Promise<Held | undefined> {
    const found = await attempt('looked for', storage.load(roomId));
    return found !== undefined && splitSealed(found) !== undefined ? found : undefined;
  }

  /** The storage only saves a download: where it fails or hangs, it is gone on without it, and said. */
  async function attempt<T>(what: string, work: Promise<T>): Promise<T | undefined> {
    try {
      const result = await within(clock, STORAGE_MS, work);
      if (result !== 'late') return result;
      log('warn', 'the storage of papers does not answer', { what });
    } catch (cause) {
      log('warn', 'the storage of papers failed', { what, problem: cause instanceof Error ? cause.name : 'unknown' });
    }
    return undefined;
  }

  async function open(sealed: Held, text: string): Promise<PaperReply | undefined> {
    try {
      return await unseal(sealed, text, ofRoom(planId, roomId));
    } catch (cause) {
      log('warn', 'the sealed paper does not open', { problem: cause instanceof Error ? cause.name : 'unknown' });
      held = undefined;
      await attempt('removed', storage.remove(roomId));
      return undefined;
    }
  }

  return {
    fetchAhead() {
      fetching ??= fetchIt();
    },
    unlock: key.resolve,
    async opened() {
      enough.abort(); // what is not on this device by now comes faster over HTTP, and once
      fetching ??= fetchIt();
      await fetching;
      if (held === undefined) return undefined;
      const text = await within(clock, KEY_MS * (1 + random()), key.promise);
      return text === undefined || text === 'late' ? undefined : open(held, text);
    },
  };
}

/** Throws where the key is another one's, and where the bytes are not those that were sealed. */
async function unseal(sealed: Held, key: string, associated: string): Promise<PaperReply> {
  const parts = splitSealed(sealed);
  if (parts === undefined) throw new TypeError('this is no sealed paper');
  const opener = await crypto.subtle.importKey('raw', bytesOfBase64(key), 'AES-GCM', false, ['decrypt']);
  const additionalData = new TextEncoder().encode(associated);
  const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: parts.nonce, additionalData }, opener, parts.content);
  return JSON.parse(new TextDecoder().decode(text)) as PaperReply;
}
