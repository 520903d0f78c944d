// What runs on this machine by `examhall start`: a note a process in the data folder, so that another command finds it.
// Must never hold a secret. Written by start, read by drain.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './process-id.ts';

export type RunningNote = {
  /** Of the launcher, which watches the server. */
  readonly pid: number;
  readonly roles: string;
  /** Where its figures are to be had. */
  readonly host: string;
  readonly port: number;
  /** The PEM file of its certificate, where it speaks https. */
  readonly certificate?: string | undefined;
  /** When its server last began to serve, epoch ms; 0 while it does not. */
  readonly servingSince: number;
};

/** Writes or replaces the note of this process. */
export function noteRunning(folder: string, note: RunningNote): void {
  mkdirSync(notesFolder(folder), { recursive: true, mode: 0o700 });
  writeFileSync(notePath(folder, note.pid), JSON.stringify(note), { mode: 0o600 });
}

export function forgetRunning(folder: string, pid: number): void {
  rmSync(notePath(folder, pid), { force: true });
}

/** Those that run now, by their process id; what a killed one has left behind is removed. */
export function runningHere(folder: string): RunningNote[] {
  const notes = filesIn(notesFolder(folder)).flatMap((file) => readNote(join(notesFolder(folder), file)) ?? []);
  for (const { pid } of notes) if (!isAlive(pid)) forgetRunning(folder, pid);
  return notes.filter(({ pid }) => isAlive(pid)).sort((one, other) => one.pid - other.pid);
}

/** Undefined where it has gone meanwhile. */
export function noteOf(folder: string, pid: number): RunningNote | undefined {
  return readNote(notePath(folder, pid));
}

function readNote(path: string): RunningNote | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // it has just stopped, or is just being written: whoever looks again sees which
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch {
    return []; // nothing was ever started here
  }
}

function notesFolder(folder: string): string {
  return join(folder, 'running');
}

function notePath(folder: string, pid: number): string {
  return join(notesFolder(folder), `${pid}.json`);
}
