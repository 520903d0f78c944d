// [S11] Held answers over HTTP: who may bring them, that they are kept once and apart, and who sees them.
import assert from 'node:assert/strict';
import { createTokens } from '../../api/tokens.ts';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import type { HeldInRoom, HeldList, Problem } from '../../schema/replies.ts';
import { type ExamFixture, forceState, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('[S11] answers that a fenced device held', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  before(async () => {
    api = await startApi('held-answers');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
    api.hints.length = 0;
    const { examineeId } = personAt(exam, 0);
    await api.store.examinees.enter(examineeId, 'first page', 'first device');
    await api.store.examinees.enter(examineeId, 'second page', 'second device');
  });
  after(() => api.stop());

  const tokenOf = (fence: number, index = 0) => {
    const { examineeId, roomId } = personAt(exam, index);
    const expiresAt = Date.now() + 60_000;
    return createTokens(api.config.secret).forExaminee({ examineeId, planId: exam.planId, roomId, fence, expiresAt });
  };
  const bring = (answers: unknown, token = tokenOf(1)) => {
    const path = `/v1/examinees/${personAt(exam, 0).examineeId}/held-answers`;
    return api.call('POST', path, { token, body: { answers } });
  };
  const answer = (item: number, response: unknown = 'A', revision = revisionOf(1, item)) => ({
    item,
    revision,
    response,
  });
  const codeOf = async (...sent: Parameters<typeof bring>) => ((await bring(...sent)).body as Problem).code;
  const listed = async () =>
    (await api.call('GET', `/v1/plans/${exam.planId}/held-answers`, { token: exam.admin })).body as HeldList;

  it('are kept with the old token, once, and the room is told', async () => {
    const { body } = await bring([answer(1), answer(2, 'because')]);
    const kept = [
      [1, revisionOf(1, 1)],
      [2, revisionOf(1, 2)],
    ];
    assert.deepEqual(body, { kept, conflicts: [] });
    assert.deepEqual((await bring([answer(1), answer(2, 'because')])).body, { kept, conflicts: [] });
    const { examineeId } = personAt(exam, 0);
    assert.equal(api.hints[0], `held ${exam.roomIds[0]} ${examineeId}`);
    assert.deepEqual(
      (await listed()).answers.map(({ item, response, state, as, by }) => [item, response, state, as, by]),
      [
        [1, 'A', 'held', null, null],
        [2, 'because', 'held', null, null],
      ],
    );
    assert.deepEqual(await api.store.answers.current(exam.planId, examineeId), [], 'they count for nothing');
  });

  it('are told apart from other ones under the same revisions', async () => {
    await bring([answer(1)]);
    const { body } = await bring([answer(1, 'B'), answer(2)]);
    assert.deepEqual(body, { kept: [[2, revisionOf(1, 2)]], conflicts: [[1, revisionOf(1, 1)]] });
    assert.equal((await listed()).answers[0]?.response, 'A');
  });

  it('are not taken from the live session, of a later one, or of somebody else', async () => {
    assert.equal(await codeOf([answer(1)], tokenOf(2)), 'SESSION_LIVE');
    assert.equal(await codeOf([answer(1, 'A', revisionOf(2, 1))]), 'REVISION_INVALID');
    assert.equal((await bring([answer(1)], tokenOf(1, 1))).status, 403);
    assert.equal((await bring([answer(1)], exam.admin)).status, 403);
    assert.deepEqual((await listed()).answers, []);
  });

  it('are shown to the room’s own proctors by person, count, time and item, and never what was answered', async () => {
    const canary = `because ${newId()}`;
    await bring([answer(2, canary, revisionOf(1, 7)), answer(1, 'A', revisionOf(1, 4))]);
    const { examineeId, roomId } = personAt(exam, 0);
    const [first] = await api.store.heldAnswers.undecided(examineeId);
    await api.store.heldAnswers.decide(first?._id ?? '', ['held'], { state: 'applied', decidedAt: 9, by: '', as: 5 });
    const other = exam.roomIds.find((one) => one !== roomId) ?? '';
    const look = async (token: string | undefined) => api.call('GET', `/v1/rooms/${roomId}/held-answers`, { token });
    for (const token of [exam.admin, await proctorToken(api, exam.planId, [roomId])]) {
      const { body } = await look(token);
      const [person, more] = (body as HeldInRoom).examinees;
      assert.deepEqual(
        [person?.examineeId, person?.count, person?.undecidedCount, more],
        [examineeId, 2, 1, undefined],
      );
      assert.deepEqual(
        person?.items.map(({ item, state }) => [item, state]),
        [
          [1, 'applied'],
          [2, 'held'],
        ],
      );
      assert.ok((person?.firstAt ?? 0) > Date.now() - 60_000 && (person?.lastAt ?? 0) >= (person?.firstAt ?? 0));
      assert.ok(!JSON.stringify(body).includes(canary));
    }
    for (const token of [await proctorToken(api, exam.planId, [other]), tokenOf(2)])
      assert.equal((await look(token)).status, 403);
  });

  it('have a bound, beyond which the device keeps them', async () => {
    const { examineeId, roomId } = personAt(exam, 0);
    const many = Array.from({ length: LIMITS.heldAnswers }, (_, index) => ({
      _id: `${exam.planId}.${examineeId}.${newId()}`,
      ...{ planId: exam.planId, roomId, examineeId, item: 1, revision: index, response: 'A', hash: '-' },
      ...{ heldAt: 1, state: 'held' as const, decidedAt: 0, by: '', as: 0 },
    }));
    await api.store.heldAnswers.keep(many);
    const { status, body } = await bring([answer(1)]);
    assert.deepEqual([status, (body as Problem).code, (body as Problem).retry], [503, 'BUSY', 'later']);
  });
});
