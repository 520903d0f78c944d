// An answer as it is read again: the options that were chosen, a text, a number.
import { Show } from 'solid-js';
import type { Response } from '../../../schema/answers.ts';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';

export function ResponseText(props: { readonly item: number; readonly response: Response }) {
  const seat = useSeat();
  const item = () => seat.sitting.now.paper?.items.find(({ number }) => number === props.item);
  const textOf = (id: string) => {
    const option = item()?.options.find((one) => one.id === id);
    return option === undefined || option.text === '' ? id : `${id} · ${option.text}`;
  };
  const text = () => {
    const { response } = props;
    if (Array.isArray(response)) return response.map(textOf).join('\n');
    const isChoice = item()?.kind === 'singleChoice';
    return typeof response === 'string' && isChoice ? textOf(response) : String(response ?? '');
  };
  return (
    <Show when={text() !== ''} fallback={<p class="hint">{t().choices.nothing}</p>}>
      <p class="rich response" dir="auto">
        {text()}
      </p>
    </Show>
  );
}
