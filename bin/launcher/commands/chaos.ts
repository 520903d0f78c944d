// `examhall chaos`: a system of its own under seeded faults, and whether anything that people were told turns out not to be so.
// Must never touch a running system. The run itself is chaos/run.ts.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { badCount, type Report, ReportShape, reportTable, ScheduleShape } from '../../../chaos/report.ts';
import { type ChaosOptions, EXAMINEES, runChaos } from '../../../chaos/run.ts';
import { FAULT_KINDS, type FaultKind, type Schedule } from '../../../chaos/schedule.ts';
import { bringTools } from '../../../chaos/tools.ts';
import { announce, findProgram } from '../command.ts';
import { mongodbStore } from '../engine.ts';
import { LauncherError } from '../launcher-error.ts';
import { redisStore } from '../redis.ts';

const HELP = `usage: bin/examhall chaos [options]

  --seeds N            how many schedules (10)
  --seed S             the first one's seed; a random one unless given
  --seconds T          how long each lasts (8)
  --examinees N        how many people answer (${EXAMINEES})
  --faults A,B         only these kinds
  --live               judges also what monitors are shown, which comes some seconds late
  --replay FILE        the schedules of this file in place of drawn ones: a JSON list, as reports have them
  --json FILE          writes the report there after each schedule, and goes on where the file ends
  --keep FOLDER        where histories of failures go

Exit code 1 if anything was not as it was told.

Kinds of faults: ${FAULT_KINDS.join(', ')}.`;

/** Runs it, prints the table, and exits: 0, or 1 if anything bad was found. Throws LauncherError for bad arguments. */
export async function chaos(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      seeds: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      seconds: { type: 'string', default: '8' },
      examinees: { type: 'string', default: String(EXAMINEES) },
      faults: { type: 'string' },
      live: { type: 'boolean', default: false },
      replay: { type: 'string' },
      json: { type: 'string' },
      keep: { type: 'string' },
      apart: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const { json, keep, apart: isApart } = values;
  if (!isApart && mayBeApart()) return runApart(args);
  const before = json === undefined ? undefined : reportIn(json);
  const options: ChaosOptions = {
    seeds: wholeNumber('seeds', values.seeds, 1, 1_000_000),
    seed: before?.firstSeed ?? wholeNumber('seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    seconds: before?.seconds ?? wholeNumber('seconds', values.seconds, 3, 600),
    examinees: before?.examinees ?? wholeNumber('examinees', values.examinees, 8, 1_000),
    ...{ tell: announce, isApart, live: values.live },
    ...(before === undefined ? {} : { before }),
    ...(values.faults === undefined ? {} : { faults: kindsIn(values.faults) }),
    ...(values.replay === undefined ? {} : { schedules: schedulesIn(values.replay) }),
    ...(keep === undefined ? {} : { keepIn: keep }),
    ...(json === undefined ? {} : { note: (report: Report) => write(json, report) }),
  };
  console.warn = () => {}; // the SDK says of each socket that it was closed, and here most of them are
  const report = await runChaos(options);
  console.log(`\n${reportTable(report)}`);
  // Everything of ours has ended; sockets of people may linger for a moment.
  process.exit(badCount(report) === 0 ? 0 : 1);
}

/** As root, with a network and mounts of its own, in which packets may be lost and disks be full without harm to others. */
function mayBeApart(): boolean {
  const tools = ['unshare', 'ip', 'mount'];
  return (
    process.platform === 'linux' && process.getuid?.() === 0 && tools.every((name) => findProgram(name) !== undefined)
  );
}

/** The same once more in there. What the machine lacks is brought before, because there is no way out of that network. */
async function runApart(args: string[]): Promise<void> {
  await bringStores();
  await bringTools();
  const script = fileURLToPath(new URL('../main.ts', import.meta.url));
  const command = 'ip link set lo up && exec "$@"';
  const inside = ['sh', '-c', command, 'sh', process.execPath, script, 'chaos', '--apart', ...args];
  const child = spawn('unshare', ['--net', '--mount', ...inside], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function bringStores(): Promise<void> {
  const folder = await mkdtemp('/tmp/examhall-chaos-');
  try {
    await mongodbStore(folder, 'examhall');
    await redisStore(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reportIn(file: string): Report | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return ReportShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new LauncherError('ARGUMENT_INVALID', `--json: ${file} is there and is no report of chaos.`, { cause });
  }
}

function schedulesIn(file: string): Schedule[] {
  try {
    return z.array(ScheduleShape).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new LauncherError('ARGUMENT_INVALID', `--replay: ${file} has no list of schedules.`, { cause });
  }
}

/** Whole or not at all, whenever somebody ends the run. */
async function write(file: string, report: Report): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(report, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

function kindsIn(text: string): FaultKind[] {
  return text.split(',').map((name) => {
    const kind = FAULT_KINDS.find((one) => one === name.trim());
    if (kind === undefined)
      throw new LauncherError(
        'ARGUMENT_INVALID',
        `--faults: there is no ${name.trim()}, only ${FAULT_KINDS.join(', ')}.`,
      );
    return kind;
  });
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most)
    throw new LauncherError('ARGUMENT_INVALID', `--${name} takes a whole number from ${least} to ${most}.`);
  return number;
}
