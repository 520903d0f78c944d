// The demo's results: what the exam came to, what the proctor did, and the proof that every answer that was shown as saved
// is in the store. Reads only. Called by loadtest/demo.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Administrator } from '../administrator.ts';
import type { Measurements } from '../measurements.ts';
import { inParallel } from '../pool.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { figure, percentileLine, percentiles, table } from '../report.ts';
import { DemoFailed } from './failed.ts';
import type { Life } from './life.ts';
import { DEMO_ITEMS } from './paper.ts';
import { type Duty, reachedLine } from './proctor.ts';

type Print = (line: string) => void;

/** The statistics of the exam, and the proof that nothing is lost. Throws DemoFailed. */
export async function printResults(
  admin: Administrator,
  { planId }: Rehearsal,
  lives: readonly Life[],
  measurements: Measurements,
  print: Print,
): Promise<void> {
  const { figures, version } = await admin.statistics(planId);
  await admin.release(planId, version);
  const rows = DEMO_ITEMS.map(({ item }) => {
    const found = figures.items.find((candidate) => candidate.item === item.number);
    const { p = null, pointBiserialRest = null, omitted = { count: 0 } } = found ?? {};
    return [item.number, item.name, item.kind, figure(p, 3), figure(pointBiserialRest, 3), omitted.count];
  });
  print(`\n${table(['item', 'name', 'kind', 'p', 'r rest', 'omitted'], rows)}\n`);
  const { mean, sd, alpha, examineeCount, itemCount } = figures;
  print(
    `${examineeCount} sheets, ${itemCount} items scored by machine: mean ${figure(mean, 2)}, SD ${figure(sd, 2)}, alpha ${figure(alpha, 3)}.`,
  );
  const { submitted = 0, 'timed-out': timedOut = 0, absent = 0 } = await lastCounts(admin, planId);
  print(`${submitted} submitted, ${timedOut} were still writing when the time was over, ${absent} never came.`);
  print(
    `${measurements.saved} answers were saved; ${percentileLine(percentiles(measurements.ackMs))} (the slowest waited without a connection, or for a room to go on).`,
  );
  print(await comparison(admin, lives));
}

const DISPLAY_LIMIT_MS = 15_000;
const LOOK_EVERY_MS = 250;

/** Rooms show what they are every five seconds: the counts of an exam that is over follow it by as much. */
async function lastCounts(admin: Administrator, planId: string): Promise<Readonly<Record<string, number>>> {
  const until = performance.now() + DISPLAY_LIMIT_MS;
  for (;;) {
    const { examinees } = await admin.progress(planId);
    if ((examinees.answering ?? 0) === 0 || performance.now() > until) return examinees;
    await sleep(LOOK_EVERY_MS);
  }
}

/** What the proctor did, as the store has it: each control with whom it has reached, and what became of the incidents. */
export async function printDuty(admin: Administrator, { planId }: Rehearsal, duty: Duty, print: Print): Promise<void> {
  const controls = await inParallel(duty.ordered, 4, async ({ controlId, what }) => {
    const reply = await admin.controlNow(controlId);
    return [what, reply.state, reachedLine(reply)];
  });
  print(`\n${table(['the proctor', 'control', 'ledger'], controls)}\n`);
  const incidents = await admin.incidents(planId);
  const byState = Object.entries(Object.groupBy(incidents, ({ state }) => state));
  const states = byState.map(([state, some = []]) => `${some.length} ${state}`).join(', ');
  print(`${incidents.length} incidents: ${states}; ${duty.answered()} raised hands were answered.`);
}

/** Compares what examinees were shown as saved with the store. Throws DemoFailed. */
async function comparison(admin: Administrator, lives: readonly Life[]): Promise<string> {
  const counts = await inParallel(lives, 8, async ({ examineeId, shownAsSaved }) => {
    const { answers } = await admin.sheet(examineeId);
    const stored = new Map(answers.map(({ item, response }) => [item, JSON.stringify(response)]));
    const missing = [...shownAsSaved].filter(
      ([item, response]) => stored.get(item) !== JSON.stringify(response),
    ).length;
    return { shown: shownAsSaved.size, missing };
  });
  const shown = counts.reduce((sum, count) => sum + count.shown, 0);
  const missing = counts.reduce((sum, count) => sum + count.missing, 0);
  if (missing > 0)
    throw new DemoFailed(`of ${shown} answers that were shown as saved, ${missing} are not in the store.`);
  return `All ${shown} final answers that were shown as saved are in the store, word for word.`;
}
