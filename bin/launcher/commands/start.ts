// `examhall start`: the processes of one machine in production, one process with the roles that are named, watched and restarted.
// Stores come from MONGODB_URL and REDIS_URL; where they are not set, own ones run beside it, which suits a small site.
// Must never print a URL or a password, and stops in order on Ctrl-C and SIGTERM.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Config } from '../../../config.ts';
import type { ChildSpec } from '../child.ts';
import { announce } from '../command.ts';
import { mongodbStore, type Store } from '../engine.ts';
import { untilInterrupted } from '../interruption.ts';
import { LauncherError } from '../launcher-error.ts';
import { bringPages } from '../pages.ts';
import { redisStore } from '../redis.ts';
import { forgetRunning, noteRunning } from '../running-notes.ts';
import { serverArguments } from '../server-command.ts';
import { readLauncherSettings } from '../settings.ts';
import { createSupervisor, type Supervisor } from '../supervisor.ts';
import { dataFolder, keepAddresses, operatorEnvironment } from './environment.ts';

const SERVER = 'server';
/** After a drain, a stop may take so long. */
const STOP_MS = 30_000;
const AGAIN_MS = 2_000;
const ROLES = ['api', 'rooms', 'workers'];
/** Of the form that the stores' own addresses will have; nothing connects to them. */
const STAND_INS = { mongodbUrl: 'mongodb://localhost/examhall', redisUrl: 'redis://:stand-in-of-one@localhost' };

/**
 * Runs until SIGINT or SIGTERM. SIGHUP ends it too where its terminal is gone; where it never had one, as under a service
 * manager, it has the certificate read again. `--roles` takes api, rooms and workers, separated by commas; all three if it is left
 * out. Throws ConfigError before anything is installed or started where a setting is missing or weak.
 */
export async function start(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { roles: { type: 'string', default: ROLES.join(',') } } });
  const unknown = values.roles.split(',').filter((role) => !ROLES.includes(role));
  if (unknown.length > 0) {
    throw new LauncherError('ARGUMENT_INVALID', `--roles takes ${ROLES.join(', ')}, not ${unknown.join(', ')}.`);
  }
  const settings = await readSettings(values.roles);
  if (values.roles.split(',').includes('api')) await bringPages();
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const interrupted = untilInterrupted(hasTerminal ? 'ends' : 'is another matter');
  const supervisor = createSupervisor({ restart: 'always', tell: announce });
  let forget = () => {};
  try {
    const env = await environmentWithStores(supervisor);
    await supervisor.start(serverOf(values.roles, env, settings));
    if (!hasTerminal) process.on('SIGHUP', () => void supervisor.kill(SERVER, 'SIGHUP'));
    forget = keepNoted(supervisor, values.roles, settings);
    announce(`examhall serves with the roles ${values.roles}; Ctrl-C or SIGTERM stops it.`);
    announce(`stopping after ${await interrupted}.`);
  } finally {
    await supervisor.stop();
    forget();
  }
  announce('stopped.');
  process.exit(0);
}

type Settings = Pick<Config, 'host' | 'port' | 'drainMs' | 'tls'>;

/** Read before anything is installed or started, with addresses in the place of the stores that would run beside it. */
async function readSettings(roles: string): Promise<Settings> {
  const { readConfig } = await import('../../../config.ts');
  return readConfig({ ...operatorEnvironment(STAND_INS), EXAMHALL_ROLES: roles });
}

/** Notes that it runs, and begins its server anew whenever `drain --restart` asks for it. Returns what ends both. */
function keepNoted(supervisor: Supervisor, roles: string, { host, port, tls }: Settings): () => void {
  const folder = dataFolder();
  const address = { host: isAnyHost(host) ? '127.0.0.1' : host, port, certificate: tls?.certificate };
  const note = (servingSince: number) => noteRunning(folder, { pid: process.pid, roles, ...address, servingSince });
  let running: Promise<void> = Promise.resolve();
  const restart = () => {
    running = running.then(async () => {
      note(0);
      await beginAnew(supervisor);
      note(Date.now());
    });
  };
  note(Date.now());
  process.on('SIGUSR2', restart);
  return () => {
    process.off('SIGUSR2', restart);
    forgetRunning(folder, process.pid);
  };
}

/** Never rejects: a server that does not come up is tried again by its supervisor. */
async function beginAnew(supervisor: Supervisor): Promise<void> {
  announce('the server hands its rooms over and begins anew.');
  await supervisor.kill(SERVER, 'SIGTERM');
  for (;;) {
    try {
      await supervisor.startAgain(SERVER);
      return announce('the server serves again.');
    } catch (error) {
      announce(error instanceof Error ? error.message : String(error));
      if (isStopping(error)) return;
      await sleep(AGAIN_MS);
    }
  }
}

function isStopping(error: unknown): boolean {
  return error instanceof LauncherError && error.code === 'STOPPING';
}

function isAnyHost(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
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

function serverOf(roles: string, env: NodeJS.ProcessEnv, { drainMs }: Settings): ChildSpec {
  return {
    name: SERVER,
    stage: 1,
    command: process.execPath,
    args: serverArguments(fileURLToPath(new URL('../../../', import.meta.url))),
    env: { ...env, EXAMHALL_ROLES: roles },
    output: { kind: 'terminal' },
    ready: { kind: 'message' },
    readyLimitMs: 60_000,
    stopLimitMs: drainMs + STOP_MS,
  };
}
