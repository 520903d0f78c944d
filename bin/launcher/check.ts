// npm run check: types, format and lint, import walls and floating promises, unused code. Each tool counts as one check.
// Must never pass because a tool looked at nothing: the fixture of floating promises has to be found in every line.
// Called by npm and by test.ts.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestCounts } from './mocha-reporter.ts';

type Check = { name: string; args: string[]; accepts: (code: number | null, output: string) => boolean };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURE = 'test/check/floating-promises.fixture.ts';
const EXPECTED_MARK = '// must be found';

const CHECKS: Check[] = [
  { name: 'tsc', args: ['typescript/bin/tsc', '--project', '.'], accepts: isZero },
  { name: 'biome', args: ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings'], accepts: isZero },
  { name: 'oxlint', args: ['oxlint/bin/oxlint', '--type-aware', '--deny-warnings'], accepts: isZero },
  {
    name: 'oxlint finds the fixture',
    args: [
      'oxlint/bin/oxlint',
      '--type-aware',
      '--config',
      'test/check/fixture.oxlintrc.json',
      '--format',
      'unix',
      FIXTURE,
    ],
    accepts: (_code, output) => missedLines(output).length === 0,
  },
  { name: 'knip', args: ['knip/bin/knip.js'], accepts: isZero },
];

/** Runs every check, prints each with its seconds, and what a failed one said. */
export async function runChecks(): Promise<TestCounts> {
  const counts: TestCounts = { passed: 0, failed: 0 };
  for (const check of CHECKS) {
    const startedAt = performance.now();
    const { code, output } = await runTool(check.args);
    const isGood = check.accepts(code, output);
    if (isGood) counts.passed += 1;
    else counts.failed += 1;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`  ${isGood ? '✔' : '✘'} ${check.name} (${seconds} s)`);
    if (!isGood) console.log(output);
  }
  return counts;
}

function isZero(code: number | null): boolean {
  return code === 0;
}

/** The lines of the fixture that are marked and that no diagnostic names. */
function missedLines(output: string): number[] {
  const lines = readFileSync(join(ROOT, FIXTURE), 'utf8').split('\n');
  const marked = lines.flatMap((line, index) => (line.includes(EXPECTED_MARK) ? [index + 1] : []));
  if (marked.length === 0) throw new Error(`${FIXTURE} has no marked line`);
  return marked.filter((line) => !output.includes(`floating-promises.fixture.ts:${line}:`));
}

function runTool([script = '', ...args]: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

if (import.meta.main) {
  const { passed, failed } = await runChecks();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
