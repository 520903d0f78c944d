// One child process: spawned in a session of its own (so that Ctrl-C reaches the launcher alone, which stops in order),
// known as ready by its own message or by a probe, and ended by its id. Restarting is the supervisor's business.

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError } from './launcher-error.ts';

/** How a child says that it serves: the IPC message {type: 'ready'}, or a question that is asked every 25 ms until it holds. */
export type ReadyRule = { kind: 'message' } | { kind: 'probe'; probe: () => Promise<boolean> };

export type ChildSpec = {
  name: string;
  /** Children stop from the highest stage to the lowest. */
  stage: number;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  output: { kind: 'file'; path: string } | { kind: 'terminal' };
  ready: ReadyRule;
  readyLimitMs: number;
  /** How long SIGTERM may take before SIGKILL follows. */
  stopLimitMs: number;
};

export type ChildExit = { code: number | null; signal: NodeJS.Signals | null };

export type RunningChild = {
  pid: number;
  /** Resolves when the child serves; rejects with CHILD_DIED or CHILD_NOT_READY. */
  ready: Promise<void>;
  /** Resolves when the child is gone; never rejects. */
  exited: Promise<ChildExit>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after the limit. Resolves when the child is gone. */
  end(): Promise<void>;
};

/** Starts the child. Throws CHILD_DIED if its program cannot be run at all. */
export function spawnChild(spec: ChildSpec): RunningChild {
  const { process: child, pid } = open(spec);
  const exited = new Promise<ChildExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  return {
    pid,
    exited,
    ready: untilReady(spec, child, exited),
    signal: (signal) => void child.kill(signal),
    end: () => end(spec, child, exited),
  };
}

function open(spec: ChildSpec): { process: ChildProcess; pid: number } {
  const file = spec.output.kind === 'file' ? openSync(spec.output.path, 'a', 0o600) : undefined;
  const output = file ?? 'inherit';
  const stdio: StdioOptions = ['ignore', output, output];
  if (spec.ready.kind === 'message') stdio.push('ipc');
  const child = spawn(spec.command, spec.args, { detached: true, stdio, env: spec.env });
  if (file !== undefined) closeSync(file);
  child.on('error', () => {}); // A program that cannot be run has no pid and is reported below; a failed signal shows as no exit.
  if (child.pid === undefined)
    throw new LauncherError('CHILD_DIED', `${spec.name} could not be started: ${spec.command}`);
  return { process: child, pid: child.pid };
}

async function untilReady(spec: ChildSpec, child: ChildProcess, exited: Promise<ChildExit>): Promise<void> {
  const limit = new AbortController();
  const { ready } = spec;
  try {
    await Promise.race([
      ready.kind === 'message' ? untilMessage(child) : untilProbe(ready.probe, limit.signal),
      exited.then((exit) =>
        Promise.reject(
          new LauncherError(
            'CHILD_DIED',
            `${spec.name} ended before it was ready (${exit.signal ?? exit.code}).${tail(spec)}`,
          ),
        ),
      ),
      sleep(spec.readyLimitMs, undefined, { signal: limit.signal, ref: false }).then(() =>
        Promise.reject(
          new LauncherError(
            'CHILD_NOT_READY',
            `${spec.name} was not ready after ${spec.readyLimitMs} ms.${tail(spec)}`,
          ),
        ),
      ),
    ]);
  } finally {
    limit.abort();
  }
}

function untilMessage(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready') resolve();
    });
  });
}

async function untilProbe(probe: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await probe())) await sleep(25);
}

async function end(spec: ChildSpec, child: ChildProcess, exited: Promise<ChildExit>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), spec.stopLimitMs);
  await exited;
  clearTimeout(timer);
}

/** What a child said last, as a sentence behind another; empty where it speaks to the terminal. */
export function tail(spec: ChildSpec): string {
  if (spec.output.kind === 'terminal') return '';
  const lines = readFileSync(spec.output.path, 'utf8').trim().split('\n').slice(-12);
  return ` The end of ${spec.output.path}:\n${lines.join('\n')}`;
}
