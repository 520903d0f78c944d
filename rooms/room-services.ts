// What the process gives to each of its rooms. Made once by rooms/main.ts; tests give their own.
import type { Logger } from 'pino';
import type { Store } from '../store/open-store.ts';
import type { AnswersQueue } from './answers-queue.ts';
import type { AssignmentWatch } from './assignment-watch.ts';
import type { ControlWatch } from './control-watch.ts';
import type { RoomFigures } from './figures.ts';
import type { IncidentQueue } from './incident-queue.ts';
import type { IncidentWatch } from './incident-watch.ts';
import type { Journal } from './journal.ts';
import type { Leases } from './leases.ts';
import type { PlanCatalogue } from './plan-catalogue.ts';
import type { PlanWatch } from './plan-watch.ts';
import type { Recorder } from './recorder.ts';
import type { Signals } from './signals.ts';

export type RoomServices = {
  readonly store: Store;
  readonly journal: Journal;
  readonly queue: Pick<AnswersQueue, 'addSheet' | 'tellOrphans'>;
  readonly leases: Leases;
  readonly controls: ControlWatch;
  readonly signals: Signals;
  readonly incidents: Pick<IncidentQueue, 'changed'>;
  readonly planWatch: PlanWatch;
  readonly incidentWatch: IncidentWatch;
  readonly assignments: AssignmentWatch;
  readonly catalogue: PlanCatalogue;
  readonly recorder: Recorder;
  readonly log: Logger;
  readonly figures: Pick<RoomFigures, 'took'>;
  /** The store's time as this process knows it, epoch ms. */
  now(): number;
  /** False while this process must take no more rooms. */
  mayTakeRooms(): boolean;
  /** A start names an instant at least this far ahead, so that rooms on different processes begin together. */
  readonly startAheadMs: number;
  /** Answers went into the store past the queue: their live sheets are out of date. */
  writtenThrough(planId: string, examineeIds: readonly string[]): void;
  /** Tells all rooms processes that something of this plan's roster has changed. Never rejects: they look each second anyway. */
  hintPlan(planId: string): void;
  /** After how many rounds of its display a room has the store keep again of somebody that there are more answers. */
  displayRounds(): number;
  /** Asks for a plan's statistics when its last room has settled. */
  planMayHaveEnded(planId: string): Promise<void>;
};
