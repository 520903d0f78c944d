// Time as this page shows it: one tick a second, since many rows say since when something is so, and the server's clock as
// the rooms know it.
import { createMemo, createRoot } from 'solid-js';
import { language } from '../shared/language.ts';
import { ticking } from '../shared/now.ts';
import { lengthText } from '../shared/time.ts';

let serverNow = (): number => Date.now();

/** The board gives the rooms' clock; without one it is this device's. */
export function setServerClock(now: (() => number) | undefined): void {
  serverNow = now ?? Date.now;
}

/** The server's clock in epoch ms, to the second; reading it makes a computation run again with each second. */
export const second = createRoot(() =>
  createMemo(() => {
    ticking();
    return Math.floor(serverNow() / 1_000) * 1_000;
  }),
);

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How long ago, coarse enough to change seldom: 40 seconds, 5 minutes, 2 hours. */
export function ageText(at: number): string {
  language();
  const ms = Math.max(0, second() - at);
  if (ms < MINUTE_MS) return lengthText(Math.floor(ms / 5_000) * 5_000);
  return lengthText(ms < HOUR_MS ? Math.floor(ms / MINUTE_MS) * MINUTE_MS : Math.floor(ms / HOUR_MS) * HOUR_MS);
}
