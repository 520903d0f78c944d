// What a device says of itself with its heartbeat.
import assert from 'node:assert/strict';
import { deviceReport } from '../../client/device-report.ts';
import type { OutboxEntry } from '../../client/outbox-storage.ts';

const WALL = 1_795_000_000_000;
const clock = { now: () => 5_000, wallNow: () => WALL };
const at = (serverNow: number | undefined) => ({ at: () => serverNow });
const entry = (ageMs: number): OutboxEntry => {
  return { examineeId: 'e', item: 1, revision: 1_000_001, response: 'secret', at: WALL - ageMs, place: 'outbox' };
};

describe('the report of a device', () => {
  it('says how far its clock is ahead as soon as it knows the server’s', () => {
    assert.deepEqual(deviceReport(clock, at(undefined), []), {});
    assert.deepEqual(deviceReport(clock, at(WALL - 7_200_000.4), []), { aheadMs: 7_200_000 });
    assert.deepEqual(deviceReport(clock, at(WALL + 1_500), []), { aheadMs: -1_500 });
    assert.deepEqual(deviceReport(clock, at(1), []), { aheadMs: 2_147_483_000 });
  });

  it('counts what is not saved and how old the oldest is, and never what it says', () => {
    const report = deviceReport(clock, at(WALL), [entry(500), entry(90_000), entry(0)]);
    assert.deepEqual(report.unsaved, { count: 3, oldestMs: 90_000 });
    assert.ok(!JSON.stringify(report).includes('secret'));
    // The clock was set back since.
    assert.deepEqual(deviceReport(clock, at(WALL), [entry(-3_000)]).unsaved, { count: 1, oldestMs: 0 });
  });
});
