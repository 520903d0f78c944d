// The simulation for longer: a hundred thousand schedules, with the time that they took. SIM_SEED is the first of them.
import assert from 'node:assert/strict';
import { FLAWS } from './flaws.ts';
import { firstToFind, sentences, simulate } from './simulate.ts';

const COUNT = 100_000;
const MOST = 20_000;

describe('the simulated hall, in a hundred thousand schedules', () => {
  it('keeps every promise in each of them', function () {
    this.timeout(30 * 60_000);
    const first = Number(process.env.SIM_SEED ?? 1);
    const before = process.cpuUsage();
    const startedAt = performance.now();
    const { failures, events, acknowledged, savedByOldOwner, simulatedMs } = simulate(first, COUNT);
    const seconds = (performance.now() - startedAt) / 1_000;
    const { user, system } = process.cpuUsage(before);
    console.log(
      `      ${COUNT} schedules from seed ${first}: ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of one core; ` +
        `${events} events, ${acknowledged} answers told saved (${savedByOldOwner} by a room that another had followed), ` +
        `${(simulatedMs / 3_600_000).toFixed(0)} simulated hours`,
    );
    assert.equal(failures.length, 0, sentences(failures));
  });

  it('finds each flaw, and says how many schedules that took', function () {
    this.timeout(30 * 60_000);
    const found = FLAWS.map((flaw) => ({ flaw, verdict: firstToFind(flaw, MOST) }));
    for (const { flaw, verdict } of found)
      console.log(`      ${verdict?.seed ?? '-'}: ${flaw} (${verdict?.broken.join('; ')})`);
    assert.deepEqual(
      found.filter(({ verdict }) => verdict === undefined).map(({ flaw }) => flaw),
      [],
    );
  });
});
