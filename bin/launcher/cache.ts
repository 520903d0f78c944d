// The launcher's cache: whatever a bare machine lacks is installed here once, and found here for ever after, offline too.
// Never a half-installed thing under its final name: installing happens beside it, then one rename. Called by engine.ts and redis.ts.

import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { announce } from './command.ts';
import { readLauncherSettings } from './settings.ts';

type Install = (folder: string) => Promise<void>;

/** What this process is installing, by folder: its lanes ask for the same at once, and apt-get locks its folder. */
const installing = new Map<string, Promise<void>>();

/**
 * The folder of `name` in the cache, installed first if it is missing. `sentence` is announced before anything is installed.
 * Once in a process, however often it is asked; two launchers at once may both install, the first to finish wins and both
 * use its folder.
 */
export async function installOnce(name: string, sentence: string, install: Install): Promise<string> {
  const cache = readLauncherSettings().cacheFolder;
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  let running = installing.get(folder);
  if (running === undefined) {
    announce(`${sentence} (into ${folder}).`);
    running = installInto(folder, install).finally(() => installing.delete(folder));
    installing.set(folder, running);
  }
  await running;
  return folder;
}

/** Throws where it failed and nobody else has installed it meanwhile. */
async function installInto(folder: string, install: Install): Promise<void> {
  const unfinished = `${folder}.${process.pid}.unfinished`;
  await mkdir(unfinished, { recursive: true });
  try {
    await install(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
