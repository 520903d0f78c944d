// Two answers to one question, of two devices: the person says which counts. Nothing is chosen by itself.
import { For, Show } from 'solid-js';
import type { Answer } from '../../../schema/answers.ts';
import { ResponseText } from '../paper/ResponseText.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';

export function Choices() {
  const seat = useSeat();
  const { now, decideHeld, chooseOffered } = seat.sitting;
  return (
    <Show when={now.held.length + now.offered.length > 0}>
      <section class="told warn stack" aria-label={t().choices.title}>
        <h2>{t().choices.title}</h2>
        <Show when={now.held.length > 0}>
          <p>{t().choices.held}</p>
        </Show>
        <For each={now.held}>
          {(answer) => (
            <Choice answer={answer} onChoose={(takes) => decideHeld(answer.revision, takes ? 'send' : 'discard')} />
          )}
        </For>
        <Show when={now.offered.length > 0}>
          <p>{t().choices.offered}</p>
        </Show>
        <For each={now.offered}>
          {(answer) => (
            <Choice answer={answer} onChoose={(takes) => chooseOffered(answer.revision, takes ? 'take' : 'drop')} />
          )}
        </For>
      </section>
    </Show>
  );
}

function Choice(props: { readonly answer: Answer; readonly onChoose: (takes: boolean) => void }) {
  const { now } = useSeat().sitting;
  const place = () => (now.paper?.items.findIndex(({ number }) => number === props.answer.item) ?? -1) + 1;
  return (
    <section class="card stack" aria-label={t().choices.item(place())}>
      <h3>{t().choices.item(place())}</h3>
      <div class="two">
        <div>
          <p class="hint">{t().choices.older}</p>
          <ResponseText item={props.answer.item} response={props.answer.response} />
          <button type="button" onClick={() => props.onChoose(true)}>
            {t().choices.take}
          </button>
        </div>
        <div>
          <p class="hint">{t().choices.now}</p>
          <ResponseText item={props.answer.item} response={now.answers[props.answer.item]?.response ?? null} />
          <button type="button" onClick={() => props.onChoose(false)}>
            {t().choices.drop}
          </button>
        </div>
      </div>
    </section>
  );
}
