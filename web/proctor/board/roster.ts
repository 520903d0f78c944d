// What the roster knows beside the board: codes, for the search, and identities. Read once for each room, and again when
// somebody asks for it.
import { createEffect, createSignal, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { RoomOfPlan, Staff } from '../../../client/staff.ts';
import type { ExamineeView } from '../../../schema/replies.ts';

const AGAIN_MS = 15_000;

export function createRoster(staff: Staff, rooms: () => readonly RoomOfPlan[], roomIds: readonly string[]) {
  const [people, setPeople] = createStore<Record<string, ExamineeView>>({});
  const [missing, setMissing] = createSignal<readonly string[]>([]);
  const timers = new Set<ReturnType<typeof setTimeout>>();

  /** What cannot be read now is read again later: codes are found then. */
  async function read(room: RoomOfPlan): Promise<void> {
    try {
      for (const row of await staff.roster(room)) setPeople(row.examineeId, reconcile(row));
      setMissing(missing().filter((id) => id !== room.roomId));
    } catch {
      if (!missing().includes(room.roomId)) setMissing([...missing(), room.roomId]);
      timers.add(setTimeout(() => void read(room), AGAIN_MS));
    }
  }

  createEffect(() => {
    for (const room of rooms()) if (roomIds.includes(room.roomId)) void read(room);
  });
  onCleanup(() => {
    for (const timer of timers) clearTimeout(timer);
  });
  return {
    of: (examineeId: string) => people[examineeId] as ExamineeView | undefined,
    codeOf: (examineeId: string) => people[examineeId]?.code ?? '',
    /** Rooms whose roster could not be read yet. */
    missing,
    /** Reads one room again: somebody's identity was decided, or somebody is new. */
    async again(roomId: string): Promise<void> {
      const room = rooms().find((one) => one.roomId === roomId);
      if (room !== undefined) await read(room);
    },
  };
}
