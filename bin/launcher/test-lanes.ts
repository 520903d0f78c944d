// Runs parts of the tests, each its own mocha, in four lanes, because most of a test is waiting. Each lane has a MongoDB and
// a Redis for all its parts, because the tests of one part empty databases by their number. A browser takes what the others
// leave: its tests wait for what is to be seen, while those of rooms and faults have instants to keep.
// Must never read MONGODB_URL or REDIS_URL, nor count a part as good that died, hung or had no test. Called by test.ts.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshMongodb, freshRedis, stopParts } from '../../test/support/parts.ts';
import { bringChromium } from './chromium.ts';
import { announce } from './command.ts';
import type { TestCounts } from './mocha-reporter.ts';

/** A part and its files; `isAlone` while no other part runs, `isPatient` where others have the processors first. */
export type PlannedPart = { name: string; files: string[]; limitMs: number; isAlone?: boolean; isPatient?: boolean };
export type PartOutcome = TestCounts & { name: string; seconds: number };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LINGER_LIMIT_SECONDS = 20;
const LANES = 4;

type Environment = NodeJS.ProcessEnv & { EXAMHALL_TEST_COUNTS?: string };

/**
 * Runs them all and resolves with what came of each. `coverage`: the folder where V8's coverage is to be gathered. With one
 * part, or with a Redis that the environment names, there is one lane, and one sees the tests as they run; else each part's
 * output comes when it has ended. A store of a lane that dies comes back, so that it fails the tests of its moment alone, and
 * `onStoreDeath` is told of it.
 */
export async function runParts(
  parts: readonly PlannedPart[],
  coverage: string | undefined,
  onStoreDeath: (sentence: string) => void = announce,
): Promise<PartOutcome[]> {
  const counts = mkdtempSync('/tmp/examhall-counts-');
  const outcomes: PartOutcome[] = [];
  const together = parts.filter(({ isAlone }) => isAlone !== true);
  const width = process.env.TEST_REDIS_URL || together.length < 2 ? 1 : LANES;
  try {
    const chromium = parts.some(({ files }) => files.some(needsBrowser)) ? await chromiumOrOff() : undefined;
    const environments = await Promise.all(
      Array.from({ length: width }, () => laneEnvironment(coverage, chromium, onStoreDeath)),
    );
    const run = async (part: PlannedPart, env: Environment, isAlone: boolean): Promise<void> => {
      outcomes.push(await runPart(part, { ...env, EXAMHALL_TEST_COUNTS: join(counts, part.name) }, isAlone, counts));
    };
    const waiting = [...together];
    const lane = async (env: Environment): Promise<void> => {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await run(part, env, width === 1);
    };
    await Promise.all(environments.map(lane));
    const [first = {}] = environments;
    for (const part of parts) if (part.isAlone === true) await run(part, first, true);
  } finally {
    await stopParts();
    rmSync(counts, { recursive: true, force: true });
  }
  return outcomes;
}

async function laneEnvironment(
  coverage: string | undefined,
  chromium: string | undefined,
  onStoreDeath: (sentence: string) => void,
): Promise<Environment> {
  const { MONGODB_URL: _mongodb, REDIS_URL: _redis, NODE_ENV: _mode, ...inherited } = process.env;
  const env: Environment = { ...inherited };
  env.TEST_MONGODB_URL ||= (await freshMongodb(onStoreDeath)).url;
  env.TEST_REDIS_URL ||= (await freshRedis(onStoreDeath)).url;
  if (coverage !== undefined) {
    env.NODE_V8_COVERAGE = join(coverage, 'tmp');
    env.NODE_COMPILE_CACHE = ''; // coverage of functions that come from it is not exact
  }
  if (chromium !== undefined) env.TEST_CHROMIUM = chromium;
  return env;
}

function needsBrowser(file: string): boolean {
  return /support\/(browser|chromium)\.ts/.test(readFileSync(join(ROOT, file), 'utf8'));
}

/** Where there is none, the tests that need one are skipped, and somebody is told why. */
async function chromiumOrOff(): Promise<string> {
  const chromium = await bringChromium();
  if ('path' in chromium) return chromium.path;
  announce(`the tests in a browser are skipped: ${chromium.missing}.`);
  return 'off';
}

type RunEnvironment = Environment & { EXAMHALL_TEST_COUNTS: string };

async function runPart(part: PlannedPart, env: RunEnvironment, isShown: boolean, folder: string): Promise<PartOutcome> {
  const startedAt = performance.now();
  const output = join(folder, `${part.name}.output`);
  console.log(isShown ? `\n── ${part.name}` : `── ${part.name} begins`);
  const counts = await runMocha(part, env, isShown ? 'inherit' : openSync(output, 'w'));
  const seconds = (performance.now() - startedAt) / 1_000;
  if (!isShown) console.log(`\n── ${part.name}, ${seconds.toFixed(1)} s\n${readFileSync(output, 'utf8')}`);
  return { ...counts, name: part.name, seconds };
}

/** One mocha process. It has to end by itself; what it left open is a failure like any other. */
function runMocha(part: PlannedPart, env: RunEnvironment, output: 'inherit' | number): Promise<TestCounts> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/mocha/bin/mocha.js'), ...part.files], {
      cwd: ROOT,
      env,
      stdio: ['inherit', output, output],
    });
    if (part.isPatient === true && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
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
