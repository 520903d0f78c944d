// signed receipts: what shows, without any answer, that the server has each of them; for the person and for admins, while the
// exam runs and after it. And the public keys by which anybody checks one.

import { receiptHash } from '../../exam/receipt.ts';
import { receiptText } from '../../exam/signed-receipt.ts';
import type { ExamineeDocument } from '../../schema/documents/room.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { ExamineeParams, NoBody, NoParams, NoQuery } from '../../schema/requests.ts';
import { RECEIPT_FORMAT, RECEIPT_VERSION, ReceiptKeys, SignedReceipt } from '../../schema/signed-receipt.ts';
import { examineeOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { publicRoute, type Route, route } from '../route.ts';

export function receiptRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/examinees/:examineeId/receipt',
      tag: 'sheets',
      summary:
        'The signed receipt of a sheet: of what counts, or, while it is written, of what is saved so far. No answers.',
      access: 'receipt.read',
      params: ExamineeParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: SignedReceipt },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN'],
      target: ({ params }) => ({ of: 'examinee', examineeId: params.examineeId }),
      async handle({ params, now }) {
        const examinee = await examineeOf(parts, params.examineeId);
        return isRefusal(examinee) ? examinee : signedReceipt(parts, examinee, Math.round(now));
      },
    }),
    publicRoute({
      method: 'get',
      path: '/receipt-keys',
      tag: 'sheets',
      summary: 'The public keys of signed receipts, the oldest first: Ed25519, each named by its own hash.',
      params: NoParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ReceiptKeys },
      repeat: 'keyless',
      refusals: [],
      handle: async () => ({ keys: await parts.store.receiptKeys.all() }),
    }),
  ];
}

async function signedReceipt(
  { store }: ApiParts,
  { _id: examineeId, planId }: ExamineeDocument,
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
