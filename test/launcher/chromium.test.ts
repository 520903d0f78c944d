// The browser for the tests in one: named, found, installed, or missing with a reason.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bringChromium, type Chromium, findChromium } from '../../bin/launcher/chromium.ts';
import { testFolder } from '../support/parts.ts';

const RUNS = '#!/bin/sh\nexit 0\n';
const FAILS = '#!/bin/sh\necho "no such library" >&2\nexit 1\n';

describe('chromium', () => {
  let bin: string;
  const { PATH, TEST_CHROMIUM } = process.env;

  beforeEach(async () => {
    bin = join(await testFolder(), 'bin');
    await mkdir(bin);
    process.env.PATH = `${bin}:/nowhere`;
    delete process.env.TEST_CHROMIUM;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    if (TEST_CHROMIUM !== undefined) process.env.TEST_CHROMIUM = TEST_CHROMIUM;
    else delete process.env.TEST_CHROMIUM;
  });

  const program = (name: string, text: string) => writeFile(join(bin, name), text, { mode: 0o755 });
  const why = (chromium: Chromium) => ('missing' in chromium ? chromium.missing : '');

  it('is the one that is named, else the first on the path', async () => {
    assert.match(why(await findChromium()), /no chromium is on the path, and TEST_CHROMIUM names none/);
    await program('google-chrome', RUNS);
    assert.deepEqual(await findChromium(), { path: join(bin, 'google-chrome') });
    await program('chromium', RUNS);
    assert.deepEqual(await bringChromium(true), { path: join(bin, 'chromium') });
    await program('chromium-headless-shell', RUNS);
    assert.deepEqual(await findChromium(), { path: join(bin, 'chromium-headless-shell') });
    await program('mine', RUNS);
    process.env.TEST_CHROMIUM = join(bin, 'mine');
    assert.deepEqual(await findChromium(), { path: join(bin, 'mine') });
  });

  it('is missing, with the reason, where it does not run or is switched off, and is not installed then', async () => {
    await program('apt-get', FAILS);
    await program('mine', FAILS);
    process.env.TEST_CHROMIUM = join(bin, 'mine');
    assert.match(why(await bringChromium(true)), /mine does not run \(.*no such library\)/);
    process.env.TEST_CHROMIUM = 'off';
    assert.equal(why(await bringChromium(true)), 'TEST_CHROMIUM is off');
  });

  it('is installed with apt-get where that is allowed, without what else is recommended', async () => {
    await program('env', `#!/bin/sh\nexport "$1"\nshift\nexec "${bin}/$@"\n`);
    const says = `echo "$DEBIAN_FRONTEND $*" >> "${bin}/calls"`;
    const installs = `case "$*" in *install*) printf '#!/bin/sh\\nexit 0\\n' > "${bin}/chromium-headless-shell"; /bin/chmod +x "${bin}/chromium-headless-shell" ;; esac`;
    await program('apt-get', `#!/bin/sh\n${says}\n${installs}\n`);
    assert.match(why(await bringChromium(false)), /only on Debian, and only for root, it is installed/);
    assert.deepEqual(await bringChromium(true), { path: join(bin, 'chromium-headless-shell') });
    const calls = (await readFile(join(bin, 'calls'), 'utf8')).trim().split('\n');
    assert.equal(calls.length, 2);
    assert.match(calls[0] ?? '', /^noninteractive .*update -q$/);
    assert.match(calls[1] ?? '', /^noninteractive .*install -q -y --no-install-recommends chromium-headless-shell$/);
  });

  it('is missing, with what apt-get said, where it cannot be installed', async () => {
    await program('env', FAILS);
    assert.match(why(await bringChromium(true)), /chromium cannot be installed \(.*no such library\)/s);
  });
});
