// Whether the order of the list has to stand still: for two seconds after the pointer last moved over it.
import { createSignal } from 'solid-js';

const HELD_MS = 2_000;

export function createHeld() {
  const [isHeld, setHeld] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const release = () => {
    clearTimeout(timer);
    setHeld(false);
  };
  return {
    isHeld,
    touch() {
      setHeld(true);
      clearTimeout(timer);
      timer = setTimeout(release, HELD_MS);
    },
    release,
    stop: () => clearTimeout(timer),
  };
}
