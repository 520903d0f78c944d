// The signed receipt of a sheet, made when it is asked for: which answers the store has, each behind its root, and a
// signature over the whole. Must never hold an answer. Called by the api and by whoever archives a plan.
import { receiptHash } from '../exam/receipt.ts';
import { receiptText } from '../exam/signed-receipt.ts';
import type { ExamineeDocument } from '../schema/documents/room.ts';
import { RECEIPT_FORMAT, RECEIPT_VERSION, type SignedReceipt } from '../schema/signed-receipt.ts';
import type { Store } from './open-store.ts';

/** Of what counts, or, while it is written, of what is saved so far. Throws StoreFault. */
export async function signedReceipt(
  store: Pick<Store, 'sheets' | 'answers' | 'receiptKeys'>,
  { _id: examineeId, planId }: Pick<ExamineeDocument, '_id' | 'planId'>,
  madeAt: number,
): Promise<SignedReceipt> {
  const sheet = await store.sheets.get(examineeId);
  const { state = 'empty', endedAt = 0, vector = null } = sheet ?? {};
  const [{ answers, roots, tally }, signer] = await Promise.all([
    store.answers.proofs(planId, examineeId, vector),
    store.receiptKeys.signer(),
  ]);
  const all = await store.receiptKeys.all(); // after the signer, whose key may be new
  const head = { format: RECEIPT_FORMAT, version: RECEIPT_VERSION, planId, examineeId, madeAt } as const;
  const summary = { state, endedAt: Math.round(endedAt), count: answers.length, hash: receiptHash(tally) };
  const body = { ...head, sheet: summary, answers, roots };
  const signature = { keyId: signer.keyId, value: signer.sign(receiptText(body)).toString('base64url') };
  const signed = new Set([signature.keyId, ...roots.map(({ keyId }) => keyId)]);
  return { ...body, keys: all.filter(({ keyId }) => signed.has(keyId)), signature };
}
