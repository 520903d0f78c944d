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
type Open = { readonly control: Control; readonly resolve: (result: Result) => void; heard: 'nothing' | 'pending' };

export type Controls = {
  /** Resolves with what is final, or with `pending` after five seconds. */
  issue(control: Control): Promise<Result>;
  became(result: Result): void;
  /** A control's message was refused as a whole: those of which the room has said nothing yet have failed. */
  refused(code: RefusalCode, message: string): void;
  linked(): void;
  stop(): void;
};

/** No controls yet. `send` sends now or not at all. */
export function createControls({ clock, send }: { clock: ClientClock; send: (control: Control) => void }): Controls {
  const open = new Map<string, Open>();
  let cancel = (): void => {};
  const sendAll = () => {
    cancel();
    for (const { control } of open.values()) send(control);
    if (open.size > 0) cancel = clock.after(REPEAT_MS, sendAll);
  };
  return {
    issue(control) {
      const { controlId } = control;
      return new Promise((resolve) => {
        clock.after(PATIENCE_MS, () => resolve({ controlId, state: 'pending' }));
        open.set(controlId, { control, resolve, heard: 'nothing' });
        send(control);
        if (open.size === 1) cancel = clock.after(REPEAT_MS, sendAll);
      });
    },
    became(result) {
      const found = open.get(result.controlId);
      if (found === undefined) return;
      if (result.state === 'pending') {
        found.heard = 'pending';
        return;
      }
      found.resolve(result);
      open.delete(result.controlId);
    },
    refused(code, message) {
      for (const [controlId, { heard, resolve }] of open) {
        if (heard === 'pending') continue;
        resolve({ controlId, state: 'failed', code, message });
        open.delete(controlId);
      }
    },
    linked: sendAll,
    stop() {
      cancel();
      open.clear();
    },
  };
}
