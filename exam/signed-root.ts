// What a saved batch of answers is signed as: one leaf for each answer, the root over them, and the text that is signed.
// A leaf is salted, so that who holds a neighbour's hash in a path learns nothing of what the neighbour answered. Pure.
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { Response } from '../schema/answers.ts';

/** Bytes of a batch's secret, from which the salts of its leaves follow. */
export const SECRET_BYTES = 32;
const SALT_CHARACTERS = 21;
const KEY_ID_CHARACTERS = 16;

/** What is signed of a batch. `root` is base64url; `at` epoch ms by the clock of whoever saved it, before it was stored. */
export type RootHead = {
  readonly planId: string;
  readonly rootNumber: number;
  readonly keyId: string;
  readonly count: number;
  readonly at: number;
  readonly root: string;
};

/**
 * The whole SHA-256 of a response as JSON, 43 characters of base64url; contentHash is its beginning. Of a text as it is
 * stored: half a pair of UTF-16, which only a hostile client sends, lies there as U+FFFD.
 */
export function contentDigest(response: Response): string {
  if (typeof response !== 'string') return digestOf(response);
  if (response.length > LONGEST_KEPT) return digestOf(response.toWellFormed());
  const known = keptDigests.get(response);
  if (known !== undefined) return known;
  const digest = digestOf(response.toWellFormed());
  if (keptDigests.size >= MOST_KEPT) keptDigests.clear();
  keptDigests.set(response, digest);
  return digest;
}

/** The letter of a choice comes again and again: its digest is worked out once. Changes nothing but the time that it takes. */
const keptDigests = new Map<string, string>();
const LONGEST_KEPT = 8;
const MOST_KEPT = 1_024;

function digestOf(response: Response): string {
  return hash('sha256', JSON.stringify(response), 'base64url');
}

/**
 * The salts of the leaves of one batch, 126 bits each: four from each SHA-512 over the secret, of fixed length, and a counter.
 * Nobody without the secret can tell one from chance, also who knows the others. (A cipher or an HMAC costs several times that.)
 */
export function saltsOf(secret: Uint8Array): (place: number) => string {
  const beginning = `${Buffer.from(secret).toString('base64url')}.`;
  let [block, salts] = [-1, ''];
  return (place) => {
    const wanted = place >> 2;
    if (wanted !== block) [block, salts] = [wanted, hash('sha512', beginning + wanted, 'base64url')];
    return salts.slice((place & 3) * SALT_CHARACTERS, ((place & 3) + 1) * SALT_CHARACTERS);
  };
}

/** The text of a leaf: the answer's `_id` (plan, examinee, item and revision, all of fixed length), its digest and the salt. */
export function leafText(answerId: string, digest: string, salt: string): string {
  return `${answerId}.${digest}.${salt}`;
}

/** The text that is signed for a batch. */
export function rootText({ planId, rootNumber, keyId, count, at, root }: RootHead): string {
  return `examhall root 1\n${JSON.stringify([planId, rootNumber, keyId, count, at, root])}`;
}

/** A key is named by its own hash, so that a name can be pinned: 16 characters of base64url over the 32 bytes. */
export function keyIdOf(publicKey: string): string {
  return hash('sha256', Buffer.from(publicKey, 'base64url'), 'base64url').slice(0, KEY_ID_CHARACTERS);
}

/** Whether the holder of this key (Ed25519, 32 bytes as base64url) has signed this text. False for what is no key at all. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  const key = keyFrom(publicKey);
  return key !== undefined && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

function keyFrom(publicKey: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  } catch {
    return undefined; // whoever wrote the file may have written anything
  }
}
