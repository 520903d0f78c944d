// A run of kills as the suites make it, and what must have come of it. Called by kills.test.ts and kills.long.ts.
import assert from 'node:assert/strict';
import { type KillPlan, type KillReport, LEAST_KILLS, runKills } from './kill-run.ts';

const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const EVERYBODY = 100;
const SECONDS = 5;

/** What a suite of kills is called: with the seed by which it repeats. */
export const KILLS = `while ${EVERYBODY} people answer (KILL_SEED=${SEED})`;

/** Runs it and prints what came of it. */
export async function run(plan: Partial<KillPlan>): Promise<KillReport> {
  const report = await runKills({ seed: SEED, examinees: EVERYBODY, seconds: SECONDS, victims: [], ...plan });
  console.log(`      ${JSON.stringify(report)}`);
  return report;
}

/** Also fails where too little happened to prove anything. */
export function nothingIsLost(report: KillReport): void {
  const { lost, altered, foreign, unsaved, notBack, unproved } = report;
  assert.deepEqual(
    { lost, altered, foreign, unsaved, notBack, unproved },
    { lost: 0, altered: 0, foreign: 0, unsaved: 0, notBack: 0, unproved: 0 },
  );
  assert.ok(report.kills >= LEAST_KILLS, 'too few kills to prove anything');
  assert.ok(report.acknowledged >= EVERYBODY * 10, 'too few answers to prove anything');
}
