// What the launcher installs into its cache: once, whole, and whoever asks meanwhile waits for it.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installOnce } from '../../bin/launcher/cache.ts';
import { testFolder } from '../support/parts.ts';

describe("launcher's cache", () => {
  const before = process.env.EXAMHALL_CACHE;
  beforeEach(async () => {
    process.env.EXAMHALL_CACHE = await testFolder();
  });
  afterEach(() => {
    if (before === undefined) delete process.env.EXAMHALL_CACHE;
    else process.env.EXAMHALL_CACHE = before;
  });

  it('installs once what several ask for at once, as the lanes of the tests do on a bare machine', async () => {
    let installs = 0;
    const install = async (folder: string) => {
      installs++;
      assert.ok(!existsSync(join(folder, 'program')), 'nobody else installs into this folder');
      await sleep(20);
      await writeFile(join(folder, 'program'), 'x');
    };
    const folders = await Promise.all([1, 2, 3].map(() => installOnce('thing', 'Installing a thing', install)));
    assert.equal(installs, 1);
    for (const folder of folders) assert.ok(existsSync(join(folder, 'program')));
    await installOnce('thing', 'Installing a thing', install);
    assert.equal(installs, 1);
  });

  it('leaves nothing of an install that failed, tells all who waited, and tries again when it is asked again', async () => {
    const fails = async (folder: string) => {
      await writeFile(join(folder, 'half'), 'x');
      throw new Error('no network');
    };
    const asked = [1, 2].map(() => installOnce('thing', 'Installing a thing', fails));
    for (const { status } of await Promise.allSettled(asked)) assert.equal(status, 'rejected');
    assert.deepEqual(readdirSync(process.env.EXAMHALL_CACHE ?? ''), []);
    const folder = await installOnce('thing', 'Installing a thing', (target) => writeFile(join(target, 'whole'), 'x'));
    assert.deepEqual(readdirSync(folder), ['whole']);
  });
});
