// bin/test: all tests in parts, each its own mocha, with one MongoDB and one Redis for the whole run, and the seconds of each part.
// Must never read MONGODB_URL or REDIS_URL, nor count a part as good that died, hung or had no test.
// The last line is `N passed, N failed` of the whole run; exit code 1 if any failed.

import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freshMongodb, freshRedis, stopParts } from '../../test/support/parts.ts';
import { runChecks } from './check.ts';
import { bringChromium } from './chromium.ts';
import { announce } from './command.ts';
import { LauncherError } from './launcher-error.ts';
import type { TestCounts } from './mocha-reporter.ts';

type Part = { name: string; folders: string[] };
type Outcome = TestCounts & { name: string; seconds: number };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COVERAGE = join(ROOT, 'coverage');
const PART_LIMIT_MS = 10 * 60_000;
const LINGER_LIMIT_SECONDS = 20;
const LONG_LIMIT_MS = 90 * 60_000;

/** In the order in which they run. What lies in no folder of these runs as `others`, so that no test is forgotten. */
const PARTS: Part[] = [
  { name: 'exam', folders: ['exam', 'schema'] },
  { name: 'launcher', folders: ['launcher'] },
  { name: 'store', folders: ['store', 'contract'] },
  { name: 'rooms', folders: ['rooms'] },
  { name: 'workers', folders: ['workers'] },
  { name: 'client', folders: ['client'] },
  { name: 'api', folders: ['api'] },
  { name: 'journey', folders: ['journey'] },
  { name: 'fault', folders: ['fault'] },
  { name: 'loadtest', folders: ['loadtest'] },
  { name: 'docs', folders: ['docs'] },
];

/** Runs all parts, or those that are named. `--all` adds the long ones (*.long.ts), `--coverage` measures with V8's coverage. */
export async function test(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false }, coverage: { type: 'boolean', default: false } },
  });
  const outcomes: Outcome[] = [];
  const planned = plannedParts(values.all, positionals);
  if (planned.wantsCheck) outcomes.push(await timed('check', runChecks));
  if (values.coverage) rmSync(COVERAGE, { recursive: true, force: true });
  if (planned.mocha.length > 0) outcomes.push(...(await runParts(planned.mocha, values.coverage)));
  if (values.coverage) await reportCoverage();
  report(outcomes);
}

type PlannedPart = { name: string; files: string[]; limitMs: number };

function plannedParts(all: boolean, chosen: string[]): { wantsCheck: boolean; mocha: PlannedPart[] } {
  const left = new Set(globSync('test/**/*.test.ts', { cwd: ROOT }).sort());
  const mocha = PARTS.map(({ name, folders }): PlannedPart => {
    const files = [...left].filter((file) => folders.some((folder) => file.startsWith(`test/${folder}/`)));
    for (const file of files) left.delete(file);
    return { name, files, limitMs: PART_LIMIT_MS };
  });
  mocha.push({ name: 'others', files: [...left], limitMs: PART_LIMIT_MS });
  if (all || chosen.includes('long')) {
    mocha.push({ name: 'long', files: globSync('test/**/*.long.ts', { cwd: ROOT }).sort(), limitMs: LONG_LIMIT_MS });
  }
  const names = ['check', ...mocha.map((part) => part.name)];
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new LauncherError('ARGUMENT_INVALID', `there is no part ${unknown.join(', ')}, only ${names.join(', ')}.`);
  }
  const isChosen = (name: string) => chosen.length === 0 || chosen.includes(name);
  return { wantsCheck: isChosen('check'), mocha: mocha.filter((part) => part.files.length > 0 && isChosen(part.name)) };
}

async function runParts(parts: PlannedPart[], coverage: boolean): Promise<Outcome[]> {
  const counts = mkdtempSync('/tmp/examhall-counts-');
  const outcomes: Outcome[] = [];
  try {
    const env = await testEnvironment(coverage);
    if (parts.some(({ files }) => files.some(needsBrowser))) env.TEST_CHROMIUM = await chromiumOrOff();
    for (const part of parts) {
      const file = join(counts, part.name);
      outcomes.push(await timed(part.name, () => runMocha(part, { ...env, EXAMHALL_TEST_COUNTS: file })));
    }
  } finally {
    await stopParts();
    rmSync(counts, { recursive: true, force: true });
  }
  return outcomes;
}

async function testEnvironment(coverage: boolean): Promise<NodeJS.ProcessEnv> {
  const { MONGODB_URL: _mongodb, REDIS_URL: _redis, NODE_ENV: _mode, ...inherited } = process.env;
  const env: NodeJS.ProcessEnv = { ...inherited };
  env.TEST_MONGODB_URL ||= (await freshMongodb()).url;
  env.TEST_REDIS_URL ||= (await freshRedis()).url;
  if (coverage) env.NODE_V8_COVERAGE = join(COVERAGE, 'tmp');
  return env;
}

function needsBrowser(file: string): boolean {
  return readFileSync(join(ROOT, file), 'utf8').includes('support/browser.ts');
}

/** Where there is none, the tests that need one are skipped, and somebody is told why. */
async function chromiumOrOff(): Promise<string> {
  const chromium = await bringChromium();
  if ('path' in chromium) return chromium.path;
  announce(`the tests in a browser are skipped: ${chromium.missing}.`);
  return 'off';
}

/** One mocha process. It has to end by itself; what it left open is a failure like any other. */
function runMocha(part: PlannedPart, env: NodeJS.ProcessEnv & { EXAMHALL_TEST_COUNTS: string }): Promise<TestCounts> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/mocha/bin/mocha.js'), ...part.files], {
      cwd: ROOT,
      env,
      stdio: 'inherit',
    });
    let patience = LINGER_LIMIT_SECONDS;
    const limit = setTimeout(() => {
      announce(`${part.name} did not end within ${part.limitMs / 60_000} minutes.`);
      child.kill('SIGKILL');
    }, part.limitMs);
    const lingering = setInterval(() => {
      if (!existsSync(env.EXAMHALL_TEST_COUNTS) || --patience > 0) return;
      announce(`${part.name} has run its tests and does not end: something is still open.`);
      child.kill('SIGKILL');
    }, 1_000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      clearInterval(lingering);
      resolve(judge(part.name, code, readCounts(env.EXAMHALL_TEST_COUNTS)));
    });
  });
}

function judge(name: string, code: number | null, counts: TestCounts | undefined): TestCounts {
  if (!counts) {
    announce(`${name} died before its tests were over (exit code ${code}).`);
    return { passed: 0, failed: 1 };
  }
  if (code !== 0 && counts.failed === 0) {
    announce(`${name} did not end well (exit code ${code}).`);
    return { ...counts, failed: 1 };
  }
  return counts;
}

function readCounts(file: string): TestCounts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Mocha writes it last: no file means that mocha died.
  }
}

async function timed(name: string, work: () => Promise<TestCounts>): Promise<Outcome> {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  const counts = await work();
  return { ...counts, name, seconds: (performance.now() - startedAt) / 1000 };
}

async function reportCoverage(): Promise<void> {
  const { run } = await import('./command.ts');
  const options = [
    'report',
    '--temp-directory',
    join(COVERAGE, 'tmp'),
    '--exclude',
    'test/**',
    '--exclude',
    'bench/**',
  ];
  const reporters = ['--reporter', 'text-summary', '--reporter', 'html', '--reports-dir', COVERAGE];
  console.log(
    await run(process.execPath, [join(ROOT, 'node_modules/c8/bin/c8.js'), ...options, ...reporters], { cwd: ROOT }),
  );
}

function report(outcomes: Outcome[]): void {
  console.log('\npart          passed  failed  seconds');
  const total: Outcome = { name: 'all', passed: 0, failed: 0, seconds: 0 };
  for (const outcome of outcomes) {
    printRow(outcome);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.seconds += outcome.seconds;
  }
  printRow(total);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

function printRow({ name, passed, failed, seconds }: Outcome): void {
  console.log(name.padEnd(12), String(passed).padStart(7), String(failed).padStart(7), seconds.toFixed(1).padStart(8));
}
