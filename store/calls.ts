// Calls: raised hands and what became of them. A call is inserted once, and ends once by compare-and-set on being open.
// Called by rooms; read by the api.
import { decideEnd, overMark } from '../exam/call.ts';
import type { Call, CallEnd } from '../schema/calls.ts';
import { LISTS } from '../schema/lists.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { CALL_STATES, type CallState } from '../schema/states.ts';
import { isDuplicate, StoreFault, withFaults } from './fault.ts';
import { given, type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

/** How often an end that somebody else was faster than is decided anew: a call ends once, so twice is enough. */
const TRIES = 3;

export type CallFilter = {
  readonly states?: readonly CallState[];
  readonly roomIds?: readonly string[];
  readonly examineeId?: string | undefined;
};

export type CallStore = ReturnType<typeof callStore>;

export function callStore({ calls }: Models) {
  const get = (callId: string): Promise<Call | null> => calls.findOne({ _id: callId }).lean<Call>().exec();

  /** Who was moved to another room has nobody left who would see the hand there. False: it is up in this very room. */
  async function endElsewhere({ examineeId, roomId, at }: Call): Promise<boolean> {
    const up = await calls.findOne({ open: examineeId }).lean<Call>().exec();
    if (up?.roomId === roomId) return false;
    if (up !== null) {
      const over = { status: 'withdrawn', endedAt: at, open: overMark(up._id), waiting: false } as const;
      await calls.updateOne({ _id: up._id, status: 'open' }, { $set: over }).exec();
    }
    return true;
  }

  return withFaults('calls', {
    /** Stores a raised hand, once for its id; CALL_OPEN where this examinee has another that is up. */
    async raise(call: Call): Promise<Call | Refusal> {
      for (let tries = 0; tries < TRIES; tries++) {
        try {
          await calls.create(call);
          return call;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
        const stored = await get(call._id);
        if (stored !== null) return stored.examineeId === call.examineeId ? stored : refuse('CALL_OPEN');
        if (!(await endElsewhere(call))) return refuse('CALL_OPEN');
      }
      throw new StoreFault('STORE_UNAVAILABLE', 'others keep changing the calls of this examinee');
    },

    /** Ends a call of this room; CALL_CHANGED where it is over otherwise. Null: the room, or who withdraws, has no such call. */
    async end(callId: string, roomId: string, end: CallEnd): Promise<Call | Refusal | null> {
      for (let tries = 0; tries < TRIES; tries++) {
        const before = await get(callId);
        if (before === null || before.roomId !== roomId) return null;
        if (end.status === 'withdrawn' && end.by !== before.examineeId) return null;
        const after = decideEnd(before, end);
        if (isRefusal(after) || after === before) return after;
        const { _id, ...set } = after;
        const { matchedCount } = await calls.updateOne({ _id, status: before.status }, { $set: set }).exec();
        if (matchedCount === 1) return after;
      }
      throw new StoreFault('STORE_UNAVAILABLE', 'others keep changing this call');
    },

    /** The examinee's client has what became of these. */
    async received(examineeId: string, callIds: readonly string[], receivedAt: number): Promise<void> {
      await calls
        .updateMany(
          {
            _id: anyOf(callIds),
            examineeId,
            status: anyOf(CALL_STATES.filter((state) => state !== 'open')),
            receivedAt: 0,
          },
          { $set: { receivedAt, waiting: false } },
        )
        .exec();
    },

    /** What these have still to hear of, and what is still to be answered, is a matter of this room from now on. */
    async move(examineeIds: readonly string[], fromRoomId: string, roomId: string): Promise<void> {
      const filter = { roomId: fromRoomId, waiting: true, examineeId: anyOf(examineeIds) };
      await calls.updateMany(filter, { $set: { roomId } }).exec();
    },

    /** What somebody of this room has still to hear of. */
    waitingIn: (roomId: string): Promise<Call[]> => calls.find({ roomId, waiting: true }).lean<Call[]>().exec(),

    /** Of this examinee, in whatever room, by the time of raising. */
    ofExaminee: (planId: string, examineeId: string): Promise<Call[]> =>
      calls.find({ planId, examineeId }).sort({ at: 1, _id: 1 }).lean<Call[]>().exec(),

    /** By the time of raising. */
    byPlan(planId: string, { states = CALL_STATES, roomIds, ...named }: CallFilter, page: ListPage): Promise<Call[]> {
      const rooms = roomIds === undefined ? {} : { roomId: anyOf(roomIds) };
      return listed(calls, { planId, ...rooms, ...given(named), status: anyOf(states) }, LISTS.calls.sorts, page);
    },
  });
}
