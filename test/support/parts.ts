// The stores for tests: those that bin/test started (TEST_MONGODB_URL, TEST_REDIS_URL), else own ones, stopped after the run.
// Must never read MONGODB_URL or REDIS_URL, nor touch port 6379. Called by tests; the first import must be a static one,
// because it registers a root hook.

import { accessSync, constants, statfsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { tail } from '../../bin/launcher/child.ts';
import { mongodbStore, type Store } from '../../bin/launcher/engine.ts';
import { redisStore } from '../../bin/launcher/redis.ts';
import { createSupervisor, type Supervisor } from '../../bin/launcher/supervisor.ts';

/** A store of a test's own, to be killed and started again at the same URL. */
export type FreshStore = {
  url: string;
  /** The present process id; undefined while it is down. */
  readonly pid: number | undefined;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the data that it has on disk. */
  start(): Promise<void>;
  /** While it is down: removes its data, so that it comes back empty. */
  wipe(): Promise<void>;
  /** Stops it for good. Twice is fine; the root hook does it too. */
  stop(): Promise<void>;
};

type OnDeath = (sentence: string) => void;

/** Every MongoDB that a test starts, and every one that a process of a test starts, refuses queries that have no index. */
process.env.EXAMHALL_TABLE_SCANS = 'off';
/** Nor does an exam of a test wait longer for its start than its few processes need. */
process.env.EXAMHALL_START_AHEAD_SECONDS = '1';

const MEMORY = '/dev/shm';
const MEMORY_BYTES = 8 * 1024 ** 3;

const cleanups: (() => Promise<void>)[] = [];
/** The names of the databases that tests have asked for. */
const made = new Set<string>();
let mongodbBase: Promise<string> | undefined;
let redisBase: Promise<string> | undefined;

/**
 * A URL for a database of the test's own, with the write concern that fits. It is dropped after the suite: an engine with many
 * databases computes for them while nobody asks it anything.
 */
export async function mongodbUrl(database: string): Promise<string> {
  mongodbBase ??= process.env.TEST_MONGODB_URL ? Promise.resolve(process.env.TEST_MONGODB_URL) : ownMongodb();
  made.add(database);
  return withDatabase(await mongodbBase, database);
}

async function dropDatabases(): Promise<void> {
  if (mongodbBase === undefined || made.size === 0) return;
  const client = await mongoose.mongo.MongoClient.connect(await mongodbBase);
  for (const database of made) await client.db(database).dropDatabase();
  made.clear();
  await client.close();
}

/** A URL with a database number of the test's own, emptied. Channels of publish and subscribe are shared by all numbers. */
export async function redisUrl(): Promise<string> {
  redisBase ??= process.env.TEST_REDIS_URL ? Promise.resolve(process.env.TEST_REDIS_URL) : ownRedis();
  const base = await redisBase;
  const counter = new Redis(base);
  const [, databases = '16'] = (await counter.config('GET', 'databases')) as string[];
  const number = 1 + ((await counter.incr('test:database')) % (Number(databases) - 1));
  await counter.select(number);
  await counter.flushdb();
  await counter.quit();
  return withDatabase(base, String(number));
}

/** A Redis of the test's own. `onDeath`: it is kept up, and whoever dies of itself is told of with its last words. */
export async function freshRedis(onDeath?: OnDeath): Promise<FreshStore> {
  const folder = await testFolder();
  return freshStore(await redisStore(folder), join(folder, 'redis'), onDeath);
}

/** A MongoDB of the test's own; its URL names the database `examhall`. `onDeath` as above. */
export async function freshMongodb(onDeath?: OnDeath): Promise<FreshStore> {
  const folder = await testFolder();
  return freshStore(await mongodbStore(folder, 'examhall'), join(folder, 'mongodb'), onDeath);
}

/** A new empty folder with a short path, removed after the run. In memory, where this machine has room for it. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(folderOfTests(), 'examhall-test-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs after the run, before what was registered earlier. */
export function onCleanup(work: () => Promise<void>): void {
  cleanups.push(work);
}

/** Stops what this module started, newest first. The root hook calls it; a script without mocha calls it itself. */
export async function stopParts(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  mongodbBase = undefined;
  redisBase = undefined;
}

/**
 * A new database of MongoDB has 136 files, and a disk takes ten times as long for them as memory. A killed process leaves the
 * same in both: only a machine that loses its power would tell them apart.
 */
function folderOfTests(): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize >= MEMORY_BYTES) return MEMORY;
  } catch {
    // Some other system, or none for us.
  }
  return '/tmp';
}

async function ownMongodb(): Promise<string> {
  return (await freshMongodb()).url;
}

async function ownRedis(): Promise<string> {
  return (await freshRedis()).url;
}

async function freshStore(store: Store, data: string, onDeath?: OnDeath): Promise<FreshStore> {
  const { name } = store.spec;
  let isLeaving = false;
  const tell = (sentence: string) => {
    if (!isLeaving) onDeath?.(`${sentence}${tail(store.spec)}`);
  };
  const supervisor: Supervisor = createSupervisor({ restart: onDeath ? 'always' : 'never', tell });
  cleanups.push(() => {
    isLeaving = true;
    return supervisor.stop();
  });
  await supervisor.start(store.spec);
  return {
    url: store.url,
    get pid() {
      return supervisor.pid(name);
    },
    kill: () => supervisor.kill(name),
    start: () => supervisor.startAgain(name),
    async wipe() {
      for (const entry of await readdir(data)) {
        if (entry !== 'redis.conf') await rm(join(data, entry), { recursive: true, force: true });
      }
    },
    stop: () => supervisor.stop(),
  };
}

function withDatabase(url: string, database: string): string {
  const [, origin = '', query = ''] = /^([a-z+]+:\/\/[^/?]*)[^?]*(\?.*)?$/.exec(url) ?? [];
  return `${origin}/${database}${query}`;
}

if (typeof before === 'function') {
  before('lets each suite drop its databases behind everything else that it does', function () {
    for (const suite of this.test?.parent?.suites ?? [])
      suite.afterAll('drops the databases that it asked for', dropDatabases);
  });
}
if (typeof after === 'function') after('stops the stores that the tests started', stopParts);
