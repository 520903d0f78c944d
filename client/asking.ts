// What was asked of the room and is not answered yet: sent again over each new link and after a while, under a name that
// makes the repeat the same. Called by what a proctor's or an examinee's programme asks for.
import type { Incoming, IncomingType } from '../schema/messages.ts';
import type { Refusal, RefusalCode } from '../schema/refusals.ts';
import type { ClientClock } from './clock.ts';

const PATIENCE_MS = 5_000;
const REPEAT_MS = 5_000;

/** `pending` after five seconds: it is sent on, and what it comes to is told by events. */
export type Asked<R> =
  | { readonly state: 'done'; readonly result: R }
  | { readonly state: 'refused'; readonly code: RefusalCode; readonly message: string }
  | { readonly state: 'pending' };

/** Sends now or not at all. */
export type Send = <T extends IncomingType>(type: T, message: Incoming<T>) => void;

type Open<R> = {
  readonly type: IncomingType;
  readonly send: () => void;
  readonly resolve: (outcome: Asked<R>) => void;
};

export type Asking<R> = {
  ask<T extends IncomingType>(about: string, type: T, message: Incoming<T>): Promise<Asked<R>>;
  /** The room has answered. A refusal that is to be tried later keeps it open. */
  answered(about: string, answer: R | Refusal): void;
  /** A message of this type was refused as a whole. */
  refused(type: string, refusal: Refusal): void;
  linked(): void;
  /** Asks no more for this: another wish has taken its place. It stays pending. */
  withdraw(about: string): void;
  stop(): void;
};

/** Nothing asked yet. */
export function createAsking<R extends object>({ clock, send }: { clock: ClientClock; send: Send }): Asking<R> {
  const open = new Map<string, Open<R>>();
  let cancel = (): void => {};

  const sendAll = () => {
    cancel();
    for (const one of open.values()) one.send();
    if (open.size > 0) cancel = clock.after(REPEAT_MS, sendAll);
  };

  function close(about: string, outcome: Asked<R>): void {
    open.get(about)?.resolve(outcome);
    open.delete(about);
  }

  return {
    ask(about, type, message) {
      return new Promise((resolve) => {
        const before = open.get(about);
        const resolveAll = (outcome: Asked<R>) => {
          before?.resolve(outcome);
          resolve(outcome);
        };
        clock.after(PATIENCE_MS, () => resolve({ state: 'pending' }));
        open.set(about, { type, send: () => send(type, message), resolve: resolveAll });
        send(type, message);
        if (open.size === 1) cancel = clock.after(REPEAT_MS, sendAll);
      });
    },
    answered(about, answer) {
      if (!('refused' in answer)) return close(about, { state: 'done', result: answer });
      const { refused: code, retry, message } = answer;
      if (retry !== 'later') close(about, { state: 'refused', code, message });
    },
    refused(type, { refused: code, retry, message }) {
      if (retry !== 'never') return;
      for (const [about, one] of open) if (one.type === type) close(about, { state: 'refused', code, message });
    },
    linked: sendAll,
    withdraw: (about) => close(about, { state: 'pending' }),
    stop() {
      cancel();
      for (const about of [...open.keys()]) close(about, { state: 'pending' });
    },
  };
}
