// What processes and the machine spend, from /proc: CPU to 10 ms, resident memory. Linux only. It must never be asked
// about a process that the bench did not start. Called by the benches.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The kernel counts a process's time in hundredths of a second, on every Linux that Node runs on. */
const TICK_MS = 10;

/** Processes by name; `load` is the one that makes the load. */
export type Pids = Readonly<Record<string, number>>;

/** At one instant (performance.now()): CPU spent since the start of each process in ms, and its resident bytes. */
export type Reading = {
  readonly at: number;
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly rssBytes: Readonly<Record<string, number>>;
  readonly machine: MachineTimes;
};

type MachineTimes = { readonly busyMs: number; readonly stealMs: number };

/** Reads all of them. Throws where one is gone: its figures would be wrong. */
export function readProcesses(pids: Pids): Reading {
  const names = Object.keys(pids);
  const each = (read: (pid: number) => number) =>
    Object.fromEntries(names.map((name) => [name, read(pids[name] ?? 0)] as const));
  return { at: performance.now(), cpuMs: each(cpuOf), rssBytes: each(rssOf), machine: machineTimes() };
}

/** CPU between two readings. `percent` is of one core, `totalMs` all of these processes together. */
export type Spent = {
  readonly seconds: number;
  readonly cpuMs: Record<string, number>;
  readonly percent: Record<string, number>;
  readonly totalMs: number;
  /** Of all cores together: 200 is all of a machine with two. */
  readonly machinePercent: number;
};

/** What was spent from one reading to the next. */
export function spentBetween(from: Reading, to: Reading): Spent {
  const seconds = (to.at - from.at) / 1_000;
  const cpuMs: Record<string, number> = {};
  const percent: Record<string, number> = {};
  for (const [name, ms] of Object.entries(to.cpuMs)) {
    cpuMs[name] = ms - (from.cpuMs[name] ?? 0);
    percent[name] = Math.round(cpuMs[name] / seconds / 10);
  }
  return {
    seconds,
    cpuMs,
    percent,
    totalMs: Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0),
    machinePercent: Math.round((to.machine.busyMs - from.machine.busyMs) / seconds / 10),
  };
}

/** How busy the machine is with other things: percent of all cores, measured for `ms`. */
export async function idleLoad(ms: number): Promise<{ busyPercent: number; stealPercent: number }> {
  const before = machineTimes();
  const startedAt = performance.now();
  await sleep(ms);
  const after = machineTimes();
  const perSecond = (performance.now() - startedAt) / 1_000;
  return {
    busyPercent: Math.round((after.busyMs - before.busyMs) / perSecond / 10),
    stealPercent: Math.round((after.stealMs - before.stealMs) / perSecond / 10),
  };
}

/** utime and stime are the 14th and 15th field; the second one is a name that may hold blanks. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function rssOf(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1_024;
}

/** Busy is user, nice, system and both kinds of interrupts; steal is what the host gave to somebody else. */
function machineTimes(): MachineTimes {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return { busyMs: (user + nice + system + irq + softirq) * TICK_MS, stealMs: steal * TICK_MS };
}
