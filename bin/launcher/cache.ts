// The launcher's cache: whatever a bare machine lacks is installed here once, and found here for ever after, offline too.
// Never a half-installed thing under its final name: installing happens beside it, then one rename. Called by engine.ts and redis.ts.

import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { announce } from './command.ts';
import { readLauncherSettings } from './settings.ts';

/**
 * The folder of `name` in the cache, installed first if it is missing. `sentence` is announced before anything is installed.
 * Two launchers at once may both install; the first to finish wins and both use its folder.
 */
export async function installOnce(
  name: string,
  sentence: string,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const cache = readLauncherSettings().cacheFolder;
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  announce(`${sentence} (into ${folder}).`);
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
  return folder;
}
