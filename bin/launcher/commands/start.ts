// `examhall start`: the processes of one machine in production, one process with the roles that are named, watched and restarted.
// Stores come from MONGODB_URL and REDIS_URL; where they are not set, own ones run beside it, which suits a small site.
// Must never print a URL or a password, and stops in order on Ctrl-C and SIGTERM.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ChildSpec } from '../child.ts';
import { announce } from '../command.ts';
import { mongodbStore, type Store } from '../engine.ts';
import { untilInterrupted } from '../interruption.ts';
import { LauncherError } from '../launcher-error.ts';
import { bringPages } from '../pages.ts';
import { redisStore } from '../redis.ts';
import { readLauncherSettings } from '../settings.ts';
import { createSupervisor, type Supervisor } from '../supervisor.ts';
import { dataFolder, keepAddresses, operatorEnvironment } from './environment.ts';

const ROLES = ['api', 'rooms', 'workers'];
/** Of the form that the stores' own addresses will have; nothing connects to them. */
const STAND_INS = { mongodbUrl: 'mongodb://localhost/examhall', redisUrl: 'redis://:password@localhost' };

/**
 * Runs until SIGINT, SIGTERM or SIGHUP. `--roles` takes api, rooms and workers, separated by commas; all three if it is left
 * out. Throws ConfigError before anything is installed or started where a setting is missing or weak.
 */
export async function start(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { roles: { type: 'string', default: ROLES.join(',') } } });
  const unknown = values.roles.split(',').filter((role) => !ROLES.includes(role));
  if (unknown.length > 0) {
    throw new LauncherError('ARGUMENT_INVALID', `--roles takes ${ROLES.join(', ')}, not ${unknown.join(', ')}.`);
  }
  await checkSettings(values.roles);
  if (values.roles.split(',').includes('api')) await bringPages();
  const interrupted = untilInterrupted();
  const supervisor = createSupervisor({ restart: 'always', tell: announce });
  try {
    const env = await environmentWithStores(supervisor);
    await supervisor.start(serverOf(values.roles, env));
    announce(`examhall serves with the roles ${values.roles}; Ctrl-C or SIGTERM stops it.`);
    announce(`stopping after ${await interrupted}.`);
  } finally {
    await supervisor.stop();
  }
  announce('stopped.');
  process.exit(0);
}

/** Read before anything is installed or started, with addresses in the place of the stores that would run beside it. */
async function checkSettings(roles: string): Promise<void> {
  const { readConfig } = await import('../../../config.ts');
  readConfig({ ...operatorEnvironment(STAND_INS), EXAMHALL_ROLES: roles });
}

async function environmentWithStores(supervisor: Supervisor): Promise<NodeJS.ProcessEnv> {
  const settings = readLauncherSettings();
  if (settings.mongodbUrl && settings.redisUrl) return operatorEnvironment();
  const folder = dataFolder();
  const stores = join(folder, 'stores');
  const addresses = {
    mongodbUrl: settings.mongodbUrl ?? (await serve(supervisor, await mongodbStore(stores, 'examhall'))),
    redisUrl: settings.redisUrl ?? (await serve(supervisor, await redisStore(stores))),
  };
  keepAddresses(folder, addresses);
  return operatorEnvironment(addresses);
}

async function serve(supervisor: Supervisor, store: Store): Promise<string> {
  announce(`starting ${store.spec.name} for this machine alone.`);
  await supervisor.start(store.spec);
  return store.url;
}

function serverOf(roles: string, env: NodeJS.ProcessEnv): ChildSpec {
  return {
    name: 'server',
    stage: 1,
    command: process.execPath,
    args: [fileURLToPath(new URL('../../../server.ts', import.meta.url))],
    env: { ...env, EXAMHALL_ROLES: roles },
    output: { kind: 'terminal' },
    ready: { kind: 'message' },
    readyLimitMs: 60_000,
    stopLimitMs: 30_000,
  };
}
