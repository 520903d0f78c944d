// npm run check: types, format and lint, import walls and floating promises, unused code. Each tool counts as one check.
// Must never pass because a tool looked at nothing: in the fixtures of floating promises and of the import walls exactly the
// marked lines have to be found. Called by npm and by test.ts.

import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestCounts } from './mocha-reporter.ts';

/** `complaint` is empty where the tool said what it should, and else what is to be printed. */
type Check = { name: string; args: string[]; complaint: (code: number | null, output: string) => string };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FLOATING = 'test/check/floating-promises.fixture.ts';
const WALLS = 'test/check/walls';
const EXPECTED_MARK = '// must be found';
/** As many as processors that the limit of bin/test speaks of. A tool that takes them all does much of its work twice. */
const AT_ONCE = 2;

/** In the order in which they begin, the longest first. */
const CHECKS: Check[] = [
  { name: 'tsc', args: ['typescript/bin/tsc', '--project', '.', '--checkers', '1'], complaint: failure },
  { name: 'oxlint', args: oxlint('--type-aware', '--deny-warnings'), complaint: failure },
  { name: 'tsc of web/', args: ['typescript/bin/tsc', '--project', 'web'], complaint: failure },
  { name: 'biome', args: ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings'], complaint: failure },
  {
    name: 'oxlint finds every floating promise of its fixture',
    args: oxlint('--type-aware', '--config', 'test/check/fixture.oxlintrc.json', '--format', 'unix', FLOATING),
    complaint: (_code, output) => misjudged(output, [FLOATING]).join('\n'),
  },
  {
    name: 'oxlint finds every forbidden import of its fixtures',
    args: oxlint('--config', `${WALLS}/fixture.oxlintrc.json`, '--format', 'unix', WALLS),
    complaint: (_code, output) => [...misjudged(output, wallFixtures()), ...wallsWithoutFixture()].join('\n'),
  },
  { name: 'knip', args: ['knip/bin/knip.js'], complaint: failure },
];

/** Runs every check, prints each with its seconds, and what a failed one said. */
export async function runChecks(): Promise<TestCounts> {
  const counts: TestCounts = { passed: 0, failed: 0 };
  const waiting = [...CHECKS];
  const line = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift())
      counts[(await isGood(check)) ? 'passed' : 'failed']++;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  return counts;
}

async function isGood(check: Check): Promise<boolean> {
  const startedAt = performance.now();
  const { code, output } = await runTool(check.args);
  const complaint = check.complaint(code, output);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`  ${complaint === '' ? '✔' : '✘'} ${check.name} (${seconds} s)`);
  if (complaint !== '') console.log(complaint);
  return complaint === '';
}

function oxlint(...args: string[]): string[] {
  return ['oxlint/bin/oxlint', ...args];
}

function failure(code: number | null, output: string): string {
  return code === 0 ? '' : output || `exit code ${code}`;
}

/** The lines of fixtures that are marked and that no diagnostic names, and those that one names without a mark. */
function misjudged(output: string, fixtures: readonly string[]): string[] {
  if (fixtures.length === 0) throw new Error('there is no fixture');
  return fixtures.flatMap((fixture) => {
    const lines = readFileSync(join(ROOT, fixture), 'utf8').split('\n');
    if (!lines.some((line) => line.includes(EXPECTED_MARK))) throw new Error(`${fixture} has no marked line`);
    return lines.flatMap((line, index) => {
      const isFound = output.includes(`${fixture}:${index + 1}:`);
      if (isFound === line.includes(EXPECTED_MARK)) return [];
      return [`${fixture}:${index + 1} is ${isFound ? 'found and should not be' : 'not found'}`];
    });
  });
}

function wallFixtures(): string[] {
  return globSync(`${WALLS}/*/*.fixture.ts`, { cwd: ROOT }).sort();
}

/** The folders around which .oxlintrc.json has a wall that no fixture tries. */
function wallsWithoutFixture(): string[] {
  type Override = { files: string[]; rules: Record<string, unknown> };
  const { overrides } = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8')) as { overrides: Override[] };
  const walled = overrides.filter(({ rules }) => 'no-restricted-imports' in rules);
  const folders = walled.flatMap(({ files }) => files.map((file) => file.split('/')[0] ?? ''));
  return folders
    .filter((folder) => existsSync(join(ROOT, folder)) && !existsSync(join(ROOT, WALLS, folder)))
    .map((folder) => `${WALLS}/${folder} is missing: nothing tries the wall around ${folder}/`);
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
