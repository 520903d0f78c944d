// Signs a batch of answers before it is inserted: one document with the leaves and the signature over their root, to which each
// answer of the batch points. Must never be left out: answers.ts has no other way in. Called by answers.ts alone.
import { randomBytes, randomInt } from 'node:crypto';
import { rootDocumentId } from '../exam/answer-id.ts';
import { HASH_BYTES, rootOf, writeLeaf } from '../exam/merkle-tree.ts';
import { contentDigest, leafText, rootText, SECRET_BYTES, saltsOf } from '../exam/signed-root.ts';
import type { AnswerDocument, RootDocument } from '../schema/documents/sheet.ts';
import type { Signer } from './receipt-keys.ts';

const COUNTED = 2 ** 22;
/** Chance is fetched for so many secrets together: asking the kernel for each costs as much as a signature. */
const SECRETS = 128;
let pool = Buffer.alloc(0);

function newSecret(): Buffer {
  if (pool.length === 0) pool = randomBytes(SECRETS * SECRET_BYTES);
  const secret = pool.subarray(0, SECRET_BYTES);
  pool = pool.subarray(SECRET_BYTES);
  return secret;
}

/**
 * Numbers for the roots of one process: 31 random bits, and a count below them. Smaller in each answer than an id would be,
 * and in order where they lie. Two processes with the same bits are noticed by the store.
 */
export function rootNumbers(): () => number {
  let next = 0;
  return () => {
    if (next % COUNTED === 0) next = randomInt(2 ** 31) * COUNTED;
    return next++;
  };
}

/** The root with this number over these answers, in their order. */
export function signBatch(
  planId: string,
  number: number,
  answers: readonly Pick<AnswerDocument, '_id' | 'response'>[],
  signer: Signer,
): RootDocument {
  const { keyId } = signer;
  const count = answers.length;
  const secret = newSecret();
  const saltAt = saltsOf(secret);
  const leaves = Buffer.allocUnsafe(count * HASH_BYTES);
  for (const [place, { _id, response }] of answers.entries())
    writeLeaf(leaves, place, leafText(_id, contentDigest(response), saltAt(place)));
  const at = Date.now();
  const root = rootOf(leaves).toString('base64url');
  const signature = signer.sign(rootText({ planId, rootNumber: number, keyId, count, at, root }));
  return { _id: rootDocumentId(planId, number), keyId, at: new Date(at), leaves, secret, signature };
}
