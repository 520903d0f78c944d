// Programs of the system's own packages, unpacked into the launcher's cache and never installed: installing a server's package
// also starts it as a service of the system's (decision 12). Called by redis.ts and balancers.ts.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce } from './cache.ts';
import { run } from './command.ts';

/** A program that can be run: its path, and the environment in which it finds its libraries. */
export type Program = { readonly path: string; readonly env: NodeJS.ProcessEnv };

const SCRIPT = fileURLToPath(new URL('./unpacked.sh', import.meta.url));

/** The folder of these packages under `name` in the cache, unpacked where it is not there yet; `sentence` is announced before. Needs apt-get. */
export function unpackedPackages(name: string, packages: readonly string[], sentence: string): Promise<string> {
  return installOnce(name, sentence, async (target) => {
    await run('sh', [SCRIPT, target, ...packages]);
  });
}

/** The program at this path of packages that were unpacked into `folder`. */
export function programIn(folder: string, path: string): Program {
  const libraries = globSync(join(folder, 'root/{usr/lib,lib}/*-linux-gnu'));
  const env = libraries.length > 0 ? { ...process.env, LD_LIBRARY_PATH: libraries.join(':') } : process.env;
  return { path: join(folder, 'root', path), env };
}
