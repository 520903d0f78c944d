// What bin/test counts: the closing line and the file of the reporter.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testFolder } from '../support/parts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('mocha reporter', () => {
  it('closes with the counts, and writes them where it is told', async () => {
    const { lines, counts } = await mochaOn("it('good', () => {}); it('bad', () => { throw new Error('bad'); });");
    assert.equal(lines.at(-1), '1 passed, 1 failed');
    assert.deepEqual(counts, { passed: 1, failed: 1 });
  });

  it('counts a rejection that nobody heard as failed, and tells it', async () => {
    const { lines, counts } = await mochaOn(
      "it('floats', async () => { void Promise.reject(new TypeError('unheard of')); });",
    );
    assert.deepEqual(counts, { passed: 1, failed: 1 });
    assert.ok(lines.some((line) => line.includes('TypeError: unheard of')));
  });

  it('counts a file without a test as failed', async () => {
    assert.equal((await mochaOn('')).lines.at(-1), '0 passed, 1 failed');
  });
});

async function mochaOn(source: string): Promise<{ lines: string[]; counts: unknown }> {
  const folder = await testFolder();
  const [file, counts] = [join(folder, 'some.test.ts'), join(folder, 'counts')];
  writeFileSync(file, source);
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/mocha/bin/mocha.js'), file], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, EXAMHALL_TEST_COUNTS: counts },
  });
  return { lines: stdout.trim().split('\n'), counts: JSON.parse(readFileSync(counts, 'utf8')) };
}
