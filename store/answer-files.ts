// The proof that a response names a file which this person brought to this item, and which is there in full: a keyed hash, so
// that a room checks it without reading. Must be given out for whole and checked files alone (api/upload-lookups.ts); such a
// file is removed with its person or its plan, never before. Called by the api and by rooms.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { namedFile, responseNaming } from '../schema/answer-files.ts';
import { environmentKey } from './sealing.ts';

/** Whose answer to what. */
type AnswerPlace = { readonly planId: string; readonly examineeId: string; readonly item: number };
type File = { readonly uploadId: string; readonly sha256: string };

const PROOF_CHARACTERS = 22;

/** Reads and writes nothing. The key follows from the environment's, so that all processes agree. */
export function answerFileProofs(paperKey: Uint8Array | undefined) {
  let key: Buffer | undefined;

  function proofOf({ planId, examineeId, item }: AnswerPlace, { uploadId, sha256 }: File): string {
    key ??= Buffer.from(hkdfSync('sha256', environmentKey(paperKey), 'examhall', 'answer-file', 32));
    const text = JSON.stringify([planId, examineeId, item, uploadId, sha256]);
    return createHmac('sha256', key).update(text).digest('base64url').slice(0, PROOF_CHARACTERS);
  }

  return {
    /** The response that names it. Throws StoreFault STORE_KEY where this process was given no paper key. */
    responseOf: (place: AnswerPlace, file: File): string => responseNaming({ ...file, proof: proofOf(place, file) }),

    /** Whether this response names a file of this person that was brought to this item. */
    isProven(place: AnswerPlace, response: unknown): boolean {
      const file = namedFile(response);
      if (file === undefined || paperKey === undefined) return false;
      return timingSafeEqual(Buffer.from(file.proof), Buffer.from(proofOf(place, file)));
    },
  };
}
