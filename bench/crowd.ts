// A crowd of raw clients that sits in the rooms of one plan: enters through the api, joins, keeps its heartbeat, and
// counts what comes back. One process holds them all. Called by rooms.ts,
// board.ts, enter.ts and controls.ts.

import { reservationOf } from '../client/enter.ts';
import type { RosterEntry } from '../loadtest/administrator.ts';
import { inParallel } from '../loadtest/pool.ts';
import type { ItemRevision, Outgoing, OutgoingType } from '../schema/messages.ts';
import type { Door } from './entering.ts';
import { joinRaw, type RawClient } from './raw-client.ts';

/** One examinee at a device. `waiting` has each answer's due instant (performance.now()) by its revision. */
export type Member = {
  readonly examineeId: string;
  readonly client: RawClient;
  readonly fence: number;
  readonly waiting: Map<number, number>;
  counter: number;
};

/** What came back since the crowd was made; refusals and closings by code. */
export type Tally = {
  saved: number;
  superseded: number;
  running: number;
  readonly refused: Map<string, number>;
  readonly closed: Map<number, number>;
  /** Called for each acknowledged answer with the instant at which it was due. */
  acknowledged: (dueAt: number) => void;
  /** Called for what a control makes a room say to one of them. */
  heard: (examineeId: string, said: Said) => void;
};

/** A control, what the room has become by it, and the key that opens the paper. */
export type Said =
  | { readonly type: 'paper.key' }
  | { readonly type: 'control.told'; readonly control: Outgoing['control.told'] }
  | { readonly type: 'room.status'; readonly room: Outgoing['room.status'] };

export type Crowd = {
  readonly members: readonly Member[];
  readonly tally: Tally;
  /** From the first try to enter until the enter's answer, and until the room's first state; ms. */
  readonly enterMs: readonly number[];
  readonly joinMs: readonly number[];
  /** Why somebody is not in. */
  readonly errors: readonly string[];
  /** From now on each member's heartbeat comes every so many ms, spread evenly over them. */
  beat(everyMs: number): void;
  /** Closes every socket. */
  leave(): void;
};

/**
 * `sdk` as the SDK beats; `seldom` just often enough that the room does not take anybody for dead, which it does after
 * 30 s: while the crowd still grows, a turn takes twice as long. In ms.
 */
export const HEARTBEAT = { sdk: 1_000, seldom: 10_000 } as const;

/** Nothing has come back yet. */
export function createTally(): Tally {
  return {
    saved: 0,
    superseded: 0,
    running: 0,
    refused: new Map(),
    closed: new Map(),
    acknowledged: () => {},
    heard: () => {},
  };
}

/** Enters and joins them all, `width` at a time, with seldom a heartbeat. Whoever cannot is an error in the result. */
export async function seatCrowd(
  door: Door,
  url: string,
  roster: readonly RosterEntry[],
  width: number,
): Promise<Crowd> {
  const tally = createTally();
  const members: Member[] = [];
  const enterMs: number[] = [];
  const joinMs: number[] = [];
  const errors: string[] = [];
  let stopBeating = startHeartbeats(members, HEARTBEAT.seldom);
  await inParallel(roster, width, async (entry) => {
    const startedAt = performance.now();
    let member: Member | undefined;
    try {
      const { reply, ms } = await door.enter(entry);
      enterMs.push(ms);
      const waiting = new Map<number, number>();
      let told: string[] = [];
      const acknowledge = () => {
        if (told.length > 0) member?.client.send('control.received', { controlIds: told });
        if (member !== undefined) told = [];
      };
      const client = await joinRaw(new URL(url).host, reservationOf(reply), {
        message(type, message) {
          hear(tally, waiting, type as OutgoingType, message);
          const said = saidBy(type as OutgoingType, message);
          if (said === undefined) return;
          tally.heard(entry.examineeId, said);
          if (said.type !== 'control.told') return;
          told.push(said.control.controlId);
          acknowledge();
        },
        closed: (code) => count(tally.closed, code),
      });
      joinMs.push(performance.now() - startedAt);
      member = { examineeId: entry.examineeId, client, fence: reply.examinee.fence, waiting, counter: 0 };
      members.push(member);
      acknowledge();
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  });
  return {
    ...{ members, tally, enterMs, joinMs, errors },
    beat(everyMs) {
      stopBeating();
      stopBeating = startHeartbeats(members, everyMs);
    },
    leave() {
      stopBeating();
      for (const { client } of members) client.close();
    },
  };
}

function hear(tally: Tally, waiting: Map<number, number>, type: OutgoingType, message: unknown): void {
  switch (type) {
    case 'answer.saved': {
      const { saved } = message as Outgoing['answer.saved'];
      tally.saved += settle(tally, waiting, saved);
      return;
    }
    case 'answer.superseded': {
      const { superseded } = message as Outgoing['answer.superseded'];
      tally.superseded += settle(tally, waiting, superseded);
      return;
    }
    case 'answer.refused':
      for (const { revision, code } of (message as Outgoing['answer.refused']).refused) {
        waiting.delete(revision);
        count(tally.refused, code);
      }
      return;
    case 'refused':
      return count(tally.refused, (message as Outgoing['refused']).code);
    case 'room.status':
      if ((message as Outgoing['room.status']).status === 'running') tally.running++;
      return;
    default: // heartbeats and what a load generator has no use for
  }
}

function saidBy(type: OutgoingType, message: unknown): Said | undefined {
  if (type === 'paper.key') return { type };
  if (type === 'control.told') return { type, control: message as Outgoing['control.told'] };
  if (type === 'room.status') return { type, room: message as Outgoing['room.status'] };
  return undefined;
}

function settle(tally: Tally, waiting: Map<number, number>, revisions: readonly ItemRevision[]): number {
  let settled = 0;
  for (const [, revision] of revisions) {
    const dueAt = waiting.get(revision);
    if (dueAt === undefined) continue; // told twice
    waiting.delete(revision);
    tally.acknowledged(dueAt);
    settled++;
  }
  return settled;
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const BEAT_TICK_MS = 10;

/** Members may still be added. Returns what stops it. */
function startHeartbeats(members: readonly Member[], everyMs: number): () => void {
  let next = 0;
  let due = 0;
  let lastAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - lastAt) / everyMs) * members.length, members.length);
    lastAt = now;
    for (; due >= 1; due--) {
      const client = members[next++ % members.length]?.client;
      if (client?.isOpen()) client.send('heartbeat', { sentAt: now });
    }
  }, BEAT_TICK_MS);
  return () => clearInterval(timer);
}
