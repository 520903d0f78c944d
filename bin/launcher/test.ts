// bin/test: the checks, then all tests in parts, and the seconds of each part. The last line is `N passed, N failed` of the
// whole run; exit code 1 if any failed. How parts are run is in test-lanes.ts.

import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChecks } from './check.ts';
import { announce } from './command.ts';
import { LauncherError } from './launcher-error.ts';
import type { TestCounts } from './mocha-reporter.ts';
import { type PartOutcome, type PlannedPart, runParts } from './test-lanes.ts';

type Part = { name: string; folders: string[]; isPatient?: true };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COVERAGE = join(ROOT, 'coverage');
const PART_LIMIT_MS = 15 * 60_000;
const LONG_LIMIT_MS = 90 * 60_000;

/** What lies in no folder of the parts, so that no test is forgotten. */
const OTHERS = 'others';

/** In the order in which they begin, the longest first, so that the lanes end together. */
const PARTS: Part[] = [
  { name: 'rooms', folders: ['rooms'] },
  { name: 'examinee', folders: ['web/examinee'], isPatient: true },
  { name: 'fault', folders: ['fault'] },
  { name: 'api', folders: ['api'] },
  { name: 'web', folders: ['web'], isPatient: true },
  { name: 'client', folders: ['client'] },
  { name: 'store', folders: ['store', 'contract'] },
  { name: 'loadtest', folders: ['loadtest'] },
  { name: 'journey', folders: ['journey'] },
  { name: 'chaos', folders: ['chaos'] },
  { name: 'launcher', folders: ['launcher'] },
  { name: 'copies', folders: ['copies', 'alarms'] },
  { name: 'deploy', folders: ['deploy'] },
  { name: 'workers', folders: ['workers'] },
  { name: OTHERS, folders: [] },
  { name: 'fuzz', folders: ['fuzz'] },
  { name: 'bench', folders: ['bench'] },
  { name: 'exam', folders: ['exam', 'schema'] },
  { name: 'simulation', folders: ['simulation', 'mutants'] },
  { name: 'docs', folders: ['docs'] },
];

/** Runs all parts, or those that are named. `--all` adds the long ones (*.long.ts), `--coverage` measures with V8's coverage. */
export async function test(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false }, coverage: { type: 'boolean', default: false } },
  });
  const startedAt = performance.now();
  const outcomes: PartOutcome[] = [];
  const planned = plannedParts(values.all, positionals);
  if (planned.wantsCheck) outcomes.push(await timed('check', runChecks));
  if (values.coverage) rmSync(COVERAGE, { recursive: true, force: true });
  const deaths: string[] = [];
  const onStoreDeath = (sentence: string) => {
    announce(sentence);
    deaths.push(sentence);
  };
  if (planned.mocha.length > 0) {
    outcomes.push(...(await runParts(planned.mocha, values.coverage ? COVERAGE : undefined, onStoreDeath)));
  }
  if (values.coverage) await reportCoverage();
  report(outcomes, deaths, (performance.now() - startedAt) / 1_000);
}

function plannedParts(all: boolean, chosen: string[]): { wantsCheck: boolean; mocha: PlannedPart[] } {
  const byPart = Map.groupBy(globSync('test/**/*.test.ts', { cwd: ROOT }).sort(), partOf);
  const mocha = PARTS.map(({ name, isPatient = false }): PlannedPart => {
    return { name, files: byPart.get(name) ?? [], limitMs: PART_LIMIT_MS, isPatient };
  });
  if (all || chosen.includes('long')) {
    mocha.push({
      name: 'long',
      files: globSync('test/**/*.long.ts', { cwd: ROOT }).sort(),
      limitMs: LONG_LIMIT_MS,
      isAlone: true,
    });
  }
  const names = ['check', ...mocha.map((part) => part.name)];
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new LauncherError('ARGUMENT_INVALID', `there is no part ${unknown.join(', ')}, only ${names.join(', ')}.`);
  }
  const isChosen = (name: string) => chosen.length === 0 || chosen.includes(name);
  return { wantsCheck: isChosen('check'), mocha: mocha.filter((part) => part.files.length > 0 && isChosen(part.name)) };
}

/** The part with the longest folder that the file lies in. */
function partOf(file: string): string {
  const fitting = PARTS.flatMap(({ name, folders }) => folders.map((folder) => ({ name, folder })))
    .filter(({ folder }) => file.startsWith(`test/${folder}/`))
    .sort((one, other) => other.folder.length - one.folder.length);
  return fitting[0]?.name ?? OTHERS;
}

async function timed(name: string, work: () => Promise<TestCounts>): Promise<PartOutcome> {
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

/** What died and what failed once more at the end, because the end of a long output is all that some machines keep of it. */
function report(outcomes: PartOutcome[], deaths: readonly string[], seconds: number): void {
  for (const death of deaths) console.log(`\nDIED ${death}`);
  for (const { name, failures = [] } of outcomes)
    for (const failure of failures) console.log(`\nFAILED ${name}: ${failure}`);
  console.log('\npart          passed  failed  seconds');
  const total: PartOutcome = { name: 'all', passed: 0, failed: 0, seconds };
  for (const outcome of outcomes) {
    printRow(outcome);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
  }
  printRow(total);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

function printRow({ name, passed, failed, seconds }: PartOutcome): void {
  console.log(name.padEnd(12), String(passed).padStart(7), String(failed).padStart(7), seconds.toFixed(1).padStart(8));
}
