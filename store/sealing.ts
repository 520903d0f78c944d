// Sealing with node:crypto: what must not be readable in a database file, a dump or a client's hands before the start.
// Must never put a key or a text into an error. Called by papers.ts and paper-keys.ts.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { joinSealed, NONCE_BYTES, PAPER_KEY_BYTES, splitSealed, TAG_BYTES } from '../schema/sealed-paper.ts';
import { StoreFault } from './fault.ts';

const CIPHER = 'aes-256-gcm';

/** A new random key of 256 bits. */
export function newPaperKey(): Uint8Array {
  return randomBytes(PAPER_KEY_BYTES);
}

/** Sealed under a new random nonce: the same text looks another way each time. */
export function seal(key: Uint8Array, text: Uint8Array, associated: string): Uint8Array {
  return sealWith(key, randomBytes(NONCE_BYTES), text, associated);
}

/**
 * The same bytes for the same text, key and place, in every process and after every restart, so that a download can be
 * resumed anywhere. The nonce follows from the text under a key of its own: two texts never share one.
 */
export function sealAlike(key: Uint8Array, text: Uint8Array, associated: string): Uint8Array {
  const nonceKey = Buffer.from(hkdfSync('sha256', key, 'examhall', 'nonce', 32));
  const nonce = createHmac('sha256', nonceKey).update(`${associated}\n`).update(text).digest().subarray(0, NONCE_BYTES);
  return sealWith(key, nonce, text, associated);
}

function sealWith(key: Uint8Array, nonce: Uint8Array, text: Uint8Array, associated: string): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(associated));
  const content = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return joinSealed({ nonce, content });
}

/** The text. Throws StoreFault STORE_KEY where another key sealed it, for another place, or where it was changed. */
export function unseal(key: Uint8Array, sealed: Uint8Array, associated: string): Buffer {
  const parts = splitSealed(sealed);
  if (parts === undefined) throw new StoreFault('STORE_KEY', 'what should be sealed is not');
  const { nonce, content } = parts;
  const decipher = createDecipheriv(CIPHER, key, nonce)
    .setAAD(Buffer.from(associated))
    .setAuthTag(content.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(content.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new StoreFault(
      'STORE_KEY',
      'this was sealed with another key: is EXAMHALL_PAPER_KEY the one of before?',
      cause,
    );
  }
}

/** Bytes as the driver gives them: a document that was read holds BSON's Binary. */
export function bytesOf(stored: Uint8Array | { readonly buffer: Uint8Array }): Uint8Array {
  return stored instanceof Uint8Array ? stored : stored.buffer;
}

/** The key that seals everything else, from the environment. Throws StoreFault STORE_KEY where this process was given none. */
export function environmentKey(paperKey: Uint8Array | undefined): Uint8Array {
  if (paperKey === undefined) throw new StoreFault('STORE_KEY', 'this process was given no paper key');
  return paperKey;
}
