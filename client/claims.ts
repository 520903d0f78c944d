// Examinees that this proctor takes or gives back: asked again over each new link until the room has answered. Taking twice
// is harmless. Called by proctor.
import type { Incoming, Outgoing } from '../schema/messages.ts';
import type { Refusal, RefusalCode } from '../schema/refusals.ts';
import type { ClientClock } from './clock.ts';

/** `takenBy`: the proctor who has taken the examinee now, '' for nobody. `pending` after five seconds: it is asked on. */
export type ClaimOutcome =
  | { readonly state: 'done'; readonly takenBy: string }
  | { readonly state: 'refused'; readonly takenBy: string; readonly code: RefusalCode; readonly message: string }
  | { readonly state: 'pending' };

type Answer = Outgoing['claim.answered'];
type Type = Answer['type'];

export type Claims = {
  /** The last wish about an examinee counts; one that it replaces is `pending` for ever after. */
  ask(type: Type, examineeId: string): Promise<ClaimOutcome>;
  answered(answer: Answer): void;
  /** A message of this type was refused as a whole. */
  refused(type: string, refusal: Refusal): void;
  linked(): void;
  stop(): void;
};

export type ClaimsEffects = {
  readonly clock: Pick<ClientClock, 'after'>;
  /** Sends now or not at all. */
  send(type: Type, message: Incoming<Type>): void;
};

const PATIENCE_MS = 5_000;
const REPEAT_MS = 5_000;

type Open = { readonly type: Type; readonly examineeId: string; readonly resolve: (outcome: ClaimOutcome) => void };

/** Nothing asked. */
export function createClaims({ clock, send }: ClaimsEffects): Claims {
  const asked = new Map<string, Open>();
  let cancel = (): void => {};

  const sendAll = () => {
    cancel();
    for (const { type, examineeId } of asked.values()) send(type, { examineeId });
    if (asked.size > 0) cancel = clock.after(REPEAT_MS, sendAll);
  };
  const settle = ({ examineeId, resolve }: Open, outcome: ClaimOutcome) => {
    asked.delete(examineeId);
    resolve(outcome);
  };

  return {
    ask(type, examineeId) {
      return new Promise((resolve) => {
        asked.get(examineeId)?.resolve({ state: 'pending' });
        asked.set(examineeId, { type, examineeId, resolve });
        clock.after(PATIENCE_MS, () => resolve({ state: 'pending' }));
        send(type, { examineeId });
        if (asked.size === 1) cancel = clock.after(REPEAT_MS, sendAll);
      });
    },
    answered({ type, examineeId, takenBy, code, retry, message = '' }) {
      const found = asked.get(examineeId);
      if (found?.type !== type || retry === 'later') return;
      settle(found, code === undefined ? { state: 'done', takenBy } : { state: 'refused', takenBy, code, message });
    },
    refused(type, { refused: code, retry, message }) {
      if (retry !== 'never') return;
      for (const open of [...asked.values()])
        if (open.type === type) settle(open, { state: 'refused', takenBy: '', code, message });
    },
    linked: sendAll,
    stop() {
      cancel();
      for (const open of [...asked.values()]) settle(open, { state: 'pending' });
    },
  };
}
