// `examhall deploy`, called in the folder of a new version: has this machine's processes changed to it, one after the other,
// while everybody goes on, and back again where one of them is not well. Versions lie side by side; a link says which one
// runs, and whoever watches a process (systemd) starts it through that link. Must never leave the machine half changed
// without saying so.

import { existsSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { announce } from '../command.ts';
import { LauncherError } from '../launcher-error.ts';
import { type Patience, replace } from '../replacing.ts';
import { type RunningNote, runningHere } from '../running-notes.ts';
import { dataFolder, operatorEnvironment } from './environment.ts';

const HERE = realpathSync(fileURLToPath(new URL('../../../', import.meta.url)));
/**
 * How the whole system stands, which is no reason against this version: while machines follow one another there are two
 * versions, and somebody dead or a backup that is old is seldom a reason to keep a fault. The indexes are added next.
 */
const OF_THE_SYSTEM = ['indexes', 'processes', 'capacity', 'backups'];
/** What cannot be well has to be noticed, and waited for, by who starts it again. */
const BACK_PATIENCE_MS = 180_000;

/**
 * `--link`: the link that is moved, `current` beside the folder of versions unless given. `--within`: seconds that a process
 * may take to come back and be well. `--steady`: seconds that it has to stay so. Throws ARGUMENT_INVALID, NOT_READY before
 * anything is changed, and DEPLOY_UNDONE when everything is as before.
 */
export async function deploy(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      link: { type: 'string', default: join(dirname(dirname(HERE)), 'current') },
      within: { type: 'string', default: '90' },
      steady: { type: 'string', default: '5' },
    },
  });
  const patience = { backMs: secondsOf(values.within), steadyMs: secondsOf(values.steady) };
  const folder = dataFolder();
  const places = inOrder(runningHere(folder));
  const old = oldVersion(values.link, places);
  await requireGo();
  await migrate();
  announce(`version ${versionOf(HERE)} takes the place of ${versionOf(old)}, process by process: ${places.length}.`);
  await changeAll(folder, places, { link: values.link, old, patience });
  announce(`all ${places.length} run version ${versionOf(HERE)}.`);
}

type Change = { readonly link: string; readonly old: string; readonly patience: Patience };

async function changeAll(
  folder: string,
  places: readonly RunningNote[],
  { link, old, patience }: Change,
): Promise<void> {
  const changed: RunningNote[] = [];
  pointTo(link, HERE);
  try {
    for (const place of places) {
      changed.unshift(place);
      await replace(folder, place, versionOf(HERE), patience);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    announce(`${why} Back to ${versionOf(old)}.`);
    pointTo(link, old);
    for (const place of changed)
      await replace(folder, place, versionOf(old), { ...patience, backMs: BACK_PATIENCE_MS });
    throw new LauncherError('DEPLOY_UNDONE', `everything runs version ${versionOf(old)} again: ${why}`);
  }
}

/** Workers and rooms before the api, which serves the pages that may say what only new rooms understand. */
function inOrder(notes: readonly RunningNote[]): RunningNote[] {
  const rank = ({ roles }: RunningNote) => (roles.includes('api') ? 2 : roles.includes('rooms') ? 1 : 0);
  return [...notes].sort((one, other) => rank(one) - rank(other));
}

function oldVersion(link: string, places: readonly RunningNote[]): string {
  if (!existsSync(link))
    throw new LauncherError(
      'ARGUMENT_INVALID',
      `there is no link ${link}; --link names the one that processes are started by.`,
    );
  const old = realpathSync(link);
  if (old === HERE) throw new LauncherError('ARGUMENT_INVALID', `${link} leads here already.`);
  if (places.length === 0)
    throw new LauncherError('ARGUMENT_INVALID', 'nothing was started on this machine with bin/examhall start.');
  return old;
}

/** The new version's own eyes on settings and stores. */
async function requireGo(): Promise<void> {
  const { checkSystem } = await import('../../../operations.ts');
  const wrong = (await checkSystem(operatorEnvironment())).filter(
    ({ ok, name }) => !ok && !OF_THE_SYSTEM.includes(name),
  );
  if (wrong.length === 0) return;
  const list = wrong.map(({ name, detail }) => `  - ${name}: ${detail}`).join('\n');
  throw new LauncherError('NOT_READY', `nothing was changed, since this version would not run here:\n${list}`);
}

/** Only adds: the old version goes on with it. */
async function migrate(): Promise<void> {
  const { readConfig } = await import('../../../config.ts');
  const operations = await import('../../../operations.ts');
  announce(await operations.migrate(readConfig(operatorEnvironment())));
}

/** At once: nobody who starts meanwhile finds no version. */
function pointTo(link: string, version: string): void {
  const fresh = `${link}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  symlinkSync(version, fresh);
  renameSync(fresh, link);
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (text !== '' && seconds >= 0 && seconds <= 3_600) return seconds * 1_000;
  throw new LauncherError('ARGUMENT_INVALID', `${text} is no number of seconds up to 3600.`);
}
