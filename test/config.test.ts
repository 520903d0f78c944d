// The settings: that all problems are said at once, what production refuses, and that no secret is ever shown; what the
// paper key may look like, and what follows where none is set.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { ConfigError, configTable, type Environment, examineConfig, paperKeyFrom, readConfig } from '../config.ts';

const SECRET = 'a secret of a test, long enough for it';
const GIVEN = { MONGODB_URL: 'mongodb://h/x', REDIS_URL: 'redis://h', EXAMHALL_SECRET: SECRET };
const keyOf = (text?: string) =>
  Buffer.from(readConfig({ ...GIVEN, ...(text === undefined ? {} : { EXAMHALL_PAPER_KEY: text }) }).paperKey);

const PRODUCTION = {
  MONGODB_URL: 'mongodb://user:a9Tk2mQz@h/x',
  REDIS_URL: 'redis://:a9Tk2mQz@h',
  EXAMHALL_SECRET: SECRET,
  EXAMHALL_VIRUS_HOOK: 'off',
  NODE_ENV: 'production',
};

function errorOf(environment: Environment): ConfigError {
  try {
    readConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error;
  }
  assert.fail('the settings are taken');
}

describe('the settings', () => {
  it('are those of the table where they are not set, and an empty one counts as not set', () => {
    const config = readConfig(GIVEN);
    const { production, roles, host, port, origins, enterInFlight, sessionMs, workerConcurrency, drainMs, logLevel } =
      config;
    assert.deepEqual(
      { production, roles, host, port, origins, enterInFlight, sessionMs, workerConcurrency, drainMs, logLevel },
      {
        production: false,
        roles: ['api', 'rooms', 'workers'],
        host: '127.0.0.1',
        port: 8080,
        origins: [],
        enterInFlight: 64,
        sessionMs: 43_200_000,
        workerConcurrency: 8,
        drainMs: 20_000,
        logLevel: 'info',
      },
    );
    const empty = { EXAMHALL_PORT: '', EXAMHALL_ROLES: '', EXAMHALL_WORKER_CONCURRENCY: '', NODE_ENV: '' };
    assert.deepEqual(readConfig({ ...GIVEN, ...empty }), config);
    assert.match(errorOf({ ...GIVEN, EXAMHALL_SECRET: '' }).message, /EXAMHALL_SECRET is missing: signs tokens/);
  });

  it('name a bucket for uploaded files with both of its keys, and in production by https', () => {
    const url = 'https://s3.example/files/2031';
    const keys = { EXAMHALL_S3_KEY_ID: 'id', EXAMHALL_S3_SECRET: 'secret' };
    assert.deepEqual(readConfig({ ...GIVEN, EXAMHALL_S3_URL: url, ...keys }).bucket, {
      ...{ url, region: 'us-east-1', keyId: 'id', secret: 'secret' },
    });
    assert.equal(readConfig({ ...GIVEN, ...keys }).bucket, undefined, 'without one they lie in the folder');
    assert.match(errorOf({ ...GIVEN, EXAMHALL_S3_URL: url, EXAMHALL_S3_KEY_ID: 'id' }).message, /EXAMHALL_S3_SECRET/);
    assert.match(errorOf({ ...GIVEN, EXAMHALL_S3_URL: 'https://s3.example', ...keys }).message, /host\/bucket/);
    const plain = { ...keys, EXAMHALL_S3_URL: 'http://s3.example/files' };
    assert.equal(readConfig({ ...GIVEN, ...plain }).bucket?.url, 'http://s3.example/files');
    assert.match(errorOf({ ...PRODUCTION, ...plain }).message, /not https/);
  });

  it('say what looks through files for viruses, or that nothing does: production wants it said', () => {
    const hookOf = (text: string) => readConfig({ ...GIVEN, EXAMHALL_VIRUS_HOOK: text }).virusHook;
    assert.deepEqual([hookOf(''), hookOf('off')], [undefined, undefined]);
    const command = ['/usr/bin/clamdscan', '--no-summary', '-'];
    assert.deepEqual(hookOf(command.join('  ')), { command, limitMs: 120_000 });
    assert.match(errorOf({ ...GIVEN, EXAMHALL_VIRUS_HOOK: "sh -c 'exit 0'" }).message, /has no quotes/);
    const undecided = errorOf({ ...PRODUCTION, EXAMHALL_VIRUS_HOOK: '' });
    assert.deepEqual(undecided.problems.length, 1);
    assert.match(undecided.message, /EXAMHALL_VIRUS_HOOK is not decided: .* or off/);
    assert.equal(readConfig(PRODUCTION).virusHook, undefined);
  });

  it('are parsed: lists without blanks, numbers as numbers, hours as milliseconds', () => {
    const { roles, origins, port, sessionMs } = readConfig({
      ...GIVEN,
      EXAMHALL_ROLES: 'api, rooms',
      EXAMHALL_ORIGINS: 'https://a.example, https://b.example,',
      EXAMHALL_PORT: '0',
      EXAMHALL_SESSION_HOURS: '2',
    });
    assert.deepEqual(
      { roles, origins, port, sessionMs },
      { roles: ['api', 'rooms'], origins: ['https://a.example', 'https://b.example'], port: 0, sessionMs: 7_200_000 },
    );
  });

  it('name every problem in one error, each as a sentence with the setting and what it is for', () => {
    const bad: Record<string, string> = {
      NODE_ENV: 'staging',
      MONGODB_URL: 'http://h/x',
      EXAMHALL_SECRET: 'short',
      EXAMHALL_PAPER_KEY: 'short',
      EXAMHALL_ROLES: 'api,cook',
      EXAMHALL_PORT: '70000',
      EXAMHALL_TRUSTED_PROXIES: '0.0.0.0/0',
      EXAMHALL_LEAVE_MS: '-1',
      EXAMHALL_ENTER_IN_FLIGHT: '0',
      EXAMHALL_SESSION_HOURS: '1.5',
      EXAMHALL_WORKER_CONCURRENCY: 'many',
      EXAMHALL_LOG_LEVEL: 'loud',
    };
    const { problems, message, code } = errorOf(bad);
    assert.equal(code, 'CONFIG_INVALID');
    const names = problems.map((problem) => /^\S+/.exec(problem)?.[0]);
    assert.deepEqual(names.sort(), ['REDIS_URL', ...Object.keys(bad)].sort());
    for (const problem of problems) assert.ok(message.includes(`\n  - ${problem}`), problem);
    assert.match(message, /REDIS_URL is missing: the queues and live data/);
    assert.match(message, /EXAMHALL_PORT is "70000": .* \(the port to listen on; 0 takes a free one\)/);
    assert.deepEqual(examineConfig(bad).problems, problems);
  });

  it('trust proxies that are named, and no network that is nearly everybody', () => {
    const trusted = (text: string) => readConfig({ ...GIVEN, EXAMHALL_TRUSTED_PROXIES: text }).trustedProxies;
    assert.deepEqual(trusted(''), ['loopback']);
    assert.deepEqual(trusted('loopback, 10.0.0.2,10.1.0.0/16,fd00::/8, ::1'), [
      ...['loopback', '10.0.0.2', '10.1.0.0/16', 'fd00::/8', '::1'],
    ]);
    for (const text of [
      'true',
      '*',
      'all',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/7',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0',
      'x/8',
    ])
      assert.match(errorOf({ ...GIVEN, EXAMHALL_TRUSTED_PROXIES: text }).message, /takes addresses, networks/, text);
  });

  it('are refused by production where they are weak, each with its sentence, and taken elsewhere', () => {
    const weak = { ...PRODUCTION, EXAMHALL_SECRET: 'abc'.repeat(20), REDIS_URL: GIVEN.REDIS_URL };
    const { problems } = errorOf(weak);
    assert.deepEqual(problems, [
      'EXAMHALL_SECRET is too regular to be a secret: use 32 random bytes',
      'REDIS_URL has no password: queued answers lie in Redis in clear',
    ]);
    for (const NODE_ENV of ['development', 'test']) assert.equal(readConfig({ ...weak, NODE_ENV }).production, false);
    assert.equal(readConfig(PRODUCTION).production, true);
    for (const REDIS_URL of ['redis://h', 'redis://user@h', 'redis://h/1?a=:b@c', 'rediss://:@h'])
      assert.equal(errorOf({ ...PRODUCTION, REDIS_URL }).problems.length, 1, REDIS_URL);
    for (const EXAMHALL_SECRET of [
      exampleSecret(),
      'change-me-0123456789abcdefghijklmnop',
      `your secret ${randomUUID()}`,
    ])
      assert.match(errorOf({ ...PRODUCTION, EXAMHALL_SECRET }).message, /what an example has in its place/);
    const both = errorOf({ ...weak, EXAMHALL_PORT: 'door' });
    assert.equal(both.problems.length, 3, 'a weak setting is named beside one that is not usable');
  });

  it('refuse, in production, an address that others reach without TLS', () => {
    for (const EXAMHALL_HOST of ['0.0.0.0', '::', '10.0.0.11', 'hall.example', '127.0.0.1.example']) {
      const open = { ...PRODUCTION, EXAMHALL_HOST };
      assert.match(errorOf(open).message, /EXAMHALL_HOST lets other machines in and nothing speaks TLS/, EXAMHALL_HOST);
      assert.match(errorOf({ ...open, EXAMHALL_PUBLIC_URL: 'http://hall.example' }).message, /nothing speaks TLS/);
      const behind = { ...open, EXAMHALL_PUBLIC_URL: 'https://hall.example' };
      assert.equal(readConfig(behind).host, EXAMHALL_HOST);
      const own = { ...open, EXAMHALL_TLS_CERT: '/etc/cert.pem', EXAMHALL_TLS_KEY: '/etc/key.pem' };
      assert.equal(readConfig(own).secure, true);
      assert.equal(readConfig({ ...open, NODE_ENV: 'development' }).secure, false);
    }
    for (const EXAMHALL_HOST of ['127.0.0.1', '127.0.1.1', '::1', 'localhost'])
      assert.equal(readConfig({ ...PRODUCTION, EXAMHALL_HOST }).production, true);
  });
});

/** What deploy/ has where the secret belongs. */
function exampleSecret(): string {
  const text = readFileSync(new URL('../deploy/systemd/examhall.env', import.meta.url), 'utf8');
  return /^EXAMHALL_SECRET=(.+)$/m.exec(text)?.[1] ?? '';
}

describe('secrets among the settings', () => {
  const canary = `canary${randomUUID().replaceAll('-', '')}`;
  const secret: Environment[] = [
    { MONGODB_URL: `mysql://user:${canary}@h/x` },
    { REDIS_URL: `http://:${canary}@h` },
    { EXAMHALL_SECRET: canary.slice(0, 20) },
    { EXAMHALL_SECRET: `${canary.slice(0, 6)}`.repeat(8) },
    { EXAMHALL_PAPER_KEY: canary },
  ];

  it('are in no error, however it is shown', () => {
    for (const given of secret) {
      const error = errorOf({ ...PRODUCTION, ...given });
      const [[name = '', value = ''] = []] = Object.entries(given);
      assert.ok(error.message.includes(name));
      const shown = [error.message, error.stack, JSON.stringify(error), inspect(error, { depth: 9 })].join('\n');
      for (const part of [value, canary.slice(0, 20), canary.slice(0, 6)].filter((text) => text !== ''))
        assert.ok(!shown.includes(part), `${name} is shown: ${shown}`);
    }
  });

  it('are set or missing in the table, where everything else is shown', () => {
    const environment = {
      MONGODB_URL: `mongodb://user:${canary}@h/x`,
      REDIS_URL: `redis://:${canary}@h`,
      EXAMHALL_SECRET: `${canary}${canary}`,
      EXAMHALL_HOST: '10.1.2.3',
    };
    const table = configTable(environment);
    assert.ok(!table.includes(canary));
    const shownFor = (name: string) => new RegExp(`^${name} +(\\S+)`, 'm').exec(table)?.[1];
    assert.deepEqual(['MONGODB_URL', 'REDIS_URL', 'EXAMHALL_SECRET'].map(shownFor), ['set', 'set', 'set']);
    assert.deepEqual([shownFor('EXAMHALL_HOST'), shownFor('EXAMHALL_PORT')], ['10.1.2.3', '8080']);
    const nothing = configTable({ EXAMHALL_SECRET: '' });
    for (const name of ['MONGODB_URL', 'REDIS_URL', 'EXAMHALL_SECRET'])
      assert.match(nothing, new RegExp(`^${name} +missing `, 'm'));
    assert.match(nothing, /^EXAMHALL_PAPER_KEY +seals papers/m, 'one that need not be set is not missing');
  });
});

describe('the setting of the paper key', () => {
  const bytes = randomBytes(32);

  it('takes 32 bytes as hex and as base64 of both kinds', () => {
    for (const text of [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')])
      assert.deepEqual(keyOf(text), bytes, text);
  });

  it('refuses every other length, and does not show what was set', () => {
    for (const text of ['short', bytes.toString('hex').slice(2), `${bytes.toString('base64')}AAAA`, ' '.repeat(64)])
      assert.throws(
        () => keyOf(text),
        (error: ConfigError) => {
          assert.ok(error instanceof ConfigError);
          return (
            /EXAMHALL_PAPER_KEY is 32 bytes as 64 hex digits or as base64/.test(error.message) &&
            !error.message.includes(text)
          );
        },
      );
  });

  it('follows from the secret where it is not set: the same from the same, another from another', () => {
    assert.equal(keyOf().length, 32);
    assert.deepEqual(keyOf(), keyOf(''));
    assert.deepEqual(keyOf(), Buffer.from(paperKeyFrom(SECRET)));
    assert.notDeepEqual(keyOf(), Buffer.from(paperKeyFrom(`${SECRET}.`)));
    assert.ok(!Buffer.from(SECRET).includes(keyOf().subarray(0, 4)));
  });
});
