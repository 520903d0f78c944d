// An answer as it is read again; a file by its name.
import { createResource, Show } from 'solid-js';
import { namedFile } from '../../../schema/answer-files.ts';
import type { Response } from '../../../schema/answers.ts';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { responseText } from './response-text.ts';

export function ResponseText(props: { readonly item: number; readonly response: Response }) {
  const seat = useSeat();
  const item = () => seat.sitting.now.paper?.items.find(({ number }) => number === props.item);
  const file = () => {
    const { response } = props;
    return item()?.kind === 'file' && typeof response === 'string' && namedFile(response) ? response : undefined;
  };
  const [known] = createResource(file, (response) => seat.sitting.session.fileOf(response));
  const text = () => {
    if (file() === undefined) return responseText(item(), props.response);
    const named = known();
    return named === undefined ? t().file.there : t().file.thereAs(named.name, named.bytes);
  };
  return (
    <Show when={text() !== ''} fallback={<p class="hint">{t().choices.nothing}</p>}>
      <p class="rich response" dir="auto">
        {text()}
      </p>
    </Show>
  );
}
