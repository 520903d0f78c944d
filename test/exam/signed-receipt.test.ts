// Signed receipts: a good one holds, whoever changes any word of one is found out, and a receipt says nothing of anybody else.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { checkReceipt, receiptText } from '../../exam/signed-receipt.ts';
import { contentDigest, saltsOf } from '../../exam/signed-root.ts';
import { newId } from '../../schema/ids.ts';
import { SignedReceipt } from '../../schema/signed-receipt.ts';
import { type Answered, aReceiptKey, signedReceipts } from '../support/signed-receipts.ts';
import { holdsFor } from './seed.ts';

const ADA = newId();
const BEN = newId();
const first = aReceiptKey();
const second = aReceiptKey();
const answer = (examineeId: string, item: number, response = 'A'): Answered => ({ examineeId, item, response });

/** Two batches, the second after a rotation; Ada has items 1 to 3, Ben has item 1 in each batch's middle. */
function receipts(): { ada: SignedReceipt; ben: SignedReceipt } {
  const others = [newId(), newId()].map((examineeId) => answer(examineeId, 1));
  const made = signedReceipts(
    [
      { key: first, answers: [answer(ADA, 1), answer(BEN, 1, 'C'), answer(ADA, 2, 'B')] },
      { key: second, answers: [...others, answer(ADA, 3, 'an essay')] },
    ],
    second,
  );
  const [ada, ben] = [made.get(ADA), made.get(BEN)];
  if (ada === undefined || ben === undefined) throw new Error('both have answered');
  return { ada, ben };
}

const sentences = (receipt: SignedReceipt, belief: Parameters<typeof checkReceipt>[1] = {}) =>
  checkReceipt(receipt, belief).findings.map(({ item = 0, sentence }) => `${item}: ${sentence}`);

/** Every place in a value at which there is a word, a number or a list. */
function places(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return [at, ...value.flatMap((one, index) => places(one, [...at, index]))];
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, one]) => places(one, [...at, name]));
  return [at];
}

/** A copy that differs at this place, and there as little as can be. */
function changed(receipt: SignedReceipt, at: readonly (string | number)[], chance: number): unknown {
  const copy = structuredClone(receipt) as unknown;
  const last = at.at(-1) ?? '';
  const around = at.slice(0, -1).reduce((value, name) => (value as never)[name], copy) as Record<
    string | number,
    unknown
  >;
  around[last] = other(around[last], chance);
  return copy;
}

function other(value: unknown, chance: number): unknown {
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return value.length === 0 ? [0] : value.toSpliced(chance % value.length, 1);
  const text = String(value);
  const at = chance % text.length;
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

describe('a signed receipt', () => {
  it('holds, by the keys that one believes and by its own claim', () => {
    const { ada } = receipts();
    const keys = [first, second];
    assert.deepEqual(checkReceipt(ada), { findings: [], proved: 3, keys: 'own' });
    assert.deepEqual(checkReceipt(ada, { keys }), { findings: [], proved: 3, keys: 'given' });
    assert.deepEqual(checkReceipt(ada, { pinned: keys.map(({ keyId }) => keyId) }).findings, []);
    assert.deepEqual(SignedReceipt.parse(JSON.parse(JSON.stringify(ada))), ada);
  });

  it('does not hold by other keys, nor by one of two', () => {
    const { ada } = receipts();
    assert.equal(checkReceipt(ada, { keys: [aReceiptKey()] }).proved, 0);
    const { findings, proved } = checkReceipt(ada, { pinned: [second.keyId] });
    assert.equal(proved, 1);
    assert.deepEqual(
      findings.map(({ item }) => item),
      [1, 2],
    );
  });

  it('does not hold by a key that stands under the name of another', () => {
    const { ada } = receipts();
    const thief = aReceiptKey();
    const keys = ada.keys.map((key) => ({ ...key, publicKey: thief.publicKey }));
    const value = thief.sign(receiptText(ada)).toString('base64url');
    const forged = { ...ada, keys, signature: { keyId: second.keyId, value } };
    assert.ok(sentences(forged, { pinned: [first.keyId, second.keyId] }).length > 0);
  });

  it('is found out wherever anything of it is changed', () => {
    const { ada } = receipts();
    // When a key was made is nobody's claim but the file's, and nothing is decided by it.
    const all = places(ada).filter((at) => at.at(-1) !== 'madeAt' || at.length === 1);
    holdsFor(
      fc.property(fc.constantFrom(...all.filter((at) => at.length > 0)), fc.nat(), (at, chance) => {
        const read = SignedReceipt.safeParse(changed(ada, at, chance));
        const found = !read.success || sentences(read.data, { pinned: [first.keyId, second.keyId] }).length > 0;
        assert.ok(found, at.join('.'));
      }),
      1_000,
    );
  });

  it('is found out where its holder signs it with another key, whatever is changed', () => {
    const { ada } = receipts();
    const own = aReceiptKey();
    const body = { ...ada, answers: ada.answers.slice(0, 2), sheet: { ...ada.sheet, count: 2 } };
    const value = own.sign(receiptText(body)).toString('base64url');
    const forged = { ...body, keys: [...ada.keys, own], signature: { keyId: own.keyId, value } };
    const [sentence] = sentences(forged, { keys: [first, second] });
    assert.match(
      sentence ?? '',
      /0: the receipt is signed with the key \S+, which is not among those that are believed/,
    );
  });

  it('names what is missing and what is different beside the answers', () => {
    const { ada } = receipts();
    const same = [
      { item: 1, revision: 1_000_001, response: 'A' },
      { item: 2, response: 'B' },
      { item: 3, revision: 1_000_002, response: 'an essay' },
    ];
    assert.deepEqual(sentences(ada, { answers: same }), []);
    const answers = [
      { item: 1, revision: 1_000_001, response: 'C' },
      { item: 3, revision: 1_000_009, response: 'an essay' },
      { item: 4, response: 'more' },
    ];
    assert.deepEqual(sentences(ada, { answers }), [
      '1: the answers say something else than what was saved',
      '2: is missing from the answers',
      '3: the answers have revision 1000009, the receipt has 1000002',
      '4: is answered, and missing from the receipt',
    ]);
  });

  it('names an answer that no signature covers', () => {
    const { ada } = receipts();
    const answers = ada.answers.map((one) =>
      one.item === 2 ? { item: 2, revision: one.revision, unproved: 'unsigned' as const } : one,
    );
    const body = { ...ada, answers };
    const value = second.sign(receiptText(body)).toString('base64url');
    const old = { ...body, signature: { keyId: second.keyId, value } };
    assert.deepEqual(sentences(old), ['2: was saved by a version that signed nothing: nothing shows it']);
  });

  it('shows nothing of the others: no name, no digest, and no salt by which an answer could be guessed', () => {
    const { ada, ben } = receipts();
    const text = JSON.stringify(ada);
    assert.ok(!text.includes(BEN));
    const [own] = ben.answers;
    assert.ok(own && 'digest' in own);
    for (const hidden of [own.digest, own.salt, contentDigest('C')]) assert.ok(!text.includes(hidden));
    assert.ok(!text.includes('an essay'));
  });

  it('has salts that follow from the secret of the batch, each another one', () => {
    const secret = randomBytes(32);
    const salts = Array.from({ length: 250 }, (_, place) => saltsOf(secret)(place));
    assert.equal(new Set(salts).size, 250);
    assert.ok(salts.every((salt) => /^[\w-]{21}$/.test(salt)));
    assert.notEqual(saltsOf(randomBytes(32))(0), salts[0]);
  });
});
