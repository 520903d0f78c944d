// Questions and commands to processes by their id alone. Never by name: other people's processes live on this machine too.
// Called by the guard, the supervisor and the tests.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process runs. A dead one that nobody has collected yet (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isPermissionError(error);
  }
  return processState(pid) !== 'Z';
}

/** Sends a signal; false when there is no such process. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // Gone already: that is what the caller wanted to know.
  }
}

/** Resolves with true as soon as none of the processes runs, with false after limitMs. Looks every 50 ms. */
export async function untilGone(pids: readonly number[], limitMs: number): Promise<boolean> {
  const endAt = performance.now() + limitMs;
  while (pids.some(isAlive)) {
    if (performance.now() > endAt) return false;
    await sleep(50);
  }
  return true;
}

/** The process that started this one; undefined where there is no such process, or no /proc. */
export function parentOf(pid: number): number | undefined {
  const [, parent] = fieldsOf(pid);
  return parent === undefined ? undefined : Number(parent);
}

function processState(pid: number): string {
  return fieldsOf(pid)[0] ?? '?'; // No /proc on macOS: the signal's answer is all there is.
}

/** What /proc says of it behind its name: state, parent and so on; nothing where it says nothing. */
function fieldsOf(pid: number): string[] {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // gone, or never there
  }
}

function isPermissionError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPERM';
}
