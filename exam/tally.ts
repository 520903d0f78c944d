// The tally of an outbox: what a client says with each beat about the answers that are not known to be saved. Three
// values stand for the whole set, contents included; who opens it later must name the very same set. Pure, and the same
// on both sides. An outbox in which nothing waits costs nothing.
import { sha256 } from '@noble/hashes/sha2.js'; // browsers have theirs only asynchronously, and on secure pages alone
import type { Answer, Response } from '../schema/answers.ts';
import type { Tally, TallyEntry } from '../schema/messages.ts';

/** Nothing waits. A beat without a tally says this. */
export const NOTHING_WAITS: Tally = { count: 0, top: 0, hash: '' };

const HASH_CHARACTERS = 16;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** [item, revision, hash of the response] of an answer that waits; the hash is the same as contentHash's. */
export function tallyEntry({ item, revision, response }: Answer): TallyEntry {
  return [item, revision, responseHash(response)];
}

function responseHash(response: Response): string {
  return shortHash(JSON.stringify(response));
}

/**
 * The tally of these entries, in whatever order they come. `hash` is over every entry's item, revision and content hash,
 * by revision, so that no two sets share one: neither may an entry be left out or added, nor a content be chosen later.
 */
export function tallyOf(entries: readonly TallyEntry[]): Tally {
  if (entries.length === 0) return NOTHING_WAITS;
  const lines = [...entries].sort(byRevision).map(([item, revision, hash]) => `${item}.${revision}.${hash}\n`);
  return {
    count: entries.length,
    top: Math.max(...entries.map(([, revision]) => revision)),
    hash: shortHash(lines.join('')),
  };
}

/** Whether these entries are what the tally stands for. */
export function opens(tally: Tally, entries: readonly TallyEntry[]): boolean {
  if (entries.length !== tally.count) return false;
  const { top, hash } = tallyOf(entries);
  return top === tally.top && hash === tally.hash;
}

function byRevision([itemA, a, hashA]: TallyEntry, [itemB, b, hashB]: TallyEntry): number {
  return a - b || itemA - itemB || (hashA < hashB ? -1 : Number(hashA > hashB));
}

/** The first 96 bits of SHA-256, in base64url. */
function shortHash(text: string): string {
  const bytes = sha256(new TextEncoder().encode(text));
  let characters = '';
  for (let at = 0; characters.length < HASH_CHARACTERS; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (const shift of [18, 12, 6, 0]) characters += ALPHABET[(bits >> shift) & 63];
  }
  return characters;
}
