// The outbox of one session: every answer from the first key until the room says that this very revision is durable.
// It decides what to send and when, and never sends, stores or reads a clock itself: `now` is monotonic ms, given.
// An answer leaves it by saved, by superseded, by a refusal that is final, or replaced before it was ever taken.
import { revisionOf } from '../exam/revision.ts';
import type { Response } from '../schema/answers.ts';
import type { ItemRevision, RefusedAnswer, SentAnswer } from '../schema/messages.ts';
import type { Retry } from '../schema/refusals.ts';
import { halfJitterMs } from './backoff.ts';
import { answerBytes, type Parcel, pickBatch } from './batch.ts';
import type { AnswerEvent } from './events.ts';
import type { OutboxChange, OutboxEntry } from './outbox-storage.ts';

/** Waits for a batch's answer, and between two sendings of one answer, grow from the first to the last of these, in ms. */
export const OUTBOX_WAITS = { firstMs: 2_000, laterMs: 1_000, mostMs: 15_000 } as const;

/** `travelling`: sent, outcome unknown. `taken`: the room has it, not durable yet. `put-off`: refused for now, nothing taken. */
type Progress = 'draft' | 'travelling' | 'taken' | 'put-off';
type Waiting = Parcel & {
  readonly answer: OutboxEntry;
  travels: 'together' | 'alone';
  progress: Progress;
  /** Not sent before this instant. */
  dueAt: number;
  tries: number;
};

export type OutboxStart = {
  readonly examineeId: string;
  readonly fence: number;
  readonly counter: number;
  readonly entries: readonly OutboxEntry[];
};

export type OutboxEffects = {
  /** To be stored in this order. */
  store(changes: readonly OutboxChange[]): void;
  /** An answer changed its state: sent, saved or refused. */
  report(event: AnswerEvent): void;
  /** Uniform in [0, 1). */
  random(): number;
};

export type Outbox = {
  /**
   * Takes an answer, to be sent from `dueAt` on; replaces those of its item that no room has taken. Returns its revision.
   * `written`: under which one an earlier session had written it.
   */
  put(item: number, response: Response, wallNow: number, dueAt: number, written?: number): number;
  /** A revision that nothing is sent under: for an answer that this device itself refuses. */
  spare(): number;
  /** What to send now; notes it as sent. Empty while a batch is under way, nothing is due, or the outbox stands. */
  nextBatch(now: number): SentAnswer[];
  /** The next instant at which `nextBatch` may have something; undefined where only an event can change that. */
  nextAt(): number | undefined;
  saved(revisions: readonly ItemRevision[]): void;
  superseded(revisions: readonly ItemRevision[]): void;
  pending(revisions: readonly ItemRevision[], retryAfterMs: number, now: number): void;
  refused(answers: readonly RefusedAnswer[], now: number): void;
  /** The message as a whole was refused: put off, or sent again answer by answer to find the one that is bad. */
  batchRefused(refusal: Omit<RefusedAnswer, 'item' | 'revision'>, now: number): void;
  /** A new link: whatever the old one was asked is asked again, at once. */
  linked(now: number): void;
  /** Everything that no room has taken yet is due now: drafts, and what was put off. */
  hurry(now: number): void;
  /** Another device continues: sends nothing more and keeps everything. */
  stop(): void;
  isStopped(): boolean;
  /** Everything that is not known to be saved, in the order of revisions. */
  unsaved(): OutboxEntry[];
  fence(): number;
  /** Goes on under another fence with what the adoption left. */
  restart(start: Omit<OutboxStart, 'examineeId'>, now: number): void;
};

/** An outbox with what an adoption left in it. `put` throws RangeError after 999,999 answers of one session. */
export function createOutbox(start: OutboxStart, effects: OutboxEffects): Outbox {
  const { examineeId } = start;
  let { fence, counter } = start;
  let waiting = new Map<number, Waiting>();
  let underWay: { readonly revisions: Set<number>; readonly until: number } | undefined;
  let silences = 0;
  let isStopped = false;

  const inOrder = () => [...waiting.values()].sort((one, other) => one.answer.revision - other.answer.revision);
  const isUnderWay = (revision: number) => underWay?.revisions.has(revision) === true;
  const settle = (revision: number) => {
    underWay?.revisions.delete(revision);
    if (underWay?.revisions.size === 0) underWay = undefined;
  };
  const forget = (revision: number): OutboxChange => {
    waiting.delete(revision);
    settle(revision);
    return { kind: 'remove', examineeId, revision };
  };
  const find = (item: number, revision: number) => {
    const found = waiting.get(revision);
    return found?.answer.item === item ? found : undefined;
  };
  const waitMs = (tries: number, baseMs: number) => halfJitterMs(tries, baseMs, OUTBOX_WAITS.mostMs, effects.random());

  /** Those of the item that no room has taken, and that a newer one therefore replaces. */
  const replaceable = (item: number, before: number) =>
    inOrder().filter(
      ({ answer, progress }) =>
        answer.item === item && answer.revision < before && (progress === 'draft' || progress === 'put-off'),
    );

  const leave = (revisions: readonly ItemRevision[], state: 'saved' | 'superseded') => {
    const found = revisions.filter(([item, revision]) => find(item, revision) !== undefined);
    if (found.length === 0) return;
    silences = 0;
    effects.store(found.map(([, revision]) => forget(revision)));
    if (state === 'saved') for (const [item, revision] of found) effects.report({ item, revision, state });
  };

  const putOff = (found: Waiting, retryAfterMs: number, now: number) => {
    settle(found.answer.revision);
    const { item } = found.answer;
    const isReplaced = [...waiting.values()].some(
      ({ answer }) => answer.item === item && answer.revision > found.answer.revision,
    );
    if (isReplaced) return effects.store([forget(found.answer.revision)]);
    found.progress = 'put-off';
    found.dueAt = now + Math.max(retryAfterMs, waitMs(found.tries++, OUTBOX_WAITS.laterMs));
  };

  const refuseOne = ({ item, revision, code, retry, message, retryAfterMs }: RefusedAnswer, now: number) => {
    const found = find(item, revision);
    if (found === undefined) return;
    switch (retry) {
      case 'later':
        return putOff(found, retryAfterMs ?? 0, now);
      case 'stop':
        isStopped = true;
        underWay = undefined;
        return;
      case 'never':
        effects.store([forget(revision)]);
        effects.report({ item, revision, state: 'refused', code, message });
    }
  };

  const load = (entries: readonly OutboxEntry[], dueAt: number) => {
    waiting = new Map(entries.map((entry) => [entry.revision, waitingOf(entry, dueAt)]));
  };
  load(start.entries, Number.NEGATIVE_INFINITY);

  return {
    put(item, response, wallNow, dueAt, written) {
      const revision = revisionOf(fence, counter + 1);
      counter++;
      const before = written === undefined ? {} : { written };
      const entry: OutboxEntry = { examineeId, item, revision, response, at: wallNow, place: 'outbox', ...before };
      const replaced = replaceable(item, revision).map(({ answer }) => forget(answer.revision));
      waiting.set(revision, waitingOf(entry, dueAt));
      effects.store([{ kind: 'put', entry }, ...replaced]);
      return revision;
    },
    spare: () => revisionOf(fence, ++counter),
    nextBatch(now) {
      if (isStopped || (underWay !== undefined && now < underWay.until)) return [];
      if (underWay !== undefined) silences++;
      underWay = undefined;
      const batch = pickBatch(inOrder().filter(({ dueAt }) => dueAt <= now));
      if (batch.length === 0) return [];
      underWay = {
        revisions: new Set(batch.map(({ answer }) => answer.revision)),
        until: now + waitMs(silences, OUTBOX_WAITS.firstMs),
      };
      for (const parcel of batch) noteSent(parcel, effects);
      return batch.map(({ answer }) => sentAnswer(answer));
    },
    nextAt() {
      if (isStopped || waiting.size === 0) return undefined;
      if (underWay !== undefined) return underWay.until;
      return Math.min(...inOrder().map(({ dueAt }) => dueAt));
    },
    saved: (revisions) => leave(revisions, 'saved'),
    superseded: (revisions) => leave(revisions, 'superseded'),
    pending(revisions, retryAfterMs, now) {
      for (const [item, revision] of revisions) {
        const found = find(item, revision);
        if (found === undefined) continue;
        settle(revision);
        silences = 0;
        found.progress = 'taken';
        found.dueAt = now + Math.max(retryAfterMs, waitMs(found.tries++, OUTBOX_WAITS.firstMs));
      }
    },
    refused(answers, now) {
      for (const answer of answers) refuseOne(answer, now);
    },
    batchRefused({ code, retry, message, retryAfterMs }, now) {
      const batch = inOrder().filter(({ answer }) => isUnderWay(answer.revision));
      const step: Retry = retry === 'never' && batch.length > 1 ? 'later' : retry;
      const later = retryAfterMs === undefined ? {} : { retryAfterMs };
      for (const parcel of batch) {
        if (step !== retry) parcel.travels = 'alone';
        const { item, revision } = parcel.answer;
        refuseOne({ item, revision, code, retry: step, message, ...later }, now);
      }
    },
    linked(now) {
      underWay = undefined;
      silences = 0;
      for (const parcel of waiting.values()) {
        parcel.tries = 0;
        if (parcel.progress !== 'draft') parcel.dueAt = now;
      }
    },
    hurry(now) {
      for (const parcel of waiting.values()) {
        if (parcel.progress === 'draft' || parcel.progress === 'put-off') parcel.dueAt = Math.min(parcel.dueAt, now);
      }
    },
    stop() {
      isStopped = true;
      underWay = undefined;
    },
    isStopped: () => isStopped,
    unsaved: () => inOrder().map(({ answer }) => answer),
    fence: () => fence,
    restart(next, now) {
      ({ fence, counter } = next);
      underWay = undefined;
      load(next.entries, now);
    },
  };
}

function waitingOf(entry: OutboxEntry, dueAt: number): Waiting {
  return { answer: entry, bytes: answerBytes(entry), travels: 'together', progress: 'draft', dueAt, tries: 0 };
}

function sentAnswer({ item, revision, response, written }: OutboxEntry): SentAnswer {
  return written === undefined ? { item, revision, response } : { item, revision, response, written };
}

function noteSent(parcel: Waiting, effects: OutboxEffects): void {
  const isFirst = parcel.progress === 'draft';
  parcel.progress = 'travelling';
  const { item, revision } = parcel.answer;
  if (isFirst) effects.report({ item, revision, state: 'sent' });
}
