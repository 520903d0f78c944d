// A Redis Cluster of three servers, each with a third of the slots, a password and an append-only file. Called by tests.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { freePort } from '../../bin/launcher/free-port.ts';
import { redisStore } from '../../bin/launcher/redis.ts';
import { createSupervisor } from '../../bin/launcher/supervisor.ts';
import { openRedis, serversOf } from '../../redis-connection.ts';
import { until } from '../workers/worker-parts.ts';
import { onCleanup, testFolder } from './parts.ts';

export type TestCluster = {
  readonly url: string;
  /** Where its servers' append-only files are. */
  readonly folder: string;
  readonly redis: Redis;
  readonly names: readonly string[];
  kill(name: string): Promise<void>;
  start(name: string): Promise<void>;
  /** While it is down: removes what it held. It keeps its place in the cluster. */
  forget(name: string): Promise<void>;
  /** The names of all keys, of all servers. */
  keys(): Promise<string[]>;
  flush(): Promise<void>;
  stop(): Promise<void>;
};

const NAMES = ['redis-1', 'redis-2', 'redis-3'];
const SLOTS = 16_384;
const NODE_TIMEOUT_MS = 2_000;
const JOINED_MS = 30_000;

/** Starts it; resolves when every server knows that all slots are served. */
export async function startRedisCluster(): Promise<TestCluster> {
  const folder = await testFolder();
  const supervisor = createSupervisor({ restart: 'never', tell: () => {} });
  onCleanup(() => supervisor.stop());
  const stores = [];
  const buses: number[] = [];
  for (const name of NAMES) {
    const bus = await freePort();
    buses.push(bus);
    const further = ['cluster-enabled yes', `cluster-port ${bus}`, `cluster-node-timeout ${NODE_TIMEOUT_MS}`];
    const store = await redisStore(folder, name, further);
    await supervisor.start(store.spec);
    stores.push(store);
  }
  const urls = stores.map(({ url }) => new URL(url));
  const password = urls[0]?.password ?? '';
  const servers = stores.map(({ url }) => openRedis(url));
  for (const server of servers) {
    await server.config('SET', 'requirepass', password);
    await server.config('REWRITE'); // whoever starts again has it still
  }
  for (const [index, server] of servers.entries()) {
    const [from, to] = [index, index + 1].map((third) => Math.floor((third * SLOTS) / NAMES.length));
    await server.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
    if (index > 0) await server.call('CLUSTER', 'MEET', '127.0.0.1', urls[0]?.port ?? '', buses[0] ?? '');
  }
  const isWhole = async (server: Redis) => {
    const info = String(await server.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${NAMES.length}`);
  };
  const areWhole = async () => (await Promise.all(servers.map(isWhole))).every(Boolean);
  await until('all slots are served', areWhole, JOINED_MS);
  for (const server of servers) server.disconnect();
  const url = `redis+cluster://:${password}@${urls.map(({ host }) => host).join(',')}`;
  const redis = openRedis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // tests take servers away on purpose
  return {
    ...{ url, folder, redis, names: NAMES },
    kill: (name) => supervisor.kill(name),
    start: (name) => supervisor.startAgain(name),
    forget: (name) => rm(appendOnlyFolder(folder, name), { recursive: true, force: true }),
    keys: async () => (await Promise.all(serversOf(redis).map((server) => server.keys('*')))).flat(),
    async flush() {
      await Promise.all(serversOf(redis).map((server) => server.flushall()));
    },
    async stop() {
      redis.disconnect();
      await supervisor.stop();
    },
  };
}

/** The folder of a server's append-only files. */
export function appendOnlyFolder(folder: string, name: string): string {
  return join(folder, name, 'appendonlydir');
}
