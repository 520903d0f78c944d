// The page over the whole screen: offered where the exam records that it is left, never forced.
import { createSignal, onCleanup } from 'solid-js';

export function createFullScreen() {
  const [isFull, setFull] = createSignal(document.fullscreenElement !== null);
  const follow = () => setFull(document.fullscreenElement !== null);
  document.addEventListener('fullscreenchange', follow);
  onCleanup(() => document.removeEventListener('fullscreenchange', follow));
  return {
    isFull,
    isPossible: document.fullscreenEnabled,
    /** A browser may say no; then the page stays as it is. */
    enter: () => document.documentElement.requestFullscreen().catch(() => undefined),
  };
}
