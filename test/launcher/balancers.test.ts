// nginx and HAProxy for the tests of deploy/: found, unpacked, or missing with a reason.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Balancer, bringBalancers, findBalancers } from '../../bin/launcher/balancers.ts';
import { testFolder } from '../support/parts.ts';

const RUNS = '#!/bin/sh\nexit 0\n';
const FAILS = '#!/bin/sh\necho "no such host" >&2\nexit 1\n';

describe('balancers', () => {
  let bin: string;
  let sbin: string;
  let cache: string;
  const { PATH, TEST_BALANCERS, EXAMHALL_CACHE } = process.env;

  beforeEach(async () => {
    const folder = await testFolder();
    [bin, sbin, cache] = [join(folder, 'bin'), join(folder, 'sbin'), join(folder, 'cache')];
    for (const one of [bin, sbin, cache]) await mkdir(one);
    Object.assign(process.env, { PATH: `${bin}:/usr/bin:/bin`, EXAMHALL_CACHE: cache });
    delete process.env.TEST_BALANCERS;
  });
  afterEach(() => {
    for (const [name, value] of Object.entries({ PATH, TEST_BALANCERS, EXAMHALL_CACHE })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const program = (folder: string, name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o755 });
  const pathOf = (balancer: Balancer) => ('path' in balancer ? balancer.path : balancer.missing);

  it('are those on the path, and those where systems put them', async () => {
    await program(bin, 'haproxy', RUNS);
    await program(sbin, 'nginx', RUNS);
    const { nginx, haproxy } = findBalancers(sbin);
    assert.deepEqual([pathOf(nginx), pathOf(haproxy)], [join(sbin, 'nginx'), join(bin, 'haproxy')]);
  });

  it('are unpacked into the cache where they are missing, once, and run with the libraries that came with them', async () => {
    await program(
      bin,
      'apt-get',
      `#!/bin/sh\necho "$*" >> "${cache}/calls"\ncase "$*" in *download*) touch some.deb ;; esac\n`,
    );
    const unpacks = 'mkdir -p "$3/usr/sbin" "$3/usr/lib/x-linux-gnu"; touch "$3/usr/sbin/nginx" "$3/usr/sbin/haproxy"';
    await program(bin, 'dpkg-deb', `#!/bin/sh\n${unpacks}\n`);
    const brought = await bringBalancers(sbin);
    const root = join(cache, 'balancers/root');
    assert.deepEqual(
      Object.values(brought).map(pathOf),
      ['nginx', 'haproxy'].map((name) => join(root, 'usr/sbin', name)),
    );
    const { nginx } = findBalancers(sbin);
    assert.ok('env' in nginx && nginx.env.LD_LIBRARY_PATH === join(root, 'usr/lib/x-linux-gnu'));
    const calls = await readFile(join(cache, 'calls'), 'utf8');
    assert.match(calls, /install --simulate --no-install-recommends nginx haproxy/);
    assert.doesNotMatch(calls.replaceAll('install --simulate', ''), /install /, 'nothing is installed');
    await bringBalancers(sbin);
    assert.equal(await readFile(join(cache, 'calls'), 'utf8'), calls);
  });

  it('are missing, with the reason, where they cannot be had or are switched off', async () => {
    await program(bin, 'apt-get', FAILS);
    assert.match(pathOf(findBalancers(sbin).nginx), /no nginx is on the path/);
    const { nginx, haproxy } = await bringBalancers(sbin);
    assert.match(pathOf(nginx), /nginx cannot be unpacked \(.*no such host\)/s);
    assert.match(pathOf(haproxy), /haproxy cannot be unpacked \(.*no such host\)/s);
    await program(bin, 'nginx', RUNS);
    process.env.TEST_BALANCERS = 'off';
    assert.equal(pathOf((await bringBalancers(sbin)).nginx), 'TEST_BALANCERS is off');
  });
});
