// nginx and HAProxy for the tests of deploy/: those on the path, else the system's own packages, unpacked. Nothing but these
// tests needs them, so that a machine without them goes on without. Called by bring-balancers.ts and test/deploy.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './command.ts';
import { readLauncherSettings } from './settings.ts';
import { type Program, programIn, unpackedPackages } from './unpacked.ts';

export type BalancerName = 'nginx' | 'haproxy';

/** What runs it, or a sentence that says why there is none. */
export type Balancer = Program | { readonly missing: string };

export type Balancers = Readonly<Record<BalancerName, Balancer>>;

const NAMES: readonly BalancerName[] = ['nginx', 'haproxy'];
const CACHED = 'balancers';
/** Where systems put them, also where a user's path does not lead. */
const SBIN = '/usr/local/sbin:/usr/sbin:/sbin';

/** Those on the path, in the folders `beside` it, and those that have been unpacked; TEST_BALANCERS=off is none. Brings nothing, never throws. */
export function findBalancers(beside = SBIN): Balancers {
  if (process.env.TEST_BALANCERS === 'off') return both(() => ({ missing: 'TEST_BALANCERS is off' }));
  const folder = join(readLauncherSettings().cacheFolder, CACHED);
  return both((name) => {
    const installed = findProgram(name) ?? findProgram(name, beside);
    if (installed !== undefined) return { path: installed, env: process.env };
    const unpacked = programIn(folder, `usr/sbin/${name}`);
    if (existsSync(unpacked.path)) return unpacked;
    return { missing: `no ${name} is on the path; where there is apt-get, .ci/run unpacks it` };
  });
}

/** The same, but what is missing and can be had is unpacked first, announced. Never throws. */
export async function bringBalancers(beside = SBIN): Promise<Balancers> {
  const found = findBalancers(beside);
  if (process.env.TEST_BALANCERS === 'off' || NAMES.every((name) => 'path' in found[name])) return found;
  if (findProgram('apt-get') === undefined) return found;
  const sentence =
    "nginx and HAProxy for the tests of deploy/: unpacking the system's own packages, 3 MB, without installing them";
  try {
    await unpackedPackages(CACHED, NAMES, sentence);
    return findBalancers(beside);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return both((name) => ('path' in found[name] ? found[name] : { missing: `${name} cannot be unpacked (${why})` }));
  }
}

function both(of: (name: BalancerName) => Balancer): Balancers {
  return { nginx: of('nginx'), haproxy: of('haproxy') };
}
