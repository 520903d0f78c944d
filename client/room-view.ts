// What an examinee's session knows of its room: status, start, and the own clock. Three sources, each of which speaks of
// this examinee: entering, the room's messages, and the synchronised own row.
import { ADMISSIONS, type Admission } from '../schema/admission.ts';
import type { EnterReply } from '../schema/replies.ts';
import { EXAMINEE_STATES, type ExamineeState, type RoomState } from '../schema/states.ts';
import type { Events, RoomEvent, SessionEvents } from './events.ts';

export type RoomView = {
  now(): RoomEvent;
  /** From entering: the own deadline. Each returns whether something changed. */
  entered(room: RoomEvent): boolean;
  /** From a message of the room. */
  told(room: RoomEvent): boolean;
  /** From the synchronised state, as it stands after a change. */
  synchronised(state: unknown, examineeId: string): boolean;
};

/** The examinee's own status in the synchronised state; undefined where it is not there. */
export function ownStatus(state: unknown, examineeId: string): ExamineeState | undefined {
  const status = (state as State).examinees?.get(examineeId)?.status;
  return EXAMINEE_STATES.find((one) => one === status);
}

/** Whether the examinee is let in, in the synchronised state; undefined where it is not there. */
export function ownAdmission(state: unknown, examineeId: string): Admission | undefined {
  const admission = (state as State).examinees?.get(examineeId)?.admission;
  return ADMISSIONS.find((one) => one === admission);
}

/** The parts of the synchronised state that are read here; all may be missing, as the server may be older or newer. */
type State = {
  readonly status?: RoomState;
  readonly startsAt?: number;
  readonly examinees?: {
    get(examineeId: string): OwnRow | undefined;
  };
};

type OwnRow = {
  readonly deadlineAt?: number;
  readonly status?: string;
  readonly heldSince?: number;
  readonly locked?: boolean;
  readonly admission?: string;
};

/** A view of a room as it was when entered. */
export function createRoomView(first: RoomEvent): RoomView {
  let room = first;
  const become = (next: RoomEvent): boolean => {
    const isSame = isSameRoom(next, room);
    room = next;
    return !isSame;
  };
  return {
    now: () => room,
    entered: (next) => become({ ...next, deadlineAt: next.deadlineAt === 0 ? room.deadlineAt : next.deadlineAt }),
    told: (next) => become({ ...next, deadlineAt: next.deadlineAt === 0 ? room.deadlineAt : next.deadlineAt }),
    synchronised(state, examineeId) {
      const { status, startsAt, examinees } = state as State;
      const own = examinees?.get(examineeId);
      return become({
        status: status ?? room.status,
        startsAt: startsAt ?? room.startsAt,
        deadlineAt: own?.deadlineAt || room.deadlineAt,
        heldSince: own?.heldSince ?? room.heldSince,
        locked: own?.locked ?? room.locked,
      });
    },
  };
}

/** Whether both say the same. */
export function isSameRoom(one: RoomEvent, other: RoomEvent): boolean {
  return (
    one.status === other.status &&
    one.startsAt === other.startsAt &&
    one.deadlineAt === other.deadlineAt &&
    one.heldSince === other.heldSince &&
    one.locked === other.locked
  );
}

/** The room as the api said at entering. */
export function roomOf({ room, deadlineAt, heldSince = 0, locked = false }: EnterReply): RoomEvent {
  return { status: room.status, startsAt: room.startsAt, deadlineAt, heldSince, locked };
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
