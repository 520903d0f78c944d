// Ids that follow from a request, so that its repeat, also after a crash halfway, makes the same things and not twins.
import { createHash } from 'node:crypto';
import { ID_LENGTH } from '../schema/ids.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(ALPHABET.length);

/** The id of the `index`-th thing that the request of this secret seed makes: 16 characters, 95 bits. */
export function derivedId(seed: string, index = 0): string {
  let rest = BigInt(`0x${createHash('sha256').update(`${seed}.${index}`).digest('hex')}`);
  let id = '';
  while (id.length < ID_LENGTH) {
    id += ALPHABET.charAt(Number(rest % BASE));
    rest /= BASE;
  }
  return id;
}
