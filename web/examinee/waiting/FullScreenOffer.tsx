// Full screen where the exam records that it is left, while it is not there: before the start, and on the paper for who left
// it by mistake.
import { Show } from 'solid-js';
import { createFullScreen } from '../device/full-screen.ts';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';

export function FullScreenOffer() {
  const seat = useSeat();
  const screen = createFullScreen();
  return (
    <Show when={seat.facts().signals.includes('full-screen-left') && screen.isPossible && !screen.isFull()}>
      <div class="row">
        <button type="button" onClick={() => void screen.enter()}>
          {t().waiting.fullScreen}
        </button>
        <span class="hint">{t().waiting.fullScreenHint}</span>
      </div>
    </Show>
  );
}
