// Another password of one's own: only for who knows the present one, whatever token they hold; all other sessions end, and
// guesses are counted. And of every account: no password that is guessed first.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import { type ExamFixture, makeExam } from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const PRESENT = 'the present one';
const NEXT = 'the one after it';

describe('the own password', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  before(async () => {
    api = await startApi('own-password');
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const codeOf = ({ body }: Answered) => (body as { code: string }).code;
  const logIn = (login: string, password: string) => api.call('POST', '/v1/login', { body: { login, password } });
  const tokenOf = async (login: string, password: string) =>
    ((await logIn(login, password)).body as { token: string }).token;
  const change = (token: string, current: string, password: string, key = newId()) =>
    api.call('POST', '/v1/me/password', { token, body: { current, password }, key });
  const isLive = async (token: string) => (await api.call('GET', '/v1/me', { token })).status === 200;

  async function accountOf(role: 'admin' | 'proctor'): Promise<string> {
    const login = `${role}-${newId().toLowerCase()}`;
    const account = { login, password: PRESENT };
    const made =
      role === 'admin'
        ? await api.call('POST', '/v1/admins', { token: exam.admin, body: account })
        : await api.call('POST', `/v1/plans/${exam.planId}/proctors`, {
            token: exam.admin,
            body: { label: 'P', roomIds: [exam.roomIds[0]], ...account },
          });
    assert.equal(made.status, 201, made.text);
    return login;
  }

  it('is changed by an admin or a proctor who knows it, and every other session ends', async () => {
    for (const role of ['admin', 'proctor'] as const) {
      const login = await accountOf(role);
      const [own, elsewhere] = [await tokenOf(login, PRESENT), await tokenOf(login, PRESENT)];
      const stranger = await accountOf(role);
      const others = await tokenOf(stranger, PRESENT);
      const key = newId();
      assert.equal((await change(own, PRESENT, NEXT, key)).status, 204);
      assert.deepEqual([await isLive(own), await isLive(elsewhere), await isLive(others)], [true, false, true]);
      assert.equal((await logIn(login, PRESENT)).status, 401);
      assert.equal((await logIn(login, NEXT)).status, 200);
      assert.equal((await change(own, PRESENT, NEXT, key)).status, 204, 'whoever did not hear it hears it again');
      const entries = (await api.store.audit.waiting(10_000)).map(({ facts }) => facts);
      const { subjectId } = (await api.call('GET', '/v1/me', { token: own })).body as { subjectId: string };
      const [entry] = entries.filter(({ kind, actorId }) => kind === `${role}.changed` && actorId === subjectId);
      assert.deepEqual(entry?.data, { before: {}, after: {}, password: true, reason: 'own wish' });
    }
  });

  it('stays as it is, and so do all sessions, where the present one is not known', async () => {
    const login = await accountOf('admin');
    const [own, elsewhere] = [await tokenOf(login, PRESENT), await tokenOf(login, PRESENT)];
    const refused = await change(own, 'a guess of somebody', NEXT);
    assert.deepEqual([refused.status, codeOf(refused)], [401, 'LOGIN_REFUSED']);
    assert.deepEqual([await isLive(own), await isLive(elsewhere)], [true, true]);
    assert.equal((await logIn(login, PRESENT)).status, 200);
  });

  it('is guessed at ten times a minute and no more, and logins are not held up by it', async () => {
    const login = await accountOf('proctor');
    const own = await tokenOf(login, PRESENT);
    for (let n = 0; n < 10; n++) assert.equal(codeOf(await change(own, `guess number ${n}`, NEXT)), 'LOGIN_REFUSED');
    for (const guess of ['one more guess', PRESENT])
      assert.equal(codeOf(await change(own, guess, NEXT)), 'TOO_MANY_TRIES');
    assert.equal((await logIn(login, PRESENT)).status, 200);
  });

  it('is nothing that machines have', async () => {
    const token = await api.session({ role: 'service' });
    assert.equal((await change(token, PRESENT, NEXT)).status, 403);
  });

  it('is none of the passwords that are guessed first, whoever sets it and in whatever case, and says so', async () => {
    const login = await accountOf('admin');
    const own = await tokenOf(login, PRESENT);
    const link = await api.session({ kind: 'link', subjectId: 'new-admin' });
    const adminId = ((await api.call('GET', '/v1/me', { token: own })).body as { subjectId: string }).subjectId;
    for (const password of ['1234567890', 'q1w2e3r4t5', 'Password123', 'QWERTYUIOP']) {
      const account = { login: `x-${newId().toLowerCase()}`, password };
      const proctor = { label: 'P', roomIds: [exam.roomIds[0]], ...account };
      const edit = { password, reason: 'a test' };
      const headers = { 'If-Match': '*' };
      const answers = [
        await change(own, PRESENT, password),
        await api.call('POST', `/v1/links/${link}`, { body: account, key: null }),
        await api.call('POST', '/v1/admins', { token: own, body: account }),
        await api.call('POST', `/v1/plans/${exam.planId}/proctors`, { token: own, body: proctor }),
        await api.call('PATCH', `/v1/admins/${adminId}`, { token: own, body: edit, headers }),
      ];
      for (const { status, text } of answers) assert.deepEqual([status, /guessed first/.test(text)], [422, true], text);
    }
    assert.equal((await logIn(login, PRESENT)).status, 200, 'and nothing has changed');
  });
});
