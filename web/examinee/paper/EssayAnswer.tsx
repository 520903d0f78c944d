// A long text, with its words counted as people count them.
import { createMemo, Show } from 'solid-js';
import type { Item } from '../../../schema/answers.ts';
import { t } from '../texts/texts.ts';
import { TooLong } from './TooLong.tsx';
import { createTextAnswer } from './text-answer.ts';
import { wordCount } from './word-count.ts';

export function EssayAnswer(props: { readonly item: Item }) {
  const answer = createTextAnswer(() => props.item);
  const count = createMemo(() => wordCount(answer.text()));
  const asked = () => {
    const { words } = props.item;
    return t().paper.wordsAsked(words?.from, words?.to);
  };
  return (
    <div class="field">
      <label for={`answer-${props.item.number}`}>{t().paper.essay}</label>
      <textarea
        id={`answer-${props.item.number}`}
        class="essay"
        ref={answer.field.ref}
        onInput={answer.field.typed}
        rows="12"
        dir="auto"
        spellcheck={false}
        aria-describedby={`words-${props.item.number} truth-${props.item.number}`}
      />
      <span class="hint" id={`words-${props.item.number}`}>
        {t().paper.words(count())}
        <Show when={asked() !== ''}> · {asked()}</Show>
      </span>
      <TooLong item={props.item} text={answer.text()} />
    </div>
  );
}
