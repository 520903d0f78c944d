// The display fields of many rooms, written together.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DisplayRow } from '../../store/examinees.ts';
import { createDisplayBatch } from '../../workers/display-batch.ts';

const row = (n: number): DisplayRow => ({
  ...{ examineeId: `examinee ${n}`, link: 'online', savedCount: n, lastSeenAt: n, epoch: 1, sequence: n },
});

describe('a batch of display rows', () => {
  it('writes the rows of several jobs at once, and no job is done before they are written', async () => {
    const writes: (readonly DisplayRow[])[] = [];
    const stored = Promise.withResolvers<void>();
    const batch = createDisplayBatch((rows) => {
      writes.push(rows);
      return stored.promise;
    });
    let done = 0;
    const jobs = [1, 2, 3].map((n) => batch.add([row(n)]).then(() => done++));
    await sleep(400);
    assert.deepEqual(writes, [[row(1), row(2), row(3)]]);
    assert.equal(done, 0);
    stored.resolve();
    await Promise.all(jobs);
    assert.equal(done, 3);
  });

  it('does not wait where there are enough rows', async () => {
    const sizes: number[] = [];
    const batch = createDisplayBatch(async (rows) => void sizes.push(rows.length));
    const all = Array.from({ length: 300 }, (_, n) => row(n));
    const startedAt = performance.now();
    await Promise.all([batch.add(all), batch.add(all)]);
    assert.ok(performance.now() - startedAt < 200);
    assert.deepEqual(sizes, [600]);
  });

  it('tells every job of a write that failed, and writes the next ones', async () => {
    let isAway = true;
    const batch = createDisplayBatch(async () => {
      if (isAway) throw new Error('away');
    });
    const outcomes = await Promise.allSettled([batch.add([row(1)]), batch.add([row(2)])]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    isAway = false;
    await batch.add([row(3)]);
  });
});
