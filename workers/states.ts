// The states worker: what boards and monitors show, in Redis and beside the examinees in the store. A later owner's or a
// later row wins, whatever comes last. For display only: while the store is away the newest rows are kept in memory and
// the queue goes on, so that it does not grow. Called by main.ts.
import type { Redis } from 'ioredis';
import { StatesJob } from '../schema/jobs.ts';
import { LINK_STATES, type LinkState } from '../schema/states.ts';
import type { DisplayRow } from '../store/examinees.ts';
import type { Store } from '../store/open-store.ts';
import { createDisplayBatch } from './display-batch.ts';
import { isInfrastructure, JobRefused } from './faults.ts';
import { liveUntil } from './live-expiry.ts';
import { setNeeds } from './live-needs.ts';
import { setRows } from './live-rows.ts';
import { type RunnerParts, type RunningWorker, startWorker } from './runner.ts';
import { startSweep } from './sweep.ts';

export type StatesOptions = RunnerParts & {
  readonly store: Pick<Store, 'examinees'>;
  readonly redis: Redis;
  readonly concurrency: number;
};

const CATCH_UP_EVERY_MS = 2_000;
/** Rows kept while the store is away; beyond it the oldest are forgotten, until their examinees change again. */
const ROWS_BEHIND = 50_000;
const ROWS_A_WRITE = 500;

/** Starts taking jobs of the states queue. */
export async function startStates(options: StatesOptions): Promise<RunningWorker> {
  const { store, redis, log } = options;
  const behind = new Map<string, DisplayRow>();
  const batch = createDisplayBatch((rows) => store.examinees.display(rows));

  async function display(rows: readonly DisplayRow[]): Promise<void> {
    try {
      await batch.add(rows);
    } catch (error) {
      if (!isInfrastructure(error)) throw error;
      for (const row of rows) keepNewer(behind, row);
    }
  }

  async function catchUp(): Promise<void> {
    while (behind.size > 0) {
      const rows = [...behind.values()].slice(0, ROWS_A_WRITE);
      await store.examinees.display(rows);
      for (const row of rows) if (behind.get(row.examineeId) === row) behind.delete(row.examineeId);
    }
  }

  const catchingUp = startSweep('display fields', CATCH_UP_EVERY_MS, catchUp, log);
  const worker = await startWorker({
    ...options,
    queue: 'states',
    parse: (data) => StatesJob.parse(data),
    async process(job) {
      const rows = displayRows(job);
      await setLive(redis, job);
      await display(rows);
    },
  });
  return {
    async stop() {
      await worker.stop();
      await catchingUp.stop();
    },
  };
}

async function setLive(redis: Redis, { planId, rooms }: StatesJob): Promise<void> {
  const rows = rooms.flatMap(({ roomId, epoch, sequence, room, examinees }) => [
    { roomId, epoch, sequence, fields: room },
    ...examinees.map(({ examineeId, moves = 0, onlyLive: _, ...fields }) => {
      return { roomId, examineeId, epoch: afterMoves(epoch, moves), sequence, fields };
    }),
  ]);
  const until = liveUntil(Math.max(0, ...rooms.map(({ room }) => room.deadlineAt)));
  await setRows(redis, planId, until, rows, 'earlier');
  await Promise.all(rooms.map((states) => setNeeds(redis, planId, states, until)));
}

function displayRows({ rooms }: StatesJob): DisplayRow[] {
  return rooms.flatMap(({ epoch, sequence, examinees }) =>
    examinees.flatMap(({ examineeId, link, savedCount, lastSeenAt, moves = 0, onlyLive = false }) => {
      if (!isLinkState(link)) throw new JobRefused('JOB_INVALID', 'a link that is none');
      if (onlyLive) return [];
      return [{ examineeId, link, savedCount, lastSeenAt, epoch: afterMoves(epoch, moves), sequence }];
    }),
  );
}

/** No room has so many owners: whatever the room of the last move says counts more than the words of those before. */
const MOVE_WEIGHT = 1_000_000;

function afterMoves(epoch: number, moves: number): number {
  return moves * MOVE_WEIGHT + epoch;
}

function isLinkState(link: string): link is LinkState {
  return LINK_STATES.some((state) => state === link);
}

function keepNewer(behind: Map<string, DisplayRow>, row: DisplayRow): void {
  const before = behind.get(row.examineeId);
  if (before && (before.epoch > row.epoch || (before.epoch === row.epoch && before.sequence >= row.sequence))) return;
  behind.delete(row.examineeId);
  behind.set(row.examineeId, row);
  const [oldest] = behind.keys();
  if (behind.size > ROWS_BEHIND && oldest !== undefined) behind.delete(oldest);
}
