// Controls that were issued here and are not final yet: sent again over each new link and after a while, under the same
// id, which the room applies once. Called by proctor.
import type { Incoming, Outgoing } from '../schema/messages.ts';
import type { RefusalCode } from '../schema/refusals.ts';
import type { ClientClock } from './clock.ts';

/** The sender hears something after this long, if only "pending". */
const PATIENCE_MS = 5_000;
const REPEAT_MS = 5_000;

type Control = Incoming<'control.issue'>;
type Result = Outgoing['control.applied'];
/**
 * A control that is not final: `unsent` waits for the link, and may be taken back; `sent` may have arrived; of a `stored` one the
 * room has said that it will come to something.
 */
export type WaitingControl = { readonly control: Control; readonly state: 'unsent' | 'sent' | 'stored' };

type Open = { readonly control: Control; readonly resolve: (result: Result) => void; state: WaitingControl['state'] };

export type Controls = {
  /** Resolves with what is final, or with `pending` after five seconds. The same id again asks for the same. */
  issue(control: Control): Promise<Result>;
  /** Those that are not final, in the order in which they were issued. */
  waiting(): readonly WaitingControl[];
  /** Takes back what was never sent; false where it may have arrived. */
  withdraw(controlId: string): boolean;
  became(result: Result): void;
  /** A control's message was refused as a whole: those of which the room has said nothing yet have failed. */
  refused(code: RefusalCode, message: string): void;
  linked(): void;
  stop(): void;
};

export type ControlsEffects = {
  readonly clock: ClientClock;
  /** Sends now or not at all; whether it did. */
  readonly send: (control: Control) => boolean;
  /** What waits is different. */
  readonly changed: (waiting: readonly WaitingControl[]) => void;
};

/** No controls yet. */
export function createControls({ clock, send, changed }: ControlsEffects): Controls {
  const open = new Map<string, Open>();
  let cancel = (): void => {};
  const waiting = () => [...open.values()].map(({ control, state }): WaitingControl => ({ control, state }));

  function sendOne(one: Open): void {
    if (send(one.control) && one.state === 'unsent') one.state = 'sent';
  }
  function sendAll(): void {
    cancel();
    for (const one of open.values()) sendOne(one);
    if (open.size === 0) return;
    cancel = clock.after(REPEAT_MS, sendAll);
    changed(waiting());
  }
  function close(controlId: string, result: Result): void {
    open.get(controlId)?.resolve(result);
    if (open.delete(controlId)) changed(waiting());
  }

  return {
    issue(control) {
      const { controlId } = control;
      return new Promise((resolve) => {
        const before = open.get(controlId);
        const resolveAll = (result: Result) => {
          before?.resolve(result);
          resolve(result);
        };
        clock.after(PATIENCE_MS, () => resolve({ controlId, state: 'pending' }));
        const one: Open = { control, resolve: resolveAll, state: before?.state ?? 'unsent' };
        open.set(controlId, one);
        sendOne(one);
        if (open.size === 1) cancel = clock.after(REPEAT_MS, sendAll);
        changed(waiting());
      });
    },
    waiting,
    withdraw(controlId) {
      if (open.get(controlId)?.state !== 'unsent') return false;
      close(controlId, { controlId, state: 'failed', message: 'It was taken back before it was sent.' });
      return true;
    },
    became(result) {
      const found = open.get(result.controlId);
      if (found === undefined) return;
      if (result.state !== 'pending') return close(result.controlId, result);
      found.state = 'stored';
      changed(waiting());
    },
    refused(code, message) {
      for (const [controlId, { state }] of open)
        if (state !== 'stored') close(controlId, { controlId, state: 'failed', code, message });
    },
    linked: sendAll,
    stop() {
      cancel();
      open.clear();
    },
  };
}
