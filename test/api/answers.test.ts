// [S17] Answers over HTTP at the api's door: whose token, which fence, how large, and what the room says.
import assert from 'node:assert/strict';
import { createTokens } from '../../api/tokens.ts';
import { revisionOf } from '../../exam/revision.ts';
import { LIMITS } from '../../schema/limits.ts';
import { refuse } from '../../schema/refusals.ts';
import type { AnswersReply, Problem, StandingReply } from '../../schema/replies.ts';
import { type ExamFixture, forceState, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('[S17] answers over HTTP at the api', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  before(async () => {
    const submit = async () => ({ ...refuse('SUBMIT_INCOMPLETE'), missing: [2] });
    api = await startApi('answers-over-http', { road: { submit } });
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
  });
  beforeEach(() => {
    api.travelled.length = 0;
  });
  after(() => api.stop());

  const who = () => personAt(exam, 0);
  const path = (what: string) => `/v1/examinees/${who().examineeId}/${what}`;
  const tokenOf = (fence: number) => {
    const { examineeId, roomId } = who();
    const expiresAt = Date.now() + 60_000;
    return createTokens(api.config.secret).forExaminee({ examineeId, planId: exam.planId, roomId, fence, expiresAt });
  };
  const answer = (counter: number, response: unknown = 'A') => ({
    ...{ item: counter, revision: revisionOf(1, counter), response },
  });
  const send = (answers: unknown[], token = tokenOf(1), key: string | null = null) =>
    api.call('POST', path('answers'), { token, body: { answers }, key });

  it('go to the room of the person with fence and device, and need no Idempotency-Key', async () => {
    await api.store.examinees.enter(who().examineeId, 'a page', 'a device');
    const { status, body, headers } = await send([answer(1)]);
    assert.deepEqual([status, (body as AnswersReply).saved], [200, [[1, revisionOf(1, 1)]]]);
    const requestId = headers.get('x-request-id');
    const asker = { examineeId: who().examineeId, fence: 1, deviceKey: 'a device', requestId };
    const place = { roomId: who().roomId, isSettled: false };
    assert.deepEqual(api.travelled, [['answers', place, asker, [answer(1)]]]);
  });

  it('are bounded as over the socket: a hundred, and 48 KiB unless one goes alone', async () => {
    const many = Array.from({ length: LIMITS.batchAnswers + 1 }, (_, index) => answer(index + 1));
    assert.equal(((await send(many)).body as Problem).code, 'REQUEST_INVALID');
    const essay = '\n'.repeat(30 * 1_024);
    assert.equal(((await send([answer(1, essay), answer(2, essay)])).body as Problem).code, 'REQUEST_TOO_LARGE');
    assert.equal((await send([answer(1, '\u0001'.repeat(LIMITS.answerBytes))])).status, 200);
    assert.equal(api.travelled.length, 1);
  });

  it('of a fenced session are 409 before any room hears of them, and so is all else that it asks', async () => {
    await api.store.examinees.enter(who().examineeId, 'another page', 'a device');
    const old = tokenOf(1);
    const said = [
      await send([answer(1)], old),
      await api.call('POST', path('submit'), { token: old, body: { revisions: [] } }),
      await api.call('GET', path('standing'), { token: old }),
    ];
    for (const { status, body } of said)
      assert.deepEqual([status, (body as Problem).code, (body as Problem).retry], [409, 'SESSION_FENCED', 'stop']);
    assert.deepEqual(api.travelled, []);
  });

  it('a submit that lacks something says which items', async () => {
    const { status, body } = await api.call('POST', path('submit'), {
      token: tokenOf(2),
      body: { revisions: [[2, 7]] },
    });
    assert.deepEqual([status, (body as Problem).missing], [409, [2]]);
  });

  it('how the person stands carries the key of the paper only once the store says that the room has started', async () => {
    const standing = async () => (await api.call('GET', path('standing'), { token: tokenOf(2) })).body as StandingReply;
    const { paperKey, room, deadlineAt } = await standing();
    assert.deepEqual([paperKey, room.roomId, deadlineAt], [undefined, who().roomId, 2]);
    const taken = await api.store.rooms.take(who().roomId);
    await api.store.rooms.change(who().roomId, taken?.epoch ?? 0, { status: 'running', startsAt: 1 });
    for (let tries = 0; tries < 60 && (await standing()).paperKey === undefined; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(typeof (await standing()).paperKey, 'string');
  });
});
