// The deterministic simulation of the core: every run plays the same schedules. With SIM_SEED one schedule alone is played, and
// its history printed. The long run beside this plays a hundred thousand.
import assert from 'node:assert/strict';
import { AIMS, FLAWS } from './flaws.ts';
import { playSchedule } from './schedule.ts';
import { firstToFind, sentences, simulate } from './simulate.ts';

const COUNT = 2_000;
const AIMED_COUNT = 200;
/** More than any flaw needs. */
const MOST = 1_000;

describe('the simulated hall', () => {
  const { SIM_SEED } = process.env;
  if (SIM_SEED !== undefined) {
    it(`keeps every promise in schedule ${SIM_SEED}`, () => {
      const history: string[] = [];
      const { broken } = playSchedule(Number(SIM_SEED), { history });
      console.log(history.join('\n'));
      assert.deepEqual(broken, []);
    });
    return;
  }

  it('[S1] [S4] [S5] [S7] [S8] [S9] [S10] [S24] keeps every promise whatever dies, sleeps, is lost or comes twice', function () {
    this.timeout(60_000);
    const { failures, acknowledged } = simulate(1, COUNT);
    assert.equal(failures.length, 0, sentences(failures));
    assert.ok(acknowledged > COUNT, `only ${acknowledged} answers were told saved`);
  });

  for (const aim of AIMS)
    it(`keeps them in schedules of ${aim}`, () => {
      const { failures } = simulate(1, AIMED_COUNT, aim);
      assert.equal(failures.length, 0, sentences(failures));
    });

  it('is the same each time for one seed', () => {
    const [first, second]: [string[], string[]] = [[], []];
    const [one, other] = [playSchedule(7, { history: first }), playSchedule(7, { history: second })];
    assert.deepEqual(one, other);
    assert.deepEqual(first, second);
  });
});

describe('the judge of the simulation', () => {
  for (const flaw of FLAWS)
    it(`finds that ${flaw}`, function () {
      this.timeout(60_000);
      const found = firstToFind(flaw, MOST);
      assert.ok(found !== undefined, `no schedule up to ${MOST} finds it`);
    });
});
