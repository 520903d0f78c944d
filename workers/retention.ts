// Erases the people of archived plans whose time is up. A plan's date is compared in the write that begins it, so that none is
// touched that is not archived or whose date has moved; from there on each person has a certificate first, and whatever dies is
// gone on with from what lies there. Any number of processes may do it at once: all of it may be done twice. Called by main.ts.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { erasedFacts, RETENTION } from '../exam/erasing-facts.ts';
import type { ErasureDocument } from '../schema/documents/erasure.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { ExamineeDocument } from '../schema/documents/room.ts';
import type { BlobStore } from '../store/blobs.ts';
import { erasePeople } from '../store/erasing.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure } from './faults.ts';
import { type Sweep, startSweep } from './sweep.ts';

/** Nobody waits for it, and it is said in days. */
const SWEEP_EVERY_MS = 60_000;
const PLANS_A_TURN = 20;
/** So many share one look through the finished jobs. */
const PEOPLE_AT_ONCE = 50;
/** A turn ends after so many, so that the store has time for exams between two of them. */
const PEOPLE_A_TURN = 1_000;

export type RetentionOptions = {
  readonly store: Pick<Store, 'plans' | 'examinees' | 'erasures' | 'files' | 'uploads' | 'keptExports'>;
  readonly blobs: BlobStore;
  readonly redis: Redis;
  readonly dataDir: string;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** Other lengths are for tests. */
  readonly everyMs?: number;
  readonly peopleAtOnce?: number;
  readonly peopleATurn?: number;
};

/** Starts looking; the first turn begins at once. */
export function startRetention(options: RetentionOptions): Sweep {
  return startSweep('retention', options.everyMs ?? SWEEP_EVERY_MS, (signal) => eraseDue(options, signal), options.log);
}

/** One turn. */
export async function eraseDue(options: RetentionOptions, signal: AbortSignal): Promise<void> {
  const { store, now, log } = options;
  let left = options.peopleATurn ?? PEOPLE_A_TURN;
  for (const found of await store.plans.toErase(now(), PLANS_A_TURN)) {
    if (signal.aborted || left <= 0) return;
    const plan = await store.plans.beginErasing(found, now());
    if (plan === null) continue;
    left -= await eraseSome(options, plan, left, signal);
    if (signal.aborted || (await isAnybodyLeft(store, plan._id))) continue;
    await store.plans.erased(plan, now());
    log.info({ planId: plan._id }, 'the people of a plan were erased: its retention has ended');
  }
}

async function isAnybodyLeft({ erasures, examinees }: RetentionOptions['store'], planId: string): Promise<boolean> {
  if ((await erasures.open(planId, '', 1)).length > 0) return true;
  return (await examinees.byPlan(planId, { limit: 1 })).length > 0;
}

/**
 * Those first whose certificates are not done: their rows may be gone already. Returns how many it tried: who cannot be erased
 * holds up nobody else, and is tried again with the next turn.
 */
async function eraseSome(
  options: RetentionOptions,
  plan: PlanDocument,
  most: number,
  signal: AbortSignal,
): Promise<number> {
  const { store } = options;
  const begun = await eraseAll(options, most, signal, (after, limit) => store.erasures.open(plan._id, after, limit));
  const rest = await eraseAll(options, most - begun, signal, async (after, limit) => {
    const people = await store.examinees.byPlan(plan._id, after === '' ? { limit } : { after, limit });
    for (const person of people) await begin(store, plan, person, options.now());
    const certificates = await Promise.all(people.map(({ _id }) => store.erasures.get(_id)));
    return certificates.filter((one) => one !== null);
  });
  return begun + rest;
}

async function eraseAll(
  options: RetentionOptions,
  most: number,
  signal: AbortSignal,
  read: (after: string, limit: number) => Promise<ErasureDocument[]>,
): Promise<number> {
  const { log, peopleAtOnce = PEOPLE_AT_ONCE } = options;
  let tried = 0;
  for (let after = ''; tried < most && !signal.aborted; ) {
    const certificates = await read(after, Math.min(peopleAtOnce, most - tried));
    const last = certificates.at(-1);
    if (last === undefined) break;
    await erasePeople(options, last.planId, certificates, (error, examineeId) => {
      if (isInfrastructure(error)) throw error;
      log.error({ err: error, planId: last.planId, examineeId }, 'a person could not be erased');
    });
    tried += certificates.length;
    after = last._id;
  }
  return tried;
}

function begin(
  store: RetentionOptions['store'],
  { _id: planId, retentionDays = 0 }: PlanDocument,
  { _id, roomId }: ExamineeDocument,
  at: number,
): Promise<void> {
  const reason = `The plan was archived ${retentionDays} days before.`;
  const { actorId: by, actorRole: byRole } = RETENTION;
  const document = { _id, planId, roomId, reason, by, byRole, at, doneAt: 0, removed: {} };
  return store.erasures.begin(document, erasedFacts(_id, at, RETENTION));
}
