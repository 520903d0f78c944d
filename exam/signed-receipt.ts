// Checks a signed receipt without asking anybody: every signature, every path, the sum of it, and, where they are given, the
// answers beside it. Says what is missing or different, item by item. Pure. Called by `bin/examhall verify-receipt`.
import type { Response } from '../schema/answers.ts';
import type { BatchRoot, ProvedAnswer, ReceiptKey, SignedReceipt, UnprovedAnswer } from '../schema/signed-receipt.ts';
import { answerId } from './answer-id.ts';
import { leafHash, rootByPath } from './merkle-tree.ts';
import { receiptHash } from './receipt.ts';
import { contentDigest, isSignedBy, keyIdOf, leafText, rootText } from './signed-root.ts';

/** An answer from somewhere else, to be compared; without a revision where that place knows none. */
export type GivenAnswer = {
  readonly item: number;
  readonly revision?: number | undefined;
  readonly response: Response;
};

/** What one believes beside the file. Without keys and pins the keys are the file's own claim. */
export type Belief = {
  readonly keys?: readonly ReceiptKey[] | undefined;
  /** Ids of keys: a key is named by its own hash. */
  readonly pinned?: readonly string[] | undefined;
  readonly answers?: readonly GivenAnswer[] | undefined;
};

/** Of one answer, or of the whole receipt where no item is named. */
export type Finding = { readonly item?: number; readonly sentence: string };

export type ReceiptCheck = {
  /** What is missing or different; empty where all is as it says. */
  readonly findings: readonly Finding[];
  readonly proved: number;
  /** Whose word the keys are. */
  readonly keys: 'given' | 'own';
};

/** The text that is signed for a whole receipt: all of it but its keys and its signature, in the order of the format. */
export function receiptText(receipt: Omit<SignedReceipt, 'keys' | 'signature'>): string {
  const { format, version, planId, examineeId, madeAt, sheet, answers, roots } = receipt;
  const { state, endedAt, count, hash } = sheet;
  const head = [format, version, planId, examineeId, madeAt, state, endedAt, count, hash];
  return `examhall receipt 1\n${JSON.stringify([head, answers.map(answerRow), roots.map(rootRow)])}`;
}

function answerRow(answer: ProvedAnswer | UnprovedAnswer): unknown[] {
  if ('unproved' in answer) return [answer.item, answer.revision, answer.unproved];
  const { item, revision, digest, salt, root, place, path } = answer;
  return [item, revision, digest, salt, root, place, path];
}

function rootRow({ number, keyId, count, at, root, signature }: BatchRoot): unknown[] {
  return [number, keyId, count, at, root, signature];
}

/** Everything that is wrong with this receipt, given what one believes. */
export function checkReceipt(receipt: SignedReceipt, belief: Belief = {}): ReceiptCheck {
  const keyOf = believed(receipt, belief);
  const roots = new Map(receipt.roots.map((root) => [root.number, root]));
  const rootFaults = new Map(receipt.roots.map((root) => [root.number, rootFault(receipt.planId, root, keyOf)]));
  const answers = receipt.answers.map((answer) => ({
    item: answer.item,
    sentence: answerFault(receipt, answer, roots, rootFaults),
  }));
  const wrong = answers.flatMap(({ item, sentence }) => (sentence === undefined ? [] : [{ item, sentence }]));
  const compared = belief.answers === undefined ? [] : compare(receipt, belief.answers);
  return {
    findings: [...wholeFaults(receipt, keyOf), ...wrong, ...compared],
    proved: answers.length - wrong.length,
    keys: belief.keys === undefined && belief.pinned === undefined ? 'own' : 'given',
  };
}

type KeyOf = (keyId: string) => string | undefined;

/** A key counts only under its own hash, and where something is believed only if it is among that. */
function believed({ keys: own }: SignedReceipt, { keys, pinned }: Belief): KeyOf {
  const all = [...(keys ?? []), ...(keys === undefined || pinned !== undefined ? own : [])];
  const trusted = new Set([...(keys ?? []).map(({ keyId }) => keyId), ...(pinned ?? [])]);
  const isTrusted = (keyId: string) => (keys === undefined && pinned === undefined) || trusted.has(keyId);
  const good = all.filter(({ keyId, publicKey }) => isTrusted(keyId) && keyIdOf(publicKey) === keyId);
  const byId = new Map(good.map(({ keyId, publicKey }) => [keyId, publicKey]));
  return (keyId) => byId.get(keyId);
}

function signatureFault(keyOf: KeyOf, keyId: string, text: string, signature: string): string | undefined {
  const key = keyOf(keyId);
  if (key === undefined) return `is signed with the key ${keyId}, which is not among those that are believed`;
  return isSignedBy(key, text, signature) ? undefined : 'has a signature that does not fit';
}

function wholeFaults(receipt: SignedReceipt, keyOf: KeyOf): Finding[] {
  const { answers, sheet, signature } = receipt;
  const faults: string[] = [];
  const signed = signatureFault(keyOf, signature.keyId, receiptText(receipt), signature.value);
  if (signed !== undefined) faults.push(`the receipt ${signed}`);
  if (sheet.count !== answers.length) faults.push(`${sheet.count} answers count, and ${answers.length} are here`);
  const items = answers.map(({ item }) => item);
  if (new Set(items).size !== items.length) faults.push('an item is here twice');
  if (answers.every((answer) => !('unproved' in answer)) && sheet.hash !== hashOf(answers as readonly ProvedAnswer[]))
    faults.push('the check code is not that of these answers');
  return faults.map((sentence) => ({ sentence }));
}

function hashOf(answers: readonly ProvedAnswer[]): string {
  return receiptHash(answers.map(({ item, revision, digest }) => [item, revision, digest.slice(0, 16)]));
}

function rootFault(planId: string, head: BatchRoot, keyOf: KeyOf): string | undefined {
  return signatureFault(keyOf, head.keyId, rootText({ planId, rootNumber: head.number, ...head }), head.signature);
}

const UNPROVED = {
  unsigned: 'was saved by a version that signed nothing: nothing shows it',
  altered: 'is not stored as its signed root says',
} as const satisfies Record<UnprovedAnswer['unproved'], string>;

function answerFault(
  { planId, examineeId }: SignedReceipt,
  answer: ProvedAnswer | UnprovedAnswer,
  roots: ReadonlyMap<number, BatchRoot>,
  rootFaults: ReadonlyMap<number, string | undefined>,
): string | undefined {
  if ('unproved' in answer) return UNPROVED[answer.unproved];
  const { item, revision, digest, salt, root, place, path } = answer;
  const head = roots.get(root);
  if (head === undefined) return `its root ${root} is not here`;
  const fault = rootFaults.get(root);
  if (fault !== undefined) return `its root ${root} ${fault}`;
  const leaf = leafHash(leafText(answerId(planId, examineeId, item, revision), digest, salt));
  const hashes = path.map((hash) => Buffer.from(hash, 'base64url'));
  const reached = rootByPath(leaf, place, head.count, hashes);
  return reached?.toString('base64url') === head.root ? undefined : `it does not lead to its root ${root}`;
}

function compare({ answers }: SignedReceipt, given: readonly GivenAnswer[]): Finding[] {
  const byItem = new Map(given.map((answer) => [answer.item, answer]));
  const receipted = new Set(answers.map(({ item }) => item));
  const different = answers.flatMap((answer): Finding[] => {
    const other = byItem.get(answer.item);
    if (other === undefined) return [{ item: answer.item, sentence: 'is missing from the answers' }];
    const sentence = difference(answer, other);
    return sentence === undefined ? [] : [{ item: answer.item, sentence }];
  });
  const more = given.filter(({ item }) => !receipted.has(item));
  return [...different, ...more.map(({ item }) => ({ item, sentence: 'is answered, and missing from the receipt' }))];
}

function difference(answer: ProvedAnswer | UnprovedAnswer, other: GivenAnswer): string | undefined {
  if (other.revision !== undefined && other.revision !== answer.revision)
    return `the answers have revision ${other.revision}, the receipt has ${answer.revision}`;
  if ('unproved' in answer || contentDigest(other.response) === answer.digest) return undefined;
  return 'the answers say something else than what was saved';
}
