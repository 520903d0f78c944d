// Plays many schedules and says what came of them. Called by the tests of the simulation.
import { AIMED, type Aim, type Flaw } from './flaws.ts';
import { playSchedule, type Verdict } from './schedule.ts';

export type Simulated = {
  readonly schedules: number;
  readonly events: number;
  readonly acknowledged: number;
  readonly savedByOldOwner: number;
  /** Of how long an exam and its aftermath, all schedules together. */
  readonly simulatedMs: number;
  readonly failures: readonly Verdict[];
};

/** Plays the schedules of the seeds from `first` on. */
export function simulate(first: number, count: number, aim?: Aim): Simulated {
  const sums = { events: 0, acknowledged: 0, savedByOldOwner: 0, simulatedMs: 0 };
  const failures: Verdict[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const verdict = playSchedule(seed, { aim });
    sums.events += verdict.events;
    sums.acknowledged += verdict.acknowledged;
    sums.savedByOldOwner += verdict.savedByOldOwner;
    sums.simulatedMs += verdict.simulatedMs;
    if (verdict.broken.length > 0) failures.push(verdict);
  }
  return { schedules: count, ...sums, failures };
}

/** The first seed from 1 on that finds this flaw, with what it found; undefined where none up to `most` does. */
export function firstToFind(flaw: Flaw, most: number): Verdict | undefined {
  for (let seed = 1; seed <= most; seed++) {
    const verdict = playSchedule(seed, { flaw, aim: AIMED[flaw] });
    if (verdict.broken.length > 0) return verdict;
  }
  return undefined;
}

/** What to do with these, one a line. */
export function sentences(failures: readonly Verdict[]): string {
  return failures
    .slice(0, 10)
    .map(({ seed, broken }) => `${broken.join('; ')}: SIM_SEED=${seed} bin/test simulation shows it line by line`)
    .join('\n');
}
