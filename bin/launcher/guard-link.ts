// The launcher's end of the pipe to the guard. Keeps the list, so that a guard that dies is replaced and told everything again.
// Must never hold the launcher's event loop open. Called by the supervisor.

import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { GuardLine } from './guard.ts';

export type GuardLink = {
  /** Puts a child under guard. Higher stages end first. */
  add(pid: number, stage: number): void;
  /** Takes a child that has ended off the list. */
  remove(pid: number): void;
  /** Closes the pipe: the guard ends what is still on the list, which after an orderly stop is nothing, and goes. */
  stop(): void;
};

const REPLACE_AFTER_MS = 100;

/** Starts a guard. It lives until stop(), or until this process is gone. */
export function startGuard(): GuardLink {
  const stages = new Map<number, number>();
  let stopped = false;
  let guard = launch();

  function launch(): ChildProcess {
    const script = fileURLToPath(new URL('./guard.ts', import.meta.url));
    const list = [...stages].map(([pid, stage]) => lineOf({ kind: 'add', pid, stage }));
    const child = spawn(process.execPath, [script, ...list], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    child.unref();
    if (child.stdin instanceof Socket) child.stdin.unref();
    child.stdin?.on('error', () => {}); // A guard that died closes the pipe; 'exit' replaces it.
    child.on('error', () => {}); // Could not be started: 'exit' does not follow, and the next line is written into nothing.
    child.on('exit', () => setTimeout(replace, REPLACE_AFTER_MS).unref());
    return child;
  }

  function replace(): void {
    if (!stopped) guard = launch();
  }

  function tell(line: GuardLine): void {
    guard.stdin?.write(`${lineOf(line)}\n`);
  }

  return {
    add(pid, stage) {
      stages.set(pid, stage);
      tell({ kind: 'add', pid, stage });
    },
    remove(pid) {
      if (stages.delete(pid)) tell({ kind: 'remove', pid });
    },
    stop() {
      stopped = true;
      guard.stdin?.end();
    },
  };
}

function lineOf(line: GuardLine): string {
  return JSON.stringify(line);
}
