// One tick for everything on a page that shows time going by: four times a second, and not at all in a hidden tab.
import { createSignal } from 'solid-js';

const TICK_MS = 250;

const [tick, setTick] = createSignal(0);
let timer: ReturnType<typeof setInterval> | undefined;

/** Reading it makes a computation run again with each tick. */
export const ticking = tick;

/** Called once, when the page starts. */
export function startTicking(): void {
  const follow = () => {
    clearInterval(timer);
    setTick((count) => count + 1);
    if (!document.hidden) timer = setInterval(() => setTick((count) => count + 1), TICK_MS);
  };
  document.addEventListener('visibilitychange', follow);
  follow();
}
