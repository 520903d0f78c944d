// What the launcher itself takes from the environment, before any examhall process and its config.ts exist.
// Must never print a URL or a password. Called by the commands; startSystem gets values, not the environment.

import { homedir } from 'node:os';
import { join } from 'node:path';

export type LauncherSettings = {
  cacheFolder: string;
  mongodbUrl: string | undefined;
  redisUrl: string | undefined;
  engine: 'allowed' | 'forbidden';
  /** Whether a MongoDB that is started here answers queries that have no index. */
  tableScans: 'allowed' | 'refused';
};

/**
 * Reads EXAMHALL_CACHE, XDG_CACHE_HOME, MONGODB_URL, REDIS_URL, EXAMHALL_ENGINE and EXAMHALL_TABLE_SCANS; an empty value
 * counts as not set.
 */
export function readLauncherSettings(env: NodeJS.ProcessEnv = process.env): LauncherSettings {
  return {
    cacheFolder: env.EXAMHALL_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'examhall'),
    mongodbUrl: env.MONGODB_URL || undefined,
    redisUrl: env.REDIS_URL || undefined,
    engine: env.EXAMHALL_ENGINE === 'off' ? 'forbidden' : 'allowed',
    tableScans: env.EXAMHALL_TABLE_SCANS === 'off' ? 'refused' : 'allowed',
  };
}
