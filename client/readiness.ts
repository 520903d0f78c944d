// "I am ready": said until the room has confirmed it, over each new link and every few seconds. Called by session.
import type { ClientClock } from './clock.ts';

const REPEAT_MS = 5_000;

export type Readiness = {
  /** The person says so. */
  want(): void;
  linked(): void;
  /** Said no more: refused for good, or left. */
  stop(): void;
};

export type ReadinessEffects = {
  readonly clock: ClientClock;
  /** Whether the room still waits for it. */
  isAsked(): boolean;
  say(): void;
};

/** Nobody has said so yet. */
export function createReadiness({ clock, isAsked, say }: ReadinessEffects): Readiness {
  let wish: 'none' | 'wanted' = 'none';
  let cancel = (): void => {};
  const repeat = () => {
    cancel();
    if (wish === 'none' || !isAsked()) return;
    say();
    cancel = clock.after(REPEAT_MS, repeat);
  };
  return {
    want() {
      wish = 'wanted';
      repeat();
    },
    linked: repeat,
    stop() {
      wish = 'none';
      cancel();
    },
  };
}
