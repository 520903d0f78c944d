// What an examinee's session knows of its room: status, start, and the own deadline. Three sources, of which the
// synchronised own row is the last word on the deadline: messages to the whole room do not know of extra time.
import type { EnterReply } from '../schema/replies.ts';
import { EXAMINEE_STATES, type ExamineeState, type RoomState } from '../schema/states.ts';
import type { Events, RoomEvent, SessionEvents } from './events.ts';

export type RoomView = {
  now(): RoomEvent;
  /** From entering: the own deadline. Each returns whether something changed. */
  entered(room: RoomEvent): boolean;
  /** From a message to the whole room. */
  told(room: RoomEvent): boolean;
  /** From the synchronised state, as it stands after a change. */
  synchronised(state: unknown, examineeId: string): boolean;
};

/** The examinee's own status in the synchronised state; undefined where it is not there. */
export function ownStatus(state: unknown, examineeId: string): ExamineeState | undefined {
  const status = (state as State).examinees?.get(examineeId)?.status;
  return EXAMINEE_STATES.find((one) => one === status);
}

/** The parts of the synchronised state that are read here; all may be missing, as the server may be older or newer. */
type State = {
  readonly status?: RoomState;
  readonly startsAt?: number;
  readonly examinees?: {
    get(examineeId: string): { readonly deadlineAt?: number; readonly status?: string } | undefined;
  };
};

/** A view of a room as it was when entered. */
export function createRoomView(first: RoomEvent): RoomView {
  let room = first;
  const become = (next: RoomEvent): boolean => {
    const isSame =
      next.status === room.status && next.startsAt === room.startsAt && next.deadlineAt === room.deadlineAt;
    room = next;
    return !isSame;
  };
  const ownDeadline = (told: number) => (room.deadlineAt === 0 ? told : room.deadlineAt);
  return {
    now: () => room,
    entered: (next) => become({ ...next, deadlineAt: next.deadlineAt === 0 ? room.deadlineAt : next.deadlineAt }),
    told: ({ status, startsAt, deadlineAt }) => become({ status, startsAt, deadlineAt: ownDeadline(deadlineAt) }),
    synchronised(state, examineeId) {
      const { status, startsAt, examinees } = state as State;
      const own = examinees?.get(examineeId)?.deadlineAt ?? 0;
      return become({
        status: status ?? room.status,
        startsAt: startsAt ?? room.startsAt,
        deadlineAt: own === 0 ? room.deadlineAt : own,
      });
    },
  };
}

/** The room as the api said at entering. */
export function roomOf({ room: { status, startsAt }, deadlineAt }: EnterReply): RoomEvent {
  return { status, startsAt, deadlineAt };
}

/** Whether this examinee's part in the exam is over. */
export function isFinal(status: ExamineeState): boolean {
  return status === 'submitted' || status === 'timed-out' || status === 'removed' || status === 'absent';
}

/** Whether the room runs or has run, as far as is known here. */
export function hasBegun(room: RoomView): boolean {
  const { status } = room.now();
  return status !== 'closed' && status !== 'open';
}

/** Resolves when the room has started, or the signal aborts. */
export function started(room: RoomView, events: Events<SessionEvents>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!hasBegun(room) && !signal.aborted) return;
      off();
      signal.removeEventListener('abort', look);
      resolve();
    };
    const off = events.on('room', look);
    signal.addEventListener('abort', look);
    look();
  });
}
