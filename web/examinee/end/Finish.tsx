// Through with it: the page forgets the person, and is ready for the next one. Asked first.
import { createSignal, Show } from 'solid-js';
import { Dialog } from '../../shared/Dialog.tsx';
import { t } from '../texts/texts.ts';

export function Finish(props: { readonly onFinish: () => void }) {
  const [isAsked, setAsked] = createSignal(false);
  return (
    <div class="row">
      <button type="button" onClick={() => setAsked(true)}>
        {t().end.done}
      </button>
      <span class="hint">{t().end.doneHint}</span>
      <Show when={isAsked()}>
        <Dialog title={t().end.doneTitle} onClose={() => setAsked(false)}>
          <p>{t().end.doneText}</p>
          <div class="row">
            <button type="button" class="primary" onClick={() => props.onFinish()}>
              {t().end.done}
            </button>
            <button type="button" onClick={() => setAsked(false)}>
              {t().notices.close}
            </button>
          </div>
        </Dialog>
      </Show>
    </div>
  );
}
