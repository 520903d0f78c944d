// Ten schedules of seeded faults over a whole system, by the command itself: their seeds are new each time, printed, and can
// be given as CHAOS_SEED. What they once found is played again by found.long.ts.
import assert from 'node:assert/strict';
import { cleanChaos } from './command.ts';

const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const SEEDS = 10;
const EXAMINEES = 20;
const LEAST_ANSWERS = 2_000;

describe(`a whole system under chaos (CHAOS_SEED=${SEED})`, function () {
  this.timeout(400_000);

  it(`keeps its word through ${SEEDS} schedules`, async () => {
    const report = await cleanChaos('--seeds', `${SEEDS}`, '--seed', `${SEED}`, '--examinees', `${EXAMINEES}`);
    assert.equal(report.schedules + report.idle, SEEDS);
    assert.ok(report.faults >= SEEDS && report.acked >= LEAST_ANSWERS, 'too little to prove anything');
  });
});
