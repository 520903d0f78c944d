// The wall clocks of processes, which can be set while they run: each reads its own file, by libfaketime. The monotonic
// clock and the stores' clocks stay right. Called by hall.ts and faults/machine.ts.
import { writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where this process's clock is set. */
export function clockFile(folder: string, name: string): string {
  return join(folder, `clock-${name}`);
}

/** The settings with which a process has a clock of its own, right at first. */
export function ownClock(faketime: string, file: string): Record<string, string> {
  writeFileSync(file, offsetOf(0));
  return {
    LD_PRELOAD: faketime,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
}

/** So many ms ahead, or behind. Whole or not at all: somebody may be reading. */
export async function setClock(file: string, offsetMs: number): Promise<void> {
  await writeFile(`${file}.new`, offsetOf(offsetMs));
  await rename(`${file}.new`, file);
}

function offsetOf(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1_000).toFixed(3)}`;
}
