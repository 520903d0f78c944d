// One process of this machine gives way to the one that whoever watches it starts in its place, and that one has to show that
// it is well. Signals only what has a note in the data folder; starts nothing itself. Called by `deploy`.

import { setTimeout as sleep } from 'node:timers/promises';
import { askRunning } from './ask-running.ts';
import { drainOne } from './commands/drain.ts';
import { LauncherError } from './launcher-error.ts';
import { type RunningNote, runningHere } from './running-notes.ts';

export type Patience = {
  /** How long it may take to be back, and then to be well. */
  readonly backMs: number;
  /** How long it has to stay well. */
  readonly steadyMs: number;
};

const LOOK_MS = 250;
const ANSWER_MS = 2_000;
/** Answers that wait for longer are not being saved. */
const OLDEST_S = 10;

/** The version that a process runs, and what is wrong with it; `undefined` where it does not say. */
type Look = { readonly version: string | undefined; readonly problem: string | undefined };

/**
 * Drains whatever serves at this place, waits for what comes in its stead, and resolves when that one has been well, as this
 * version, for as long as is wanted. Throws NOT_HEALTHY.
 */
export async function replace(folder: string, place: RunningNote, version: string, patience: Patience): Promise<void> {
  const old = servingAt(folder, place);
  if (old !== undefined) await drainOne(folder, old, false);
  await untilWell(folder, place, version, patience);
}

/** Throws NOT_HEALTHY. */
async function untilWell(folder: string, place: RunningNote, version: string, patience: Patience): Promise<void> {
  const { roles, port } = place;
  const until = performance.now() + patience.backMs;
  let wellSince: number | undefined;
  let known: RunningNote | undefined;
  let problem = 'it does not come back';
  for (; wellSince === undefined || performance.now() - wellSince < patience.steadyMs; await sleep(LOOK_MS)) {
    if (performance.now() > until)
      throw new LauncherError('NOT_HEALTHY', `${roles} at port ${port} is not well: ${problem}.`);
    const note = servingAt(folder, place);
    const look = note === undefined ? undefined : await lookAt(note);
    if (look?.version !== undefined && look.version !== version)
      throw new LauncherError(
        'NOT_HEALTHY',
        `${roles} at port ${port} came back as version ${look.version} and not as ${version}: is it started through the link?`,
      );
    problem = look === undefined ? 'it does not come back' : (look.problem ?? problem);
    const isSame = note?.pid === known?.pid && note?.servingSince === known?.servingSince;
    if (look === undefined || look.problem !== undefined || !isSame) wellSince = undefined;
    else wellSince ??= performance.now();
    known = note;
  }
}

/** Undefined while nothing serves there. */
function servingAt(folder: string, { host, port }: RunningNote): RunningNote | undefined {
  return runningHere(folder).find((note) => note.host === host && note.port === port && note.servingSince > 0);
}

async function lookAt(note: RunningNote): Promise<Look> {
  try {
    const isApi = note.roles.split(',').includes('api');
    const [health, metrics] = await Promise.all(
      [isApi ? '/ready' : '/health', '/metrics'].map((path) => askRunning(note, path, ANSWER_MS)),
    );
    if (health?.status !== 200) return { version: undefined, problem: `it answers ${health?.status}` };
    return { version: versionIn(metrics?.text ?? ''), problem: problemIn(metrics?.text ?? '') };
  } catch (error) {
    return { version: undefined, problem: error instanceof Error ? error.message : String(error) };
  }
}

function versionIn(metrics: string): string | undefined {
  return /^examhall_version\{version="([^"]*)"\} 1$/m.exec(metrics)?.[1];
}

function problemIn(metrics: string): string | undefined {
  const figure = (name: string) => Number(new RegExp(`^${name} ([0-9.e+]+)$`, 'm').exec(metrics)?.[1] ?? 0);
  if (figure('examhall_queue_away') > 0) return 'its queue is away';
  if (figure('examhall_journal_oldest_seconds') > OLDEST_S) return 'its answers are not being saved';
  return versionIn(metrics) === undefined ? 'it does not say its version' : undefined;
}
