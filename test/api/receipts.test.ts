// Signed receipts over HTTP: to their person and to admins, while the exam runs and after it, checked with the public keys.
import assert from 'node:assert/strict';
import { contentHash } from '../../exam/content-hash.ts';
import { receiptHash } from '../../exam/receipt.ts';
import { checkReceipt } from '../../exam/signed-receipt.ts';
import type { Response } from '../../schema/answers.ts';
import type { QueuedAnswer } from '../../schema/jobs.ts';
import { ReceiptKeys, SignedReceipt } from '../../schema/signed-receipt.ts';
import { type ExamFixture, examineeToken, forceState, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('signed receipts', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('receipts');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'running');
  });
  after(() => api.stop());

  const who = (index = 0) => personAt(exam, index).examineeId;
  const answer = (index: number, item: number, counter: number, response: Response): QueuedAnswer => {
    return [who(index), item, 1_000_000 + counter, response, contentHash(response), 1];
  };
  const save = (...answers: QueuedAnswer[]) => api.store.answers.insert(exam.planId, answers);

  async function receipt(token: string, index = 0): Promise<SignedReceipt> {
    const { status, body } = await api.call('GET', `/v1/examinees/${who(index)}/receipt`, { token });
    assert.equal(status, 200);
    return SignedReceipt.parse(body);
  }

  async function keys() {
    const { status, body } = await api.call('GET', '/v1/receipt-keys', {});
    assert.equal(status, 200);
    return ReceiptKeys.parse(body).keys;
  }

  it('show a person, while answering, what is saved so far, and to nobody else but an admin', async () => {
    await save(answer(0, 1, 1, 'B'), answer(1, 1, 1, 'C'), answer(0, 2, 2, 'because'));
    const own = await receipt(examineeToken(api, exam, 0));
    assert.deepEqual([own.sheet.state, own.sheet.endedAt, own.sheet.count], ['empty', 0, 2]);
    assert.deepEqual(checkReceipt(own, { keys: await keys() }), { findings: [], proved: 2, keys: 'given' });
    const given = [
      { item: 1, revision: 1_000_001, response: 'B' },
      { item: 2, revision: 1_000_002, response: 'because' },
    ];
    assert.deepEqual(checkReceipt(own, { answers: given }).findings, []);
    assert.ok(!JSON.stringify(own).includes('because'));
    assert.deepEqual((await receipt(exam.admin)).answers, own.answers);
    const path = `/v1/examinees/${who()}/receipt`;
    assert.equal((await api.call('GET', path, { token: examineeToken(api, exam, 1) })).status, 403);
    assert.equal((await api.call('GET', path, {})).status, 401);
  });

  it('hold the vector of a sheet that has ended, and what came later not', async () => {
    await save(answer(0, 1, 1, 'B'), answer(0, 2, 2, 'because'));
    await api.store.sheets.begin([who()]);
    const vector: [number, number][] = [
      [1, 1_000_001],
      [2, 1_000_002],
    ];
    await api.store.sheets.end(who(), 'timed-out', vector, 7_000);
    await save(answer(0, 1, 3, 'A'));
    const { sheet, answers, ...rest } = await receipt(examineeToken(api, exam, 0));
    const hash = receiptHash(
      vector.map(([item, revision], at) => [item, revision, contentHash(['B', 'because'][at] ?? '')]),
    );
    assert.deepEqual(sheet, { state: 'timed-out', endedAt: 7_000, count: 2, hash });
    assert.deepEqual(
      answers.map(({ item, revision }) => [item, revision]),
      vector,
    );
    assert.deepEqual(checkReceipt({ ...rest, sheet, answers }, { keys: await keys() }).findings, []);
  });

  it('hold over a rotation of the key in the middle of the exam', async () => {
    await save(answer(0, 1, 1, 'B'));
    const [before] = (await keys()).toReversed();
    await api.store.receiptKeys.rotate();
    await save(answer(0, 2, 2, 'because'));
    const own = await receipt(examineeToken(api, exam, 0));
    assert.deepEqual(checkReceipt(own, { keys: await keys() }), { findings: [], proved: 2, keys: 'given' });
    assert.equal(new Set(own.roots.map(({ keyId }) => keyId)).size, 2);
    assert.ok(before && own.keys.some(({ keyId }) => keyId === before.keyId));
  });

  it('are there of a sheet without an answer', async () => {
    const own = await receipt(examineeToken(api, exam, 1), 1);
    assert.deepEqual(own.answers, []);
    assert.deepEqual(checkReceipt(own, { keys: await keys() }).findings, []);
  });
});
