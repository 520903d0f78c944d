// signed receipts: what shows, without any answer, that the server has each of them; for the person and for admins, while the
// exam runs and after it. And the public keys by which anybody checks one.

import { isRefusal } from '../../schema/refusals.ts';
import { ExamineeParams, NoBody, NoParams, NoQuery } from '../../schema/requests.ts';
import { ReceiptKeys, SignedReceipt } from '../../schema/signed-receipt.ts';
import { signedReceipt } from '../../store/signed-receipts.ts';
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
        return isRefusal(examinee) ? examinee : signedReceipt(parts.store, examinee, Math.round(now));
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
