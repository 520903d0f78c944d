// One simulated examinee: enters with a code as a person's programme does, over HTTP and a real WebSocket, answers,
// measures how long each answer takes to be saved, submits and leaves. It must never count as saved what the system did
// not acknowledge by its revision. Called by everything in loadtest/ that simulates examinees.
import { memoryOutbox } from '../client/outbox-memory.ts';
import type { OutboxStorage } from '../client/outbox-storage.ts';
import { type ExamSession, enterExam } from '../client/session.ts';
import type { Response } from '../schema/answers.ts';
import { countRefusal, type Measurements } from './measurements.ts';

export type SittingRequest = {
  url: string;
  code: string;
  deviceKey: string;
  measurements: Measurements;
  /** Where unsaved answers wait; a memory of its own unless given, to come back after a loss. */
  storage?: OutboxStorage;
};

export type Sitting = {
  readonly session: ExamSession;
  /** Gives this response; null takes it back. Its latency counts from `dueAt` (performance.now()), or from now. */
  answer(item: number, response: Response, dueAt?: number): void;
  /** Answers given and not acknowledged yet. */
  unsavedCount(): number;
  /** Resolves when the room runs. Throws SittingStalled. */
  running(limitMs: number): Promise<void>;
  /** Resolves when at most `most` answers are not acknowledged. Throws SittingStalled. */
  unsavedAtMost(most: number, limitMs: number): Promise<void>;
  /** Submits; resolves when the system says that it is submitted. Throws SittingStalled. */
  submit(limitMs: number): Promise<void>;
  leave(): Promise<void>;
};

/** Something that an examinee waited for did not come. */
export class SittingStalled extends Error {
  readonly code = 'SITTING_STALLED';
  override name = 'SittingStalled';
}

/** By revision: what was given and is not acknowledged. */
type Waiting = Map<number, { item: number; dueAt: number }>;

type Waiter = { isOver: () => boolean; resolve: () => void };

/** Enters and joins. Rejects with the client's own error where that is refused for good. */
export async function sit(request: SittingRequest): Promise<Sitting> {
  const { url, code, deviceKey, measurements, storage = memoryOutbox() } = request;
  const startedAt = performance.now();
  const session = await enterExam({ url, code, deviceKey, storage });
  measurements.enterMs.push(performance.now() - startedAt);
  const waiting: Waiting = new Map();
  const waiters = new Set<Waiter>();
  const wake = (): void => {
    for (const waiter of waiters) if (waiter.isOver()) waiter.resolve();
  };
  let status = session.room().status;
  session.on('room', (room) => {
    status = room.status;
    wake();
  });
  session.on('answer', ({ item, revision, state, code: refusal }) => {
    if (state === 'saved') noteSaved(measurements, waiting, item, revision);
    if (state === 'refused') {
      countRefusal(measurements, refusal ?? 'UNKNOWN');
      waiting.delete(revision);
    }
    wake();
  });
  const until = (isOver: () => boolean, limitMs: number, what: () => string): Promise<void> =>
    isOver() ? Promise.resolve() : waitFor(waiters, isOver, limitMs, what);
  return {
    session,
    answer(item, response, dueAt = performance.now()) {
      waiting.set(session.answer(item, response), { item, dueAt });
      measurements.sent += 1;
    },
    unsavedCount: () => waiting.size,
    running: (limitMs) =>
      until(
        () => status === 'running',
        limitMs,
        () => `the room is ${status}, not running`,
      ),
    unsavedAtMost: (most, limitMs) =>
      until(
        () => waiting.size <= most,
        limitMs,
        () => `${waiting.size} answers are not acknowledged`,
      ),
    async submit(limitMs) {
      await within(session.submit(), limitMs, 'the sheet is not submitted');
    },
    leave: () => session.leave(),
  };
}

/** The client says nothing of an older revision that a newer one overtook: it goes with the newer one. */
function noteSaved(measurements: Measurements, waiting: Waiting, item: number, revision: number): void {
  for (const [older, given] of waiting) {
    if (given.item !== item || older > revision) continue;
    waiting.delete(older);
    if (older < revision) measurements.overtaken += 1;
    else {
      measurements.saved += 1;
      measurements.ackMs.push(performance.now() - given.dueAt);
    }
  }
}

function waitFor(waiters: Set<Waiter>, isOver: () => boolean, limitMs: number, what: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(limit);
      waiters.delete(waiter);
      settle();
    };
    const limit = setTimeout(() => end(() => reject(stalled(what(), limitMs))), limitMs);
    const waiter: Waiter = { isOver, resolve: () => end(resolve) };
    waiters.add(waiter);
  });
}

async function within<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(stalled(what, limitMs)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(limit);
  }
}

function stalled(what: string, limitMs: number): SittingStalled {
  return new SittingStalled(`${what} after ${limitMs / 1000} s.`);
}
