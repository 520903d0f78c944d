// The raised hand: up with a question or without, down again. It is up once the room says so.
import { createSignal, Show } from 'solid-js';
import { Dialog } from '../../shared/Dialog.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';

const MOST = 500;

export function CallButton() {
  const seat = useSeat();
  const { now, session } = seat.sitting;
  const [isOpen, setOpen] = createSignal(false);
  const [asked, setAsked] = createSignal(false);
  let question = '';
  const up = () => now.calls.find(({ state }) => state === 'open');
  const isAsking = () =>
    asked() && up() === undefined && now.callRefusal === undefined && now.calls.length === before();
  const [before, setBefore] = createSignal(0);
  const raise = () => {
    setBefore(now.calls.length);
    setAsked(true);
    seat.sitting.raiseHand(question.trim());
    question = '';
    setOpen(false);
  };
  return (
    <>
      <button type="button" class="call" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {up() !== undefined ? t().calls.up : isAsking() ? t().calls.sending : t().calls.raise}
      </button>
      <Show when={now.callRefusal}>
        <span class="wrong" role="alert">
          {t().calls.soon}
        </span>
      </Show>
      <Show when={isOpen()}>
        <Dialog title={t().calls.title} onClose={() => setOpen(false)}>
          <Show
            when={up()}
            fallback={
              <>
                <div class="field">
                  <label for="call-question">{t().calls.question}</label>
                  <textarea
                    id="call-question"
                    rows="3"
                    maxlength={MOST}
                    dir="auto"
                    aria-describedby="call-hint"
                    onInput={(event) => {
                      question = event.currentTarget.value;
                    }}
                  />
                  <span id="call-hint" class="hint">
                    {t().calls.hint}
                  </span>
                </div>
                <div class="row">
                  <button type="button" class="primary" onClick={raise}>
                    {t().calls.send}
                  </button>
                  <button type="button" onClick={() => setOpen(false)}>
                    {t().calls.close}
                  </button>
                </div>
              </>
            }
          >
            {(call) => (
              <>
                <p>{t().calls.upSince(call().at)}</p>
                <Show when={call().question !== ''}>
                  <p dir="auto">{t().calls.asked(call().question)}</p>
                </Show>
                <div class="row">
                  <button
                    type="button"
                    onClick={() => {
                      session.lowerHand(call().callId);
                      setOpen(false);
                    }}
                  >
                    {t().calls.lower}
                  </button>
                  <button type="button" class="primary" onClick={() => setOpen(false)}>
                    {t().calls.close}
                  </button>
                </div>
              </>
            )}
          </Show>
        </Dialog>
      </Show>
    </>
  );
}
