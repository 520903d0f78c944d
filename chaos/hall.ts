// The whole system under chaos: its processes and stores on this machine, with a link that can be spoiled wherever one of
// them speaks to another, and the networks through which its people come. Must never be spoiled where chaos itself looks at
// the stores: those ways are its own. Called by run.ts.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { run } from '../bin/launcher/command.ts';
import { addressOf, type ServerProcess } from '../bin/launcher/server-process.ts';
import { shortFolder } from '../bin/launcher/short-folder.ts';
import { type System, startSystem } from '../bin/launcher/system.ts';
import { seededRandom } from '../loadtest/random.ts';
import { clockFile, ownClock } from './clocks.ts';
import { type Network, openNetwork } from './network.ts';
import { type FaultProxy, openFaultProxy, type Tap } from './proxy.ts';
import type { Scene } from './schedule.ts';
import { findTools, type Tools } from './tools.ts';

export type HallOptions = {
  readonly folder: string;
  readonly seed: number;
  /** How many will sit in it. */
  readonly people: number;
  /** The tree whose processes run; this one unless given. */
  readonly root?: string;
  /** Whether network and mounts are this run's own, so that they may be spoiled. */
  readonly isApart: boolean;
  /** Is shown whatever the servers say to people. */
  readonly tap: Tap;
  /** Settings of one process over the others. */
  readonly envOf?: (server: ServerProcess) => Record<string, string>;
};

/** What one process says to a store goes through its own link. */
export type Links = { readonly redis: FaultProxy; readonly engine?: FaultProxy };

export type Hall = {
  readonly system: System;
  readonly folder: string;
  readonly scene: Scene;
  readonly networks: ReadonlyMap<string, Network>;
  /** Each proctor's own. */
  readonly proctors: readonly Network[];
  readonly links: ReadonlyMap<string, Links>;
  /** host:port of a process's own listener, past every network. */
  addressOf(name: string): string;
  readonly tools: Tools;
  /** Whether Redis says that it cannot write to its disk; asked past every link. */
  redisRefuses(): Promise<boolean>;
  /** Both stores, looked at past every link. */
  readonly redis: Redis;
  readonly database: mongoose.mongo.Db;
  stop(): Promise<void>;
};

const LAYOUT = { api: 1, rooms: 2, workers: 2 } as const;
const NETWORKS = 4;
/** More than Redis' file grows to before it is written anew. */
const DISK_MIB = 512;
/** One for each room of an exam. */
export const PROCTORS = 4;

/** Starts it; nobody is in. What dies stays dead until somebody starts it. */
export async function openHall({ folder, seed, people, isApart, root, tap, envOf }: HallOptions): Promise<Hall> {
  const random = seededRandom(`links ${seed}`);
  const links = new Map<string, Links>();
  const servers: ServerProcess[] = [];
  const sockets = await shortFolder(folder);
  const tools = findTools(isApart);
  const unmount = isApart ? await smallDisk(join(folder, 'redis')) : async () => {};
  const system = await startSystem({
    folder,
    layout: LAYOUT,
    restart: false,
    env: { NODE_ENV: 'production', EXAMHALL_LOG_LEVEL: 'warn' },
    ...(root === undefined ? {} : { root }),
    async envOf(server, stores) {
      servers.push(server);
      const { name } = server;
      const redis = await openFaultProxy({ target: new URL(stores.redisUrl).host, random });
      const engine = await engineLink(stores.mongodbUrl, join(sockets, `${name}.sock`), random);
      links.set(name, engine === undefined ? { redis } : { redis, engine: engine.proxy });
      const redisUrl = new URL(stores.redisUrl);
      redisUrl.host = redis.address;
      return {
        REDIS_URL: redisUrl.href,
        ...(engine === undefined ? {} : { MONGODB_URL: engine.url }),
        ...(tools.faketime === undefined ? {} : ownClock(tools.faketime, clockFile(folder, name))),
        ...envOf?.(server),
      };
    },
  });
  const named = (role: 'api' | 'rooms' | 'workers') =>
    servers
      .filter(({ roles }) => roles.includes(role))
      .map(({ name }) => name)
      .sort();
  const addresses = new Map(servers.map((server) => [server.name, addressOf(server)]));
  const addressFor = (name: string) => addresses.get(name) ?? '';
  const between = { api: addressFor('api'), rooms: named('rooms').map(addressFor), random, tap };
  const networks = new Map<string, Network>();
  for (let n = 1; n <= NETWORKS; n++) networks.set(`network-${n}`, await openNetwork(between));
  const proctors = await Promise.all(Array.from({ length: PROCTORS }, () => openNetwork(between)));
  const redis = new Redis(system.redisUrl, { maxRetriesPerRequest: 1 });
  redis.on('error', () => {}); // it is taken away on purpose
  const client = await mongoose.mongo.MongoClient.connect(system.mongodbUrl, { serverSelectionTimeoutMS: 30_000 });
  return {
    system,
    folder,
    scene: {
      processes: { rooms: named('rooms'), workers: named('workers'), api: named('api') },
      networks: [...networks.keys()],
      hasEngineLinks: [...links.values()].some(({ engine }) => engine !== undefined),
      ...{ people, proctors: PROCTORS, missing: tools.missing.map(({ kind }) => kind) },
    },
    ...{ networks, proctors, links },
    ...{ addressOf: addressFor, tools },
    redisRefuses: () =>
      redis.info('persistence').then(
        (said) => /aof_last_write_status:err/.test(said),
        () => false, // another fault has taken it away, and what it refuses is not known
      ),
    redis,
    database: client.db(),
    async stop() {
      redis.disconnect();
      await client.close();
      await Promise.all([...networks.values(), ...proctors].map((network) => network.close()));
      await system.stop();
      for (const { redis, engine } of links.values()) await Promise.all([redis.close(), engine?.close()]);
      await unmount();
    },
  };
}

/** A disk of Redis' own that can be filled without harm to anybody else. Returns what takes it away. */
async function smallDisk(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', folder]);
  return async () => {
    await run('umount', [folder]);
  };
}

/** The embedded engine listens on a socket. A mongod names its own address to whoever asks, past every link: it gets none. */
async function engineLink(
  url: string,
  path: string,
  random: () => number,
): Promise<{ proxy: FaultProxy; url: string } | undefined> {
  const [, host = ''] = /^mongodb:\/\/([^/]+)\//.exec(url) ?? [];
  const target = decodeURIComponent(host);
  if (!target.startsWith('/')) return undefined;
  const proxy = await openFaultProxy({ target, path, random });
  return { proxy, url: url.replace(host, encodeURIComponent(path)) };
}
