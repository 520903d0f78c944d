// Identity in the waiting room: who decided what and when, and of two who decide at once one.
import assert from 'node:assert/strict';
import type { ExamineeView, Problem } from '../../schema/replies.ts';
import { type ExamFixture, forceState, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('identity of an examinee', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let proctor: string;

  before(async () => {
    api = await startApi('identity');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
    proctor = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
  });
  after(() => api.stop());

  const decide = (body: unknown, token = proctor, index = 0) =>
    api.call('PUT', `/v1/examinees/${personAt(exam, index).examineeId}/identity`, { token, body });
  const codeOf = (answer: { body: unknown }): string => (answer.body as Problem).code;

  async function rowOf(label: string, token: string): Promise<ExamineeView | undefined> {
    const { body } = await api.call('GET', `/v1/plans/${exam.planId}/examinees`, { token });
    return (body as { examinees: ExamineeView[] }).examinees.find((row) => row.label === label);
  }

  it('is in the roster, for proctors too, with who and when', async () => {
    assert.equal((await rowOf('Ada', proctor))?.identity, null);
    const before = Date.now();
    assert.equal((await decide({ confirmed: true, note: 'passport' })).status, 200);
    const { at = 0, ...identity } = (await rowOf('Ada', proctor))?.identity ?? {};
    assert.ok(at >= before && at <= Date.now());
    const { by = '', ...rest } = identity as { by?: string };
    assert.deepEqual(rest, { confirmed: true, note: 'passport', byRole: 'proctor', version: 1 });
    assert.match(by, /^\w{16}$/);
    assert.equal((await rowOf('Ben', exam.admin))?.identity, null);
  });

  it('may be decided again, each time as the next version; the same again changes nothing', async () => {
    const first = await decide({ confirmed: true });
    assert.deepEqual((await decide({ confirmed: true })).body, first.body);
    assert.deepEqual((await decide({ confirmed: true, version: 0 })).body, first.body, 'as it is said again');
    await decide({ confirmed: false, note: 'the photo shows somebody else' }, exam.admin);
    const { confirmed, note, byRole, version } = (await rowOf('Ada', proctor))?.identity ?? {};
    assert.deepEqual([confirmed, note, byRole, version], [false, 'the photo shows somebody else', 'admin', 2]);
    assert.equal(
      api.logs.filter(({ kind, planId }) => kind === 'identity.decided' && planId === exam.planId).length,
      2,
    );
  });

  it('is refused to who saw an older version, and to all but one of those who decide at once', async () => {
    assert.equal((await decide({ confirmed: true, version: 0 })).status, 200);
    assert.equal(codeOf(await decide({ confirmed: false, version: 0 }, exam.admin)), 'TRANSITION_REFUSED');
    assert.equal((await decide({ confirmed: false, version: 1 }, exam.admin)).status, 200);
    const notes = ['a', 'b', 'c', 'd', 'e', 'f'];
    const answers = await Promise.all(notes.map((note) => decide({ confirmed: true, note, version: 2 })));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal((await rowOf('Ada', proctor))?.identity?.version, 3);
  });

  it('is no matter of proctors of other rooms, nor of who was removed', async () => {
    assert.equal((await decide({ confirmed: true }, proctor, 2)).status, 403);
    await api.store.examinees.setStatus([personAt(exam, 0).examineeId], ['registered'], 'removed');
    assert.equal(codeOf(await decide({ confirmed: true })), 'EXAMINEE_REMOVED');
  });
});
