// Whether the other side still answers. One beat a second; trouble after 2.5 s without reply, silence after 5 s. Time in
// which no beat was sent does not count, so that a page whose timers were slowed down is not taken for a dead link.
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
  /** One beat more, at once. */
  beat(): void;
  stop(): void;
};

/** Starts beating: the first at once. */
export function startHeartbeat(clock: ClientClock, effects: HeartbeatEffects): Heartbeat {
  let unanswered: number[] = [];
  let lastSentAt = Number.NEGATIVE_INFINITY;
  let answeredAt = clock.now();
  let mood: 'fine' | 'trouble' = 'fine';
  let cancel = (): void => {};

  function tick(): void {
    const now = clock.now();
    const silenceMs = now - silentSince(now);
    if (silenceMs >= HEARTBEAT.silentMs) return effects.silent();
    if (silenceMs >= HEARTBEAT.troubleMs && mood === 'fine') {
      mood = 'trouble';
      effects.trouble();
    }
    if (now - lastSentAt >= HEARTBEAT.everyMs) send(now);
    cancel = clock.after(nextInMs(now), tick);
  }
  function send(now: number): void {
    lastSentAt = now;
    unanswered.push(now);
    effects.send(now);
  }
  /** The last answer, or where beats were held up, the beat that should have been before the oldest unanswered one. */
  function silentSince(now: number): number {
    const [oldest] = unanswered;
    return oldest === undefined ? now : Math.max(answeredAt, oldest - HEARTBEAT.everyMs);
  }
  function nextInMs(now: number): number {
    const limitMs = mood === 'fine' ? HEARTBEAT.troubleMs : HEARTBEAT.silentMs;
    return Math.max(1, Math.min(lastSentAt + HEARTBEAT.everyMs, silentSince(now) + limitMs) - now);
  }

  cancel = clock.after(0, tick);
  return {
    answered(sentAt) {
      unanswered = unanswered.filter((sent) => sent > sentAt);
      answeredAt = clock.now();
      if (mood === 'fine') return;
      mood = 'fine';
      effects.fine();
    },
    beat: () => send(clock.now()),
    stop: () => cancel(),
  };
}
