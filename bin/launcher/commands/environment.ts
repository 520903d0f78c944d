// The environment for the operator's commands: the process's own, and where it names no stores, those that `start` runs here.
// Must never print what it holds: there are passwords in it. Called by the other commands.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { keptSecret } from '../system.ts';

export type StoreAddresses = { mongodbUrl: string; redisUrl: string };

/** EXAMHALL_DATA_DIR, else examhall in the user's data folder; made if it is missing. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const folder = env.EXAMHALL_DATA_DIR || join(env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'examhall');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Writes down where the stores of a running `start` are, for this user's eyes alone. */
export function keepAddresses(folder: string, addresses: StoreAddresses): void {
  writeFileSync(addressesPath(folder), JSON.stringify(addresses), { mode: 0o600 });
}

/**
 * The environment that config.ts reads. A production process gets no secret from here: the operator sets EXAMHALL_SECRET,
 * and config.ts says so where it is missing.
 */
export function operatorEnvironment(
  addresses?: StoreAddresses,
  given: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const folder = dataFolder(given);
  const known = addresses ?? readAddresses(folder);
  const env: NodeJS.ProcessEnv = { ...given };
  env.NODE_ENV ||= 'production';
  env.EXAMHALL_DATA_DIR ||= folder;
  if (known) {
    env.MONGODB_URL ||= known.mongodbUrl;
    env.REDIS_URL ||= known.redisUrl;
  }
  if (env.NODE_ENV !== 'production') env.EXAMHALL_SECRET ||= keptSecret(folder);
  return env;
}

function readAddresses(folder: string): StoreAddresses | undefined {
  try {
    return JSON.parse(readFileSync(addressesPath(folder), 'utf8'));
  } catch {
    return undefined; // No `start` has run stores of its own here; config.ts says what is missing.
  }
}

function addressesPath(folder: string): string {
  return join(folder, 'addresses.json');
}
