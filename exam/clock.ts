// Time as a function of stored facts and a given now: deadlines, what remains, and the offset of a client's clock.
// Reads no clock itself. Also used in browsers. All instants are epoch ms of the server's clock, all lengths ms.

/** What a deadline follows from. `startsAt` 0 means not started, `windowEndsAt` 0 means no window. */
export type TimeFacts = {
  readonly startsAt: number;
  readonly durationMs: number;
  readonly windowEndsAt: number;
  readonly extraMs: number;
  readonly pausedMs: number;
};

/** min(duration, window) + extra + paused, as an instant; 0 where the exam has not started. */
export function deadlineOf(facts: TimeFacts): number {
  if (facts.startsAt === 0) return 0;
  const byDuration = facts.startsAt + facts.durationMs;
  const end = facts.windowEndsAt === 0 ? byDuration : Math.min(byDuration, facts.windowEndsAt);
  return end + facts.extraMs + facts.pausedMs;
}

/**
 * One examinee's clock. While `heldSince` is 0 it runs towards `deadlineAt`; else it has stood since then, and
 * `deadlineAt - heldSince` remains. `deadlineAt` 0: not started, or not known.
 */
export type ExamClock = { readonly deadlineAt: number; readonly heldSince: number };

/** What remains at `now`: never negative, 0 before the start. */
export function remainingOf({ deadlineAt, heldSince }: ExamClock, now: number): number {
  return Math.max(0, deadlineAt - (heldSince === 0 ? now : heldSince));
}

/** Whether this clock has run out at `now`. One that stands never does. */
export function hasRunOut({ deadlineAt, heldSince }: ExamClock, now: number): boolean {
  return deadlineAt !== 0 && heldSince === 0 && now >= deadlineAt;
}

type Sample = { readonly roundTripMs: number; readonly offsetMs: number };
const SAMPLES = 8;

export type OffsetEstimator = {
  /** One exchange: our clock at sending and receiving, the server's clock in between. */
  add(sentAt: number, serverAt: number, receivedAt: number): void;
  /** Server's clock minus ours; 0 before the first sample. */
  offsetMs(): number;
};

/** Estimates a clock's offset by the sample of the shortest round trip among the last eight (Cristian 1989). */
export function createOffsetEstimator(): OffsetEstimator {
  const samples: Sample[] = [];
  return {
    add(sentAt, serverAt, receivedAt) {
      const roundTripMs = receivedAt - sentAt;
      if (!(roundTripMs >= 0)) return;
      samples.push({ roundTripMs, offsetMs: serverAt + roundTripMs / 2 - receivedAt });
      if (samples.length > SAMPLES) samples.shift();
    },
    offsetMs() {
      const best = samples.reduce<Sample | undefined>(
        (a, b) => (a && a.roundTripMs <= b.roundTripMs ? a : b),
        undefined,
      );
      return best?.offsetMs ?? 0;
    },
  };
}
