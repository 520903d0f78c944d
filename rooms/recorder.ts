// Hands log entries and display fields to their queues, in bulk. What goes through here is for display and history: it
// may be late, and nothing that somebody was told depends on it. Never rejects. One a process.
import type { Logger } from 'pino';
import { openQueueDoor } from '../queue-door.ts';
import { openRedis } from '../redis-connection.ts';
import { currentRequestId } from '../request-id.ts';
import { newId } from '../schema/ids.ts';
import type { LogEntry, RoomStates } from '../schema/jobs.ts';
import type { Store } from '../store/open-store.ts';
import { REDIS_PATIENCE } from './redis-patience.ts';

export type Recorder = {
  log(entry: Omit<LogEntry, 'logId'>): void;
  states(planId: string, states: RoomStates): void;
  stop(): Promise<void>;
};

const FLUSH_EVERY_MS = 1_000;
const ENTRIES_A_JOB = 500;
/** Rooms say what has changed each in a moment of its own; what comes in so many ms goes together. */
const STATES_EVERY_MS = 250;
/** One script sets them all in Redis, and acknowledgements wait behind it. */
const ROWS_A_JOB = 500;
/** Beyond it the oldest entries go straight to the store, so that memory stays bounded while Redis is away. */
const KEPT_JOBS = 50;

/** Connects to the queues; fails fast while Redis is away. */
export function createRecorder(redisUrl: string, store: Pick<Store, 'logs'>, processId: string, log: Logger): Recorder {
  const connection = openRedis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false, ...REDIS_PATIENCE });
  connection.on('error', (error) => log.debug({ err: error.message }, 'recorder connection error'));
  const options = {
    removeOnComplete: { count: KEPT_JOBS },
    removeOnFail: { count: 1_000 },
    attempts: 20,
    backoff: { type: 'fixed', delay: 500 },
  } as const;
  const logs = openQueueDoor('logs', connection, log, options);
  const states = openQueueDoor('states', connection, log, options);
  let entries: LogEntry[] = [];
  /** Of requests that some of the entries came with. */
  const requestIds = new Set<string>();
  let jobs = 0;
  const timer = setInterval(() => void flush(), FLUSH_EVERY_MS);
  const displayed = new Map<string, RoomStates[]>();
  const displaying = setInterval(flushStates, STATES_EVERY_MS);

  function flushStates(): void {
    for (const planId of displayed.keys()) sendStates(planId);
  }

  function sendStates(planId: string): void {
    const rooms = displayed.get(planId);
    if (rooms === undefined) return;
    displayed.delete(planId);
    const jobId = `${processId}-states-${++jobs}`;
    states
      .opened()
      .then((queue) => queue.add('states', { planId, rooms }, { jobId }))
      .catch((error: unknown) => {
        log.debug({ err: error }, 'display fields were not queued; the next ones will be');
      });
  }

  async function flush(): Promise<void> {
    while (entries.length > 0) {
      const batch = entries.slice(0, ENTRIES_A_JOB);
      entries = entries.slice(ENTRIES_A_JOB);
      const requested = requestIds.size === 0 ? {} : { requestIds: [...requestIds] };
      requestIds.clear();
      try {
        const queue = await logs.opened();
        await queue.add('logs', { entries: batch, ...requested }, { jobId: `${processId}-log-${++jobs}` });
      } catch (error) {
        log.debug({ err: error }, 'log queue refused, writing through');
        await writeThrough(batch);
      }
    }
  }

  async function writeThrough(batch: LogEntry[]): Promise<void> {
    try {
      await store.logs.insert(batch);
    } catch (error) {
      log.warn({ err: error, entries: batch.length }, 'log entries were lost: neither queue nor store took them');
    }
  }

  return {
    log(entry) {
      const requestId = currentRequestId();
      if (requestId !== undefined) requestIds.add(requestId);
      entries.push({ logId: newId(), ...entry });
    },
    states(planId, shown) {
      const rooms = displayed.get(planId) ?? [];
      if (rowsOf(rooms) + rowsOf([shown]) > ROWS_A_JOB) sendStates(planId);
      displayed.set(planId, [...(displayed.get(planId) ?? []), shown]);
    },
    async stop() {
      clearInterval(timer);
      clearInterval(displaying);
      flushStates();
      await flush();
      await Promise.all([logs.close(), states.close()]);
      connection.disconnect();
    },
  };
}

function rowsOf(rooms: readonly RoomStates[]): number {
  return rooms.reduce((sum, { examinees }) => sum + 1 + examinees.length, 0);
}
