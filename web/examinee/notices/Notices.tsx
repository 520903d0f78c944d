// Messages as they come: those that must be confirmed stand in the way, the others lie at the foot of the screen until they
// are closed, wherever somebody reads. Also what became of a raised hand, and of the clock.
import { createEffect, For, on, Show } from 'solid-js';
import { announce } from '../../shared/announcer.ts';
import { Dialog } from '../../shared/Dialog.tsx';
import { ClockStory } from '../paper/ClockStory.tsx';
import { useSeat } from '../seat.ts';
import type { Stage } from '../session/stage.ts';
import { t } from '../texts/texts.ts';
import { messageText } from './message-text.ts';
import { messagesOf, toConfirm, toShow } from './messages.ts';

export function Notices(props: { readonly stage: Stage }) {
  const seat = useSeat();
  const { now, session } = seat.sitting;
  const { close } = seat.sitting;
  const room = () => now.info.room.label;
  const answers = () =>
    now.calls.filter(({ callId, state }) => (state === 'answered' || state === 'closed') && !now.done.includes(callId));
  createEffect(
    on(
      () => messagesOf(now.controls).at(-1),
      (message) => message !== undefined && announce(messageText(message, room()), 'assertive'),
      { defer: true }, // what was read before a reload is not said again
    ),
  );
  createEffect(
    on(
      () => answers().at(-1)?.callId,
      (callId) => callId !== undefined && announce(t().calls.answered, 'assertive'),
    ),
  );
  const isOver = () => props.stage === 'submitted' || props.stage === 'timed-out' || props.stage === 'removed';
  const first = () => (isOver() ? undefined : toConfirm(now.controls, now.done)[0]);
  return (
    <>
      <Show when={first()} keyed>
        {(message) => (
          <Dialog title={t().notices.mustConfirm}>
            <p class="rich" dir="auto">
              {messageText(message, room())}
            </p>
            <p class="hint">{t().notices.from(message.heardAt)}</p>
            <button
              type="button"
              class="primary"
              onClick={() => {
                session.confirm(message.controlId);
                close(message.controlId);
              }}
            >
              {t().notices.confirm}
            </button>
          </Dialog>
        )}
      </Show>
      <div class="notices">
        <Show when={props.stage === 'paper'}>
          <ClockStory />
        </Show>
        <For each={toShow(now.controls, now.done)}>
          {(message) => (
            <section class="told warn notice" aria-label={t().notices.title}>
              <div>
                <p class="rich" dir="auto">
                  {messageText(message, room())}
                </p>
                <p class="hint">{t().notices.from(message.heardAt)}</p>
              </div>
              <button type="button" onClick={() => close(message.controlId)}>
                {t().notices.close}
              </button>
            </section>
          )}
        </For>
        <For each={answers()}>
          {(call) => (
            <section class="told good notice" aria-label={t().calls.answered}>
              <div>
                <p>
                  <strong>{call.state === 'answered' ? t().calls.answered : t().calls.closed}</strong>
                </p>
                <Show when={call.question !== ''}>
                  <p class="hint" dir="auto">
                    {t().calls.asked(call.question)}
                  </p>
                </Show>
                <p class="rich" dir="auto">
                  {call.answer}
                </p>
              </div>
              <button type="button" onClick={() => close(call.callId)}>
                {t().calls.close}
              </button>
            </section>
          )}
        </For>
      </div>
    </>
  );
}
