// What the operator's commands hand to config.ts.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { keepAddresses, operatorEnvironment } from '../../bin/launcher/commands/environment.ts';
import { readLauncherSettings } from '../../bin/launcher/settings.ts';
import { testFolder } from '../support/parts.ts';

const ADDRESSES = { mongodbUrl: 'mongodb://127.0.0.1:1/examhall', redisUrl: 'redis://:secret@127.0.0.1:2' };

describe("operator's environment", () => {
  it('finds the stores of a running start where the environment names none', async () => {
    const folder = await testFolder();
    keepAddresses(folder, ADDRESSES);
    const env = operatorEnvironment(undefined, { EXAMHALL_DATA_DIR: folder });
    assert.equal(env.MONGODB_URL, ADDRESSES.mongodbUrl);
    assert.equal(env.REDIS_URL, ADDRESSES.redisUrl);
    assert.equal(statSync(join(folder, 'addresses.json')).mode & 0o777, 0o600);
  });

  it('leaves the stores that the environment names', async () => {
    const env = operatorEnvironment(ADDRESSES, {
      EXAMHALL_DATA_DIR: await testFolder(),
      MONGODB_URL: 'mongodb://other/db',
    });
    assert.equal(env.MONGODB_URL, 'mongodb://other/db');
  });

  it('gives production no secret, so that a missing one stops the start', async () => {
    const env = operatorEnvironment(ADDRESSES, { EXAMHALL_DATA_DIR: await testFolder() });
    assert.equal(env.NODE_ENV, 'production');
    assert.equal(env.EXAMHALL_SECRET, undefined);
  });

  it('keeps one secret for a folder in development', async () => {
    const given = { EXAMHALL_DATA_DIR: await testFolder(), NODE_ENV: 'development' };
    const secret = operatorEnvironment(ADDRESSES, given).EXAMHALL_SECRET ?? '';
    assert.ok(secret.length >= 32);
    assert.equal(operatorEnvironment(ADDRESSES, given).EXAMHALL_SECRET, secret);
  });

  it('counts an empty setting as not set', () => {
    const settings = readLauncherSettings({
      MONGODB_URL: '',
      REDIS_URL: '',
      EXAMHALL_CACHE: '/c',
      EXAMHALL_ENGINE: 'off',
      EXAMHALL_TABLE_SCANS: '',
    });
    assert.deepEqual(settings, {
      cacheFolder: '/c',
      mongodbUrl: undefined,
      redisUrl: undefined,
      engine: 'forbidden',
      tableScans: 'allowed',
    });
  });
});
