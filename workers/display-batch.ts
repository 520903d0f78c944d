// Gathers display rows of many rooms' jobs into one write of the store. A write of eight rows costs each of them half as
// much again as one of two hundred, and a journal's flush of its own. A job is done only when its rows are stored.
// Called by the states worker.
import type { DisplayRow } from '../store/examinees.ts';

export type DisplayBatch = {
  /** Resolves when these rows are written, within a quarter of a second and a write; rejects with what the write failed of. */
  add(rows: readonly DisplayRow[]): Promise<void>;
};

const GATHER_MS = 250;
const ROWS = 500;

type Batch = { readonly rows: DisplayRow[]; readonly written: PromiseWithResolvers<void>; timer: NodeJS.Timeout };

/** `write` may be called again before it has resolved; a later row of an examinee wins in any order. */
export function createDisplayBatch(write: (rows: readonly DisplayRow[]) => Promise<void>): DisplayBatch {
  let open: Batch | undefined;

  function flush(): void {
    if (open === undefined) return;
    const { rows, written, timer } = open;
    open = undefined;
    clearTimeout(timer);
    write(rows).then(written.resolve, written.reject);
  }

  return {
    add(rows) {
      open ??= { rows: [], written: Promise.withResolvers<void>(), timer: setTimeout(flush, GATHER_MS) };
      const { written } = open;
      open.rows.push(...rows);
      if (open.rows.length >= ROWS) flush();
      return written.promise;
    },
  };
}
