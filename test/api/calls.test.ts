// The list of raised hands, for admins and for the proctors of their rooms.
import assert from 'node:assert/strict';
import { CallList } from '../../schema/replies.ts';
import { aCall } from '../support/stored.ts';
import { type ExamFixture, makeExam, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('calls', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  before(async () => {
    api = await startApi('calls');
    exam = await makeExam(api);
    const { planId, roomIds } = exam;
    for (const [at, roomId] of [...roomIds, ...roomIds].entries())
      await api.store.calls.raise(aCall({ planId, roomId, at, question: `question ${at}` }));
    const [first] = await api.store.calls.byPlan(planId, {}, { limit: 1 });
    const end = { status: 'answered', answer: 'yes', by: 'lee', byRole: 'proctor', endedAt: 9 } as const;
    await api.store.calls.end(first?._id ?? '', roomIds[0], end);
  });
  after(() => api.stop());

  const list = async (token: string, query = '') => {
    const { body } = await api.call('GET', `/v1/plans/${exam.planId}/calls${query}`, { token });
    return CallList.parse(body);
  };

  it('are listed for an admin by time, with what became of them', async () => {
    const { calls, next } = await list(exam.admin, '?limit=3');
    assert.deepEqual(
      calls.map(({ question, state, answer, by }) => [question, state, answer, by]),
      [
        ['question 0', 'answered', 'yes', 'lee'],
        ['question 1', 'open', '', null],
        ['question 2', 'open', '', null],
      ],
    );
    assert.deepEqual(
      (await list(exam.admin, `?after=${next}`)).calls.map(({ question }) => question),
      ['question 3'],
    );
    assert.equal((await list(exam.admin, `?state=open&roomId=${exam.roomIds[0]}`)).calls.length, 1);
  });

  it('are listed for a proctor as far as they are of the own rooms', async () => {
    const token = await proctorToken(api, exam.planId, [exam.roomIds[1]]);
    assert.deepEqual(
      (await list(token)).calls.map(({ question }) => question),
      ['question 1', 'question 3'],
    );
    const other = await api.call('GET', `/v1/plans/${exam.planId}/calls?roomId=${exam.roomIds[0]}`, { token });
    assert.equal(other.status, 403);
  });
});
