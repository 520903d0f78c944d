// A field that a person writes in: what is typed goes out, and what comes from elsewhere (another device's answer) comes in,
// but never what was just typed, so that neither the cursor nor a syllable that is being composed is disturbed.
import { createEffect } from 'solid-js';

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * Returns the two ends: `ref` of the element, and `typed`, to be called with each input. `isReading` says whether what is shown
 * is how the typed text was read, as 1.5 for 1,5.
 */
export function createWrittenField(
  shown: () => string,
  write: (text: string) => void,
  isReading = (typed: string, text: string) => typed === text,
) {
  let element: Field | undefined;
  let lastTyped: string | undefined;
  createEffect(() => {
    const text = shown();
    if (element === undefined || (lastTyped !== undefined && isReading(lastTyped, text))) return;
    lastTyped = undefined;
    if (element.value !== text) element.value = text;
  });
  return {
    ref(made: Field) {
      element = made;
      made.value = shown();
    },
    typed(event: { readonly currentTarget: Field }) {
      lastTyped = event.currentTarget.value;
      write(lastTyped);
    },
  };
}
