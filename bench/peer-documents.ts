// The documents that the peer of bench:answers inserts: those of the product, with chance in the place of signatures, since
// signing is no part of inserting. Called by raw-insert.ts.
import { randomBytes } from 'node:crypto';
import { answerId, rootDocumentId } from '../exam/answer-id.ts';
import { contentHash } from '../exam/content-hash.ts';
import { HASH_BYTES } from '../exam/merkle-tree.ts';
import { SECRET_BYTES } from '../exam/signed-root.ts';
import type { AnswerDocument, RootDocument } from '../schema/documents/sheet.ts';
import { newId } from '../schema/ids.ts';
import { benchAnswer } from './documents.ts';

const SIGNATURE_BYTES = 64;
const KEY_ID = newId();

/** One saved batch: its root with this number, and then the answers `first` (included) to `end` (not included). */
export function peerBatch(
  planId: string,
  examineeIds: readonly string[],
  [first, end]: readonly [number, number],
  root: number,
): (AnswerDocument | RootDocument)[] {
  const answers = Array.from({ length: end - first }, (_, index): AnswerDocument => {
    const { examineeId, item, revision, response } = benchAnswer(examineeIds, first + index);
    const _id = answerId(planId, examineeId, item, revision);
    return { _id, response, hash: contentHash(response), at: new Date(), root };
  });
  const chance = randomBytes(answers.length * HASH_BYTES + SECRET_BYTES + SIGNATURE_BYTES);
  const signed: RootDocument = {
    _id: rootDocumentId(planId, root),
    keyId: KEY_ID,
    at: new Date(),
    leaves: chance.subarray(0, answers.length * HASH_BYTES),
    secret: chance.subarray(answers.length * HASH_BYTES, -SIGNATURE_BYTES),
    signature: chance.subarray(-SIGNATURE_BYTES),
  };
  return [signed, ...answers];
}
