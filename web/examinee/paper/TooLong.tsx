// Said where a text has outgrown what is allowed: the room would refuse it.
import { createMemo, Show } from 'solid-js';
import { utf8Bytes } from '../../../client/message-size.ts';
import type { Item } from '../../../schema/answers.ts';
import { LIMITS } from '../../../schema/limits.ts';
import { t } from '../texts/texts.ts';

export function TooLong(props: { readonly item: Item; readonly text: string }) {
  const isTooLong = createMemo(() => {
    const most = Math.min(props.item.maxLength ?? LIMITS.answerBytes, LIMITS.answerBytes);
    return props.text.length * 3 > most && utf8Bytes(props.text) > most;
  });
  return (
    <span class="wrong" role="alert">
      <Show when={isTooLong()}>{t().paper.tooLong}</Show>
    </span>
  );
}
