// Full screen where the exam records that it is left, while it is not there: before the start, and on the paper for who left
// it by mistake.
import { Show } from 'solid-js';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { createFullScreen } from './full-screen.ts';

/** `hint`: in a row of its own, with a sentence that says why. */
export function FullScreenOffer(props: { readonly hint: boolean }) {
  const seat = useSeat();
  const screen = createFullScreen();
  const button = () => (
    <button type="button" onClick={() => void screen.enter()}>
      {t().waiting.fullScreen}
    </button>
  );
  return (
    <Show when={seat.facts().signals.includes('full-screen-left') && screen.isPossible && !screen.isFull()}>
      <Show when={props.hint} fallback={button()}>
        <div class="row">
          {button()}
          <span class="hint">{t().waiting.fullScreenHint}</span>
        </div>
      </Show>
    </Show>
  );
}
