// Disks that are full, and disks that cannot write: a small file system of its own mounted where a store keeps its data, and
// an error in place of each fsync of a process. Needs root, and strace for the second; who has neither is told so.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type SmallDisk = {
  /** Takes all the space that is left. */
  fill(): void;
  free(): void;
  unmount(): void;
};

const MIB = 1024 * 1024;

/** Why there can be none here; undefined where there can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a small disk needs root on Linux';
  return undefined;
}

/** Mounts an empty one at `folder`, which is made where it is missing. Throws where that is not allowed. */
export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'examhall-test', folder]);
  const filler = join(folder, 'filler');
  return {
    fill() {
      const file = openSync(filler, 'w');
      // Ever smaller pieces, so that not a byte is left.
      for (let size = MIB; size >= 1; size = Math.floor(size / 16)) writeUntilFull(file, Buffer.alloc(size));
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => void execFileSync('umount', ['-l', folder]),
  };
}

function writeUntilFull(file: number, piece: Buffer): void {
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

/** Why a process cannot be traced here; undefined where it can. */
export function whyNoTracing(): string | undefined {
  const why = whyNoSmallDisk();
  if (why !== undefined) return why;
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'strace is missing, or may not trace here: apt-get install strace';
  }
}

/** From now on each fsync of this process fails with EIO, until `stop`, or until the process is gone. */
export async function failFsync(pid: number): Promise<{ stop(): Promise<void> }> {
  const rules = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO'];
  const tracer = spawn('strace', ['-f', ...rules, '-o', '/dev/null', '-p', String(pid)], { stdio: 'pipe' });
  const exited = new Promise<void>((resolve) => tracer.once('exit', () => resolve()));
  await Promise.race([new Promise<void>((resolve) => tracer.stderr.once('data', () => resolve())), exited]);
  await sleep(100); // its other threads
  return {
    async stop() {
      tracer.kill('SIGINT');
      await exited;
    },
  };
}
