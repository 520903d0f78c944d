// `examhall drain`: tells the processes that `examhall start` runs on this machine, one after the other, to hand their rooms
// over and to stop, or to begin anew with the programme that is here now; says how far each has come. Must never signal a
// process that has no note in the data folder.

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askRunning } from '../ask-running.ts';
import { announce } from '../command.ts';
import { LauncherError } from '../launcher-error.ts';
import { isAlive, signalProcess } from '../process-id.ts';
import { noteOf, type RunningNote, runningHere } from '../running-notes.ts';
import { dataFolder } from './environment.ts';

const LOOK_MS = 250;
const FIGURES_MS = 1_000;
/** Longer than a drain may be set to take, and its stop. */
const PATIENCE_MS = 720_000;

/** Resolves when all of them are done. Throws ARGUMENT_INVALID for a process that does not run here, NOT_DRAINED for one that does not end. */
export async function drain(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { restart: { type: 'boolean', default: false } },
  });
  const folder = dataFolder();
  const notes = wanted(runningHere(folder), positionals);
  if (notes.length === 0) return announce('nothing was started on this machine with bin/examhall start.');
  for (const note of notes) await drainOne(folder, note, values.restart);
}

function wanted(running: readonly RunningNote[], pids: readonly string[]): readonly RunningNote[] {
  const unknown = pids.filter((pid) => !running.some((note) => String(note.pid) === pid));
  if (unknown.length > 0) {
    const known = running.map(({ pid }) => pid).join(', ') || 'none';
    throw new LauncherError('ARGUMENT_INVALID', `${unknown.join(', ')} was not started here; running: ${known}.`);
  }
  return pids.length === 0 ? running : running.filter(({ pid }) => pids.includes(String(pid)));
}

/** Resolves when it has stopped, or with `restart` serves again. Throws NOT_DRAINED. */
export async function drainOne(folder: string, note: RunningNote, restart: boolean): Promise<void> {
  const { pid, roles } = note;
  announce(`${pid} (${roles}) hands its rooms over and ${restart ? 'begins anew' : 'stops'}.`);
  const from = performance.now();
  if (!signalProcess(pid, restart ? 'SIGUSR2' : 'SIGTERM'))
    throw new LauncherError('NOT_DRAINED', `${pid} could not be told to drain.`);
  const isDone = restart ? () => (noteOf(folder, pid)?.servingSince ?? 0) > note.servingSince : () => !isAlive(pid);
  await untilDone(note, isDone, restart);
  const seconds = ((performance.now() - from) / 1_000).toFixed(1);
  announce(`${pid} ${restart ? 'serves again' : 'has stopped'}, after ${seconds} s.`);
}

async function untilDone(note: RunningNote, isDone: () => boolean, restart: boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  let told = '';
  for (let lookAt = 0; !isDone(); await sleep(LOOK_MS)) {
    const now = performance.now();
    if (restart && !isAlive(note.pid)) throw new LauncherError('NOT_DRAINED', `${note.pid} has ended.`);
    if (now > until)
      throw new LauncherError('NOT_DRAINED', `${note.pid} has not ended after ${PATIENCE_MS / 1_000} s.`);
    if (now < lookAt) continue;
    lookAt = now + FIGURES_MS;
    const left = await leftOn(note);
    if (left !== undefined && left !== told) announce(`  ${left}`);
    told = left ?? told;
  }
}

/** What is left on it, in words; undefined where it does not say. */
async function leftOn(note: RunningNote): Promise<string | undefined> {
  if (!note.roles.split(',').includes('rooms')) return undefined;
  try {
    const { text } = await askRunning(note, '/metrics', FIGURES_MS);
    const figure = (name: string) => Number(new RegExp(`^${name} ([0-9.e+]+)$`, 'm').exec(text)?.[1] ?? 0);
    if (figure('examhall_draining') === 0) return undefined;
    return `rooms that are still on it: ${figure('examhall_rooms')}, people in them: ${figure('examhall_clients')}`;
  } catch {
    return undefined; // it takes no requests any more, or none yet
  }
}
