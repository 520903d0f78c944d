// What the machine does to its programmes: packets are lost, a clock is set, the disk is slow or full. Called by faults/all.ts.
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Program } from '../../bin/launcher/unpacked.ts';
import { clockFile, setClock } from '../clocks.ts';
import type { Inject } from './fault.ts';

/** The clock is looked at anew each second. */
const CLOCK_SEEN_MS = 1_100;
const BALLAST = 'ballast';
const MEBIBYTE = 1_024 * 1_024;
const TRACER_LIMIT_MS = 2_000;
const executeFile = promisify(execFile);

let chains = 0;

/** So many of a hundred packets of this network's links, in both directions. */
export const packetLoss: Inject = async ({ hall }, { target, size }) => {
  const { nft } = hall.tools;
  if (nft === undefined) return async () => 0;
  const chain = `c${++chains}`;
  const ports = `{ ${hall.networks.get(target)?.ports().join(', ')} }`;
  const rule = (side: string) =>
    `add rule inet chaos ${chain} tcp ${side} ${ports} numgen random mod 100 < ${size} counter drop`;
  await run(nft, [
    `add table inet chaos; add chain inet chaos ${chain} { type filter hook input priority 0; }; ${rule('dport')}; ${rule('sport')}`,
  ]);
  return async () => {
    const listing = await run(nft, ['list', 'chain', 'inet', 'chaos', chain]);
    await run(nft, [`flush chain inet chaos ${chain}; delete chain inet chaos ${chain}`]);
    return [...listing.matchAll(/counter packets (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  };
};

async function run({ path, env }: Program, args: string[]): Promise<string> {
  return (await executeFile(path, args, { env })).stdout;
}

/** The process's wall clock is so many ms off. */
export const clockJump: Inject = async ({ hall }, { target, size }) => {
  const file = clockFile(hall.folder, target);
  await setClock(file, size);
  return async () => {
    const offMs = await wallClockOf(hall.addressOf(target));
    await setClock(file, 0);
    await sleep(CLOCK_SEEN_MS);
    return Math.abs(offMs - size) < Math.abs(size) / 2 + 2_000 && Math.abs(offMs) > 2_000 ? 1 : 0;
  };
};

/** How far the process's clock is from this one's, in ms, by what it writes into its replies. */
async function wallClockOf(address: string): Promise<number> {
  try {
    const response = await fetch(`http://${address}/health`, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return Date.parse(response.headers.get('date') ?? '') - Date.now();
  } catch {
    return 0; // it does not answer: not seen
  }
}

/** Every flush of this store to its disk takes so much longer. */
export const slowFsync: Inject = async ({ hall }, { target, size }) => {
  const { strace } = hall.tools;
  const pid = hall.system.pid(target);
  if (pid === undefined || strace === undefined) return async () => 0;
  const log = join(hall.folder, `strace-${target}`);
  const calls = 'fsync,fdatasync';
  const args = [
    '-f',
    '-qq',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:delay_enter=${size * 1_000}`,
    '-o',
    log,
    '-p',
  ];
  const tracer = spawn(strace.path, [...args, String(pid)], { stdio: 'ignore', env: strace.env });
  const gone = new Promise<void>((resolve) => {
    tracer.once('exit', () => resolve());
    tracer.once('error', () => resolve());
  });
  return async () => {
    tracer.kill('SIGTERM');
    await Promise.race([gone, sleep(TRACER_LIMIT_MS, undefined, { ref: false }).then(() => tracer.kill('SIGKILL'))]);
    const count = linesOf(log);
    await rm(log, { force: true });
    return count;
  };
};

function linesOf(file: string): number {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('sync(')).length;
  } catch {
    return 0; // it could not even begin
  }
}

/** Redis' disk, which is its own and small, has no byte left. */
export const fullDisk: Inject = async ({ hall }, { target }) => {
  const path = join(hall.folder, target, BALLAST);
  await fill(path);
  return async () => {
    const isRefused = await hall.redisRefuses();
    await rm(path, { force: true });
    return isRefused ? 1 : 0;
  };
};

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let size = 8 * MEBIBYTE; size >= 4_096; ) {
      const written = await file.write(Buffer.alloc(size)).then(
        ({ bytesWritten }) => bytesWritten,
        () => 0, // full, or fuller than that
      );
      if (written < size) size /= 2;
    }
  } finally {
    await file.close();
  }
}
