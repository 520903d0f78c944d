// What shows of stored answers that they were saved as they are: each one's leaf, salt and path to the signed root of its
// batch. Made when it is asked for. Must never prove what does not agree with what is stored. Called by answers.ts.
import { itemAndRevision, rootDocumentId } from '../exam/answer-id.ts';
import { HASH_BYTES, leafHash, pathOf, rootOf } from '../exam/merkle-tree.ts';
import { contentDigest, leafText, saltsOf } from '../exam/signed-root.ts';
import type { AnswerDocument, RootDocument } from '../schema/documents/sheet.ts';
import type { TallyEntry } from '../schema/messages.ts';
import type { BatchRoot, ProvedAnswer, UnprovedAnswer } from '../schema/signed-receipt.ts';
import { bytesOf } from './sealing.ts';

/** In the order of the answers; `roots` those that they name, each once, and `tally` what a receipt's hash is made of. */
export type Proofs = {
  readonly answers: (ProvedAnswer | UnprovedAnswer)[];
  readonly roots: BatchRoot[];
  readonly tally: TallyEntry[];
};

/** The ids of the documents with the roots of these answers. */
export function rootIdsOf(planId: string, answers: readonly AnswerDocument[]): string[] {
  const numbers = new Set(answers.flatMap(({ root }) => root ?? []));
  return [...numbers].map((root) => rootDocumentId(planId, root));
}

/** Proofs of these answers of one plan by these of its roots. */
export function proofsOf(
  planId: string,
  answers: readonly AnswerDocument[],
  documents: readonly RootDocument[],
): Proofs {
  const batches = new Map(documents.map((document) => [document._id, document]));
  const roots = new Map<number, BatchRoot>();
  const proved = answers.map((answer) => {
    const { root } = answer;
    const batch = root === undefined ? undefined : batches.get(rootDocumentId(planId, root));
    const proof = prove(answer, batch);
    if (batch !== undefined && 'root' in proof && !roots.has(proof.root))
      roots.set(proof.root, batchRoot(proof.root, batch));
    return proof;
  });
  const tally = answers.map(({ _id, hash }): TallyEntry => [...itemAndRevision(_id), hash]);
  return { answers: proved, roots: [...roots.values()], tally };
}

function prove(answer: AnswerDocument, batch: RootDocument | undefined): ProvedAnswer | UnprovedAnswer {
  const [item, revision] = itemAndRevision(answer._id);
  const { root } = answer;
  if (root === undefined) return { item, revision, unproved: 'unsigned' };
  const found = batch && foundLeaf(answer, batch);
  if (batch === undefined || found === undefined) return { item, revision, unproved: 'altered' };
  const path = pathOf(bytesOf(batch.leaves), found.place).map((hash) => hash.toString('base64url'));
  return { item, revision, ...found, root, path };
}

/** Where in its batch the leaf of this answer lies: by trying, since a place with each answer would cost all of them more. */
function foundLeaf(
  { _id, response }: AnswerDocument,
  { leaves, secret }: RootDocument,
): Pick<ProvedAnswer, 'digest' | 'salt' | 'place'> | undefined {
  const row = Buffer.from(bytesOf(leaves));
  const count = row.length / HASH_BYTES;
  const digest = contentDigest(response);
  const saltAt = saltsOf(bytesOf(secret));
  for (let place = 0; place < count; place++) {
    const salt = saltAt(place);
    const leaf = leafHash(leafText(_id, digest, salt));
    if (leaf.equals(row.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES))) return { digest, salt, place };
  }
  return undefined;
}

function batchRoot(number: number, { keyId, at, leaves, signature }: RootDocument): BatchRoot {
  const bytes = bytesOf(leaves);
  return {
    number,
    keyId,
    count: bytes.length / HASH_BYTES,
    at: at.getTime(),
    root: rootOf(bytes).toString('base64url'),
    signature: Buffer.from(bytesOf(signature)).toString('base64url'),
  };
}
