// What docs/security.md promises and no other test shows: tokens, headers, passwords, logs, and what is in the sources.
import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import type { Example } from '../../api/examples.ts';
import { LINK_PAGE } from '../../api/link-page.ts';
import { createTokens, newSecretToken } from '../../api/tokens.ts';
import { newId } from '../../schema/ids.ts';
import { type ExamFixture, examineeToken, forceState, makeExam, personAt } from './exam-fixture.ts';
import { realExamplesFor, tokenFor } from './examples.ts';
import { type RunningApi, startApi } from './running-api.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64url');

function sources(pattern: string): { file: string; text: string }[] {
  const files = globSync(pattern, { cwd: ROOT }).filter((file) => !file.startsWith('web/dist'));
  return files.map((file) => ({ file, text: readFileSync(ROOT + file, 'utf8') }));
}

describe('security', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let examples: Record<string, Example>;
  before(async () => {
    api = await startApi('security', { logLevel: 'debug', config: { secure: true } });
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
    examples = await realExamplesFor(api, exam);
  });
  after(() => api.stop());

  const own = () => `/v1/examinees/${personAt(exam, 0).examineeId}/standing`;
  const statusWith = async (token: string) => (await api.call('GET', own(), { token })).status;
  const reads = () => Object.entries(examples).filter(([name]) => name.startsWith('GET '));

  describe('of tokens', () => {
    it('believes no token that was changed in any place', async () => {
      const token = examineeToken(api, exam, 0);
      assert.equal(await statusWith(token), 200);
      const tokens = createTokens(api.config.secret);
      for (let place = 0; place < token.length; place++) {
        for (const letter of ['A', 'B', '-', '.']) {
          const changed = token.slice(0, place) + letter + token.slice(place + 1);
          if (changed !== token) assert.equal(tokens.examineeOf(changed, Date.now()), undefined, `${place} ${letter}`);
        }
      }
      for (const longer of [`${token}A`, `${token}.A`, `${token}=`]) {
        assert.equal(tokens.examineeOf(longer, Date.now()), undefined, longer.slice(-3));
        assert.equal(await statusWith(longer), 401);
      }
    });

    it('takes no JSON Web Token, whatever algorithm and key it names', async () => {
      const { examineeId } = personAt(exam, 0);
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const jwk = publicKey.export({ format: 'jwk' });
      const claims = { sub: examineeId, planId: exam.planId, role: 'admin', exp: 4_102_444_800 };
      const heads: Record<string, unknown>[] = [
        { alg: 'none' },
        { alg: 'HS256' },
        { alg: 'ES256', jwk },
        { alg: 'HS256', kid: '../../dev/null' },
      ];
      heads.push({ alg: 'HS256', jku: 'https://evil.example/keys' }, { alg: 'HS256', x5u: '/' });
      const keys = ['', 'secret', publicKey.export({ format: 'pem', type: 'spki' }), api.config.secret];
      for (const head of heads) {
        const body = `${base64(JSON.stringify({ typ: 'JWT', ...head }))}.${base64(JSON.stringify(claims))}`;
        const signatures = ['', ...keys.map((key) => createHmac('sha256', key).update(body).digest('base64url'))];
        for (const signature of signatures) assert.equal(await statusWith(`${body}.${signature}`), 401);
      }
      assert.ok(privateKey);
    });

    it('takes no token of one use for another', async () => {
      const tokens = createTokens(api.config.secret);
      const { examineeId } = personAt(exam, 0);
      const later = Date.now() + 60_000;
      const [view, file] = [tokens.forView(exam.planId, later), tokens.forFile(exam.uploadId, later)];
      const examinee = examineeToken(api, exam, 0);
      const proof = tokens.exportProof({ planId: exam.planId, examineeId, fence: 1 });
      for (const other of [view, file, proof, `x.${view}`, `x.${file}`]) assert.equal(await statusWith(other), 401);
      for (const other of [examinee, examinee.slice(2), view])
        assert.equal(tokens.fileOf(other, Date.now()), undefined);
      for (const other of [examinee.slice(2), file])
        assert.equal(tokens.mayView(exam.planId, other, Date.now()), false);
      const forged = createTokens('another secret, as long as the right one').forView(exam.planId, later);
      assert.equal(tokens.mayView(exam.planId, forged, Date.now()), false);
    });

    it('takes no token after its time', async () => {
      const tokens = createTokens(api.config.secret);
      const now = Date.now();
      assert.equal(await statusWith(examineeToken(api, exam, 0, now - 1)), 401);
      assert.equal(tokens.mayView(exam.planId, tokens.forView(exam.planId, now), now), false);
      assert.equal(tokens.fileOf(tokens.forFile(exam.uploadId, now), now), undefined);
      const session = await api.session({ expiresAt: now - 1 });
      assert.equal((await api.call('GET', '/v1/me', { token: session })).status, 401);
    });

    it('makes tokens of 256 random bits, no two alike', () => {
      const made = Array.from({ length: 1_000 }, newSecretToken);
      assert.equal(new Set(made).size, made.length);
      for (const token of made) assert.equal(Buffer.from(token, 'base64url').length, 32);
    });

    it('takes a token from the Authorization header alone', async () => {
      const token = await api.adminToken();
      const anywhere: { path: string; headers?: Record<string, string> }[] = [
        { path: `/v1/plans?token=${token}` },
        { path: `/v1/plans?access_token=${token}` },
        { path: '/v1/plans', headers: { cookie: `token=${token}; session=${token}; Authorization=Bearer ${token}` } },
        { path: '/v1/plans', headers: { 'x-api-key': token, 'x-authorization': `Bearer ${token}` } },
      ];
      for (const { path, headers = {} } of anywhere)
        assert.equal((await api.call('GET', path, { headers })).status, 401);
      assert.equal((await api.call('GET', '/v1/plans', { token })).headers.get('set-cookie'), null);
    });
  });

  it('writes no token, code or password into its log', async () => {
    const { code } = personAt(exam, 0);
    const [token, password, link] = [await api.adminToken(), 'a password in no log', newSecretToken()];
    const view = createTokens(api.config.secret).forView(exam.planId, Date.now() + 60_000);
    const tried = [
      await api.call('POST', '/v1/login', { body: { login: 'nobody', password } }),
      await api.call('POST', '/v1/login', { body: { login: 'nobody', password, more: password } }),
      await api.call('POST', '/v1/enter', { body: { code, deviceKey: 'device-0001', entryId: newId() } }),
      await api.call('POST', '/v1/enter', { body: { code: 'ABCDE23456', deviceKey: code, entryId: 1 } }),
      await api.call('GET', `/v1/links/${link}`),
      await api.call('POST', `/v1/links/${link}`, { body: { login: 'somebody', password } }),
      await api.call('GET', `/v1/progress/${exam.planId}`, { token: view }),
      await api.call('GET', '/v1/plans', { token }),
      await api.call('GET', `/v1/nothing/${token}?token=${token}`, { token }),
    ];
    assert.ok(tried.every(({ status }) => status < 500));
    const lines = JSON.stringify([api.logged, api.logs]);
    assert.ok(
      api.logged.some(({ msg }) => msg === 'request answered'),
      'everything is logged here',
    );
    for (const secret of [code, token, password, link, view, 'Ada'])
      assert.ok(!lines.includes(secret), secret === code ? 'a code' : secret.slice(0, 8));
    assert.ok(!tried.some(({ text }) => text.includes(password)));
  });

  it('tells a browser that comes over https to come that way for a year', async () => {
    for (const path of ['/health', '/v1/plans', '/nothing', '/docs/']) {
      const { headers } = await api.call('GET', path);
      const [, age] = /max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '') ?? [];
      assert.ok(Number(age) >= 31_536_000, path);
    }
  });

  it('says of every answer with a body what it is, and of text in which letters', async () => {
    const paths = [...reads().map(([name, { path }]) => ({ name, path })), { name: 'GET /', path: '/nothing' }];
    for (const { name, path } of paths) {
      for (const token of [undefined, await tokenFor(api, exam, name, await api.adminToken())]) {
        const { headers, text, status } = await api.call('GET', path, { token });
        if (text === '' && status !== 200) continue;
        const type = headers.get('content-type') ?? '';
        assert.match(type, /^[a-z]+\/[a-z0-9.+-]+/, path);
        if (/^text\/|json\b/.test(type) && !/ndjson|event-stream/.test(type))
          assert.match(type, /charset=utf-8/i, path);
        assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
      }
    }
  });

  it('changes nothing by a safe method', async () => {
    const database = await mongoose.mongo.MongoClient.connect(api.storeUrl);
    // What is read is noted there, as a decision or as a line of a log.
    const noted = ['audit', 'heads', 'log'];
    const stateOf = async (): Promise<Record<string, string>> => {
      const state: Record<string, string> = {};
      const found = await database.db().listCollections({}, { nameOnly: true }).toArray();
      for (const { name } of found.toSorted((one, other) => one.name.localeCompare(other.name))) {
        if (noted.some((word) => name.includes(word))) continue;
        const rows = await database.db().collection(name).find().sort({ _id: 1 }).toArray();
        state[name] = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
      }
      return state;
    };
    const tokens = new Map<string, string>();
    for (const [name] of reads()) tokens.set(name, await tokenFor(api, exam, name, exam.admin));
    const before = await stateOf();
    for (const [name, { path }] of reads()) {
      await api.call('GET', path, { token: tokens.get(name) });
      await fetch(api.url + path, { method: 'HEAD', headers: { authorization: `Bearer ${tokens.get(name)}` } });
      assert.equal((await api.call('OPTIONS', path, { token: tokens.get(name) })).status, 204);
    }
    assert.deepEqual(await stateOf(), before);
    await database.close();
  });

  it('serves no file of its own folder', async () => {
    const files = ['.git/config', '.git/HEAD', 'package.json', 'server.ts', 'config.ts', 'docs/security.md', '.env'];
    const ways = [
      '/',
      '/docs/',
      '/docs/..%2f',
      '/%2e%2e/',
      '/v1/',
      '/assets/../../',
      '/assets/..%2f..%2f',
      '/examinee/',
    ];
    for (const way of ways)
      for (const file of files) {
        const { status } = await api.call('GET', way + file);
        assert.ok(status === 404 || status === 422, `${way}${file} → ${status}`);
      }
  });

  it('takes passwords of ten characters and more, of any kind, as they are', async () => {
    const login = `person-${newId().toLowerCase()}`;
    const password = ' Ünï☂ 漢字 x ';
    const made = await api.call('POST', '/v1/admins', { token: exam.admin, body: { login, password } });
    assert.equal(made.status, 201);
    const logIn = async (typed: string) =>
      (await api.call('POST', '/v1/login', { body: { login, password: typed } })).status;
    assert.equal(await logIn(password), 200);
    for (const other of [password.trim(), password.toLowerCase(), password.normalize('NFD'), `${password}x`])
      assert.equal(await logIn(other), 401);
    const long = 'x'.repeat(200);
    const longer = { login: `${login}-2`, password: long };
    assert.equal((await api.call('POST', '/v1/admins', { token: exam.admin, body: longer })).status, 201);
    const cut = await api.call('POST', '/v1/login', { body: { login: longer.login, password: long.slice(1) } });
    assert.equal(cut.status, 401, 'nothing is cut off');
    const short = { login: `${login}-3`, password: '9 letters' };
    assert.equal((await api.call('POST', '/v1/admins', { token: exam.admin, body: short })).status, 422);
  });

  it('asks for passwords in fields that mask them, and that password managers fill', () => {
    const pages = [LINK_PAGE, readFileSync(`${ROOT}web/proctor/login/Login.tsx`, 'utf8')];
    for (const page of pages) {
      const fields = page.split('<input').filter((field) => /^[^<]*\bid="(login-)?(password|again)"/.test(field));
      assert.ok(fields.length > 0);
      for (const field of fields) {
        assert.match(field, /^[^<]*type="password"/);
        assert.match(field, /^[^<]*autocomplete="(current|new)-password"/);
      }
      assert.doesNotMatch(page, /onpaste|oncopy/i);
    }
  });

  it('runs no text as code', () => {
    const found = sources('{api,client,exam,rooms,schema,store,web,workers}/**/*.{ts,tsx}');
    assert.ok(found.length > 200);
    for (const { file, text } of found) {
      const withoutRedis = text.replace(/(redis|pipeline)\.eval\(/g, '');
      assert.doesNotMatch(withoutRedis, /\beval\(|new Function\(|innerHTML|outerHTML|insertAdjacentHTML/, file);
      // A command that an operator has named is started with its arguments apart, and by no shell.
      assert.doesNotMatch(text, /node:vm\b|\bexec(Sync)?,|\bexecSync\(|shell: true/, file);
    }
  });

  it('uses no cipher, mode or hash that is weak', () => {
    const allowed = /^(aes-256-gcm|aes-256-ctr|sha256|sha-256|sha512)$/i;
    let count = 0;
    for (const { file, text } of sources('{api,client,exam,rooms,schema,store,workers}/**/*.ts')) {
      const named = [
        /create(?:De)?[Cc]ipheriv\(\s*'([^']+)'/g,
        /create(?:Hash|Hmac)\(\s*'([^']+)'/g,
        /\bhash\('([^' ]+)'/g,
        /(?:hkdfSync|hkdf)\(\s*'([^']+)'/g,
      ];
      for (const pattern of named)
        for (const [, name = ''] of text.matchAll(pattern)) {
          count++;
          assert.match(name, allowed, `${file}: ${name}`);
        }
      assert.doesNotMatch(text, /\bmd5\b|\bsha-?1\b|\bdes-|\brc4\b|-ecb\b|Math\.random\(\)\.toString/i, file);
    }
    assert.ok(count > 15, `${count} uses`);
  });
});
