// Whether the other side still answers. One beat a second; trouble 2.5 s after a beat without reply, silence after 5 s.
// What counts is the oldest unanswered beat, so that a page whose timers were slowed down is not taken for a dead link.
import type { ClientClock } from './clock.ts';

export const HEARTBEAT = { everyMs: 1_000, troubleMs: 2_500, silentMs: 5_000 } as const;

export type HeartbeatEffects = {
  /** Sends one beat that carries this monotonic instant. */
  send(sentAt: number): void;
  trouble(): void;
  /** Answered again after trouble. */
  fine(): void;
  /** Called once; the heartbeat has stopped. */
  silent(): void;
};
export type Heartbeat = {
  /** The other side answered the beat that was sent at this instant. */
  answered(sentAt: number): void;
  stop(): void;
};

/** Starts beating: the first at once. */
export function startHeartbeat(clock: ClientClock, effects: HeartbeatEffects): Heartbeat {
  let unanswered: number[] = [];
  let lastSentAt = Number.NEGATIVE_INFINITY;
  let mood: 'fine' | 'trouble' = 'fine';
  let cancel = (): void => {};

  function tick(): void {
    const now = clock.now();
    const silenceMs = now - (unanswered[0] ?? now);
    if (silenceMs >= HEARTBEAT.silentMs) return effects.silent();
    if (silenceMs >= HEARTBEAT.troubleMs && mood === 'fine') {
      mood = 'trouble';
      effects.trouble();
    }
    if (now - lastSentAt >= HEARTBEAT.everyMs) {
      lastSentAt = now;
      unanswered.push(now);
      effects.send(now);
    }
    cancel = clock.after(nextInMs(now), tick);
  }
  function nextInMs(now: number): number {
    const oldest = unanswered[0] ?? now;
    const limit = mood === 'fine' ? HEARTBEAT.troubleMs : HEARTBEAT.silentMs;
    return Math.max(1, Math.min(lastSentAt + HEARTBEAT.everyMs - now, oldest + limit - now));
  }

  cancel = clock.after(0, tick);
  return {
    answered(sentAt) {
      unanswered = unanswered.filter((sent) => sent > sentAt);
      if (mood === 'fine') return;
      mood = 'fine';
      effects.fine();
    },
    stop: () => cancel(),
  };
}
