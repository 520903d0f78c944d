// Signed receipts as the system makes them, of answers that are nowhere stored. Called by tests of receipts.
import { generateKeyPairSync, sign } from 'node:crypto';
import { answerId } from '../../exam/answer-id.ts';
import { receiptHash } from '../../exam/receipt.ts';
import { receiptText } from '../../exam/signed-receipt.ts';
import { contentDigest, keyIdOf } from '../../exam/signed-root.ts';
import type { Response } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import type { ReceiptKey, SignedReceipt } from '../../schema/signed-receipt.ts';
import { type Proofs, proofsOf } from '../../store/proofs.ts';
import type { Signer } from '../../store/receipt-keys.ts';
import { signBatch } from '../../store/signing.ts';

export type OwnKey = ReceiptKey & Signer;

/** A new key that is in nobody's store. */
export function aReceiptKey(): OwnKey {
  const { publicKey: key, privateKey } = generateKeyPairSync('ed25519');
  const { x: publicKey = '' } = key.export({ format: 'jwk' });
  const keyId = keyIdOf(publicKey);
  return { keyId, publicKey, madeAt: 1, sign: (text) => sign(null, Buffer.from(text), privateKey) };
}

export type Answered = { readonly examineeId: string; readonly item: number; readonly response: Response };

/** The receipts of everybody in these batches of one plan, each batch signed by its key. */
export function signedReceipts(
  batches: readonly { readonly key: OwnKey; readonly answers: readonly Answered[] }[],
  by: OwnKey,
): Map<string, SignedReceipt> {
  const planId = newId();
  const signed = batches.map(({ key, answers }, number) => {
    const documents = answers.map(({ examineeId, item, response }) => {
      const _id = answerId(planId, examineeId, item, 1_000_001 + number);
      return { _id, response, hash: contentDigest(response).slice(0, 16), at: new Date(1), root: number };
    });
    return { documents, root: signBatch(planId, number, documents, key) };
  });
  const keys = [...new Set([...batches.map(({ key }) => key), by])].map(({ keyId, publicKey, madeAt }) => ({
    keyId,
    publicKey,
    madeAt,
  }));
  const people = new Set(batches.flatMap(({ answers }) => answers.map(({ examineeId }) => examineeId)));
  return new Map(
    [...people].map((examineeId) => {
      const own = signed
        .flatMap(({ documents }) => documents.filter(({ _id }) => _id.startsWith(`${planId}.${examineeId}.`)))
        .sort((one, other) => (one._id < other._id ? -1 : 1));
      const proofs = proofsOf(
        planId,
        own,
        signed.map(({ root }) => root),
      );
      return [examineeId, receiptWith(planId, examineeId, proofs, by, keys)];
    }),
  );
}

function receiptWith(
  planId: string,
  examineeId: string,
  { answers, roots, tally }: Proofs,
  by: OwnKey,
  keys: ReceiptKey[],
): SignedReceipt {
  const sheet = { state: 'submitted', endedAt: 5, count: answers.length, hash: receiptHash(tally) } as const;
  const head = { format: 'examhall-receipt', version: 1, planId, examineeId, madeAt: 6 } as const;
  const body = { ...head, sheet, answers, roots };
  return { ...body, keys, signature: { keyId: by.keyId, value: by.sign(receiptText(body)).toString('base64url') } };
}
