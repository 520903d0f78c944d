// The process's idea of the store's time. What a test machine cannot have, a clock of its own that is set, is played by
// what the store would be read to say, and by Date.now: `wallMs` is how far the machine's clock is set, `storeMs` how far
// the store's.
import assert from 'node:assert/strict';
import { startServerClock } from '../server-clock.ts';
import type { ClockReading } from '../store/clock.ts';
import type { Store } from '../store/open-store.ts';
import { newStore } from './support/stored.ts';
import { collectingLog, until } from './workers/worker-parts.ts';

const ORIGIN = Date.now() - performance.now();

describe("the server's clock", () => {
  const machine = { wallMs: 0, storeMs: 0, roundTripMs: 2, reads: 0, isAway: false };
  const stops: (() => void)[] = [];
  const wallClock = Date.now;
  beforeEach(() => {
    Object.assign(machine, { wallMs: 0, storeMs: 0, roundTripMs: 2, isAway: false });
    Date.now = () => wallClock() + machine.wallMs;
  });
  afterEach(() => {
    Date.now = wallClock;
    for (const stop of stops.splice(0)) stop();
  });

  async function offset(): Promise<ClockReading> {
    machine.reads++;
    if (machine.isAway) throw new Error('away');
    const { wallMs, storeMs, roundTripMs } = machine;
    return { offsetMs: storeMs - wallMs, monotonicOffsetMs: ORIGIN + storeMs, roundTripMs };
  }
  async function start(strict = true) {
    const { log, alarms } = collectingLog();
    const clock = await startServerClock({ store: { clock: { offset } }, log, strict, everyMs: 5 });
    stops.push(clock.stop);
    return { ...clock, alarms };
  }
  /** Waits until what holds now has been read. */
  async function measured(): Promise<void> {
    const before = machine.reads;
    await until('the clock was looked at twice', () => machine.reads >= before + 2);
  }
  const isNear = (instant: number, expected: number) => assert.ok(Math.abs(instant - expected) < 100, `${instant}`);

  it('[S21] tells the time of a real store', async () => {
    const store: Store = await newStore('server-clock');
    const clock = await startServerClock({ store, log: collectingLog().log, strict: true });
    isNear(clock.now(), Date.now());
    assert.equal(clock.isOff(), false);
    clock.stop();
    await store.close();
  });

  it('[S21] does not start a process that takes rooms where the clock is off, and starts any other', async () => {
    machine.wallMs = 1_500;
    await assert.rejects(start(), /clock is -1500 ms away from the store's; at most 1000/);
    const clock = await start(false);
    isNear(clock.now(), ORIGIN + performance.now());
    assert.equal(clock.isOff(), true);
  });

  it('[S21] moves no deadline when the own clock is set, says that it is off, and that it is right again', async () => {
    const clock = await start();
    for (const wallMs of [3_600_000, -3_600_000]) {
      machine.wallMs = wallMs;
      await until('it is noticed', clock.isOff);
      isNear(clock.now(), ORIGIN + performance.now());
      assert.ok(clock.alarms().length > 0);
      machine.wallMs = 0;
      await until('it is right again', () => !clock.isOff());
    }
  });

  it("follows the store's clock", async () => {
    const clock = await start();
    machine.storeMs = 400;
    await measured();
    isNear(clock.now(), ORIGIN + performance.now() + 400);
    assert.equal(clock.isOff(), false);
  });

  it('[S21] keeps the time when the clock of the store is set, and says so', async () => {
    const clock = await start();
    machine.storeMs = 400;
    await measured();
    for (const storeMs of [3_600_000, -3_600_000]) {
      machine.storeMs = storeMs;
      await measured();
      isNear(clock.now(), ORIGIN + performance.now() + 400);
      assert.ok(clock.jumpMs() > 3_500_000 && clock.isOff() && clock.alarms().length > 0);
    }
    machine.storeMs = 500;
    await measured();
    isNear(clock.now(), ORIGIN + performance.now() + 500);
    assert.equal(clock.jumpMs(), 0);
  });

  it('takes no reading for more than it is worth', async () => {
    const clock = await start();
    Object.assign(machine, { storeMs: 1_200, roundTripMs: 3_000 });
    await measured();
    isNear(clock.now(), ORIGIN + performance.now());
    assert.equal(clock.isOff(), false);
  });

  it('keeps what it knows while the store is away', async () => {
    const clock = await start();
    machine.isAway = true;
    machine.wallMs = 5_000;
    await measured();
    assert.equal(clock.isOff(), false);
    isNear(clock.now(), ORIGIN + performance.now());
  });
});
