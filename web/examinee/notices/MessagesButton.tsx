// Everything that was said to the person so far, to be read again.
import { For, Show } from 'solid-js';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { DialogButton } from './DialogButton.tsx';
import { messageText } from './message-text.ts';
import { messagesOf } from './messages.ts';

export function MessagesButton() {
  const { now } = useSeat().sitting;
  const all = () => [...messagesOf(now.controls)].reverse();
  return (
    <DialogButton label={t().notices.button(all().length)} title={t().notices.title} close={t().notices.close}>
      {() => (
        <Show when={all().length > 0} fallback={<p>{t().notices.none}</p>}>
          <ul class="plain stack">
            <For each={all()}>
              {(message) => (
                <li class="told">
                  <p class="rich" dir="auto">
                    {messageText(message, now.info.room.label)}
                  </p>
                  <p class="hint">{t().notices.from(message.heardAt)}</p>
                </li>
              )}
            </For>
          </ul>
        </Show>
      )}
    </DialogButton>
  );
}
