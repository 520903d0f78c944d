// SHA-256 (FIPS 180-4) over UTF-8, without a platform's help: browsers have theirs only asynchronously, and on secure
// pages alone. For what client and server must both compute; where only the server does, node:crypto is faster.

const ROUNDS = 64;
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const WORD = 2 ** 32;

/** The fractional part of a root, as 32 bits. None of them lies so near to a whole number that a root's last bits mattered. */
const fraction = (root: number): number => ((root - Math.floor(root)) * WORD) | 0;

function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
}

const CONSTANTS = Int32Array.from(primes(ROUNDS), (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));

/** The digest of this text's UTF-8, 32 bytes. */
export function sha256(text: string): Uint8Array {
  const content = new TextEncoder().encode(text);
  const blocks = Math.ceil((content.length + 1 + LENGTH_BYTES) / BLOCK_BYTES);
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(content);
  padded[content.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor((content.length * 8) / WORD));
  view.setUint32(padded.length - 4, (content.length * 8) % WORD);
  const state = Int32Array.from(START);
  const words = new Int32Array(ROUNDS);
  for (let offset = 0; offset < padded.length; offset += BLOCK_BYTES) {
    schedule(words, view, offset);
    compress(state, words);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (const [index, word] of state.entries()) digest.setInt32(index * 4, word);
  return new Uint8Array(digest.buffer);
}

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

function schedule(words: Int32Array, view: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) words[t] = view.getInt32(offset + t * 4);
  for (let t = 16; t < ROUNDS; t++) {
    const [early, late] = [words[t - 15] ?? 0, words[t - 2] ?? 0];
    const mixedEarly = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const mixedLate = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[t] = (words[t - 16] ?? 0) + mixedEarly + (words[t - 7] ?? 0) + mixedLate;
  }
}

function compress(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < ROUNDS; t++) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const one =
      (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + (CONSTANTS[t] ?? 0) + (words[t] ?? 0)) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] ?? 0) + word;
}
