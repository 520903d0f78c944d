// What an operator does to a whole system, beside serving: the first account, checks, rebuilding live data, migration.
// Called by bin/launcher; takes settings, opens its own connections and closes them.

import { Redis } from 'ioredis';
import { createPasswords } from './api/password.ts';
import { hashOfToken, newSecretToken } from './api/tokens.ts';
import { type Config, type Environment, examineConfig } from './config.ts';
import { SYSTEM } from './exam/audit-facts.ts';
import { checkBackups, checkCapacity, checkDisk, checkProcesses, type Finding } from './readiness.ts';
import { newId } from './schema/ids.ts';
import { isRefusal } from './schema/refusals.ts';
import type { ReceiptKey } from './schema/signed-receipt.ts';
import { LARGEST_OFFSET_MS } from './server-clock.ts';
import { type BlobStore, tryBlobs } from './store/blobs.ts';
import { type BlobPlace, openBlobs } from './store/open-blobs.ts';
import { openStore, type Store } from './store/open-store.ts';
import { rebuildLiveData } from './workers/rebuild.ts';
import { lookThrough, TEST_VIRUS, type VirusHook } from './workers/virus-hook.ts';

const LINK_LIFE_MS = 24 * 3_600_000;
const TOKEN_LIFE_MS = 12 * 3_600_000;

/** One line of `bin/examhall check`. */
export type CheckResult = { readonly name: string; readonly ok: boolean; readonly detail: string };

async function withStore<T>(url: string, work: (store: Store) => Promise<T>, paperKey?: Uint8Array): Promise<T> {
  const store = await openStore({ url, poolSize: 4, ...(paperKey === undefined ? {} : { paperKey }) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Makes an admin that nobody knows the password of, and returns a bearer token of theirs, valid for 12 h. For machines. */
export function createAdminToken(mongodbUrl: string): Promise<string> {
  return withStore(mongodbUrl, async (store) => {
    await store.ensureIndexes();
    const adminId = newId();
    const createdAt = new Date();
    const passwordHash = await createPasswords().hashOf(newSecretToken());
    if (isRefusal(passwordHash)) throw new Error(passwordHash.message);
    await store.admins.create({ _id: adminId, login: `machine-${adminId}`, passwordHash, createdAt }, SYSTEM);
    return storeToken(store, 'session', adminId, createdAt, TOKEN_LIFE_MS);
  });
}

/**
 * A one-time link under which somebody makes an account, valid for 24 h. Where there are admins already, who can make
 * others themselves, their number instead, unless `another` is wanted.
 */
export function createAdminLink(
  config: Pick<Config, 'mongodbUrl' | 'publicUrl' | 'secure' | 'host' | 'port'>,
  wanted: 'first' | 'another',
): Promise<{ readonly link: string; readonly adminCount: number } | { readonly adminCount: number }> {
  return withStore(config.mongodbUrl, async (store) => {
    await store.ensureIndexes();
    const adminCount = await store.admins.count();
    if (adminCount > 0 && wanted === 'first') return { adminCount };
    const token = await storeToken(store, 'link', 'new-admin', new Date(), LINK_LIFE_MS);
    return {
      link: `${config.publicUrl || `http${config.secure ? 's' : ''}://${config.host}:${config.port}`}/v1/links/${token}`,
      adminCount,
    };
  });
}

async function storeToken(
  store: Store,
  kind: 'session' | 'link',
  subjectId: string,
  createdAt: Date,
  lifeMs: number,
): Promise<string> {
  const token = newSecretToken();
  await store.sessions.create({
    _id: hashOfToken(token),
    kind,
    subjectId,
    role: 'admin',
    expiresAt: createdAt.getTime() + lifeMs,
    createdAt,
  });
  return token;
}

/**
 * Looks at settings, concerns, clock, indexes and Redis' policy, at what runs and who is to sit an exam, at disk and backups,
 * and changes nothing. Never throws: what fails is a line, and what can still be looked at is looked at.
 */
export async function checkSystem(environment: Environment): Promise<CheckResult[]> {
  const { problems, mongodbUrl, redisUrl, files, paperKey } = examineConfig(environment);
  const settings =
    problems.length === 0
      ? [{ name: 'settings', ok: true, detail: 'all are usable' }]
      : problems.map((detail) => ({ name: 'settings', ok: false, detail }));
  return [
    ...settings,
    ...(mongodbUrl === undefined ? [] : await checkStore(mongodbUrl)),
    ...(redisUrl === undefined ? [] : await checkRedis(redisUrl)),
    ...(files === undefined ? [] : [await checked('uploaded files', () => checkBlobs(files))]),
    ...(files === undefined ? [] : [await checked('virus hook', () => checkVirusHook(files.virusHook))]),
    ...(mongodbUrl === undefined || redisUrl === undefined ? [] : await checkAhead(mongodbUrl, redisUrl)),
    ...(files === undefined ? [] : [await checked('disk', () => checkDisk(files.dataDir))]),
    ...(files === undefined || paperKey === undefined
      ? []
      : [await checked('backups', () => checkBackups(files.backups, paperKey, Date.now()))]),
  ];
}

/** What runs, against who is on a roster. Where a store is away its own line says so. */
async function checkAhead(mongodbUrl: string, redisUrl: string): Promise<CheckResult[]> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined); // what matters rejects the commands below
  try {
    await redis.connect();
    return await withStore(mongodbUrl, async (store) => [
      await checked('processes', () => checkProcesses(store, redis)),
      await checked('capacity', () => checkCapacity(store, redis)),
    ]);
  } catch (error) {
    return [{ name: 'capacity', ok: false, detail: `cannot be told: ${sentenceOf(error)}` }];
  } finally {
    redis.disconnect();
  }
}

async function checkBlobs(place: BlobPlace): Promise<Finding> {
  const blobs = openBlobs(place);
  await tryBlobs(blobs);
  return { ok: true, detail: `can be written, read and removed in ${blobs.place}` };
}

async function checkStore(url: string): Promise<CheckResult[]> {
  try {
    return await withStore(url, async (store) => [
      { name: 'store and its concerns', ok: true, detail: 'connected, the URL fits the server' },
      await checked('clock', () => checkClock(store)),
      await checked('indexes', () => checkIndexes(store)),
    ]);
  } catch (error) {
    return [{ name: 'store', ok: false, detail: sentenceOf(error) }];
  }
}

async function checked(name: string, look: () => Promise<Finding>): Promise<CheckResult> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, ok: false, detail: sentenceOf(error) };
  }
}

async function checkClock(store: Store): Promise<Finding> {
  const { offsetMs } = await store.clock.offset();
  return {
    ok: Math.abs(offsetMs) <= LARGEST_OFFSET_MS,
    detail: `${Math.round(offsetMs)} ms from the store's; at most ${LARGEST_OFFSET_MS}`,
  };
}

async function checkIndexes(store: Store): Promise<Finding> {
  const missing = await store.missingIndexes();
  if (missing.length === 0) return { ok: true, detail: 'all are there' };
  return { ok: false, detail: `missing, run bin/examhall migrate: ${missing.join('; ')}` };
}

/** Shows it something harmless, and the file that every scanner takes for a virus by agreement. */
async function checkVirusHook(hook: VirusHook | undefined): Promise<Finding> {
  if (hook === undefined) return { ok: true, detail: 'is off: nothing looks through uploaded files' };
  const [harmless, test] = [
    await lookThrough(hook, oneChunk('nothing')),
    await lookThrough(hook, oneChunk(TEST_VIRUS)),
  ];
  const ok = harmless.verdict === 'clean' && test.verdict === 'found';
  const said = [harmless, test].map(({ verdict, why = '' }) => `${verdict} ${why}`.trim());
  return { ok, detail: `says ${said[0]} of something harmless, and ${said[1]} of the scanners' test file` };
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Redis holds answers for moments only, but it must not drop them by itself. */
async function checkRedis(redisUrl: string): Promise<CheckResult[]> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined); // what matters rejects the commands below
  try {
    await redis.connect();
    const [, appendOnly = ''] = (await redis.config('GET', 'appendonly')) as string[];
    const [, policy = ''] = (await redis.config('GET', 'maxmemory-policy')) as string[];
    return [
      { name: 'Redis appendonly', ok: appendOnly === 'yes', detail: `is ${appendOnly}; needs yes` },
      { name: 'Redis maxmemory-policy', ok: policy === 'noeviction', detail: `is ${policy}; needs noeviction` },
    ];
  } catch (error) {
    return [{ name: 'Redis', ok: false, detail: sentenceOf(error) }];
  } finally {
    redis.disconnect();
  }
}

/** Throws where uploaded files could not be kept: a start in production is refused then. */
export async function requireBlobs(blobs: BlobStore): Promise<void> {
  try {
    await tryBlobs(blobs);
  } catch (cause) {
    throw new Error(`uploaded files cannot be kept in ${blobs.place}: ${sentenceOf(cause)}`, { cause });
  }
}

/** Throws where a backup is being restored into this store and is not whole: nobody may be served half of an exam. */
export async function requireWholeStore(store: Store): Promise<void> {
  const backupId = await store.copies.restoring();
  if (backupId === undefined) return;
  throw new Error(
    `the backup ${backupId} is being restored here, or its restore broke off: call bin/examhall restore with it again, and start then`,
  );
}

/** Throws where Redis might drop by itself what it holds: a start in production is refused then. */
export async function requireSafeRedis(redisUrl: string): Promise<void> {
  const unsafe = (await checkRedis(redisUrl)).filter(({ ok }) => !ok);
  if (unsafe.length > 0) throw new Error(unsafe.map(({ name, detail }) => `${name} ${detail}`).join('; '));
}

/** The public keys of signed receipts, the oldest first; with `rotate` a new one signs from now on, and is the last of them. */
export function listReceiptKeys(
  { mongodbUrl, paperKey }: Pick<Config, 'mongodbUrl' | 'paperKey'>,
  wanted: 'keep' | 'rotate',
): Promise<ReceiptKey[]> {
  const work = async ({ receiptKeys }: Store) => {
    if (wanted === 'rotate') await receiptKeys.rotate();
    return receiptKeys.all();
  };
  return withStore(mongodbUrl, work, paperKey);
}

/** Makes the indexes that are missing. There is one form of data so far, so there is nothing else to migrate. */
export function migrate(config: Pick<Config, 'mongodbUrl'>): Promise<string> {
  return withStore(config.mongodbUrl, async (store) => {
    await store.ensureIndexes();
    return 'indexes are in place; the data has its only form so far';
  });
}

/** Builds all live data in Redis again from the store. Returns how many plans, rooms and sheets it wrote. */
export function rebuildLive(
  config: Pick<Config, 'mongodbUrl' | 'redisUrl'>,
): Promise<{ plans: number; rooms: number; examinees: number; sheets: number }> {
  return withStore(config.mongodbUrl, (store) => rebuildLiveData(store, config.redisUrl));
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
