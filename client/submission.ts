// Submitting: wait until everything is saved, name the revision of each item, and ask again until the room has decided.
// Repeating is harmless: the room ends a sheet once. Called by session alone.
import type { Incoming, ItemRevision } from '../schema/messages.ts';
import { isRefusal, type Refusal, RefusalError } from '../schema/refusals.ts';
import { halfJitterMs } from './backoff.ts';
import type { ClientClock } from './clock.ts';
import type { OwnReceipt } from './receipts.ts';

const REPEAT = { baseMs: 4_000, mostMs: 15_000 } as const;
const AGAIN = { baseMs: 500, mostMs: 5_000 } as const;

export type Submitted = OwnReceipt & { readonly submittedAt: number; readonly revisions: readonly ItemRevision[] };

export type SubmissionEffects = {
  readonly clock: ClientClock;
  readonly random: () => number;
  /** Whether nothing waits in the outbox. */
  isSaved(): boolean;
  revisions(): Incoming<'sheet.submit'>['revisions'];
  /** Asks the room; false where there is no link. */
  ask(revisions: Incoming<'sheet.submit'>['revisions']): boolean;
};

export type Submission = {
  /** Resolves when the room says submitted; rejects with RefusalError where it refuses for good. The same while it runs. */
  start(): Promise<Submitted>;
  /** Something changed: the outbox, or the link. Asks where it is time. */
  poke(): void;
  /** A new link: what the old one was asked is asked again. */
  linked(): void;
  submitted(submitted: Submitted): void;
  /** `later` asks again; anything else is the end. */
  refused(refusal: Refusal): void;
  /** The sheet is open again: the next submit is a new one. */
  reopened(): void;
  /** There will be no answer. */
  end(cause: Refusal | Error): void;
};

type Phase =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'running';
      readonly resolve: (submitted: Submitted) => void;
      readonly reject: (cause: Error) => void;
    };

/** A submission that has not been asked for. */
export function createSubmission(effects: SubmissionEffects): Submission {
  const { clock, random } = effects;
  let phase: Phase = { kind: 'idle' };
  let promise: Promise<Submitted> | undefined;
  let tries = 0;
  let cancel: (() => void) | undefined;

  const stopTimer = () => {
    cancel?.();
    cancel = undefined;
  };
  /** Asks again after this, unless something comes before. */
  const askAfter = (delayMs: number) => {
    stopTimer();
    cancel = clock.after(delayMs, () => {
      cancel = undefined;
      poke();
    });
  };
  function poke(): void {
    if (phase.kind !== 'running' || cancel !== undefined || !effects.isSaved()) return;
    if (effects.ask(effects.revisions())) askAfter(halfJitterMs(tries++, REPEAT.baseMs, REPEAT.mostMs, random()));
  }
  const end = (cause: Refusal | Error): void => {
    stopTimer();
    if (phase.kind !== 'running') return;
    const { reject } = phase;
    phase = { kind: 'idle' };
    promise = undefined;
    reject(isRefusal(cause) ? new RefusalError(cause) : cause);
  };
  return {
    end,
    start() {
      if (promise !== undefined) return promise;
      tries = 0;
      promise = new Promise((resolve, reject) => {
        phase = { kind: 'running', resolve, reject };
      });
      poke();
      return promise;
    },
    poke,
    linked() {
      stopTimer();
      poke();
    },
    submitted(submitted) {
      stopTimer();
      if (phase.kind === 'running') phase.resolve(submitted);
      phase = { kind: 'idle' };
      promise = Promise.resolve(submitted);
    },
    reopened() {
      if (phase.kind === 'idle') promise = undefined;
    },
    refused(refusal) {
      if (phase.kind !== 'running') return;
      if (refusal.retry === 'later') {
        return askAfter(
          Math.max(refusal.retryAfterMs ?? 0, halfJitterMs(tries++, AGAIN.baseMs, AGAIN.mostMs, random())),
        );
      }
      end(refusal);
    },
  };
}
