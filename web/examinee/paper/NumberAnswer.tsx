// A number: said how it is read, and that what is none is not saved. What stood there before still counts then, and that is said.
import { Show } from 'solid-js';
import type { Item } from '../../../schema/answers.ts';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { readNumber } from './number-text.ts';
import { createWrittenField } from './written-field.ts';

/** What the field would show after a reload. */
function readText(typed: string): string {
  const read = readNumber(typed);
  if (read.kind === 'unread') return typed;
  return read.kind === 'empty' ? '' : String(read.value);
}

export function NumberAnswer(props: { readonly item: Item }) {
  const seat = useSeat();
  const { now } = seat.sitting;
  const number = () => props.item.number;
  const saved = () => {
    const response = now.answers[number()]?.response;
    return typeof response === 'number' ? response : undefined;
  };
  const unread = () => seat.marks.now.unread[number()] ?? '';
  const shown = () => (unread() !== '' ? unread() : String(saved() ?? ''));
  const write = (typed: string) => {
    const read = readNumber(typed);
    seat.marks.unread(number(), read.kind === 'unread' ? typed : '');
    if (read.kind === 'unread') return;
    seat.sitting.answer(number(), read.kind === 'empty' ? null : read.value, { debounce: true });
  };
  const field = createWrittenField(shown, write, (typed, text) => readText(typed) === text);
  return (
    <div class="field">
      <label for={`answer-${number()}`}>{t().paper.number}</label>
      <input
        id={`answer-${number()}`}
        class="number short"
        ref={field.ref}
        onInput={field.typed}
        inputmode="decimal"
        autocomplete="off"
        spellcheck={false}
        dir="ltr"
        aria-invalid={unread() !== ''}
        aria-describedby={`read-${number()} truth-${number()}`}
      />
      <span id={`read-${number()}`}>
        <Show
          when={unread() !== ''}
          fallback={<span class="hint">{saved() === undefined ? '' : t().paper.readAs(String(saved()))}</span>}
        >
          <span class="wrong">
            {t().paper.unread} {saved() === undefined ? '' : t().paper.stillCounts(String(saved()))}
          </span>
        </Show>
      </span>
    </div>
  );
}
