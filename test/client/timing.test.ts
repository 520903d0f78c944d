// Waits, beats, drafts and the server's time, on a clock of the test's own.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fullJitterMs, halfJitterMs } from '../../client/backoff.ts';
import { createDrafts } from '../../client/drafts.ts';
import { startHeartbeat } from '../../client/heartbeat.ts';
import { createServerClock } from '../../client/server-clock.ts';
import { holdsFor } from '../exam/seed.ts';
import { createTestClock } from './test-clock.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a back-off', () => {
  it('spreads over everything below a ceiling that doubles up to its cap', () => {
    holdsFor(
      fc.property(fc.nat(2_000), random, (attempt, drawn) => {
        const ceiling = Math.min(15_000, 1_000 * 2 ** Math.min(attempt, 30));
        const wait = fullJitterMs(attempt, 1_000, 15_000, drawn);
        assert.ok(wait >= 0 && wait < ceiling);
        const half = halfJitterMs(attempt, 1_000, 15_000, drawn);
        assert.ok(half >= Math.floor(ceiling / 2) && half <= ceiling);
      }),
    );
    assert.equal(fullJitterMs(3, 1_000, 15_000, 0.5), 4_000);
    assert.equal(halfJitterMs(9, 1_000, 15_000, 0), 7_500);
  });
});

describe('a heartbeat', () => {
  function beating() {
    const clock = createTestClock();
    const heard: string[] = [];
    const sent: number[] = [];
    const heartbeat = startHeartbeat(clock, {
      send: (sentAt) => sent.push(sentAt),
      trouble: () => heard.push(`trouble ${clock.now()}`),
      fine: () => heard.push(`fine ${clock.now()}`),
      silent: () => heard.push(`silent ${clock.now()}`),
    });
    return { clock, heard, sent, heartbeat };
  }

  it('beats once a second and says nothing while it is answered', async () => {
    const { clock, heard, sent, heartbeat } = beating();
    for (let second = 0; second < 10; second++) {
      await clock.advance(500);
      heartbeat.answered(sent.at(-1) ?? 0);
      await clock.advance(500);
    }
    assert.deepEqual(heard, []);
    assert.deepEqual(sent, [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000]);
  });

  it('tells trouble 2.5 s after an unanswered beat, and silence after 5 s, once', async () => {
    const { clock, heard } = beating();
    await clock.advance(20_000);
    assert.deepEqual(heard, ['trouble 2500', 'silent 5000']);
  });

  it('is fine again when an answer comes after trouble', async () => {
    const { clock, heard, sent, heartbeat } = beating();
    await clock.advance(3_000);
    heartbeat.answered(sent.at(-1) ?? 0);
    await clock.advance(400);
    assert.deepEqual(heard, ['trouble 2500', 'fine 3000']);
  });

  it('is not taken for silence by timers that the browser slowed down', async () => {
    let now = 0;
    const calls: (() => void)[] = [];
    const heard: string[] = [];
    const after = (_delayMs: number, call: () => void) => {
      calls.push(call);
      return () => undefined;
    };
    const note = (what: string) => () => heard.push(what);
    const heartbeat = startHeartbeat(
      { now: () => now, wallNow: () => now, after },
      { send: () => undefined, trouble: note('trouble'), fine: note('fine'), silent: note('silent') },
    );
    for (let minute = 0; minute < 5; minute++) {
      calls.pop()?.();
      heartbeat.answered(now);
      now += 60_000;
    }
    assert.deepEqual(heard, []);
  });
});

describe('a draft', () => {
  it('is due one second after the last key, and ten after the first at the latest', () => {
    const drafts = createDrafts(0);
    assert.equal(drafts.dueAt(1, 0, undefined), 1_000);
    for (let now = 500; now < 9_000; now += 500) assert.equal(drafts.dueAt(1, now, undefined), now + 1_000);
    assert.equal(drafts.dueAt(1, 9_500, undefined), 10_000);
    drafts.sent(1);
    assert.equal(drafts.dueAt(1, 10_500, undefined), 11_500);
  });

  it('[S8] typed in the last seconds is due before the deadline', () => {
    holdsFor(
      fc.property(random, fc.integer({ min: 200, max: 60_000 }), (drawn, leftMs) => {
        const due = createDrafts(drawn).dueAt(1, 0, leftMs);
        assert.ok(due <= leftMs - 100, `${due} of ${leftMs}`);
      }),
    );
  });
});

describe("the server's time", () => {
  it('is right on a device whose wall clock is an hour off', () => {
    const time = createServerClock();
    assert.equal(time.at(0), undefined);
    time.add(1_000, 5_000_050, 1_100);
    assert.equal(time.at(2_000), 5_001_000);
  });

  it('is found again after the device slept and its monotonic clock stood', () => {
    const time = createServerClock();
    time.add(0, 1_000_000, 10);
    time.add(1_000, 1_601_000, 1_040);
    assert.equal(time.at(1_040), 1_601_020);
  });

  it('stays within half of the shortest round trip, however late other replies are', () => {
    const exchange = fc.record({ outMs: fc.integer({ min: 0, max: 400 }), backMs: fc.integer({ min: 0, max: 400 }) });
    holdsFor(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 8 }), (exchanges) => {
        const time = createServerClock();
        exchanges.forEach(({ outMs, backMs }, second) => {
          const sentAt = second * 1_000;
          time.add(sentAt, 7_000_000 + sentAt + outMs, sentAt + outMs + backMs);
        });
        const bestMs = Math.min(...exchanges.map(({ outMs, backMs }) => outMs + backMs));
        assert.ok(Math.abs((time.at(10_000) ?? 0) - 7_010_000) <= bestMs / 2 + 0.001);
      }),
    );
  });
});
