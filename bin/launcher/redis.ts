// A private redis-server, when nobody names one: a free port on 127.0.0.1, a password that only a file of mode 0600 holds,
// append-only file, no eviction. Never the system's own on 6379. Called by system.ts and by `start`.

import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findProgram } from './command.ts';
import type { Store } from './engine.ts';
import { freePort } from './free-port.ts';
import { LauncherError } from './launcher-error.ts';
import { type Program, programIn, unpackedPackages } from './unpacked.ts';

const PACKAGES = ['redis-server', 'redis-tools'];

/** The child that serves Redis from `folder`/redis with these further lines of configuration, and its URL. Installs redis-server if it is missing, announced. Throws REDIS_MISSING. */
export async function redisStore(folder: string, name = 'redis', further: readonly string[] = []): Promise<Store> {
  const data = join(folder, name);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const program = await redisProgram();
  const port = await freePort();
  const password = randomBytes(24).toString('hex');
  const configuration = join(data, 'redis.conf');
  await writeFile(
    configuration,
    `${redisConfiguration(port, password, data)}${further.map((line) => `${line}\n`).join('')}`,
    { mode: 0o600 },
  );
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    spec: {
      name,
      stage: 0,
      command: program.path,
      args: [configuration],
      env: program.env,
      output: { kind: 'file', path: join(folder, `${name}.log`) },
      ready: { kind: 'probe', probe: () => answersPing(port, password) },
      readyLimitMs: 30_000,
      stopLimitMs: 10_000,
    },
  };
}

function redisConfiguration(port: number, password: string, data: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${data}"`,
    'daemonize no',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'databases 512',
    '',
  ].join('\n');
}

async function redisProgram(): Promise<Program> {
  const installed = findProgram('redis-server');
  if (installed) return { path: installed, env: process.env };
  if (process.platform !== 'linux' || !findProgram('apt-get')) {
    const how = process.platform === 'darwin' ? 'brew install redis' : "dnf install redis, or your system's like";
    throw new LauncherError('REDIS_MISSING', `redis-server is missing: install it (${how}), or set REDIS_URL.`);
  }
  // For root too: installing the package starts a Redis of the system's on port 6379.
  const sentence = "redis-server is missing: unpacking the system's own package of it, 6 MB, without installing it";
  return programIn(await unpackedPackages('redis', PACKAGES, sentence), 'usr/bin/redis-server');
}

function answersPing(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let heard = '';
    socket.setTimeout(500, () => socket.destroy());
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (heard.includes('+PONG') || heard.includes('-')) socket.destroy();
    });
    socket.on('error', () => {}); // Not up yet: 'close' follows and answers no.
    socket.on('close', () => resolve(heard.includes('+PONG')));
  });
}
