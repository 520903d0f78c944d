// What this device noticed by itself, brought to the room: kept while there is no link, sent in batches, and sent again
// under the same number until the room has taken it. Bounded: what is oldest is forgotten first. Called by session.
import type { Incoming } from '../schema/messages.ts';
import type { Refusal } from '../schema/refusals.ts';
import type { ClientClock } from './clock.ts';

export type Signal = Incoming<'signal.report'>['signals'][number];

export type Signals = {
  report(signal: Signal): void;
  /** The room has taken the message of this number. */
  taken(number: number): void;
  refused(refusal: Refusal): void;
  linked(): void;
  /** Sends no more, and forgets what is left. */
  stop(): void;
};

export type SignalsEffects = {
  readonly clock: ClientClock;
  /** Sends now or not at all. */
  send(message: Incoming<'signal.report'>): void;
};

const KEPT = 100;
const MESSAGE = 20;
/** After a message the next one gathers for so long. */
const GAP_MS = 1_000;
const REPEAT_MS = 5_000;

/** Nothing noticed yet. */
export function createSignals({ clock, send }: SignalsEffects): Signals {
  let waiting: Signal[] = [];
  let sent: Incoming<'signal.report'> | undefined;
  let number = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  let isStopped = false;
  let cancel = (): void => {};

  /** Sends what is under way again, or the next message once it is time. */
  function pump(): void {
    cancel();
    const inMs = nextAt - clock.now();
    if (isStopped || (sent === undefined && waiting.length === 0)) return;
    if (inMs > 0) {
      cancel = clock.after(inMs, pump);
      return;
    }
    sent ??= { number: ++number, signals: waiting.splice(0, MESSAGE) };
    send(sent);
    nextAt = clock.now() + REPEAT_MS;
    cancel = clock.after(REPEAT_MS, pump);
  }

  function done(): void {
    sent = undefined;
    nextAt = clock.now() + GAP_MS;
    pump();
  }

  return {
    report(signal) {
      waiting = [...waiting, signal].slice(-KEPT);
      if (sent === undefined) pump();
    },
    taken(taken) {
      if (taken === sent?.number) done();
    },
    refused({ retry, retryAfterMs = GAP_MS }) {
      if (retry === 'never') return done();
      nextAt = clock.now() + retryAfterMs;
      pump();
    },
    linked() {
      nextAt = clock.now();
      pump();
    },
    stop() {
      isStopped = true;
      cancel();
      waiting = [];
    },
  };
}
