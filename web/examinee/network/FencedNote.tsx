// Another device has taken over: what became of what was written here, and that it is only shown.
import { For, Show } from 'solid-js';
import { Heading } from '../Heading.tsx';
import { SafetyCopy } from '../notices/SafetyCopy.tsx';
import { ResponseText } from '../paper/ResponseText.tsx';
import { useSeat } from '../seat.ts';
import { isAnswered } from '../session/truth.ts';
import { t } from '../texts/texts.ts';
import { NetworkLineView, SheetLineView } from './SheetLine.tsx';

export function FencedNote() {
  const seat = useSeat();
  const { now, session } = seat.sitting;
  const unsent = () => {
    void now.kept;
    return Math.max(0, session.outbox().length + session.held().length - now.kept);
  };
  const answered = () => Object.values(now.answers).filter(isAnswered);
  return (
    <main class="screen stack">
      <Heading>{t().device.title}</Heading>
      <p>{t().device.what}</p>
      <Show when={now.kept > 0}>
        <p class="told good">{t().device.kept(now.kept)}</p>
      </Show>
      <Show when={unsent() > 0}>
        <p class="told warn">{t().device.unsent(unsent())}</p>
      </Show>
      <p class="told warn">{t().device.notYou}</p>
      <SheetLineView />
      <NetworkLineView />
      <ul class="plain stack">
        <For each={answered()}>
          {(answer) => (
            <li class="card">
              <strong>{t().paper.listItem(answer.item)}</strong>
              <ResponseText item={answer.item} response={answer.response} />
            </li>
          )}
        </For>
      </ul>
      <SafetyCopy />
    </main>
  );
}
