// The shell in front of the launcher: it finds Node from anywhere, through links, and installs nothing that is there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testFolder } from '../support/parts.ts';

const runFile = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMHALL = join(ROOT, 'bin/examhall');
const WITH_NODE = 'bin/launcher/with-node.sh';
const PLAIN_PATH = '/usr/bin:/bin';

describe('bin/examhall', () => {
  it('works through a symbolic link and from any folder', async () => {
    const folder = await testFolder();
    await symlink(EXAMHALL, join(folder, 'link'));
    const { stdout } = await runFile('./link', ['help'], { cwd: folder });
    assert.match(stdout, /rebuild-live/);
  });

  it('takes the Node of its cache where the one on the path is too old, and reaches for no network', async () => {
    const folder = await testFolder();
    const env = {
      HOME: folder,
      EXAMHALL_CACHE: join(folder, 'cache'),
      PATH: `${await oldNode(folder)}${delimiter}${PLAIN_PATH}`,
    };
    const bin = join(env.EXAMHALL_CACHE, 'node-24.21.0/node_modules/.bin');
    await mkdir(bin, { recursive: true });
    await symlink(process.execPath, join(bin, 'node'));
    const { stdout, stderr } = await runFile(EXAMHALL, ['help'], { env });
    assert.match(stdout, /usage: bin\/examhall/);
    assert.equal(stderr, '');
  });

  it('is not the only way past an old Node: the scripts of npm take the same one, with all that they are given', async () => {
    const folder = await testFolder();
    const cache = join(folder, 'cache');
    const bin = join(cache, 'node-24.21.0/node_modules/.bin');
    await mkdir(bin, { recursive: true });
    await symlink(process.execPath, join(bin, 'node'));
    const env = { HOME: folder, EXAMHALL_CACHE: cache, PATH: `${await oldNode(folder)}${delimiter}${PLAIN_PATH}` };
    const { stdout, stderr } = await runFile(join(ROOT, WITH_NODE), ['loadtest/loadtest.ts', '--help'], {
      env,
      cwd: folder,
    });
    assert.match(stdout, /^usage: npm run loadtest/);
    assert.equal(stderr, '');
    const wrong = runFile(join(ROOT, WITH_NODE), ['loadtest/loadtest.ts', '--numClients', '0'], { env });
    await assert.rejects(wrong, { code: 1, stderr: '--numClients takes a whole number from 1 to 10000.\n' });
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    for (const [name, script] of Object.entries(scripts))
      assert.ok(script === 'bin/test' || script.startsWith(`${WITH_NODE} `), `npm run ${name} takes the system's Node`);
  });

  it('says in one sentence what it installs before it does, and fails where it cannot', async () => {
    const folder = await testFolder();
    const bin = await oldNode(folder);
    await writeFile(join(bin, 'npm'), '#!/bin/sh\necho "npm was called: $*" >&2\nexit 1\n', { mode: 0o755 });
    const env = { HOME: folder, PATH: `${bin}${delimiter}${PLAIN_PATH}` };
    await assert.rejects(runFile(EXAMHALL, ['help'], { env }), (error: Error & { stderr?: string }) => {
      assert.match(
        error.stderr ?? '',
        /^examhall: Node 24 is missing: installing node-linux-\S+ 24\.21\.0 and npm \S+ from npm into .*\nnpm was called/,
      );
      return true;
    });
  });

  it('refuses a command that it does not have with exit code 1 and a sentence', async () => {
    await assert.rejects(runFile(EXAMHALL, ['dance']), {
      code: 1,
      stderr: 'examhall: there is no command dance; bin/examhall help lists them.\n',
    });
  });
});

/** A folder with a `node` that says of itself that it is not new enough. */
async function oldNode(folder: string): Promise<string> {
  const bin = join(folder, 'old');
  await mkdir(bin);
  await writeFile(join(bin, 'node'), '#!/bin/sh\nexit 1\n');
  await chmod(join(bin, 'node'), 0o755);
  return bin;
}
