// Raw clients that come back as the SDK does: whoever's socket closes waits with full jitter, enters again with the same
// entryId, and joins. They beat each second and answer when they are told to. Called by sockets-load.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { fullJitterMs } from '../client/backoff.ts';
import { RETRY_WAITS, reservationOf } from '../client/enter.ts';
import { revisionOf } from '../exam/revision.ts';
import type { RosterEntry } from '../loadtest/administrator.ts';
import { inParallel } from '../loadtest/pool.ts';
import { newId } from '../schema/ids.ts';
import type { Outgoing } from '../schema/messages.ts';
import { HEARTBEAT } from './crowd.ts';
import { responseTo } from './documents.ts';
import type { Door } from './entering.ts';
import { joinRaw, type RawClient } from './raw-client.ts';

export type Visitor = {
  /** Undefined while the link is down. */
  client: RawClient | undefined;
  fence: number;
  counter: number;
  /** Whether the room has said that it runs. */
  isRunning: boolean;
  /** performance.now() of the last join; 0 before the first. */
  joinedAt: number;
  /** Revisions that are not saved. */
  readonly unsaved: Set<number>;
};

export type Visitors = {
  readonly all: readonly Visitor[];
  /** Failures and closings, by what they were. */
  readonly troubles: Map<string, number>;
  /** Called with the time of each heartbeat from its sending to its answer, in ms. */
  beaten: (ms: number) => void;
  beatsSent(): number;
  /** So many at a time come in; resolves when each is in, or at the limit. They are kept in from then on. */
  seat(roster: readonly RosterEntry[], width: number, limitMs: number): Promise<void>;
  /** Everybody whose link is up answers once. */
  answer(): void;
};

const BEAT_TICK_MS = 10;
/** A link that lived this long counts as a good one, as in the SDK. */
const GOOD_MS = 10_000;

/** Nobody yet, at `host` (host:port of the api). */
export function createVisitors(door: Door, host: string): Visitors {
  const all: Visitor[] = [];
  const troubles = new Map<string, number>();
  const note = (what: string) => void troubles.set(what, (troubles.get(what) ?? 0) + 1);
  const visitors: Visitors = { all, troubles, beaten: () => {}, beatsSent: startBeating(all), seat, answer };

  /** One link from its entering to its end; resolves with how long it was up. */
  async function link(visitor: Visitor, entry: RosterEntry, entryId: string, joined: () => void): Promise<number> {
    const closed = Promise.withResolvers<number>();
    const { reply } = await door.enter(entry, entryId);
    visitor.client = await joinRaw(host, reservationOf(reply), {
      message: (type, payload) => hear(visitor, type, payload),
      closed: closed.resolve,
    });
    Object.assign(visitor, { joinedAt: performance.now(), fence: reply.examinee.fence });
    joined();
    note(`closed with ${await closed.promise}`);
    visitor.client = undefined;
    return performance.now() - visitor.joinedAt;
  }

  async function keep(visitor: Visitor, entry: RosterEntry, joined: () => void): Promise<void> {
    const entryId = newId();
    for (let tries = 0; ; tries++) {
      try {
        if ((await link(visitor, entry, entryId, joined)) >= GOOD_MS) tries = 0;
      } catch (error) {
        note(error instanceof Error ? error.message : String(error));
      }
      await sleep(fullJitterMs(tries, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, Math.random()));
    }
  }

  function hear(visitor: Visitor, type: string, payload: unknown): void {
    if (type === 'heartbeat') return visitors.beaten(performance.now() - (payload as Outgoing['heartbeat']).sentAt);
    if (type === 'room.status') visitor.isRunning = (payload as Outgoing['room.status']).status === 'running';
    if (type === 'answer.refused') for (const { code } of (payload as Outgoing['answer.refused']).refused) note(code);
    if (type !== 'answer.saved') return;
    for (const [, revision] of (payload as Outgoing['answer.saved']).saved) visitor.unsaved.delete(revision);
  }

  async function seat(roster: readonly RosterEntry[], width: number, limitMs: number): Promise<void> {
    const limit = AbortSignal.timeout(limitMs);
    await inParallel(roster, width, async (entry) => {
      if (limit.aborted) return note('not in before the limit');
      const visitor: Visitor = {
        client: undefined,
        fence: 0,
        counter: 0,
        isRunning: false,
        joinedAt: 0,
        unsaved: new Set(),
      };
      all.push(visitor);
      const joined = Promise.withResolvers<void>();
      limit.addEventListener('abort', () => joined.resolve());
      keep(visitor, entry, joined.resolve).catch((error: unknown) => note(String(error)));
      await joined.promise;
    });
  }

  function answer(): void {
    for (const visitor of all) {
      if (visitor.client?.isOpen() !== true) continue;
      const revision = revisionOf(visitor.fence, ++visitor.counter);
      visitor.unsaved.add(revision);
      visitor.client.send('answer.save', {
        answers: [{ item: 1, revision, response: responseTo(1, visitor.counter) }],
      });
    }
  }

  return visitors;
}

/** Each visitor's heartbeat comes each second, spread evenly over them. Gives the count of those that were sent. */
function startBeating(all: readonly Visitor[]): () => number {
  let [next, due, sent] = [0, 0, 0];
  let lastAt = performance.now();
  setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - lastAt) / HEARTBEAT.sdk) * all.length, all.length);
    lastAt = now;
    for (; due >= 1; due--) {
      const client = all[next++ % all.length]?.client;
      if (client?.isOpen() !== true) continue;
      client.send('heartbeat', { sentAt: performance.now() });
      sent++;
    }
  }, BEAT_TICK_MS);
  return () => sent;
}
