// The guard: a little process beside the launcher that ends the launcher's children when the launcher itself is gone,
// also by SIGKILL. It knows that by its standard input, a pipe that closes with the launcher.
// Must never touch a process that it was not told of, and is done within 5 s. Started by guard-link.ts, with the list as
// it then stands as its arguments: a launcher that dies before it wrote a line has told it all the same.

import { createInterface } from 'node:readline';
import { isAlive, signalProcess, untilGone } from './process-id.ts';

/** One line on the pipe. Stages end from the highest to the lowest: those that serve first, the stores last. */
export type GuardLine = { kind: 'add'; pid: number; stage: number } | { kind: 'remove'; pid: number };

const WHOLE_END_MS = 3_600;
const stages = new Map<number, number>();

function take(line: string): void {
  const told = parse(line);
  switch (told.kind) {
    case 'add':
      stages.set(told.pid, told.stage);
      break;
    case 'remove':
      stages.delete(told.pid);
      break;
    case 'cut off':
      break;
  }
}

function parse(line: string): GuardLine | { kind: 'cut off' } {
  try {
    return JSON.parse(line);
  } catch {
    return { kind: 'cut off' }; // The launcher was killed in the middle of its last line: the rest of the list still holds.
  }
}

async function endAll(): Promise<void> {
  const order = [...new Set(stages.values())].sort((a, b) => b - a);
  for (const stage of order) {
    const pids = [...stages].filter(([pid, ofPid]) => ofPid === stage && isAlive(pid)).map(([pid]) => pid);
    for (const pid of pids) signalProcess(pid, 'SIGTERM');
    if (await untilGone(pids, WHOLE_END_MS / order.length)) continue;
    for (const pid of pids) signalProcess(pid, 'SIGKILL');
  }
}

// A terminal's Ctrl-C and a service manager's SIGTERM are the launcher's business: it may still be stopping its children.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});
for (const line of process.argv.slice(2)) take(line);
for await (const line of createInterface({ input: process.stdin })) take(line);
await endAll();
