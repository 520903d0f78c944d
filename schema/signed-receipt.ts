// The signed receipt: a file that shows, without any answer, that the server had each of them, and which. docs/receipts.md
// describes it for others. Keys, hashes, salts and signatures are base64url without padding.
import { z } from 'zod';
import { SHEET_STATES } from './states.ts';

export const RECEIPT_FORMAT = 'examhall-receipt';
export const RECEIPT_VERSION = 1;

/** 32 and 64 bytes. Bits that are left over in the last character are 0, so that there is one way to write each. */
const Hash = z.string().regex(/^[\w-]{42}[AEIMQUYcgkosw048]$/);
const Signature = z.string().regex(/^[\w-]{85}[AQgw]$/);
const KeyId = z.string().regex(/^[\w-]{16}$/);
/** Of a plan or a person. */
/** Of a batch, in its plan. */
const RootNumber = z.int().min(0);
const Name = z.string().regex(/^[0-9A-Za-z]{16}$/);

/** A public key (Ed25519, 32 bytes) under its own hash. */
export const ReceiptKey = z.strictObject({ keyId: KeyId, publicKey: Hash, madeAt: z.int() });
export type ReceiptKey = z.infer<typeof ReceiptKey>;
export const ReceiptKeys = z.strictObject({ keys: z.array(ReceiptKey) });
export type ReceiptKeys = z.infer<typeof ReceiptKeys>;

/** An answer behind a signed root: its digest, its salt, its place in the batch, and the path of hashes to the root. */
export const ProvedAnswer = z.strictObject({
  item: z.int().min(1),
  revision: z.int().min(1),
  digest: Hash.describe('SHA-256 of the answer as JSON'),
  salt: z.string().regex(/^[\w-]{21}$/),
  root: RootNumber,
  place: z.int().min(0),
  path: z.array(Hash).max(32),
});
export type ProvedAnswer = z.infer<typeof ProvedAnswer>;

/** One that no root covers: saved by a version that signed nothing (`unsigned`), or not as its root says (`altered`). */
export const UnprovedAnswer = z.strictObject({
  item: z.int().min(1),
  revision: z.int().min(1),
  unproved: z.enum(['unsigned', 'altered']),
});
export type UnprovedAnswer = z.infer<typeof UnprovedAnswer>;

/** The signed root of a batch in which one of these answers was saved. `at` epoch ms, before the batch was stored. */
export const BatchRoot = z.strictObject({
  number: RootNumber,
  keyId: KeyId,
  count: z.int().min(1),
  at: z.int(),
  root: Hash,
  signature: Signature,
});
export type BatchRoot = z.infer<typeof BatchRoot>;

/** `hash` and `count` are those of the receipt that the person reads (exam/receipt.ts). While answering `endedAt` is 0. */
export const SignedReceipt = z.strictObject({
  format: z.literal(RECEIPT_FORMAT),
  version: z.literal(RECEIPT_VERSION),
  planId: Name,
  examineeId: Name,
  madeAt: z.int(),
  sheet: z.strictObject({
    state: z.enum(SHEET_STATES),
    endedAt: z.int(),
    count: z.int().min(0),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  answers: z.array(z.union([ProvedAnswer, UnprovedAnswer])),
  roots: z.array(BatchRoot),
  keys: z.array(ReceiptKey).describe('the public keys that signed here: the claim of the file itself'),
  signature: z.strictObject({ keyId: KeyId, value: Signature }).describe('over everything but keys and itself'),
});
export type SignedReceipt = z.infer<typeof SignedReceipt>;
