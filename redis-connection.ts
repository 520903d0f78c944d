// Every connection to Redis, to one server or to a cluster, as REDIS_URL says, and what differs between the two: commands on
// several keys, what only all servers together know, the prefix of the queues. Must never be gone around with `new Redis`:
// a connection made elsewhere leads to one server of a cluster. Called by all roles and by the operator's commands.

import { setTimeout as sleep } from 'node:timers/promises';
import { type ChainableCommander, Cluster, Redis, type RedisOptions } from 'ioredis';
import { redisKeys } from './schema/redis-keys.ts';

/** What a connection may be told, on one server and on a cluster alike. */
export type RedisConnectionOptions = Pick<
  RedisOptions,
  | 'maxRetriesPerRequest'
  | 'enableOfflineQueue'
  | 'enableReadyCheck'
  | 'enableAutoPipelining'
  | 'lazyConnect'
  | 'commandTimeout'
  | 'socketTimeout'
  | 'retryStrategy'
>;

/** One server with its password, as a cluster's URL names several. */
export type RedisServer = { readonly host: string; readonly port: number };

const CLUSTER_URL = /^(rediss?)\+cluster:\/\/(?:([^:@/]*):([^@/]*)@)?([^/?@]+)\/?$/;
const PORT = 6379;
/** A cluster's servers come and go; which has which keys is looked up as often. */
const SLOTS_EVERY_MS = 2_000;
/** One in the middle of a change is looked at again as often, and after so long, by who asks it once. */
const CLUSTER_LOOKS = 10;
const CLUSTER_LOOK_MS = 500;

/** Whether this URL names a cluster: redis+cluster:// or, with TLS, rediss+cluster://. */
export function namesCluster(url: string): boolean {
  return /^rediss?\+cluster:/.test(url);
}

/** What a cluster's URL says; undefined where it is none, or has another form. */
export function readClusterUrl(
  url: string,
):
  | { readonly servers: readonly RedisServer[]; readonly options: Pick<RedisOptions, 'username' | 'password' | 'tls'> }
  | undefined {
  const [, scheme, username = '', password = '', list = ''] = CLUSTER_URL.exec(url) ?? [];
  if (scheme === undefined) return undefined;
  const servers = list.split(',').map((entry) => {
    const [, host = '', port = String(PORT)] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(entry) ?? [];
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  });
  if (servers.some(({ host, port }) => host === '' || port > 65_535)) return undefined;
  const known = {
    ...(username && { username: unescaped(username) }),
    ...(password && { password: unescaped(password) }),
  };
  return { servers, options: { ...known, ...(scheme === 'rediss' ? { tls: {} } : {}) } };
}

/**
 * A connection to the Redis of this URL. A cluster's has the same commands, and says `ready`, `close` and `error` in the
 * same way, so that it has the same type here.
 */
export function openRedis(url: string, options: RedisConnectionOptions = {}): Redis {
  const cluster = namesCluster(url) ? readClusterUrl(url) : undefined;
  if (cluster === undefined) return new Redis(url, options);
  const {
    enableOfflineQueue,
    enableAutoPipelining,
    lazyConnect,
    retryStrategy,
    enableReadyCheck: _,
    ...each
  } = options;
  return new Cluster([...cluster.servers], {
    redisOptions: { ...each, ...cluster.options },
    slotsRefreshInterval: SLOTS_EVERY_MS,
    ...(enableOfflineQueue === undefined ? {} : { enableOfflineQueue }),
    ...(enableAutoPipelining === undefined ? {} : { enableAutoPipelining }),
    ...(lazyConnect === undefined ? {} : { lazyConnect }),
    ...(retryStrategy === undefined ? {} : { clusterRetryStrategy: retryStrategy }),
  }) as unknown as Redis;
}

/**
 * Does this with a connection of its own that is ready, tries nothing twice, and is closed at the end. Rejects where Redis is
 * not there, a cluster does not serve all slots within five seconds, or all of it takes longer than `limitMs`.
 */
export async function withRedis<Result>(
  url: string,
  work: (redis: Redis) => Promise<Result>,
  limitMs = Number.POSITIVE_INFINITY,
): Promise<Result> {
  const again = (times: number) => (namesCluster(url) && times < CLUSTER_LOOKS ? CLUSTER_LOOK_MS : null);
  const redis = openRedis(url, { maxRetriesPerRequest: 1, lazyConnect: true, retryStrategy: again });
  redis.on('error', () => undefined); // what matters rejects the commands
  const done = (async () => {
    await whenReady(redis);
    return work(redis);
  })();
  try {
    return await (limitMs === Number.POSITIVE_INFINITY ? done : Promise.race([done, lateAfter(limitMs)]));
  } finally {
    redis.disconnect(); // what still waits is rejected by it
  }
}

async function lateAfter(limitMs: number): Promise<never> {
  await sleep(limitMs, undefined, { ref: false });
  throw new Error(`does not answer within ${limitMs / 1_000} s`);
}

/**
 * Connects a lazy connection; resolves when it may be asked, of a cluster when all slots are served. Rejects where the server
 * is not there, and for a cluster at the end of its tries. ioredis' own promise stays open where a slot is not served yet.
 */
export function whenReady(redis: Redis): Promise<void> {
  if (clusterOf(redis) === undefined) return redis.connect();
  return new Promise((resolve, reject) => {
    redis.once('ready', resolve);
    redis.once('end', () => reject(new Error('the cluster does not serve all slots')));
    redis.connect().catch(() => undefined); // it is tried again, and ends where that does not help
  });
}

/** The cluster that this connection leads to; undefined for one server. */
export function clusterOf(redis: Redis): Cluster | undefined {
  const some: unknown = redis;
  return some instanceof Cluster ? some : undefined;
}

/** The servers that have keys: one, or a cluster's masters. */
export function serversOf(redis: Redis): readonly Redis[] {
  return clusterOf(redis)?.nodes('master') ?? [redis];
}

/** BullMQ's prefix. In a cluster all keys of a queue have to lie together; on one server they keep the name that they had. */
export function queuePrefix(redis: Redis): string {
  return clusterOf(redis) === undefined ? redisKeys.queues() : `{${redisKeys.queues()}}`;
}

type Command = readonly [name: string, ...args: (string | number)[]];
type Reply = [error: Error | null, reply: unknown];

/** Does these commands, whose keys need not lie together: in one write where one server has all of them. Replies in their order. */
export async function together(redis: Redis, commands: readonly Command[]): Promise<Reply[]> {
  if (commands.length === 0) return [];
  if (clusterOf(redis) === undefined) return (await redis.pipeline(commands as never).exec()) ?? [];
  return Promise.all(
    commands.map(([name, ...args]) =>
      redis.call(name, ...args).then(
        (reply): Reply => [null, reply],
        (error: Error): Reply => [error, null],
      ),
    ),
  );
}

/** Removes these keys. Never rejects: gives those that Redis did not take, as where it has no disk to write to, and why. */
export async function unlinkAll(
  redis: Redis,
  keys: readonly string[],
): Promise<{ readonly left: readonly string[]; readonly error: unknown }> {
  try {
    const commands = keys.map((key) => ['unlink', key] as const);
    const replies = await together(redis, commands);
    const error = replies.find(([failure]) => failure !== null)?.[0] ?? undefined;
    return { left: keys.filter((_, index) => replies[index]?.[0] !== null), error };
  } catch (error) {
    return { left: keys, error };
  }
}

/** The texts under these keys, null where there is none. Rejects where one of them could not be read. */
export async function valuesOf(redis: Redis, keys: readonly string[]): Promise<(string | null)[]> {
  if (keys.length === 0) return [];
  return clusterOf(redis) === undefined ? redis.mget(...keys) : Promise.all(keys.map((key) => redis.get(key)));
}

/** The run ids of all servers: another text where one of them was started anew, or another has taken its place. */
export async function runIdOf(redis: Redis): Promise<string> {
  const infos = await Promise.all(serversOf(redis).map((server) => server.info('server')));
  return infos
    .map((info) => /^run_id:(\w+)/m.exec(info)?.[1] ?? '')
    .sort()
    .join('.');
}

/** The channels that anybody listens to, by a pattern. A cluster's server knows of its own listeners alone. */
export async function listenedChannels(redis: Redis, pattern: string): Promise<string[]> {
  const servers = clusterOf(redis)?.nodes('all') ?? [redis];
  const found = await Promise.all(servers.map((server) => server.pubsub('CHANNELS', pattern) as Promise<string[]>));
  return [...new Set(found.flat())];
}

/**
 * Whether anybody listens to this channel, where `heard` is what publishing to it has returned: a cluster's server counts
 * its own listeners alone.
 */
export async function isHeard(redis: Redis, channel: string, heard: unknown): Promise<boolean> {
  if (heard !== 0) return true;
  const servers = clusterOf(redis)?.nodes('all') ?? [];
  const counts = await Promise.all(servers.map((server) => server.pubsub('NUMSUB', channel)));
  return counts.some((reply) => Number((reply as unknown[])[1]) > 0);
}

/** The replies of a pipeline, in its order. Throws where one of its commands failed: who was not answered has not heard of nothing. */
export async function repliesOf(pipeline: ChainableCommander): Promise<unknown[]> {
  const outcomes = (await pipeline.exec()) ?? [];
  for (const [error] of outcomes) if (error !== null) throw error;
  return outcomes.map(([, reply]) => reply);
}

/** Calls when a server that was away is there again: it may have forgotten what it held. Returns what ends it. */
export function whenBack(redis: Redis, listener: () => void): () => void {
  const events = clusterOf(redis) === undefined ? ['ready'] : ['ready', '+node'];
  for (const event of events) redis.on(event, listener);
  return () => {
    for (const event of events) redis.off(event, listener);
  };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // what is no valid escape is taken as it is
  }
}
