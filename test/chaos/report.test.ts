// Totals add up, also over a run that goes on from its file, and a schedule whose faults met nobody counts for nothing.
import assert from 'node:assert/strict';
import { badCount, emptyReport, type Outcome, ReportShape, reportTable, withOutcome } from '../../chaos/report.ts';
import type { Fault } from '../../chaos/schedule.ts';

const about = { firstSeed: 7, seconds: 8, examinees: 100, missing: [] };
const fault: Fault = { kind: 'kill rooms', target: 'rooms-1', way: 'both', at: 500, ms: 100, size: 0 };

function outcome(given: Partial<Outcome> = {}): Outcome {
  return {
    schedule: { seed: 7, seconds: 8, faults: [fault, { ...fault, kind: 'cut redis' }] },
    verdict: { violations: [], timeErrorMaxMs: 12.4 },
    ...{ acked: 100, bites: [1, 0], recoveriesMs: [100, 300, 200] },
    ...given,
  };
}

describe('the report of chaos', () => {
  it('adds up, and counts faults that bit', () => {
    const report = withOutcome(withOutcome(emptyReport(about), outcome()), outcome({ recoveriesMs: [900] }));
    const { played, schedules, faults, acked, timeErrorMaxMs, recoveryMs, kinds } = report;
    assert.deepEqual([played, schedules, faults, acked, timeErrorMaxMs], [2, 2, 2, 200, 12]);
    assert.deepEqual(recoveryMs, { p50: 200, p99: 900, max: 900 });
    assert.deepEqual(kinds['kill rooms'], { drawn: 2, bitten: 2, bites: 2 });
    assert.deepEqual(kinds['cut redis'], { drawn: 2, bitten: 0, bites: 0 });
    assert.match(reportTable(report), /2 schedules .* 2 faults, 200 acknowledged/);
  });

  it('does not count a schedule whose faults met nobody, unless it found something', () => {
    const idle = withOutcome(emptyReport(about), outcome({ bites: [0, 0] }));
    assert.deepEqual([idle.played, idle.schedules, idle.idle, idle.acked], [1, 0, 1, 0]);
    const violations = [{ invariant: 'I1', column: 'lost' as const, who: 'ann', what: 'is gone' }];
    const found = withOutcome(idle, outcome({ bites: [0, 0], verdict: { violations, timeErrorMaxMs: 0 } }));
    assert.deepEqual([found.schedules, found.lost, badCount(found)], [1, 1, 1]);
  });

  it('is read back from its file as it was', () => {
    const report = withOutcome(emptyReport(about), outcome());
    assert.deepEqual(ReportShape.parse(JSON.parse(JSON.stringify(report))), report);
  });
});
