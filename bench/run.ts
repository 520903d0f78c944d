// What every bench does around its measuring: arguments, a private system, the machine's load, the report as JSON, the
// verdicts and the exit code. It must never run against a system that it did not start. Called by the benches' commands.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { untilInterrupted } from '../bin/launcher/interruption.ts';
import { LauncherError } from '../bin/launcher/launcher-error.ts';
import { type ProcessCounts, type System, startSystem } from '../bin/launcher/system.ts';
import { type Administrator, createAdministrator } from '../loadtest/administrator.ts';
import { collectGarbage, collectOwnGarbage, INSPECTABLE } from './garbage.ts';
import { type Verdict, verdictLine } from './limits.ts';
import { idleLoad, type Pids } from './processes.ts';

/** How a bench runs: in full, or so short that only its parts are tried and no limit means anything. */
export type Pace = 'full' | 'quick';

export type BenchSystem = {
  readonly system: System;
  readonly admin: Administrator;
  /** Of the load generator (this process) and of everything that was started. */
  pids(): Pids;
  /** Makes the rooms process and the load generator collect their garbage; for figures of memory. */
  collect(): Promise<void>;
};

export type Bench = {
  readonly pace: Pace;
  say(line: string): void;
  /** What the command line says of an option that only this bench has. */
  option(name: string): string | undefined;
  /** A fresh system for this work alone, stopped and removed after it, whatever happens. */
  withSystem<T>(layout: ProcessCounts, work: (started: BenchSystem) => Promise<T>): Promise<T>;
};

/** What a bench found; verdicts are empty where the run was too short for them. */
export type Findings = { readonly figures: object; readonly verdicts: readonly Verdict[] };

/** The JSON that is kept of each run. */
export type BenchReport = Findings & {
  readonly name: string;
  readonly startedAt: string;
  readonly pace: Pace;
  readonly seconds: number;
  readonly machine: {
    readonly cores: number;
    readonly model: string;
    readonly memoryGb: number;
    readonly node: string;
    /** Before anything was started: percent of all cores, and the load averages. */
    readonly before: { readonly busyPercent: number; readonly stealPercent: number; readonly loadAverage: number[] };
  };
};

const LOOK_MS = 2_000;

type Work = (bench: Bench) => Promise<Findings>;

/**
 * Runs it as a command: `[--quick] [--results DIR]`, and those of `own`. Ends the process: with 1 where a limit is not
 * kept or the run failed, else with 0.
 */
export async function runBench(name: string, work: Work, own: readonly string[] = []): Promise<void> {
  try {
    process.exitCode = await run(name, work, readArguments(own));
  } catch (error) {
    console.error(error instanceof LauncherError ? error.message : error);
    process.exitCode = 1;
  }
  process.exit();
}

type Arguments = { readonly pace: Pace; readonly results: string; option(name: string): string | undefined };

function readArguments(own: readonly string[]): Arguments {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      results: { type: 'string', default: join(import.meta.dirname, 'results') },
      ...Object.fromEntries(own.map((name) => [name, { type: 'string' } as const])),
    },
  });
  const given: Readonly<Record<string, string | boolean | undefined>> = values;
  return {
    pace: values.quick ? 'quick' : 'full',
    results: values.results,
    option: (name) => (typeof given[name] === 'string' ? given[name] : undefined),
  };
}

async function run(name: string, work: Work, { pace, results, option }: Arguments): Promise<number> {
  const startedAt = new Date();
  const machine = await describeMachine(pace === 'quick' ? 200 : LOOK_MS);
  const { busyPercent, stealPercent, loadAverage } = machine.before;
  const others = `busy with other things: ${busyPercent} % of ${machine.cores * 100}, stolen ${stealPercent} %`;
  console.log(`bench:${name}, ${pace}; ${machine.cores} cores, ${others}, load ${loadAverage.join(' ')}`);
  const findings = await Promise.race([work(createBench(pace, option)), interruption()]);
  const seconds = Math.round((performance.now() - machine.at) / 1_000);
  const { at: _at, ...described } = machine;
  const report = { name, startedAt: startedAt.toISOString(), pace, seconds, machine: described, ...findings };
  console.log(`\nkept in ${await keepReport(report, results)} after ${seconds} s`);
  for (const verdict of findings.verdicts) console.log(verdictLine(verdict));
  return findings.verdicts.every(({ outcome }) => outcome === 'PASS') ? 0 : 1;
}

async function interruption(): Promise<never> {
  const signal = await untilInterrupted();
  for (const end of running) await end();
  throw new LauncherError('STOPPING', `interrupted by ${signal} before it was over.`);
}

async function describeMachine(lookMs: number) {
  const at = performance.now();
  const [first] = cpus();
  const before = { ...(await idleLoad(lookMs)), loadAverage: loadavg().map((load) => Number(load.toFixed(2))) };
  const memoryGb = Math.round(totalmem() / 1e9);
  return { at, cores: cpus().length, model: first?.model ?? '', memoryGb, node: process.version, before };
}

async function keepReport(report: BenchReport, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const date = report.startedAt.slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const path = join(folder, `${report.name}-${date}.json`);
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}

/** Systems that still run, so that an interruption can stop them. */
const running = new Set<() => Promise<void>>();

function createBench(pace: Pace, option: Bench['option']): Bench {
  return {
    pace,
    option,
    say: (line) => console.log(line),
    async withSystem(layout, work) {
      const folder = await mkdtemp('/tmp/examhall-bench-');
      let system: System | undefined;
      const end = async (): Promise<void> => {
        running.delete(end);
        await system?.stop();
        await rm(folder, { recursive: true, force: true });
      };
      running.add(end);
      try {
        system = await startSystem({
          folder,
          layout,
          restart: false,
          env: { EXAMHALL_LOG_LEVEL: 'warn', ...INSPECTABLE },
        });
        return await work(await describeSystem(system, folder));
      } finally {
        await end();
      }
    },
  };
}

async function describeSystem(system: System, folder: string): Promise<BenchSystem> {
  const admin = createAdministrator({ url: system.url, token: await system.admin() });
  const pids = (): Pids => {
    const found: Record<string, number> = { load: process.pid };
    for (const name of system.names()) found[name] = system.pid(name) ?? 0;
    return found;
  };
  const collect = async () => {
    await collectGarbage(system.pid('rooms-1') ?? 0, join(folder, 'rooms-1.log'));
    await collectOwnGarbage();
  };
  return { system, admin, pids, collect };
}
