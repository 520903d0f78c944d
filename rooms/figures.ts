// The rooms' own figures, in the registry that the process gives: the answers' journey as rooms see it, rooms, links, owner
// changes, refusals. Labels are stages, states and codes, never ids. Called by main.ts; counted by the journal and the rooms.
import { Registry } from 'prom-client';
import { alone, counterOf, countsOf, gaugeOf, histogramOf } from '../metrics.ts';
import { type AnswerStage, STATE_VALUES } from '../schema/metrics.ts';
import type { Journal } from './journal.ts';
import { countRefusalsBy } from './refusal-counts.ts';

export type RoomFigures = {
  accepted(): void;
  /** So many of a job were told durable. */
  told(count: number): void;
  writtenThrough(count: number): void;
  took(stage: AnswerStage, ms: number): void;
};

/** Adds what is counted to this registry; without one it is kept and shown to nobody. */
export function roomFigures(registry: Registry = new Registry()): RoomFigures {
  const accepted = counterOf(registry, 'examhall_answers_accepted_total');
  const told = counterOf(registry, 'examhall_answers_told_total');
  const writtenThrough = counterOf(registry, 'examhall_answers_written_through_total');
  const stages = histogramOf(registry, 'examhall_answer_stage_seconds');
  return {
    accepted: () => accepted.inc(),
    told: (count) => told.inc(count),
    writtenThrough: (count) => writtenThrough.inc(count),
    // Two clocks may differ by some milliseconds: less than nothing is nothing.
    took: (stage, ms) => stages.observe({ stage }, Math.max(0, ms) / 1_000),
  };
}

/** What the rooms role knows when somebody asks. */
export type RoomsSeen = {
  readonly journal: Pick<Journal, 'size' | 'oldestMs' | 'isQueueAway'>;
  roomCount(): number;
  takenCount(): number;
  lostCount(): number;
  clientCount(): number;
  isDraining(): boolean;
  /** The state of each examinee's link. */
  links(): Iterable<string>;
};

/** Adds what is read when somebody asks. */
export function showRooms(registry: Registry, rooms: RoomsSeen): void {
  const { journal } = rooms;
  gaugeOf(registry, 'examhall_journal_answers', () => alone(journal.size()));
  gaugeOf(registry, 'examhall_journal_oldest_seconds', () => alone(journal.oldestMs() / 1_000));
  gaugeOf(registry, 'examhall_queue_away', () => alone(Number(journal.isQueueAway())));
  gaugeOf(registry, 'examhall_rooms', () => alone(rooms.roomCount()));
  gaugeOf(registry, 'examhall_draining', () => alone(Number(rooms.isDraining())));
  gaugeOf(registry, 'examhall_clients', () => alone(rooms.clientCount()));
  countsOf(registry, 'examhall_rooms_taken_total', () => alone(rooms.takenCount()));
  countsOf(registry, 'examhall_rooms_lost_total', () => alone(rooms.lostCount()));
  gaugeOf(registry, 'examhall_links', () => {
    const counts = new Map((STATE_VALUES.examhall_links ?? []).map((state) => [state, 0]));
    for (const state of rooms.links()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return [...counts].map(([state, value]) => ({ labels: { state }, value }));
  });
}

/** Adds the refusals of the sockets to the counter that the api may have, too. */
export function showRefusals(registry: Registry): void {
  const refusals = counterOf(registry, 'examhall_refusals_total');
  countRefusalsBy((code) => refusals.inc({ road: 'socket', code }));
}
