// What an operator does to a whole system, beside serving: the first account, checks, rebuilding live data, migration.
// Called by bin/launcher; takes settings, opens its own connections and closes them.

import { createPasswords } from './api/password.ts';
import { hashOfToken, newSecretToken } from './api/tokens.ts';
import { type Config, type Environment, examineConfig } from './config.ts';
import { SYSTEM } from './exam/audit-facts.ts';
import { checkBackups, checkCapacity, checkDisk, checkProcesses } from './readiness.ts';
import { withRedis } from './redis-connection.ts';
import { newId } from './schema/ids.ts';
import { isRefusal } from './schema/refusals.ts';
import type { ReceiptKey } from './schema/signed-receipt.ts';
import { type BlobStore, tryBlobs } from './store/blobs.ts';
import { type BlobPlace, openBlobs } from './store/open-blobs.ts';
import { openStore, type Store } from './store/open-store.ts';
import { askRedis, askStore } from './system-facts.ts';
import { type Finding, judge, type SettingsFacts, weakServers } from './weaknesses.ts';
import { rebuildLiveData } from './workers/rebuild.ts';
import { lookThrough, TEST_VIRUS, type VirusHook } from './workers/virus-hook.ts';

const LINK_LIFE_MS = 24 * 3_600_000;
const TOKEN_LIFE_MS = 12 * 3_600_000;

/** One line of `bin/examhall check`. */
export type CheckResult = Finding;

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

/** Does the work with a bearer token that may what an admin may, is nobody's account, and is good for nothing afterwards. */
export function withOfficeToken<T>(mongodbUrl: string, work: (token: string) => Promise<T>): Promise<T> {
  return withStore(mongodbUrl, async (store) => {
    const token = await storeToken(store, 'session', newId(), new Date(), TOKEN_LIFE_MS);
    try {
      return await work(token);
    } finally {
      await store.sessions.remove(hashOfToken(token));
    }
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
 * Looks at settings, and at what servers and files show, at what runs and who is to sit an exam, at disk and backups, and
 * changes nothing. Never throws: what fails is a line, and what can still be looked at is looked at. How strong the settings
 * are is said where they are those of production.
 */
export async function checkSystem(environment: Environment): Promise<CheckResult[]> {
  const { problems, settings, paperKey } = examineConfig(environment);
  const { mongodbUrl, redisUrl, dataDir, bucket, virusHook, backups } = settings;
  const [store, redis] = await Promise.all([
    mongodbUrl === undefined ? undefined : askStore(mongodbUrl, 'with indexes'),
    redisUrl === undefined ? undefined : askRedis(redisUrl),
  ]);
  const usable =
    problems.length === 0
      ? [{ name: 'settings', ok: true, detail: 'all are usable' }]
      : problems.map((detail) => ({ name: 'settings', ok: false, detail }));
  return [
    ...usable,
    ...judge({ settings: settings.production ? settings : undefined, store, redis }),
    ...(typeof store === 'object' ? [indexes(store.missingIndexes)] : []),
    ...(dataDir === undefined ? [] : [await checked('uploaded files', () => checkBlobs({ dataDir, bucket }))]),
    ...(dataDir === undefined ? [] : [await checked('virus hook', () => checkVirusHook(virusHook))]),
    ...(mongodbUrl === undefined || redisUrl === undefined ? [] : await checkAhead(mongodbUrl, redisUrl)),
    ...(dataDir === undefined ? [] : [await checked('disk', () => checkDisk(dataDir))]),
    ...(dataDir === undefined || paperKey === undefined || backups === undefined
      ? []
      : [await checked('backups', () => checkBackups(backups, paperKey, Date.now()))]),
  ];
}

/**
 * What keeps a process with these settings from starting in production, as servers and files themselves show it: a sentence
 * each, all of them. Empty outside of production.
 */
export async function weaknessesFound(settings: SettingsFacts): Promise<string[]> {
  const { production, mongodbUrl, redisUrl, dataDir, bucket, roles } = settings;
  if (!production || roles === undefined) return [];
  const keepsFiles = dataDir !== undefined && roles.some((role) => role !== 'rooms');
  const [store, redis, files] = await Promise.all([
    mongodbUrl === undefined ? undefined : askStore(mongodbUrl, 'without indexes'),
    redisUrl === undefined ? undefined : askRedis(redisUrl),
    keepsFiles ? fileProblem(openBlobs({ dataDir, bucket })) : undefined,
  ]);
  return [...weakServers({ store, redis }, roles), ...(files === undefined ? [] : [files])];
}

/** What runs, against who is on a roster. Where a store is away its own line says so. */
async function checkAhead(mongodbUrl: string, redisUrl: string): Promise<CheckResult[]> {
  try {
    return await withRedis(redisUrl, (redis) =>
      withStore(mongodbUrl, async (store) => [
        await checked('processes', () => checkProcesses(store, redis)),
        await checked('capacity', () => checkCapacity(store, redis)),
      ]),
    );
  } catch (error) {
    return [{ name: 'capacity', ok: false, detail: `cannot be told: ${sentenceOf(error)}` }];
  }
}

async function checkBlobs(place: BlobPlace): Promise<Look> {
  const blobs = openBlobs(place);
  await tryBlobs(blobs);
  return { ok: true, detail: `can be written, read and removed in ${blobs.place}` };
}

type Look = Omit<CheckResult, 'name'>;

async function checked(name: string, look: () => Promise<Look>): Promise<CheckResult> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, ok: false, detail: sentenceOf(error) };
  }
}

function indexes(missing: readonly string[]): CheckResult {
  const name = 'indexes';
  if (missing.length === 0) return { name, ok: true, detail: 'all are there' };
  return { name, ok: false, detail: `missing, run bin/examhall migrate: ${missing.join('; ')}` };
}

/** Shows it something harmless, and the file that every scanner takes for a virus by agreement. */
async function checkVirusHook(hook: VirusHook | undefined): Promise<Look> {
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

/** The sentence where uploaded files could not be kept there: a start in production is refused then. */
export async function fileProblem(blobs: BlobStore): Promise<string | undefined> {
  try {
    await tryBlobs(blobs);
    return undefined;
  } catch (error) {
    return `uploaded files cannot be kept in ${blobs.place}: ${sentenceOf(error)}`;
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

/** Makes the indexes that are missing. Of data there is one form, and earlier entries of the audit chain, which cannot be changed, are read as they were. */
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
