// What a Redis, or each server of a cluster, says of itself: memory, keys by what they are, slow commands and the lines of ours
// that send them. Changes nothing. Must never show a value, nor an argument beside the name of a key: there are answers in
// them. Called by `bin/examhall inspect`.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { queuePrefix, serversOf, withRedis } from './redis-connection.ts';
import { type RedisKeyName, redisKeys } from './schema/redis-keys.ts';

const ROOT = fileURLToPath(new URL('./', import.meta.url));
const SOURCES = '{api,rooms,workers,alarms}/**/*.ts';
const OWN_SOURCES = '*.ts';
const SCAN_COUNT = 1_000;
/** Of more keys of one kind, so many are weighed, and the others taken for as heavy. */
const WEIGHED = 200;
const SLOW_ENTRIES = 1_000;
/** What this inspection and every new connection ask, and no exam does. */
const NOT_OURS = /^(INFO|SLOWLOG|SCAN|MEMORY|HELLO|AUTH|CONFIG|CLUSTER|CLIENT|COMMAND|DBSIZE)$/;
const SHOWN_SOURCES = 3;
/** As much of a script as a slow log keeps. */
const SCRIPT_HEAD = 80;

export type RedisServerFacts = {
  readonly address: string;
  readonly version: string;
  readonly usedBytes: number;
  /** 0 where there is no bound. */
  readonly mostBytes: number;
  /** Resident memory by used memory. */
  readonly fragmentation: number;
  readonly evictedKeys: number;
};
export type KeyKind = {
  readonly kind: string;
  readonly count: number;
  readonly bytes: number;
  readonly largest: string;
};
/** `sources`: lines of ours that may have sent it. */
export type SlowCommand = {
  readonly command: string;
  readonly about: string;
  readonly count: number;
  readonly longestMs: number;
  readonly sources: readonly string[];
};
export type RedisInspection = {
  readonly servers: readonly RedisServerFacts[];
  readonly keys: readonly KeyKind[];
  /** The slowest first. */
  readonly slow: readonly SlowCommand[];
  /** What is slow for these servers, µs. */
  readonly slowerThanMicros: number;
};

/** Asks all of it. Throws where Redis does not answer. */
export async function inspectRedis(url: string): Promise<RedisInspection> {
  return withRedis(url, async (redis) => {
    const servers = serversOf(redis);
    const slower = await Promise.all(servers.map((one) => one.config('GET', 'slowlog-log-slower-than')));
    const slow = (await Promise.all(servers.map(slowOf))).flat(); // first: looking leaves its own traces there
    return {
      servers: await Promise.all(servers.map(factsOf)),
      keys: await keysOf(redis, servers),
      slow: grouped(slow, queuePrefix(redis)),
      slowerThanMicros: Math.min(...slower.map((reply) => Number((reply as string[])[1]))),
    };
  });
}

async function factsOf(server: Redis): Promise<RedisServerFacts> {
  const info = await server.info();
  const value = (name: string) => new RegExp(`^${name}:(.*)\\r?$`, 'm').exec(info)?.[1]?.trim() ?? '';
  return {
    address: `${server.options.host}:${server.options.port}`,
    version: value('redis_version'),
    usedBytes: Number(value('used_memory')),
    mostBytes: Number(value('maxmemory')),
    fragmentation: Number(value('mem_fragmentation_ratio')),
    evictedKeys: Number(value('evicted_keys')),
  };
}

/** What the key is in schema/redis-keys.ts, with stars in the place of its ids. */
export function kindOf(key: string, queues: string): string {
  if (key.startsWith(`${queues}:`)) return `${queues}:${key.slice(queues.length + 1).split(':')[0] ?? ''}`;
  const name = nameOf(key);
  return name === undefined ? (key === 'roomcaches' || key === 'roomcount' ? key : 'of nobody known') : patternOf(name);
}

const NAMES = Object.keys(redisKeys) as RedisKeyName[];
const patternOf = (name: RedisKeyName): string => (redisKeys[name] as (...ids: string[]) => string)('*', '*', '*');
const PATTERNS = NAMES.map((name) => {
  const escaped = patternOf(name).replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return { name, pattern: new RegExp(`^${escaped.replaceAll('*', '[^{}]+')}$`) };
});

function nameOf(key: string): RedisKeyName | undefined {
  return PATTERNS.find(({ pattern }) => pattern.test(key))?.name;
}

async function keysOf(redis: Redis, servers: readonly Redis[]): Promise<KeyKind[]> {
  const kinds = new Map<string, { count: number; weighed: number; bytes: number; largest: string; most: number }>();
  const queues = queuePrefix(redis);
  for (const server of servers) {
    let cursor = '0';
    do {
      const [next, keys] = await server.scan(cursor, 'COUNT', SCAN_COUNT);
      cursor = next;
      for (const key of keys) {
        const kind = kinds.get(kindOf(key, queues)) ?? { count: 0, weighed: 0, bytes: 0, largest: '', most: 0 };
        kinds.set(kindOf(key, queues), kind);
        kind.count++;
        if (kind.weighed >= WEIGHED) continue;
        const bytes = Number((await server.memory('USAGE', key)) ?? 0);
        kind.weighed++;
        kind.bytes += bytes;
        if (bytes > kind.most) Object.assign(kind, { most: bytes, largest: key });
      }
    } while (cursor !== '0');
  }
  return [...kinds]
    .map(([kind, { count, weighed, bytes, largest }]) => {
      return { kind, count, bytes: Math.round((bytes / Math.max(1, weighed)) * count), largest };
    })
    .sort((a, b) => b.bytes - a.bytes);
}

type SlowEntry = { readonly micros: number; readonly args: readonly string[] };

async function slowOf(server: Redis): Promise<SlowEntry[]> {
  const entries = (await server.slowlog('GET', SLOW_ENTRIES)) as [number, number, number, string[]][];
  return entries
    .map(([, , micros, args]) => ({ micros, args }))
    .filter(({ args }) => !NOT_OURS.test((args[0] ?? '').toUpperCase()));
}

/** By what was asked, of which kind of key. */
function grouped(entries: readonly SlowEntry[], queues: string): SlowCommand[] {
  const found = new Map<
    string,
    { command: string; about: string; count: number; micros: number; args: readonly string[] }
  >();
  for (const { micros, args } of entries) {
    const command = (args[0] ?? '').toUpperCase();
    const about = kindOf(keyOf(args), queues);
    const one = found.get(`${command} ${about}`) ?? { command, about, count: 0, micros: 0, args };
    found.set(`${command} ${about}`, one);
    one.count++;
    if (micros >= one.micros) Object.assign(one, { micros, args });
  }
  return [...found.values()]
    .sort((a, b) => b.micros - a.micros)
    .map(({ command, about, count, micros, args }) => {
      return { command, about, count, longestMs: micros / 1_000, sources: sourcesOf(args, queues) };
    });
}

/** The first key: of a script after its text and their number. */
function keyOf(args: readonly string[]): string {
  return /^eval/i.test(args[0] ?? '') ? (args[3] ?? '') : (args[1] ?? '');
}

let sources: { file: string; text: string }[] | undefined;

/** Lines that make the key, or hold the script. */
function sourcesOf(args: readonly string[], queues: string): string[] {
  sources ??= [...globSync(SOURCES, { cwd: ROOT }), ...globSync(OWN_SOURCES, { cwd: ROOT })].map((file) => {
    return { file, text: readFileSync(ROOT + file, 'utf8') };
  });
  const key = keyOf(args);
  if (key.startsWith(`${queues}:`)) return ['BullMQ'];
  const name = nameOf(key);
  const wanted = /^eval$/i.test(args[0] ?? '') ? (args[1] ?? '').slice(0, SCRIPT_HEAD) : `redisKeys.${name}(`;
  if (name === undefined && !/^eval$/i.test(args[0] ?? '')) return [];
  const lines = sources.flatMap(({ file, text }) => placesIn(text, wanted).map((line) => `${file}:${line}`));
  return lines.slice(0, SHOWN_SOURCES);
}

function placesIn(text: string, wanted: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
    places.push(text.slice(0, at).split('\n').length);
  return places;
}
