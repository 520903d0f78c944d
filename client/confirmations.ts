// Controls as they reach an examinee: shown once, acknowledged each time by the client itself, and confirmed by the person
// until the room has stored it. Called by session.
import type { ControlTold } from '../schema/messages.ts';
import type { ClientClock } from './clock.ts';

const REPEAT_MS = 5_000;

export type ConfirmationEffects = {
  readonly clock: ClientClock;
  show(control: ControlTold): void;
  received(controlIds: string[]): void;
  /** Says so to the room, where there is a link. */
  confirm(controlId: string): void;
  confirmed(controlId: string): void;
};

export type Confirmations = {
  told(control: ControlTold): void;
  /** The person confirms. */
  confirm(controlId: string): void;
  confirmed(controlId: string): void;
  linked(): void;
  stop(): void;
};

/** Nothing was told yet. */
export function createConfirmations(effects: ConfirmationEffects): Confirmations {
  const shown = new Set<string>();
  const open = new Set<string>();
  let cancel = (): void => {};
  const sayAll = () => {
    cancel();
    for (const controlId of open) effects.confirm(controlId);
    if (open.size > 0) cancel = effects.clock.after(REPEAT_MS, sayAll);
  };
  return {
    told(control) {
      effects.received([control.controlId]);
      if (shown.has(control.controlId)) return;
      shown.add(control.controlId);
      effects.show(control);
    },
    confirm(controlId) {
      open.add(controlId);
      sayAll();
    },
    confirmed(controlId) {
      if (open.delete(controlId)) effects.confirmed(controlId);
    },
    linked: sayAll,
    stop() {
      open.clear();
      cancel();
    },
  };
}
