// What bin/test counts: the closing line and the file of the reporter.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestCounts } from '../../bin/launcher/mocha-reporter.ts';
import { testFolder } from '../support/parts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('mocha reporter', () => {
  it('closes with the counts, and writes them where it is told, with what failed and why', async () => {
    const source =
      "describe('some', () => { it('good', () => {}); it('bad', () => { throw new Error('a reason'); }); });";
    const { lines, counts } = await mochaOn(source);
    assert.equal(lines.at(-1), '1 passed, 1 failed');
    assert.deepEqual([counts.passed, counts.failed], [1, 1]);
    assert.match(String(counts.failures), /^some › bad\n {4}Error: a reason\n/);
  });

  it('counts a rejection that nobody heard as failed, and tells it', async () => {
    const { lines, counts } = await mochaOn(
      "it('floats', async () => { void Promise.reject(new TypeError('unheard of')); });",
    );
    assert.deepEqual([counts.passed, counts.failed], [1, 1]);
    assert.ok(lines.some((line) => line.includes('TypeError: unheard of')));
  });

  it('counts a file without a test as failed', async () => {
    assert.equal((await mochaOn('')).lines.at(-1), '0 passed, 1 failed');
  });
});

async function mochaOn(source: string): Promise<{ lines: string[]; counts: TestCounts }> {
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
