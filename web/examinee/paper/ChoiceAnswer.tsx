// One option or several. Struck out is only for the person's own eyes; choosing an option takes its stroke away.
import { For, Show } from 'solid-js';
import type { Item } from '../../../schema/answers.ts';
import { RichText } from '../../shared/RichText.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { usePaper } from './open-paper.ts';

export function ChoiceAnswer(props: { readonly item: Item }) {
  const seat = useSeat();
  const paper = usePaper();
  const { now } = seat.sitting;
  const isSingle = () => props.item.kind === 'singleChoice';
  const chosen = (): readonly string[] => {
    const response = now.answers[props.item.number]?.response;
    if (Array.isArray(response)) return response;
    return typeof response === 'string' ? [response] : [];
  };
  const struck = () => seat.marks.now.struck[props.item.number] ?? [];
  const choose = (id: string, isChosen: boolean) => {
    const { number, options } = props.item;
    if (isChosen) seat.marks.strike(number, id, false);
    if (isSingle()) return seat.sitting.answer(number, isChosen ? id : null);
    const wanted = options.map((option) => option.id).filter((one) => (one === id ? isChosen : chosen().includes(one)));
    seat.sitting.answer(number, wanted.length === 0 ? null : wanted);
  };
  return (
    <>
      <legend class="hint">{isSingle() ? t().paper.chooseOne : t().paper.chooseSeveral}</legend>
      <ul class="plain options">
        <For each={props.item.options}>
          {(option) => (
            <li classList={{ chosen: chosen().includes(option.id), struck: struck().includes(option.id) }}>
              <label class="choice">
                <input
                  type={isSingle() ? 'radio' : 'checkbox'}
                  name={`item-${props.item.number}`}
                  checked={chosen().includes(option.id)}
                  aria-describedby={`truth-${props.item.number}`}
                  onChange={(event) => choose(option.id, event.currentTarget.checked)}
                />
                <span class="option-id">{option.id}</span>
                <RichText inline text={option.text} pictures={paper.pictures()} />
                <Show when={struck().includes(option.id)}>
                  <span class="hint">({t().paper.struck})</span>
                </Show>
              </label>
              <button
                type="button"
                class="quiet strike"
                aria-pressed={struck().includes(option.id)}
                aria-label={t().paper.strike(option.id)}
                title={t().paper.strike(option.id)}
                onClick={() => seat.marks.strike(props.item.number, option.id, !struck().includes(option.id))}
              >
                <s aria-hidden="true">{option.id.slice(0, 2)}</s>
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={chosen().length > 0}>
        <button type="button" class="quiet" onClick={() => seat.sitting.answer(props.item.number, null)}>
          {t().paper.clear}
        </button>
      </Show>
    </>
  );
}
