// The visitors of bench:sockets, in a process of their own, of which there may be several: each may have no more open files
// than the machine allows a process.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RosterEntry } from '../loadtest/administrator.ts';
import { type Percentiles, percentiles } from '../loadtest/report.ts';
import { serveOrders } from './child.ts';
import { type Door, openDoor } from './entering.ts';
import { createVisitors, type Visitors } from './visitors.ts';

/** First `open`, once. */
export type SocketsOrder =
  | { readonly order: 'open'; readonly url: string }
  | {
      readonly order: 'seat';
      readonly roster: readonly RosterEntry[];
      readonly width: number;
      readonly limitMs: number;
    }
  /** Counts heartbeats for so long. */
  | { readonly order: 'watch'; readonly ms: number }
  /** Resolves when everybody has heard that the room runs, or at the limit. */
  | { readonly order: 'start'; readonly limitMs: number }
  /** From this instant on it counts who comes back. */
  | { readonly order: 'mark' }
  | { readonly order: 'return'; readonly limitMs: number }
  /** Everybody answers once; resolves when all of it is saved, or at the limit. */
  | { readonly order: 'answer'; readonly limitMs: number };

export type SocketsReply = {
  readonly visitors: number;
  /** Whose link is up. */
  readonly open: number;
  readonly troubles: Readonly<Record<string, number>>;
  /** What the api asked to come again later for, by code. */
  readonly later: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Of `watch`: heartbeats sent, and the times of those that were answered. */
  readonly beats: number;
  readonly answered: number;
  readonly beatMs: Percentiles;
  /** Of `return`: from the mark until somebody was in again, of those who lost their link since. */
  readonly backMs: Percentiles;
  readonly firstBackMs: number | null;
  readonly unsaved: number;
};

const LOOK_MS = 20;

let door: Door | undefined;
let visitors: Visitors | undefined;
let markedAt = 0;

serveOrders<SocketsOrder, SocketsReply>(async (order) => {
  const startedAt = performance.now();
  if (order.order === 'open') {
    door = openDoor(order.url);
    visitors = createVisitors(door, new URL(order.url).host);
  }
  if (visitors === undefined) throw new Error('nobody is here yet');
  const beats = order.order === 'watch' ? await watch(visitors, order.ms) : { sent: 0, ms: [] };
  await carryOut(visitors, order);
  return replyOf(visitors, (performance.now() - startedAt) / 1_000, beats);
});

async function carryOut(here: Visitors, order: SocketsOrder): Promise<void> {
  switch (order.order) {
    case 'seat':
      return here.seat(order.roster, order.width, order.limitMs);
    case 'start':
      return until(order.limitMs, () => here.all.every(({ isRunning }) => isRunning));
    case 'mark':
      here.troubles.clear();
      markedAt = performance.now();
      return;
    case 'return':
      return until(order.limitMs, () => here.all.every(({ joinedAt }) => joinedAt > markedAt));
    case 'answer':
      here.answer();
      return until(order.limitMs, () => here.all.every(({ unsaved }) => unsaved.size === 0));
    case 'open':
    case 'watch':
      return;
  }
}

async function watch(here: Visitors, ms: number): Promise<{ sent: number; ms: number[] }> {
  const times: number[] = [];
  here.beaten = (time) => void times.push(time);
  const before = here.beatsSent();
  await sleep(ms);
  const sent = here.beatsSent() - before;
  here.beaten = () => {};
  return { sent, ms: times };
}

async function until(limitMs: number, isTrue: () => boolean): Promise<void> {
  for (const end = performance.now() + limitMs; !isTrue() && performance.now() < end; ) await sleep(LOOK_MS);
}

function replyOf({ all, troubles }: Visitors, seconds: number, beats: { sent: number; ms: number[] }): SocketsReply {
  const open = all.filter(({ client }) => client?.isOpen() === true).length;
  const back = all.filter(({ joinedAt }) => markedAt > 0 && joinedAt > markedAt);
  return {
    ...{ visitors: all.length, open, seconds },
    troubles: Object.fromEntries(troubles),
    later: Object.fromEntries(door?.later ?? []),
    beats: beats.sent,
    answered: beats.ms.length,
    beatMs: percentiles(beats.ms),
    backMs: percentiles(back.map(({ joinedAt }) => joinedAt - markedAt)),
    firstBackMs: back.length === 0 ? null : Math.min(...back.map(({ joinedAt }) => joinedAt - markedAt)),
    unsaved: all.reduce((sum, { unsaved }) => sum + unsaved.size, 0),
  };
}
