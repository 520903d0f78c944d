// A short text.
import type { Item } from '../../../schema/answers.ts';
import { t } from '../texts/texts.ts';
import { TooLong } from './TooLong.tsx';
import { createTextAnswer } from './text-answer.ts';

export function ShortAnswer(props: { readonly item: Item }) {
  const answer = createTextAnswer(() => props.item);
  return (
    <div class="field">
      <label for={`answer-${props.item.number}`}>{t().paper.shortText}</label>
      <input
        id={`answer-${props.item.number}`}
        ref={answer.field.ref}
        onInput={answer.field.typed}
        dir="auto"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-describedby={`truth-${props.item.number}`}
      />
      <TooLong item={props.item} text={answer.text()} />
    </div>
  );
}
