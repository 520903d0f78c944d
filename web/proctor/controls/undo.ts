// What takes an order back, where anything does. Pure.
import type { ControlWish } from '../../../client/proctor.ts';

/** An order that was applied. `seat` is where the one person sat before a move. */
export type Applied = {
  readonly roomId: string;
  readonly controlId: string;
  readonly wish: ControlWish;
  readonly seat: string;
};

/** The order that takes it back, and the room that it goes to; undefined where it stays as it is. */
export function undoOf({ roomId, controlId, wish, seat }: Applied): { roomId: string; wish: ControlWish } | undefined {
  const { action, examineeIds, toRoomId, undoes } = wish;
  const whom = examineeIds === undefined ? {} : { examineeIds };
  const here = (order: ControlWish) => ({ roomId, wish: order });
  switch (action) {
    case 'extend':
      return undoes === undefined ? here({ action: 'extend', undoes: controlId }) : undefined;
    case 'end':
      return here({ action: 'reopen', undoes: controlId });
    case 'remove':
      return here({ action: 'readmit', undoes: controlId, ...whom });
    case 'pause':
      return here({ action: 'resume', ...whom });
    case 'resume':
      return here({ action: 'pause', ...whom });
    case 'lock':
      return here({ action: 'unlock', ...whom });
    case 'unlock':
      return here({ action: 'lock', ...whom });
    case 'refuse':
      return here({ action: 'admit', ...whom });
    case 'move': {
      const back = { action: 'move' as const, undoes: controlId, ...whom };
      if (toRoomId !== undefined && toRoomId !== roomId)
        return { roomId: toRoomId, wish: { ...back, toRoomId: roomId } };
      return seat === '' ? undefined : here({ ...back, seat });
    }
    default:
      return undefined;
  }
}
