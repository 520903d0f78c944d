// What the servers say of themselves, for the table of weaknesses: asked once with our own words, and once as a stranger who
// has none. Every question has a bound, and nothing is changed. Must never throw: what cannot be asked is a sentence.
// Called by the start in production and by `bin/examhall check`.

import { networkInterfaces } from 'node:os';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { clusterOf, withRedis } from './redis-connection.ts';
import { lookAtStore, type StoreLook } from './store/look.ts';
import { isThisMachine, mongodbParts, type RedisFacts, type StoreFacts } from './weaknesses.ts';

/** A server that has not answered a stranger by then has not answered. */
const STRANGER_MS = 1_000;
/** The same of one that was asked with our own words. */
const ANSWER_MS = 15_000;
const MONGODB_PORT = 27_017;

/** Asks Redis, each server of a cluster, for its policies, and tries it without a password. */
export async function askRedis(url: string): Promise<RedisFacts | string> {
  try {
    return await withRedis(url, factsOf, ANSWER_MS);
  } catch (error) {
    return sentenceOf(error);
  }
}

async function factsOf(redis: Redis): Promise<RedisFacts> {
  const servers = clusterOf(redis)?.nodes('all') ?? [redis];
  const settingOf = async (name: string) =>
    joined(await Promise.all(servers.map((server) => server.config('GET', name) as Promise<string[]>)));
  const [appendOnly, policy] = await Promise.all([settingOf('appendonly'), settingOf('maxmemory-policy')]);
  const places = servers.map(({ options: { host = '127.0.0.1', port = 0, tls } }) => ({ host, port, isTls: !!tls }));
  return { appendOnly, policy, open: await openRedises(places) };
}

/** What all say, or everything that one of them says. */
function joined(replies: readonly string[][]): string {
  return [...new Set(replies.map(([, value = '']) => value))].join(' and ');
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

type Place = { readonly host: string; readonly port: number; readonly isTls: boolean };

/** The addresses at which one of these does what somebody without a password says. */
async function openRedises(places: readonly Place[]): Promise<string[]> {
  const found = places.map(({ host, port, isTls }) => {
    const hosts = [host, ...(isThisMachine(host) ? outerAddresses() : [])];
    const tls = isTls ? { tls: { rejectUnauthorized: false } } : {};
    return answering(hosts, port, (one) => redisAnswers({ host: bare(one), port, ...tls }));
  });
  return (await Promise.all(found)).flat();
}

async function redisAnswers(options: {
  host: string;
  port: number;
  tls?: { rejectUnauthorized: boolean };
}): Promise<boolean> {
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
