// How Node is called for a process that serves: `node FLAGS server.ts`. Called by server-process.ts and `start`.
import { totalmem } from 'node:os';
import { join } from 'node:path';

/** Up to here a heap grows without being marked, as far as the machine has 16 times as much. */
const MOST_UNMARKED_MB = 512;
const SHARE = 16;

/** The arguments of Node for the server of this tree; `memoryBytes` is what the machine or the container gives. */
export function serverArguments(root: string, memoryBytes = memoryHere()): string[] {
  return [`--initial-old-space-size=${unmarkedMb(memoryBytes)}`, join(root, 'server.ts')];
}

/**
 * Left to itself V8 marks its whole heap again and again while it grows from a few MB: of a process that thousands come
 * into, that was a quarter of all CPU, and in each of those turns it stood still for tenths of a second beside others.
 */
export function unmarkedMb(memoryBytes: number): number {
  return Math.min(MOST_UNMARKED_MB, Math.max(1, Math.floor(memoryBytes / 2 ** 20 / SHARE)));
}

function memoryHere(): number {
  const given = process.constrainedMemory(); // 0 where there is no bound
  return given > 0 ? Math.min(given, totalmem()) : totalmem();
}
