// A simulated examinee's device: the product's own outbox, adoption and last beats (client/), over sockets and an api that
// are simulated. It writes, sends again, reloads, loses its link, submits. A cheating one writes when its time is over, too.
import { createLastBeats, type LastBeats } from '../../client/last-beats.ts';
import { createOutbox, type Outbox } from '../../client/outbox.ts';
import { adopt } from '../../client/outbox-adoption.ts';
import { createOutboxFold } from '../../client/outbox-storage.ts';
import type { SheetWindow } from '../../exam/answer-sheet.ts';
import { createOffsetEstimator, hasRunOut, type OffsetEstimator } from '../../exam/clock.ts';
import type { SentAnswer } from '../../schema/messages.ts';
import type { Agenda } from './agenda.ts';
import type { Chance } from './chance.ts';
import type { Connection } from './connections.ts';
import type { Flaw } from './flaws.ts';
import type { Judge } from './judge.ts';
import type { Down, Up } from './messages.ts';
import type { Revision } from './store.ts';

export type Device = {
  readonly examineeId: string;
  readonly name: string;
  write(item: number): void;
  /** `isEager`: though not everything is saved yet. */
  submit(isEager: boolean): void;
  /** The page is loaded anew: only what it has stored is left. */
  reload(): void;
  /** The link is cut for so long; `isSilent`: nobody is told. */
  cut(ms: number, isSilent: boolean): void;
  enter(): void;
  /** Whether nothing is left to be sent. */
  isDrained(): boolean;
  /** Since when it sits in the room, as far as it knows; Infinity where it does not. */
  seatedSince(): number;
  readonly storage: ReturnType<typeof createOutboxFold>;
};

export type DeviceParts = {
  readonly examineeId: string;
  readonly name: string;
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly judge: Judge;
  readonly flaw: Flaw | undefined;
  readonly isCheating: boolean;
  /** It sends other contents under revisions that it has used. */
  readonly isAltering: boolean;
  /** This device's clock is off by so much. */
  readonly aheadMs: number;
  /** Asks the api for a session; `then` gets its fence and the sheet. Nothing where the api does not answer. */
  readonly askToEnter: (
    examineeId: string,
    entryId: string,
    then: (session: { fence: number; answers: readonly Revision[] } | undefined) => void,
  ) => void;
  /** A socket to whoever owns the room; undefined while nobody does. */
  readonly connect: (device: {
    readonly examineeId: string;
    readonly fence: number;
    told: (message: Down) => void;
    closed: () => void;
  }) => Connection | undefined;
};

const BEAT_MS = 1_500;
const DEAD_AFTER_MS = 5_000;
const AGAIN_MS = 700;
const SUBMIT_AGAIN_MS = 2_500;

type Session = {
  readonly fence: number;
  readonly outbox: Outbox;
  readonly lastBeats: LastBeats;
  /** Item → the revision that this device takes for current. */
  readonly current: Map<number, number>;
};

export function createDevice(parts: DeviceParts): Device {
  const { examineeId, name, agenda, chance, judge, flaw, isCheating, isAltering, aheadMs } = parts;
  const storage = createOutboxFold();
  const startedAt = agenda.now();
  let life = 0;
  let session: Session | undefined;
  let connection: Connection | undefined;
  let window: SheetWindow | undefined;
  let offset: OffsetEstimator = createOffsetEstimator();
  let heardAt = 0;
  let isCutUntil = 0;
  let isOver = false;
  let isFenced = false;
  let seatedSince = Number.POSITIVE_INFINITY;
  let submitting: 'no' | 'yes' | 'done' = 'no';
  let isEager = false;
  let wakesAt = Number.POSITIVE_INFINITY;

  const monotonic = (): number => agenda.now() - startedAt;
  const wall = (): number => agenda.now() + aheadMs;
  /** The server's time as this device has measured it. */
  const serverNow = (): number => wall() + offset.offsetMs();
  const clock = { now: monotonic, wallNow: wall, after: () => () => {} };

  /** In this life of the page, or never. */
  function later(delayMs: number, call: () => void): void {
    const born = life;
    agenda.after(delayMs, () => {
      if (life === born) call();
    });
  }

  function enter(): void {
    life++;
    session = undefined;
    const stored = storage.stored();
    const entryId = stored.entryId ?? `${name}.${life}`;
    storage.apply([{ kind: 'entering', entryId }]);
    askAgain(entryId);
    beatOn();
  }

  function askAgain(entryId: string): void {
    if (agenda.now() < isCutUntil) return later(AGAIN_MS, () => askAgain(entryId));
    const born = life;
    parts.askToEnter(examineeId, entryId, (given) => {
      if (life !== born) return;
      if (given === undefined) return later(AGAIN_MS, () => askAgain(entryId));
      begin(given.fence, given.answers);
      connect();
    });
  }

  function begin(fence: number, answers: readonly Revision[]): void {
    const adoption = adopt(storage.stored(), examineeId, fence, answers);
    storage.apply(adoption.changes);
    const entries = flaw === 'a device forgets its outbox' ? [] : adoption.entries;
    if (flaw === 'a device forgets its outbox')
      storage.apply(adoption.entries.map(({ revision }) => ({ kind: 'remove', examineeId, revision }) as const));
    const outbox = createOutbox(
      { examineeId, fence, counter: adoption.counter, entries },
      {
        store: (changes) => storage.apply(changes),
        report: (event) => judge.hearsFate(name, event),
        random: chance.fraction,
      },
    );
    const lastBeats = createLastBeats({
      clock,
      unsaved: () => outbox.unsaved(),
      leftMs: () =>
        window === undefined || window.deadlineAt === 0 || window.heldSince !== 0
          ? undefined
          : window.deadlineAt - serverNow(),
      isEnded: () => isOver,
      beat,
    });
    const current = new Map(answers.map(({ item, revision }) => [item, revision]));
    for (const { item, revision, response } of entries) {
      current.set(item, revision);
      judge.writes(name, examineeId, item, revision, Number(response), false);
    }
    session = { fence, outbox, lastBeats, current };
  }

  function connect(): void {
    if (session === undefined || isFenced) return;
    const { fence } = session;
    const opened: Connection | undefined =
      agenda.now() < isCutUntil
        ? undefined
        : parts.connect({
            examineeId,
            fence,
            told: (message) => opened === connection && hear(message),
            closed: () => opened === connection && lost(),
          });
    connection = opened;
    seatedSince = Number.POSITIVE_INFINITY;
    heardAt = agenda.now();
    if (opened === undefined) later(AGAIN_MS, connect);
  }

  function lost(): void {
    connection = undefined;
    later(chance.between(50, AGAIN_MS), connect);
  }

  function say(message: Up): boolean {
    judge.note(name, 'says', message);
    return connection?.say(message) === true;
  }

  function beat(): void {
    if (session === undefined) return;
    const { tally, over = false } = session.lastBeats.said();
    if (tally !== undefined) judge.saysTally(tally.hash, session.outbox.unsaved());
    say({ type: 'heartbeat', sentAt: wall(), over, ...(tally === undefined ? {} : { tally }) });
  }

  function beatOn(): void {
    later(BEAT_MS, () => {
      beatOn();
      if (connection === undefined) return;
      if (agenda.now() - heardAt > DEAD_AFTER_MS) {
        connection.leave();
        lost();
      } else beat();
    });
  }

  /** Sends what is due, and wakes when something is. */
  function pump(): void {
    if (session === undefined || connection === undefined) return;
    const { outbox, lastBeats } = session;
    const now = monotonic();
    const answers = outbox.nextBatch(now);
    if (answers.length > 0) say({ type: 'answer.save', answers: isAltering ? answers.map(altered) : answers });
    const beatIn = lastBeats.poke();
    const next = Math.min(
      outbox.nextAt() ?? Number.POSITIVE_INFINITY,
      beatIn === undefined ? Number.POSITIVE_INFINITY : now + beatIn,
    );
    if (next === Number.POSITIVE_INFINITY || (wakesAt <= next && wakesAt > now)) return;
    wakesAt = next;
    later(Math.max(1, next - now), () => {
      wakesAt = Number.POSITIVE_INFINITY;
      pump();
    });
  }

  function altered(answer: SentAnswer): SentAnswer {
    if (!chance.happens(0.4)) return answer;
    const response = judge.newResponse();
    judge.writes(name, examineeId, answer.item, answer.revision, response, true);
    return { ...answer, response };
  }

  function hear(message: Down): void {
    heardAt = agenda.now();
    judge.note(name, 'hears', message);
    if (message.examineeId !== examineeId) return judge.foreign(examineeId, message);
    take(message);
    pump();
  }

  function take(message: Down): void {
    const now = monotonic();
    switch (message.type) {
      case 'joined':
        seatedSince = agenda.now();
        session?.outbox.linked(now);
        window = message.window;
        beat();
        if (submitting === 'yes') askSubmit();
        return;
      case 'room.status':
        window = message.window;
        if (window.status === 'running') session?.outbox.hurry(now);
        return;
      case 'heartbeat':
        offset.add(message.sentAt, message.at, wall());
        return judge.seesShown(serverNow(), wall() - message.sentAt);
      case 'answer.saved':
        for (const [item, revision] of message.saved) judge.hearsSaved(name, examineeId, item, revision);
        return session?.outbox.saved(message.saved);
      case 'answer.superseded':
        return session?.outbox.superseded(message.superseded);
      case 'answer.pending':
        return session?.outbox.pending(message.pending, message.retryAfterMs, now);
      case 'answer.refused':
        return session?.outbox.refused(message.refused, now);
      case 'answer.current':
        return noteCurrent(message.item, message.revision);
      case 'tally.asked': {
        const entries = session?.lastBeats.opened(message.hash);
        if (entries !== undefined) say({ type: 'tally.open', entries });
        return;
      }
      case 'sheet.submitted':
      case 'sheet.ended':
        judge.hearsEnd(name, examineeId, message.type, message.revisions, submitting === 'yes' ? namedNow() : []);
        isOver = true;
        submitting = submitting === 'no' ? 'no' : 'done';
        return;
      case 'sheet.open':
        isOver = false;
        submitting = 'no';
        return;
      case 'sheet.refused':
        if (message.retry === 'never') submitting = 'no';
        return;
      case 'control.told':
        judge.hearsTold(examineeId, message.told.controlId);
        say({ type: 'control.received', controlId: message.told.controlId });
        if (message.told.mustConfirm === true) {
          judge.confirms(examineeId, message.told.controlId);
          say({ type: 'control.confirm', controlId: message.told.controlId });
        }
        return;
      case 'control.confirmed':
        return judge.hearsConfirmed(examineeId, message.controlId);
      case 'session.fenced':
        isFenced = true;
        seatedSince = Number.POSITIVE_INFINITY;
        session?.outbox.stop();
    }
  }

  function noteCurrent(item: number, revision: number): void {
    if (session !== undefined && revision > (session.current.get(item) ?? 0)) session.current.set(item, revision);
  }

  function namedNow(): [number, number][] {
    return [...(session?.current ?? [])];
  }

  function askSubmit(): void {
    if (submitting !== 'yes' || session === undefined || isOver) return;
    if (isEager || session.outbox.unsaved().length === 0) say({ type: 'sheet.submit', revisions: namedNow() });
    later(SUBMIT_AGAIN_MS, askSubmit);
  }

  function mayWrite(): boolean {
    if (session === undefined || isFenced || window === undefined || submitting !== 'no') return false;
    if (isCheating) return true;
    return !isOver && window.status === 'running' && window.heldSince === 0 && !hasRunOut(window, serverNow());
  }

  return {
    examineeId,
    name,
    storage,
    enter,
    write(item) {
      if (!mayWrite() || session === undefined) return;
      const response = judge.newResponse();
      const revision = session.outbox.put(item, response, wall(), monotonic());
      session.current.set(item, revision);
      judge.writes(name, examineeId, item, revision, response, true);
      pump();
    },
    submit(eager) {
      isEager = eager;
      if (session === undefined || isOver || submitting !== 'no' || window?.status !== 'running') return;
      submitting = 'yes';
      askSubmit();
    },
    reload() {
      connection?.leave();
      connection = undefined;
      isOver = false;
      submitting = 'no';
      wakesAt = Number.POSITIVE_INFINITY;
      offset = createOffsetEstimator();
      if (!isFenced) enter();
    },
    cut(ms, isSilent) {
      isCutUntil = Math.max(isCutUntil, agenda.now() + ms);
      if (connection === undefined) return;
      if (isSilent) return connection.goSilent();
      connection.leave();
      lost();
    },
    isDrained: () =>
      isFenced || session === undefined || session.outbox.isStopped() || session.outbox.unsaved().length === 0,
    seatedSince: () =>
      connection === undefined || agenda.now() - heardAt > 2 * BEAT_MS ? Number.POSITIVE_INFINITY : seatedSince,
  };
}
