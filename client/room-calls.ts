// The raised hands of a room as a proctor's programme sees them: those that are up, and what became of those that were
// while it watches. Called by proctor.
import type { CallView } from '../schema/replies.ts';

export type RoomCalls = {
  all(): ReadonlyMap<string, CallView>;
  changed(call: CallView): void;
  /** Over a new link: these are up. Others that were are over. */
  open(callIds: readonly string[]): void;
};

export type RoomCallsEffects = {
  /** Told of each change once. */
  show(call: CallView): void;
  /** It was up, and is not any more; what became of it is not known here. */
  gone(callId: string): void;
};

/** None yet. */
export function createRoomCalls({ show, gone }: RoomCallsEffects): RoomCalls {
  const known = new Map<string, CallView>();
  return {
    all: () => known,
    changed(call) {
      const before = known.get(call.callId);
      if (before?.state === call.state || (before !== undefined && call.state === 'open')) return;
      known.set(call.callId, call);
      show(call);
    },
    open(callIds) {
      const open = new Set(callIds);
      for (const [callId, { state }] of known) {
        if (state !== 'open' || open.has(callId)) continue;
        known.delete(callId);
        gone(callId);
      }
    },
  };
}
