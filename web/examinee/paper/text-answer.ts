// A text as an answer: kept from the first key on, sent a second after the last one; an empty one is no answer.
import type { Item } from '../../../schema/answers.ts';
import { useSeat } from '../seat.ts';
import { createWrittenField } from './written-field.ts';

export function createTextAnswer(item: () => Item) {
  const { sitting } = useSeat();
  const text = () => {
    const response = sitting.now.answers[item().number]?.response;
    return typeof response === 'string' ? response : '';
  };
  const write = (typed: string) => sitting.answer(item().number, typed === '' ? null : typed, { debounce: true });
  return { text, field: createWrittenField(text, write) };
}
