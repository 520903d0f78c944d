// Empties older revisions of long texts, 10 s after newer ones became durable. Works from what this process has seen and
// forgets it with the process: what is not pruned costs space and nothing else. Must never prune a sheet that has ended,
// since its vector decides then. Called by the answers worker.
import type { Logger } from 'pino';
import { answerId } from '../exam/answer-id.ts';
import { periodOf, prunableRevisions, type WrittenRevision } from '../exam/pruning.ts';
import type { QueuedAnswer } from '../schema/jobs.ts';
import type { Store } from '../store/open-store.ts';
import { exceptions, type SaveOutcome } from './answers.ts';
import type { AnswersEnvelope } from './answers-job.ts';
import { startSweep } from './sweep.ts';

/** Shorter texts are not worth it; in UTF-16 units. */
const LONG_TEXT = 256;
const DELAY_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
/** Items whose last revisions are remembered; the longest known is forgotten first. */
const ITEMS = 50_000;
/** Revisions that wait for their 10 s; beyond it new ones are not looked at. */
const WAITING = 100_000;

type Noted = { planId: string; examineeId: string; item: number; revision: number; at: number; dueAt: number };

export type Pruner = {
  /** What has become durable just now. Cheap for short answers. */
  note(job: AnswersEnvelope, outcome: SaveOutcome): void;
  stop(): Promise<void>;
};

export type PrunerOptions = {
  readonly store: Pick<Store, 'answers' | 'sheets'>;
  readonly log: Logger;
  /** Other lengths are for tests. */
  readonly delayMs?: number;
  readonly lookEveryMs?: number;
};

/** Starts looking for what is due. */
export function createPruner({ store, log, delayMs = DELAY_MS, lookEveryMs = LOOK_EVERY_MS }: PrunerOptions): Pruner {
  const waiting: Noted[] = [];
  const known = new Map<string, WrittenRevision[]>();
  const looking = startSweep('pruning', lookEveryMs, pruneDue, log);

  async function pruneDue(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const notYet = waiting.findIndex(({ dueAt }) => dueAt > now);
    const due = waiting.splice(0, notYet === -1 ? waiting.length : notYet);
    const byExaminee = Map.groupBy(due, ({ examineeId }) => examineeId);
    for (const noted of byExaminee.values()) if (!signal.aborted) await pruneExaminee(noted);
  }

  async function pruneExaminee(noted: readonly Noted[]): Promise<void> {
    const [one] = noted;
    if (one === undefined) return;
    const byItem = Map.groupBy(noted, ({ item }) => item);
    const items = [...byItem].map(([item, newer]) => ({ item, written: remember(`${one.examineeId}.${item}`, newer) }));
    if (items.every(({ written }) => prunableRevisions(written).length === 0)) return;
    const sheet = await store.sheets.get(one.examineeId);
    if (sheet === null || (sheet.state !== 'in-progress' && sheet.state !== 'empty')) return;
    const kept = new Set(sheet.vector?.map(([, revision]) => revision));
    const ids = items.flatMap(({ item, written }) =>
      prunableRevisions(written, kept).map((revision) => answerId(one.planId, one.examineeId, item, revision)),
    );
    await store.answers.prune(ids);
    log.debug({ planId: one.planId, count: ids.length }, 'older revisions were pruned');
  }

  /** Adds newer revisions of an item; returns all that is known, and goes on to know only what a later one may prune. */
  function remember(key: string, newer: readonly WrittenRevision[]): WrittenRevision[] {
    const written = [...(known.get(key) ?? []), ...newer];
    const latest = Math.max(...written.map(({ at }) => periodOf(at)));
    const gone = new Set(prunableRevisions(written));
    known.delete(key);
    known.set(
      key,
      written.filter(({ revision, at }) => !gone.has(revision) && periodOf(at) >= latest - 1),
    );
    const [oldest] = known.keys();
    if (known.size > ITEMS && oldest !== undefined) known.delete(oldest);
    return written;
  }

  return {
    note({ planId, answers }, outcome) {
      const except = exceptions(outcome);
      for (const [index, answer] of answers.entries()) {
        if (waiting.length >= WAITING || except.has(index)) continue;
        // Whatever is saved has the shape.
        const [examineeId, item, revision, response, , at] = answer as QueuedAnswer;
        if (typeof response !== 'string' || response.length <= LONG_TEXT) continue;
        waiting.push({ planId, examineeId, item, revision, at, dueAt: performance.now() + delayMs });
      }
    },
    stop: () => looking.stop(),
  };
}
