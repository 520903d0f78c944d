// Which controls are messages to the person, and which of them have still to be read. Pure; the words are in texts/.
import type { ControlTold } from '../../../schema/messages.ts';

export type Message = ControlTold & { readonly heardAt: number };

const MESSAGES: readonly ControlTold['action'][] = ['notice', 'call', 'move', 'unlock', 'readmit'];

/** In the order in which they were heard. */
export function messagesOf<C extends ControlTold>(controls: readonly C[]): readonly C[] {
  return controls.filter(({ action }) => MESSAGES.includes(action));
}

/** Those that are in the way until they are confirmed, oldest first. */
export function toConfirm<C extends ControlTold>(controls: readonly C[], done: readonly string[]): readonly C[] {
  return messagesOf(controls).filter(({ controlId, mustConfirm }) => mustConfirm === true && !done.includes(controlId));
}

/** Those that are shown until they are closed. */
export function toShow<C extends ControlTold>(controls: readonly C[], closed: readonly string[]): readonly C[] {
  return messagesOf(controls).filter(
    ({ controlId, mustConfirm }) => mustConfirm !== true && !closed.includes(controlId),
  );
}
