// What a device says of itself with its heartbeat, for the proctor's board: how far its clock is ahead, and what it holds
// that is not known to be saved. Never an answer. Called by session.
import type { Incoming } from '../schema/messages.ts';
import type { ClientClock } from './clock.ts';
import type { OutboxEntry } from './outbox-storage.ts';
import type { ServerClock } from './server-clock.ts';

/** As the message allows; a device that is further off is as wrong as one that is so far off. */
const MOST_MS = 2_147_483_000;
const MOST_COUNT = 0xffff;

export function deviceReport(
  clock: Pick<ClientClock, 'now' | 'wallNow'>,
  time: Pick<ServerClock, 'at'>,
  unsaved: readonly OutboxEntry[],
): Omit<Incoming<'heartbeat'>, 'sentAt'> {
  const serverNow = time.at(clock.now());
  const wallNow = clock.wallNow();
  const aheadMs = serverNow === undefined ? undefined : bounded(wallNow - serverNow, -MOST_MS);
  const oldestAt = unsaved.reduce((oldest, { at }) => Math.min(oldest, at), wallNow);
  return {
    ...(aheadMs === undefined ? {} : { aheadMs }),
    ...(unsaved.length === 0
      ? {}
      : { unsaved: { count: Math.min(unsaved.length, MOST_COUNT), oldestMs: bounded(wallNow - oldestAt, 0) } }),
  };
}

function bounded(ms: number, least: number): number {
  return Math.round(Math.min(Math.max(ms, least), MOST_MS));
}
