// Running other programs to their end, and the one way in which the launcher speaks to the person at the terminal.
// Never through a shell string, never with a password in the arguments. Called by the installers and the commands.

import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { LauncherError } from './launcher-error.ts';

const executeFile = promisify(execFile);

/** Prints one sentence for the person at the terminal, on standard error, so that output stays free for results. */
export function announce(sentence: string): void {
  process.stderr.write(`examhall: ${sentence}\n`);
}

/** The path of an executable on PATH, or undefined. */
export function findProgram(name: string, path: string = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Runs a program and resolves with its standard output; rejects with COMMAND_FAILED, the last lines of its output in the message. */
export async function run(command: string, args: string[], options: { cwd?: string } = {}): Promise<string> {
  try {
    const result = await executeFile(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
    return result.stdout;
  } catch (cause) {
    throw new LauncherError('COMMAND_FAILED', `${[command, ...args].join(' ')} failed: ${lastLines(cause)}`, { cause });
  }
}

function lastLines(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const output = 'stderr' in cause && typeof cause.stderr === 'string' ? cause.stderr.trim() : '';
  return (output || cause.message).split('\n').slice(-8).join('\n');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not ours to run: both mean "look further along the path".
  }
}
