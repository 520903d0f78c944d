// What a fault is to whoever lets it come: it begins, and whoever began it can end it and learn whether it has met anything.
import type { Exam } from '../exam.ts';
import type { Hall } from '../hall.ts';
import type { Fault } from '../schedule.ts';

/** Where faults come to. */
export type Stage = {
  readonly hall: Hall;
  readonly exam: Exam;
  /** Processes that are down on purpose, or are being started again, and by how many faults: their end is no surprise. */
  readonly down: Map<string, number>;
};

/** Ends the fault. Resolves with how often it has bitten; 0 says that it met nobody. */
export type Heal = () => Promise<number>;

/** Lets the fault begin. */
export type Inject = (stage: Stage, fault: Fault) => Promise<Heal>;
