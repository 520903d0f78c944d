// An answer as it is read again.
import { Show } from 'solid-js';
import type { Response } from '../../../schema/answers.ts';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { responseText } from './response-text.ts';

export function ResponseText(props: { readonly item: number; readonly response: Response }) {
  const seat = useSeat();
  const item = () => seat.sitting.now.paper?.items.find(({ number }) => number === props.item);
  const text = () => responseText(item(), props.response);
  return (
    <Show when={text() !== ''} fallback={<p class="hint">{t().choices.nothing}</p>}>
      <p class="rich response" dir="auto">
        {text()}
      </p>
    </Show>
  );
}
