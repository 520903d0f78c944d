// Mocha's spec output, closed by the line `N passed, N failed`, and the counts in a file for bin/test (EXAMHALL_TEST_COUNTS),
// with what failed, because the end of a long output is all that some machines keep of it.
// Must never call a run good that had no test. Named in .mocharc.json.

import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** The counts of one run of mocha, as bin/test reads them, and each failure as a title and the beginning of its error. */
export type TestCounts = { passed: number; failed: number; failures?: string[] };

const ERROR_LINES = 12;

/** The reporter. A default export, because mocha looks for one. */
export default class CountingReporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const failures = this.failures.map(toText);
    const counts: TestCounts = { passed: this.stats.passes, failed: this.stats.failures, failures };
    if (counts.passed + counts.failed === 0) counts.failed = 1;
    console.log(`${counts.passed} passed, ${counts.failed} failed`);
    const file = process.env.EXAMHALL_TEST_COUNTS;
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}

function toText(test: Mocha.Test): string {
  const error = [...withCauses(test.err)].flatMap((text) => text.split('\n').slice(0, ERROR_LINES));
  return [test.titlePath().join(' › '), ...error.map((line) => `    ${line}`)].join('\n');
}

/** A property's error says which case failed; what failed in it is its cause. */
function* withCauses(error: unknown): Generator<string> {
  yield error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error instanceof Error && error.cause !== undefined) {
    yield 'caused by:';
    yield* withCauses(error.cause);
  }
}
