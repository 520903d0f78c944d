// The proctors of a room as one of them sees the others: made from the room's synchronised state by comparing. Called by
// proctor.
import type { ProctorRow } from '../schema/room-state.ts';

/**
 * One proctor: assigned, present or away, since `at` (epoch ms of the server's clock, 0 while only assigned);
 * `watching` is the examinee whom he looks at, '' for nobody.
 */
export type ProctorEntry = Pick<ProctorRow, 'proctorId' | 'label' | 'chief' | 'state' | 'at' | 'watching'>;

export type Attendance = {
  all(): ReadonlyMap<string, ProctorEntry>;
  /** Takes the state as it stands now; returns who is different from before, and the ids of those who are there no more. */
  synchronised(state: unknown): { readonly changed: readonly ProctorEntry[]; readonly gone: readonly string[] };
};

type State = { readonly proctors?: { forEach(call: (row: ProctorEntry, proctorId: string) => void): void } };

/** Nobody yet. */
export function createAttendance(): Attendance {
  const rows = new Map<string, ProctorEntry>();
  return {
    all: () => rows,
    synchronised(state) {
      const changed: ProctorEntry[] = [];
      const gone = new Set(rows.keys());
      (state as State).proctors?.forEach((row, id) => {
        gone.delete(id);
        const entry = copyOf(row);
        if (JSON.stringify(rows.get(id)) === JSON.stringify(entry)) return;
        rows.set(id, entry);
        changed.push(entry);
      });
      for (const id of gone) rows.delete(id);
      return { changed, gone: [...gone] };
    },
  };
}

function copyOf({ proctorId, label, chief, state, at, watching }: ProctorEntry): ProctorEntry {
  return { proctorId, label, chief, state, at, watching };
}
