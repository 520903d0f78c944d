// What the examinee sees of his sheet: for each item the newest response that this device knows, and how safe it is.
// Fed by the session from the store's answers at entering, from what is typed, and from what the room says.
import type { Answer, Response } from '../schema/answers.ts';
import type { Incoming } from '../schema/messages.ts';
import type { RefusalCode } from '../schema/refusals.ts';
import type { AnswerEvent, AnswerState } from './events.ts';

/** `savedRevision` is the item's newest durable revision, 0 for none; it may be older than what is shown. */
export type AnswerView = {
  readonly item: number;
  readonly revision: number;
  readonly response: Response;
  readonly state: AnswerState;
  readonly savedRevision: number;
  readonly code?: RefusalCode;
};

export type AnswerViews = {
  /** The store has this answer: shown where it is newer than what is. Returns whether it is shown now and was not. */
  stored(answer: Answer): boolean;
  /** This device has a new response, not saved yet. */
  wrote(answer: Answer): void;
  noted(event: AnswerEvent): void;
  all(): ReadonlyMap<number, AnswerView>;
  /** [item, newest durable revision] of every item that has one: what a submit names. */
  vector(): Incoming<'sheet.submit'>['revisions'];
};

/** Views of an empty sheet. */
export function createAnswerViews(): AnswerViews {
  const views = new Map<number, AnswerView>();
  const savedOf = (item: number) => views.get(item)?.savedRevision ?? 0;
  return {
    stored({ item, revision, response }) {
      const shown = views.get(item);
      if (shown !== undefined && revision === shown.revision) return false; // only the room says saved to what is waited for
      const savedRevision = Math.max(savedOf(item), revision);
      const isNewer = shown === undefined || revision > shown.revision;
      if (isNewer) views.set(item, { item, revision, response, state: 'saved', savedRevision });
      else views.set(item, { ...shown, savedRevision });
      return isNewer;
    },
    wrote({ item, revision, response }) {
      views.set(item, { item, revision, response, state: 'draft', savedRevision: savedOf(item) });
    },
    noted({ item, revision, state, code }) {
      const shown = views.get(item);
      if (shown === undefined) return;
      const savedRevision = state === 'saved' ? Math.max(shown.savedRevision, revision) : shown.savedRevision;
      const isShown = revision === shown.revision;
      const { code: _, ...rest } = shown;
      if (!isShown) views.set(item, { ...shown, savedRevision });
      else views.set(item, { ...rest, state, savedRevision, ...(code === undefined ? {} : { code }) });
    },
    all: () => views,
    vector: () =>
      [...views.values()]
        .filter(({ savedRevision }) => savedRevision > 0)
        .map(({ item, savedRevision }): [number, number] => [item, savedRevision])
        .sort(([one], [other]) => one - other),
  };
}
