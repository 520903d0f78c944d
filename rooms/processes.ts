// Which processes take rooms now, and whether a missing lease says anything. A Redis that has forgotten leases, or has
// just come back, is not one whose owners are gone: they get the time in which they take them again.
// Asked by whoever places a room or looks for an owner.
import { matchMaker } from '@colyseus/core';
import type { Redis } from 'ioredis';
import { redisKeys } from '../schema/redis-keys.ts';
import { KEEP_EVERY_MS, LEASE_MS } from './leases.ts';
import { LEAVING } from './wakefulness.ts';

/** Within this a living owner takes a lost lease again. */
const RETAKEN_MS = KEEP_EVERY_MS + 250;

type Missing = { readonly since: number; seenAt: number };

/** Listeners without a lease, and for how long they have been seen so. */
const missing = new Map<string, Missing>();

/**
 * The processes that take rooms now, none that gives its own away: those that listen for the framework's requests and keep a lease of their own id. One
 * that hangs goes on listening, and would hold up its rooms for as long. One whose lease was there a moment ago is waited
 * for, once. Where all leases stay away: who listens.
 */
export async function roomsProcesses(): Promise<string[]> {
  const first = await look();
  const doubtful = first.asleep.filter((processId) => !isKnownAsleep(processId));
  const { listening, awake } = doubtful.length === 0 ? first : await lookAgain();
  return awake.length > 0 ? awake : listening;
}

type Look = { readonly listening: string[]; readonly awake: string[]; readonly asleep: string[] };

async function lookAgain(): Promise<Look> {
  await new Promise((resolve) => setTimeout(resolve, RETAKEN_MS));
  return look();
}

async function look(): Promise<Look> {
  const { presence } = matchMaker;
  const all = (await presence.channels('p:*')).map((channel) => channel.slice(2));
  const found = await Promise.all(all.map((processId) => presence.get(redisKeys.lease(processId))));
  const listening = all.filter((_, index) => found[index] !== LEAVING);
  const leases = found.filter((lease) => lease !== LEAVING);
  const awake = listening.filter((processId, index) => leases[index] === processId);
  const asleep = listening.filter((processId) => !awake.includes(processId));
  note(asleep);
  return { listening, awake, asleep };
}

/** What was not seen for longer than an owner needs begins anew: nobody knows what was in between. */
function note(asleep: readonly string[]): void {
  const now = performance.now();
  for (const processId of missing.keys()) if (!asleep.includes(processId)) missing.delete(processId);
  for (const processId of asleep) {
    const known = missing.get(processId);
    if (known === undefined || now - known.seenAt > 2 * RETAKEN_MS) missing.set(processId, { since: now, seenAt: now });
    else known.seenAt = now;
  }
}

function isKnownAsleep(processId: string): boolean {
  const known = missing.get(processId);
  return known !== undefined && performance.now() - known.since >= RETAKEN_MS;
}

/** Tells whether this connection came back so lately that living owners may not have taken their leases again. */
export function returning(redis: Redis): () => boolean {
  let isAway = false;
  let backAt = Number.NEGATIVE_INFINITY;
  redis.on('close', () => {
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) backAt = performance.now();
    isAway = false;
  });
  return () => isAway || performance.now() - backAt < LEASE_MS;
}
