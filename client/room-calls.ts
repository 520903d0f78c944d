// The raised hands of a room as a proctor's programme sees them: those that are up, and what became of those that were
// while it watches. Called by proctor.
import type { CallView } from '../schema/replies.ts';

export type RoomCalls = {
  all(): ReadonlyMap<string, CallView>;
  changed(call: CallView): void;
  /** Over a new link: these are up. Others that were are over. */
  open(callIds: readonly string[]): void;
};

/** None yet. `show` is told of each change once. */
export function createRoomCalls(show: (call: CallView) => void): RoomCalls {
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
      for (const [callId, { state }] of known) if (state === 'open' && !open.has(callId)) known.delete(callId);
    },
  };
}
