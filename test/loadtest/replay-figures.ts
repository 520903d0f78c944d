// What is asserted of a replay: that nothing was lost, and that a figure is the one that was published. Called by the tests of
// replays.
import assert from 'node:assert/strict';
import type { ReplayReport } from '../../loadtest/replay/report.ts';
import type { ReplayOptions } from '../../loadtest/replay.ts';

/** Says nothing of how far it is. */
export const QUIET: Pick<ReplayOptions, 'print' | 'progress'> = { print: () => {}, progress: { write: () => true } };

/** Asserts that a figure is the printed one within half a unit of its last digit. */
export function assertPrinted(actual: number | null, printed: string, what: string): void {
  const digits = printed.split('.')[1]?.length ?? 0;
  const off = Math.abs((actual ?? Number.NaN) - Number(printed));
  assert.ok(off <= 0.5 * 10 ** -digits + 1e-12, `${what} is ${actual}, printed as ${printed}`);
}

/** Nothing that was sent is lost, different or without its word. */
export function assertNothingLost(report: ReplayReport): void {
  const { lost, different, answersSent, answersSaved, overtaken } = report;
  const unsaved = answersSent - answersSaved - overtaken;
  assert.deepEqual({ lost, different, unsaved }, { lost: 0, different: 0, unsaved: 0 });
}
