// One simulated examinee: enters with a code as a person's programme does, over HTTP and a real WebSocket, answers,
// measures how long each answer takes to be saved, submits and leaves. It must never count as saved what the system did
// not acknowledge by its revision. Called by everything in loadtest/ that simulates examinees.
import { enterExam } from '../client/enter-exam.ts';
import { memoryOutbox } from '../client/outbox-memory.ts';
import type { OutboxStorage } from '../client/outbox-storage.ts';
import type { ExamSession } from '../client/session.ts';
import type { OpenSocket } from '../client/socket.ts';
import type { Response } from '../schema/answers.ts';
import { countRefusal, type Measurements } from './measurements.ts';
import { createSignal, within } from './signal.ts';

export type SittingRequest = {
  url: string;
  code: string;
  deviceKey: string;
  measurements: Measurements;
  /** Where unsaved answers wait; a memory of its own unless given, to come back after a loss. */
  storage?: OutboxStorage;
  /** The network, where it is not the usual one. */
  open?: OpenSocket;
  fetch?: typeof fetch;
};

/** What waits throws Stalled where the limit passes. */
export type Sitting = {
  readonly session: ExamSession;
  /** Gives this response; null takes it back. Its latency counts from `dueAt` (performance.now()), or from now. */
  answer(item: number, response: Response, dueAt?: number): void;
  /** Answers given and not acknowledged yet. */
  unsavedCount(): number;
  /** Resolves when at most `most` answers are not acknowledged. */
  unsavedAtMost(most: number, limitMs: number): Promise<void>;
  /** Resolves when the room is joined, again or for the first time. */
  online(limitMs: number): Promise<void>;
  /** Resolves when the room runs. */
  running(limitMs: number): Promise<void>;
  /** Resolves when the exam is over for this examinee. */
  over(limitMs: number): Promise<void>;
  /** Resolves when this device was told that another one continues. */
  fenced(limitMs: number): Promise<void>;
  /** Submits; resolves when the system says that it is submitted. */
  submit(limitMs: number): Promise<void>;
  leave(): Promise<void>;
};

/** By revision: what was given and is not acknowledged. */
type Waiting = Map<number, { item: number; dueAt: number }>;

const JOIN_LIMIT_MS = 120_000;

/** Enters, and resolves when the room is joined. Rejects with the client's own error where it is refused for good. */
export async function sit({ measurements, storage = memoryOutbox(), ...entry }: SittingRequest): Promise<Sitting> {
  const startedAt = performance.now();
  const session = await enterExam({ ...entry, storage });
  const sitting = sittingOf(session, measurements);
  await sitting.online(JOIN_LIMIT_MS);
  measurements.enterMs.push(performance.now() - startedAt);
  return sitting;
}

function sittingOf(session: ExamSession, measurements: Measurements): Sitting {
  const waiting: Waiting = new Map();
  const { changed, until } = createSignal();
  session.on('room', changed);
  session.on('status', changed);
  session.on('link', changed);
  session.on('answer', ({ item, revision, state, code }) => {
    if (state === 'saved') noteSaved(measurements, waiting, item, revision);
    if (state === 'refused' && waiting.delete(revision)) countRefusal(measurements, code ?? 'UNKNOWN');
    changed();
  });
  const status = () => session.room().status;
  const linkIs = (wanted: 'online' | 'fenced', limitMs: number) =>
    until(
      () => session.link() === wanted,
      limitMs,
      () => `the link is ${session.link()}, not ${wanted},`,
    );
  return {
    session,
    answer(item, response, dueAt = performance.now()) {
      measurements.sent += 1;
      waiting.set(session.answer(item, response), { item, dueAt });
    },
    unsavedCount: () => waiting.size,
    unsavedAtMost: (most, limitMs) =>
      until(
        () => waiting.size <= most,
        limitMs,
        () => `${waiting.size} answers are not acknowledged`,
      ),
    online: (limitMs) => linkIs('online', limitMs),
    running: (limitMs) =>
      until(
        () => status() === 'running',
        limitMs,
        () => `the room is ${status()}, not running,`,
      ),
    over: (limitMs) => {
      const isOver = () => status() === 'ended' || session.status() === 'timed-out';
      return until(isOver, limitMs, () => `the room is ${status()}, not ended,`);
    },
    fenced: (limitMs) => linkIs('fenced', limitMs),
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
