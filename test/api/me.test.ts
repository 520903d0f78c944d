// Who am I: what a page asks first.
import assert from 'node:assert/strict';
import type { MeReply } from '../../schema/replies.ts';
import { type ExamFixture, examineeToken, forceState, makeExam, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('who am I', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('me');
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
  });
  after(() => api.stop());

  const ask = async (token: string) => (await api.call('GET', '/v1/me', { token })).body as MeReply;

  it('says to a proctor the own name and the rooms that are the own ones now, and no others', async () => {
    const token = await proctorToken(api, exam.planId, [exam.roomIds[1]], { label: 'Park Ji-woo' });
    const { rooms, ...who } = await ask(token);
    assert.deepEqual([who.role, who.label, who.chief], ['proctor', 'Park Ji-woo', false]);
    const plan = { planId: exam.planId, planName: 'plan', planStatus: 'open' };
    assert.deepEqual(rooms, [{ ...plan, roomId: exam.roomIds[1], label: 'two', status: 'closed', startsAt: 0 }]);
    await api.store.proctors.assign(
      await known(who.subjectId),
      { roomIds: [exam.roomIds[0]], chief: false },
      Date.now(),
      { actorId: '-', actorRole: 'admin' },
    );
    assert.deepEqual(
      (await ask(token)).rooms.map(({ label }) => label),
      ['one'],
    );
  });

  it('says to a chief every room of the plan, in the order in which people count', async () => {
    await makeRooms(['Room 10', 'Room 9']);
    const { chief, rooms } = await ask(await proctorToken(api, other, [], { chief: true }));
    assert.deepEqual([chief, rooms.map(({ label }) => label)], [true, ['one', 'Room 9', 'Room 10', 'two']]);
  });

  it('says to an admin the login name, and that no room is assigned', async () => {
    const account = { login: 'head.office', password: 'a password of ten' };
    await api.call('POST', '/v1/admins', { token: exam.admin, body: account });
    const { token } = (await api.call('POST', '/v1/login', { body: account, key: null })).body as { token: string };
    const { role, label, rooms } = await ask(token);
    assert.deepEqual([role, label, rooms], ['admin', 'head.office', []]);
  });

  it('is no matter of examinees and machines', async () => {
    for (const token of [examineeToken(api, exam, 0), await api.session({ role: 'service' })])
      assert.equal((await api.call('GET', '/v1/me', { token })).status, 403);
  });

  let other: string;
  async function makeRooms(labels: string[]): Promise<void> {
    other = (await makeExam(api)).planId;
    const rooms = labels.map((label) => ({ label }));
    await api.call('POST', `/v1/plans/${other}/rooms`, { token: exam.admin, body: { rooms } });
  }

  async function known(proctorId: string) {
    const proctor = await api.store.proctors.get(proctorId);
    if (proctor === null) throw new Error('the proctor is there');
    return proctor;
  }
});
