// Whether what was sent is being saved: since when the oldest answer waits that the room was sent and has not called saved.
// Says nothing where another reason is known, as a lost link or a pause. Called by session.
import type { ClientClock } from './clock.ts';
import type { AnswerEvent } from './events.ts';
import type { OutboxEntry } from './outbox-storage.ts';

/** An answer takes a fraction of a second, and two where a worker dies. */
export const SLOW_SAVING_MS = 4_000;

export type SavingEffects = {
  readonly clock: ClientClock;
  unsaved(): readonly OutboxEntry[];
  /** Whether the room would save now: there is a link, and the sheet is open. */
  isExpected(): boolean;
  /** It became slow, at this instant (monotonic), or is as it should be again: undefined. */
  changed(slowSince: number | undefined): void;
};

export type Saving = {
  noted(event: AnswerEvent): void;
  /** Something may have changed. */
  poke(): void;
  /** Since when saving is slow, monotonic; undefined where it is not. */
  slowSince(): number | undefined;
  stop(): void;
};

/** Nothing sent yet. */
export function createSaving({ clock, unsaved, isExpected, changed }: SavingEffects): Saving {
  let sentAt = new Map<number, number>();
  let slowSince: number | undefined;
  let cancel = (): void => {};
  let hasStopped = false;

  function become(next: number | undefined): void {
    const isOther = (next === undefined) !== (slowSince === undefined);
    slowSince = next;
    if (isOther) changed(next);
  }

  function poke(): void {
    cancel();
    if (hasStopped) return;
    sentAt = new Map(
      unsaved().flatMap(({ revision }) => {
        const at = sentAt.get(revision);
        return at === undefined ? [] : [[revision, at]];
      }),
    );
    const oldest = Math.min(...sentAt.values());
    if (sentAt.size === 0 || !isExpected()) return become(undefined);
    const leftMs = oldest + SLOW_SAVING_MS - clock.now();
    if (leftMs <= 0) return become(slowSince ?? oldest); // a backlog that drains is slow since it began
    become(undefined);
    cancel = clock.after(leftMs, poke);
  }

  return {
    noted({ revision, state }) {
      if (state === 'sent' && !sentAt.has(revision)) sentAt.set(revision, clock.now());
    },
    poke,
    slowSince: () => slowSince,
    stop() {
      hasStopped = true;
      cancel();
    },
  };
}
