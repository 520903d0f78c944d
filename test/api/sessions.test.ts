// Logins, one-time links and logouts of people who work here.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createPasswords } from '../../api/password.ts';
import { hashOfToken, newSecretToken } from '../../api/tokens.ts';
import { newId } from '../../schema/ids.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { LoginReply, Problem } from '../../schema/replies.ts';
import { until } from '../workers/worker-parts.ts';
import { type ExamFixture, makeExam } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const PASSWORD = 'correct horse battery';

describe('sessions', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('sessions');
    exam = await makeExam(api);
    await api.call('POST', '/v1/admins', { token: exam.admin, body: { login: 'Root.Admin', password: PASSWORD } });
  });
  after(() => api.stop());

  const login = (name: string, password = PASSWORD) =>
    api.call('POST', '/v1/login', { body: { login: name, password }, key: null });
  const addProctor = (given: Record<string, unknown>) =>
    api.call('POST', `/v1/plans/${exam.planId}/proctors`, {
      token: exam.admin,
      body: { label: 'P', password: PASSWORD, roomIds: [exam.roomIds[0]], ...given },
    });

  it('gives an admin a token that works until its end, and stores only its hash', async () => {
    const { status, body } = await login('root.admin');
    const { token, role, expiresAt }: LoginReply = body;
    assert.deepEqual([status, role], [200, 'admin']);
    assert.ok(Math.abs(expiresAt - Date.now() - api.config.sessionMs) < 5_000);
    assert.equal((await api.call('GET', '/v1/plans', { token })).status, 200);
    assert.equal(await api.store.sessions.get(token), null);
    assert.equal((await api.store.sessions.get(hashOfToken(token)))?.role, 'admin');
  });

  it('gives a proctor a token for the own rooms', async () => {
    assert.equal((await addProctor({ login: 'proctor.one' })).status, 201);
    const { token, role }: LoginReply = (await login('PROCTOR.one ')).body;
    assert.equal(role, 'proctor');
    const rooms = await api.call('GET', `/v1/plans/${exam.planId}/rooms`, { token });
    assert.deepEqual(
      (rooms.body as { rooms: { label: string }[] }).rooms.map((room) => room.label),
      ['one'],
    );
  });

  it('says the same about a wrong password as about an unknown login, and takes as long', async () => {
    const wrong = await login('root.admin', 'wrong');
    const unknown = await login('nobody', 'wrong');
    const said = ({ body }: { readonly body: never }) => ({ ...(body as object), instance: '' }); // the request's own id
    assert.deepEqual([wrong.status, said(wrong)], [401, said(unknown)]);
    const passwords = createPasswords();
    const stored = String(await passwords.hashOf(PASSWORD));
    await passwords.fits('wrong', undefined);
    const time = async (hash: string | undefined) => {
      const began = performance.now();
      for (let tries = 0; tries < 6; tries++) assert.equal(await passwords.fits('wrong', hash), false);
      return performance.now() - began;
    };
    const ratio = (await time(undefined)) / (await time(stored));
    assert.ok(ratio > 0.2, `unknown : wrong = ${ratio}`); // without a hash to compare with it is next to nothing
  });

  it('slows down who tries one login, and no other login behind the address', async () => {
    await addProctor({ login: 'proctor.two' });
    for (let tries = 0; tries < 10; tries++) assert.equal((await login('proctor.two', 'wrong')).status, 401);
    const { status, headers } = await login('proctor.two');
    assert.deepEqual([status, headers.get('retry-after')], [429, '60']);
    assert.equal((await login('root.admin')).status, 200);
  });

  it('ends a session at once by a logout, and no other', async () => {
    const first: LoginReply = (await login('root.admin')).body;
    const second: LoginReply = (await login('root.admin')).body;
    assert.equal((await api.call('POST', '/v1/logout', { token: first.token })).status, 204);
    assert.equal((await api.call('GET', '/v1/plans', { token: first.token })).status, 401);
    assert.equal((await api.call('GET', '/v1/plans', { token: second.token })).status, 200);
  });

  it('ends a session at once at another process too, for who asks there without a pause', async () => {
    const other = await startApi('sessions-2', { beside: api });
    try {
      for (let time = 0; time < 6; time++) {
        const { token }: LoginReply = (await login('root.admin')).body;
        let isOver = false;
        const after: number[] = [];
        let before = 0;
        const lane = async (): Promise<void> => {
          while (after.length < 20) {
            const wasOver = isOver;
            const { status } = await other.call('GET', '/v1/plans', { token });
            if (wasOver) after.push(status);
            else if (status === 200) before++;
          }
        };
        const lanes = Array.from({ length: 2 }, lane);
        await until('they are let in', () => before > 5 + time);
        assert.equal((await api.call('POST', '/v1/logout', { token })).status, 204);
        isOver = true;
        await Promise.all(lanes);
        assert.deepEqual(new Set(after), new Set([401]));
      }
    } finally {
      await other.stop();
    }
  });

  it('takes no one-time link for a session', async () => {
    assert.equal((await api.call('GET', '/v1/plans', { token: await api.session({ kind: 'link' }) })).status, 401);
  });

  it('refuses a login name that an admin or a proctor has, in both directions', async () => {
    const admin = (name: string) =>
      api.call('POST', '/v1/admins', { token: exam.admin, body: { login: name, password: PASSWORD } });
    assert.equal(((await addProctor({ login: 'root.admin' })).body as Problem).code, 'NAME_TAKEN');
    await addProctor({ login: 'proctor.three' });
    assert.equal(((await addProctor({ login: 'proctor.three' })).body as Problem).code, 'NAME_TAKEN');
    assert.equal(((await admin('proctor.three')).body as Problem).code, 'NAME_TAKEN');
    assert.equal(((await admin('ROOT.admin')).body as Problem).code, 'NAME_TAKEN');
    assert.equal(
      ((await addProctor({ login: 'proctor.four', roomIds: [newId()] })).body as Problem).code,
      'ROOM_UNKNOWN',
    );
  });

  it('shows no password or hash among proctors', async () => {
    const { text, body } = await api.call('GET', `/v1/plans/${exam.planId}/proctors?limit=1`, { token: exam.admin });
    assert.ok(!text.includes('argon2'));
    const { next, proctors } = body as { next: string; proctors: unknown[] };
    assert.equal(proctors.length, 1);
    const rest = await api.call('GET', `/v1/plans/${exam.planId}/proctors?after=${next}`, { token: exam.admin });
    assert.equal((rest.body as { next: null }).next, null);
  });

  describe('one-time links', () => {
    const spend = (token: string, name: string) =>
      api.call('POST', `/v1/links/${token}`, { body: { login: name, password: PASSWORD }, key: null });

    it('make one admin, once', async () => {
      const token = await api.session({ kind: 'link' });
      assert.equal((await spend(token, 'first.admin')).status, 201);
      assert.equal((await login('first.admin')).status, 200);
      const again = await spend(token, 'second.admin');
      assert.deepEqual([again.status, (again.body as Problem).code], [410, 'LINK_SPENT']);
      assert.equal((await login('second.admin')).status, 401);
    });

    it('make one admin, also when two spend one at once', async () => {
      const token = await api.session({ kind: 'link' });
      const answers = await Promise.all(['twin.a', 'twin.b'].map((name) => spend(token, name)));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 410]);
      const logins = await Promise.all(['twin.a', 'twin.b'].map((name) => login(name)));
      assert.deepEqual(
        logins.map(({ status }) => status),
        answers.map(({ status }) => (status === 201 ? 200 : 401)),
      );
    });

    it('are not spent by a name that is taken', async () => {
      const token = await api.session({ kind: 'link' });
      assert.equal(((await spend(token, 'root.admin')).body as Problem).code, 'NAME_TAKEN');
      assert.equal((await spend(token, 'free.name')).status, 201);
    });

    it('show a page with one script of our own, which does not spend them', async () => {
      const token = await api.session({ kind: 'link' });
      const { text, headers } = await api.call('GET', `/v1/links/${token}`);
      const policy = headers.get('content-security-policy') ?? '';
      for (const kind of ['style', 'script']) {
        const inside = new RegExp(`<${kind}>([\\s\\S]*)</${kind}>`).exec(text)?.[1] ?? '';
        assert.ok(inside.length > 100);
        assert.ok(policy.includes(`${kind}-src 'sha256-${createHash('sha256').update(inside).digest('base64')}'`));
      }
      assert.ok(!text.includes(token) && !/https?:\/\//.test(text));
      assert.equal((await spend(token, 'page.admin')).status, 201);
    });

    it('expire, and are nothing else than links', async () => {
      assert.equal(
        (await spend(await api.session({ kind: 'link', expiresAt: Date.now() - 1 }), 'late.admin')).status,
        410,
      );
      assert.equal((await spend(await api.adminToken(), 'sly.admin')).status, 410);
      assert.equal((await spend(newSecretToken(), 'guess.admin')).status, 410);
    });
  });

  it('hashes with Argon2id at 19 MiB, t = 2, p = 1', async () => {
    const stored = await createPasswords().hashOf(PASSWORD);
    assert.match(String(stored), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('hashes only so many passwords at once, and says BUSY to the others', async () => {
    const passwords = createPasswords(4);
    const answers = await Promise.all(Array.from({ length: 6 }, () => passwords.fits('wrong', undefined)));
    assert.equal(answers.filter(isRefusal).length, 2);
    assert.equal(answers.filter((answer) => answer === false).length, 4);
  });
});
