// An examinee's raised hand: said until the room has stored it, taken back the same way; and what became of it, shown once
// and acknowledged each time it comes. Called by session.
import type { CallTold } from '../schema/calls.ts';
import { newId } from '../schema/ids.ts';
import type { Incoming, Outgoing } from '../schema/messages.ts';
import type { Refusal } from '../schema/refusals.ts';
import type { ClientClock } from './clock.ts';

const REPEAT_MS = 5_000;

type Type = 'call.raise' | 'call.withdraw' | 'call.received';

export type OwnCallsEffects = {
  readonly clock: ClientClock;
  /** Sends now or not at all. */
  send<T extends Type>(type: T, message: Incoming<T>): void;
  show(call: CallTold): void;
  refused(refusal: Refusal): void;
};

export type OwnCalls = {
  /** Raises the hand; the call's id. Another one that is up is refused by the room. */
  raise(question: string): string;
  withdraw(callId: string): void;
  /** The call as the room told it last. */
  all(): ReadonlyMap<string, CallTold>;
  told(call: CallTold): void;
  refused(refusal: Outgoing['call.refused']): void;
  /** A message of this type was refused as a whole. */
  messageRefused(type: string): void;
  linked(): void;
  stop(): void;
};

/** No hand is up. */
export function createOwnCalls({ clock, send, show, refused }: OwnCallsEffects): OwnCalls {
  const known = new Map<string, CallTold>();
  /** The last wish for each call that the room has not answered yet. */
  const wishes = new Map<string, { readonly type: Type; readonly say: () => void }>();
  let cancel = (): void => {};

  const sayAll = () => {
    cancel();
    for (const { say } of wishes.values()) say();
    if (wishes.size > 0) cancel = clock.after(REPEAT_MS, sayAll);
  };
  function wish<T extends Type>(callId: string, type: T, message: Incoming<T>): void {
    wishes.set(callId, { type, say: () => send(type, message) });
    sayAll();
  }

  return {
    raise(question) {
      const callId = newId();
      wish(callId, 'call.raise', { callId, question });
      return callId;
    },
    withdraw(callId) {
      if (known.get(callId)?.state !== 'open' && !wishes.has(callId)) return;
      wish(callId, 'call.withdraw', { callId });
    },
    all: () => known,
    told(call) {
      const { callId, state } = call;
      const isAnswer = state !== 'open' || wishes.get(callId)?.type === 'call.raise';
      if (isAnswer) wishes.delete(callId);
      if (state !== 'open') send('call.received', { callIds: [callId] });
      if (known.get(callId)?.state === state) return;
      known.set(callId, call);
      show(call);
    },
    refused({ callId, code, retry, message, retryAfterMs }) {
      if (retry === 'later' && code !== 'BUSY') return; // the wish stays, and is said again
      wishes.delete(callId);
      refused({ refused: code, retry, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    },
    messageRefused(type) {
      for (const [callId, one] of wishes) if (one.type === type) wishes.delete(callId);
    },
    linked: sayAll,
    stop() {
      wishes.clear();
      cancel();
    },
  };
}
