// Mocha's spec output, closed by the line `N passed, N failed`, and the counts in a file for bin/test (EXAMHALL_TEST_COUNTS).
// Must never call a run good that had no test. Named in .mocharc.json.

import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** The counts of one run of mocha, as bin/test reads them. */
export type TestCounts = { passed: number; failed: number };

/** The reporter. A default export, because mocha looks for one. */
export default class CountingReporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const counts: TestCounts = { passed: this.stats.passes, failed: this.stats.failures };
    if (counts.passed + counts.failed === 0) counts.failed = 1;
    console.log(`${counts.passed} passed, ${counts.failed} failed`);
    const file = process.env.EXAMHALL_TEST_COUNTS;
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}
