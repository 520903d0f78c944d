// What the room says, handed to who is concerned. A message of an unknown type or another shape (a newer server's) is
// passed over and logged by its type: it may never stop the session. Called by session and proctor.
import type { Outgoing, OutgoingType } from '../schema/messages.ts';
import type { ClientLog } from './faults.ts';

export type Handlers = { readonly [T in OutgoingType]?: (message: Outgoing[T]) => void };

/** Returns what takes a message of any type. */
export function createInbox(handlers: Handlers, log: ClientLog): (type: string, payload: unknown) => void {
  return (type, payload) => {
    const handle = Object.hasOwn(handlers, type)
      ? (handlers[type as OutgoingType] as (message: unknown) => void)
      : undefined;
    if (handle === undefined) return log('info', 'a message of the room is not known', { type });
    try {
      handle(payload);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      log('warn', 'a message of the room is not understood', { type, problem: cause.message });
    }
  };
}
