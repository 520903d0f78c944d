// What the servers say of themselves, for the table of weaknesses: asked once with our own words, and once as a stranger who
// has none. Every question has a bound, and nothing is changed. Must never throw: what cannot be asked is a sentence.
// Called by the start in production and by `bin/examhall check`.

import { networkInterfaces } from 'node:os';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { lookAtStore, type StoreLook } from './store/look.ts';
import { isThisMachine, mongodbParts, type RedisFacts, type StoreFacts } from './weaknesses.ts';

/** A server that has not answered a stranger by then has not answered. */
const STRANGER_MS = 1_000;
const REDIS_PORT = 6379;
const MONGODB_PORT = 27_017;

/** Asks Redis for its policies, and tries it without a password. */
export async function askRedis(url: string): Promise<RedisFacts | string> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined); // what matters rejects the commands below
  try {
    await redis.connect();
    const [, appendOnly = ''] = (await redis.config('GET', 'appendonly')) as string[];
    const [, policy = ''] = (await redis.config('GET', 'maxmemory-policy')) as string[];
    return { appendOnly, policy, open: await openRedis(url) };
  } catch (error) {
    return sentenceOf(error);
  } finally {
    redis.disconnect();
  }
}

/** Asks MongoDB for its concerns, its clock and, where wanted, its indexes, and tries it without a password. */
export async function askStore(
  url: string,
  wanted: 'with indexes' | 'without indexes',
): Promise<(StoreFacts & Pick<StoreLook, 'missingIndexes'>) | string> {
  try {
    const [look, open] = await Promise.all([lookAtStore(url, wanted), openMongodb(url)]);
    return { ...look, open };
  } catch (error) {
    return sentenceOf(error);
  }
}

/** The addresses at which that Redis does what somebody without a password says. */
async function openRedis(url: string): Promise<string[]> {
  const { protocol, hostname, port } = new URL(url);
  const at = Number(port || REDIS_PORT);
  const hosts = [hostname, ...(isThisMachine(hostname) ? outerAddresses() : [])];
  const options = protocol === 'rediss:' ? { tls: { rejectUnauthorized: false } as const } : {};
  return answering(hosts, at, (host) => redisAnswers({ ...options, host: bare(host), port: at }));
}

type Stranger = { readonly host: string; readonly port: number; readonly tls?: { readonly rejectUnauthorized: false } };

async function redisAnswers(options: Stranger): Promise<boolean> {
  const stranger = new Redis({
    ...options,
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: STRANGER_MS,
    commandTimeout: STRANGER_MS,
    retryStrategy: () => null,
  });
  stranger.on('error', () => undefined); // an address that is shut is what is wanted
  try {
    await stranger.connect();
    return (await stranger.dbsize()) >= 0;
  } catch {
    return false; // it wants a password, or nobody is there: that the server is away its own questions tell
  } finally {
    stranger.disconnect();
  }
}

/**
 * The addresses at which that MongoDB shows its databases to who has no password. One that only this machine reaches may:
 * it is tried at this machine's other addresses.
 */
async function openMongodb(url: string): Promise<string[]> {
  const { hosts } = mongodbParts(url);
  const named = /^mongodb:\/\/(?:[^/@]*@)?([^/?]*)/.exec(url)?.[1]?.split(',') ?? [];
  const found = await Promise.all(
    named.map(async (entry, index) => {
      const host = hosts[index] ?? '';
      if (host.startsWith('/') || host === '') return [];
      const port = Number(/:(\d+)$/.exec(entry)?.[1] ?? MONGODB_PORT);
      const options = /[?&](?:tls|ssl)=true/.test(url) ? '&tls=true&tlsInsecure=true' : '';
      return answering(isThisMachine(host) ? outerAddresses() : [host], port, (one) =>
        mongodbAnswers(`mongodb://${one}:${port}/?directConnection=true${options}`),
      );
    }),
  );
  return found.flat();
}

async function mongodbAnswers(url: string): Promise<boolean> {
  const stranger = new mongoose.mongo.MongoClient(url, {
    serverSelectionTimeoutMS: STRANGER_MS,
    connectTimeoutMS: STRANGER_MS,
    socketTimeoutMS: STRANGER_MS,
  });
  try {
    await stranger.db('admin').command({ listDatabases: 1, nameOnly: true });
    return true;
  } catch {
    return false; // it wants a password, or nobody is there
  } finally {
    await stranger.close();
  }
}

async function answering(hosts: readonly string[], port: number, ask: (host: string) => Promise<boolean>) {
  const answers = await Promise.all(hosts.map(ask));
  return hosts.filter((_, index) => answers[index]).map((host) => `${host}:${port}`);
}

/** Where other machines could reach this one. Addresses of one link alone need its name and are left out. */
function outerAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'))
    .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
}

/** An address without the brackets that it has in a URL. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
