// A whole examhall on this machine: stores and processes, for the demo, the tests and the load tests.
// Must never use a store or a port that it was not given or did not start, and never reads MONGODB_URL or REDIS_URL.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { announce } from './command.ts';
import { mongodbStore } from './engine.ts';
import { freePort } from './free-port.ts';
import { LauncherError } from './launcher-error.ts';
import { redisStore } from './redis.ts';
import { addressOf, type ServerProcess, type ServerSurroundings, serverSpec } from './server-process.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

/** 'mongodb', 'redis', and 'server' (layout one) or 'api', 'api-2' …, 'rooms-1' …, 'workers-1' …. */
export type ProcessName = string;

/** How many processes of each role; a role that is left out has one. */
export type ProcessCounts = { api?: number; rooms?: number; workers?: number };

/** What stands in front of a system, where something does: the address that people open, and those of its rooms processes. */
export type Front = {
  /** http://… or https://…, without a path. */
  readonly url: string;
  /** host:port or host/path under which the n-th rooms process is reached, from 1. */
  roomAddress(n: number): string;
};

export type SystemOptions = {
  /** Data, sockets and logs live here; made if it is missing. A second start on the same folder finds the data. */
  folder: string;
  /** 'one' is a single process with all three roles, 'apart' (the default) one process for each. */
  layout?: 'one' | 'apart' | ProcessCounts;
  /** A balancer under whose address people reach everything; it is not started here. */
  front?: Front;
  /** Passed to every examhall process, over the launcher's own settings. */
  env?: Record<string, string>;
  /** The same for one process, once the stores' addresses are known; over `env`. */
  envOf?: (server: ServerProcess, stores: { mongodbUrl: string; redisUrl: string }) => Promise<Record<string, string>>;
  /** The tree whose server.ts runs; this one unless given. */
  root?: string;
  /** Use this store instead of starting one. */
  mongodbUrl?: string;
  redisUrl?: string;
  /** Whether what dies is started again; true unless said otherwise. */
  restart?: boolean;
  /** Whether deaths and returns stay untold; true unless said otherwise. Processes always log to `folder`/<name>.log. */
  quiet?: boolean;
};

export type System = {
  /** http://127.0.0.1:PORT of the (first) api. */
  url: string;
  mongodbUrl: string;
  redisUrl: string;
  secret: string;
  pid(name: ProcessName): number | undefined;
  names(): ProcessName[];
  /** Sends a signal, SIGKILL unless named. Resolves when the process is gone; at once after SIGSTOP and SIGCONT. */
  kill(name: ProcessName, signal?: NodeJS.Signals): Promise<void>;
  /** Starts a process that died again, at once and at its old address. Resolves when it serves. */
  start(name: ProcessName): Promise<void>;
  /** Makes an admin and returns a bearer token of theirs. */
  admin(): Promise<string>;
  /** Stops everything in order. Twice is fine. */
  stop(): Promise<void>;
};

/** Who rehearses, measures or spoils asks with one token from one address for a whole hall: nobody is counted, unless `env` says so. */
const UNCOUNTED = { EXAMHALL_RATE_PERSON: '1000000', EXAMHALL_RATE_ADDRESS: '1000000' };

/** Starts everything and resolves when the api serves. If anything does not come up, what was started is stopped again. Throws LauncherError. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tell = options.quiet === false ? announce : () => {};
  const supervisor = createSupervisor({ restart: options.restart === false ? 'never' : 'always', tell });
  try {
    return await startAll(options, folder, supervisor);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

async function startAll(options: SystemOptions, folder: string, supervisor: Supervisor): Promise<System> {
  const mongodbUrl = options.mongodbUrl ?? (await startStore(supervisor, await mongodbStore(folder, 'examhall')));
  const redisUrl = options.redisUrl ?? (await startStore(supervisor, await redisStore(folder)));
  const secret = keptSecret(folder);
  const servers = behind(options.front, await plannedServers(options.layout ?? 'apart'));
  const addressesOf = (role: ServerProcess['roles'][number]) =>
    servers.filter(({ roles }) => roles.includes(role)).map(addressOf);
  const addresses = { roomAddresses: addressesOf('rooms'), pageAddresses: addressesOf('api') };
  const { front, root } = options;
  const stores = { mongodbUrl, redisUrl };
  const publicUrl = front === undefined ? {} : { publicUrl: front.url };
  const around: Omit<ServerSurroundings, 'env'> = {
    folder,
    ...stores,
    secret,
    ...addresses,
    ...publicUrl,
    ...(root === undefined ? {} : { root }),
  };
  const first = servers.find((server) => server.roles.includes('api'));
  if (!first) throw new LauncherError('ARGUMENT_INVALID', 'a system needs at least one process with the api role.');

  const start = async (server: ServerProcess) => {
    const env = { ...UNCOUNTED, ...options.env, ...(await options.envOf?.(server, stores)) };
    await supervisor.start(serverSpec(server, { ...around, env }));
  };
  await Promise.all(servers.filter((server) => !server.roles.includes('api')).map(start));
  await Promise.all(servers.filter((server) => server.roles.includes('api')).map(start));
  return {
    url: `${options.env?.EXAMHALL_TLS_CERT ? 'https' : 'http'}://127.0.0.1:${first.port}`,
    mongodbUrl,
    redisUrl,
    secret,
    pid: supervisor.pid,
    names: supervisor.names,
    kill: supervisor.kill,
    start: supervisor.startAgain,
    stop: supervisor.stop,
    async admin() {
      const { createAdminToken } = await import('../../operations.ts');
      return createAdminToken(mongodbUrl);
    },
  };
}

async function startStore(supervisor: Supervisor, store: Awaited<ReturnType<typeof redisStore>>): Promise<string> {
  await supervisor.start(store.spec);
  return store.url;
}

async function plannedServers(layout: NonNullable<SystemOptions['layout']>): Promise<ServerProcess[]> {
  if (layout === 'one') return [{ name: 'server', roles: ['api', 'rooms', 'workers'], port: await freePort() }];
  const { api = 1, rooms = 1, workers = 1 } = layout === 'apart' ? {} : layout;
  const servers: ServerProcess[] = [];
  for (let n = 1; n <= workers; n++) servers.push({ name: `workers-${n}`, roles: ['workers'], port: await freePort() });
  for (let n = 1; n <= rooms; n++) servers.push({ name: `rooms-${n}`, roles: ['rooms'], port: await freePort() });
  for (let n = 1; n <= api; n++)
    servers.push({ name: n === 1 ? 'api' : `api-${n}`, roles: ['api'], port: await freePort() });
  return servers;
}

/** The same, with the public addresses that they have behind a balancer. */
function behind(front: Front | undefined, servers: ServerProcess[]): ServerProcess[] {
  if (front === undefined) return servers;
  const rooms = servers.filter(({ roles }) => roles.includes('rooms'));
  return servers.map((server) =>
    rooms.includes(server) ? { ...server, publicAddress: front.roomAddress(rooms.indexOf(server) + 1) } : server,
  );
}

/** The folder's secret: made once, so that sessions outlive a restart of the launcher. */
export function keptSecret(folder: string): string {
  const path = join(folder, 'secret');
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8');
}
