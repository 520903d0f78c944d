// SIGKILL of each process while a hundred people answer. What was acknowledged is in the store, everybody comes back.
import assert from 'node:assert/strict';
import { type KillPlan, type KillReport, LEAST_KILLS, runKills } from './kill-run.ts';
import { startPrematureWorker } from './premature-worker.ts';
import '../support/parts.ts';

const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const EVERYBODY = 100;
const SECONDS = 5;

describe(`kills while ${EVERYBODY} people answer (KILL_SEED=${SEED})`, function () {
  this.timeout(180_000);

  async function run(plan: Partial<KillPlan>): Promise<KillReport> {
    const report = await runKills({ seed: SEED, examinees: EVERYBODY, seconds: SECONDS, victims: [], ...plan });
    console.log(`      ${JSON.stringify(report)}`);
    return report;
  }

  function nothingIsLost(report: KillReport): void {
    const { lost, altered, foreign, unsaved, notBack, unproved } = report;
    assert.deepEqual(
      { lost, altered, foreign, unsaved, notBack, unproved },
      { lost: 0, altered: 0, foreign: 0, unsaved: 0, notBack: 0, unproved: 0 },
    );
    assert.ok(report.kills >= LEAST_KILLS, 'too few kills to prove anything');
    assert.ok(report.acknowledged >= EVERYBODY * 10, 'too few answers to prove anything');
  }

  it('of the worker lose nothing', async () => nothingIsLost(await run({ victims: ['workers-1'] })));
  it('[T7] of the rooms process lose nothing, and everybody goes on in a rebuilt room', async () =>
    nothingIsLost(await run({ victims: ['rooms-1'] })));
  it('of Redis lose nothing', async () => nothingIsLost(await run({ victims: ['redis'] })));
  it('[T8] of Redis without its data lose nothing', async () =>
    nothingIsLost(await run({ victims: ['redis'], after: 'without-its-data' })));
  it('[T44] of the engine lose nothing', async () => nothingIsLost(await run({ victims: ['mongodb'] })));

  it('would be noticed if the acknowledgement came before the store', async () => {
    const report = await run({ workers: 0, beside: startPrematureWorker, seconds: 6, drainMs: 3_000 });
    assert.ok(report.lost > 0, 'the control run lost nothing, so this harness proves nothing');
  });
});
