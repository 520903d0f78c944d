// A Merkle tree as in RFC 6962: SHA-256, 0x00 before the bytes of a leaf and 0x01 before two children, so that no inner hash
// can pass for a leaf. Whoever has a leaf, its path and the root can check that it was among so many, without any other. Pure.
import { hash } from 'node:crypto';

/** Bytes of a hash, and so of one leaf in a row of leaves. */
export const HASH_BYTES = 32;
const LEAF = '\u0000';
const NODE = 1;

/** Writes the hash of a leaf into the row of leaves, at its place. The text goes in as UTF-8. */
export function writeLeaf(leaves: Buffer, place: number, text: string): void {
  // As latin1: to get a buffer for each hash costs four times the hash.
  leaves.write(hash('sha256', LEAF + text, 'binary'), place * HASH_BYTES, 'latin1');
}

/** The hash of one leaf by itself. */
export function leafHash(text: string): Buffer {
  return hash('sha256', LEAF + text, 'buffer');
}

/** The root over these leaves, of 32 bytes each in one row. Throws RangeError where there is none. */
export function rootOf(leaves: Uint8Array): Buffer {
  let count = countOf(leaves);
  const level = Buffer.from(leaves);
  while (count > 1) count = raise(level, count);
  return level.subarray(0, HASH_BYTES);
}

/** What else is needed to come from the leaf at this place to the root: hashes from the bottom up. */
export function pathOf(leaves: Uint8Array, place: number): Buffer[] {
  let count = countOf(leaves);
  if (!Number.isInteger(place) || place < 0 || place >= count) throw new RangeError(`place ${place} of ${count}`);
  const level = Buffer.from(leaves);
  const path: Buffer[] = [];
  for (let at = place; count > 1; at >>= 1) {
    const sibling = at % 2 === 0 ? at + 1 : at - 1;
    if (sibling < count) path.push(Buffer.from(at32(level, sibling)));
    count = raise(level, count);
  }
  return path;
}

/** The root to which this leaf leads at this place among so many; undefined where the path does not fit the place (RFC 9162, 2.1.3.2). */
export function rootByPath(
  leaf: Uint8Array,
  place: number,
  count: number,
  path: readonly Uint8Array[],
): Buffer | undefined {
  if (![place, count].every(Number.isSafeInteger) || place < 0 || place >= count) return undefined;
  let [at, last] = [place, count - 1];
  let reached: Uint8Array = leaf;
  for (const sibling of path) {
    if (last === 0) return undefined;
    // A node without a neighbour was taken up as it is.
    for (; at === last && at % 2 === 0; at /= 2) last = Math.floor(last / 2);
    reached = at % 2 === 1 ? nodeHash(sibling, reached) : nodeHash(reached, sibling);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? Buffer.from(reached) : undefined;
}

/** One level up, in place. Returns how many there are; the last one without a neighbour is taken up as it is. */
function raise(level: Buffer, count: number): number {
  const pair = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  pair[0] = NODE;
  const pairs = count >> 1;
  for (let at = 0; at < pairs; at++) {
    level.copy(pair, 1, at * 2 * HASH_BYTES, (at + 1) * 2 * HASH_BYTES);
    level.write(hash('sha256', pair, 'binary'), at * HASH_BYTES, 'latin1');
  }
  if (count % 2 === 0) return pairs;
  level.copy(level, pairs * HASH_BYTES, (count - 1) * HASH_BYTES, count * HASH_BYTES);
  return pairs + 1;
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(NODE), left, right]), 'buffer');
}

function at32(level: Buffer, place: number): Buffer {
  return level.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
}

function countOf(leaves: Uint8Array): number {
  const count = leaves.length / HASH_BYTES;
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${leaves.length} bytes are no leaves`);
  return count;
}
