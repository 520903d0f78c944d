// A message: one of the plan's prepared ones, or written freely where the plan allows it.
import { createMemo, For, Show } from 'solid-js';
import { t } from '../texts/texts.ts';
import type { FieldsProps } from './Fields.tsx';

const MOST = 2_000;

export function MessageFields(props: FieldsProps) {
  const words = () => t().controls;
  const rules = createMemo(() => props.room?.watch?.notices ?? { templates: [], free: true });
  const isNotice = () => props.asked.action === 'notice';
  const isFree = () => !isNotice() || rules().free;
  const template = () => rules().templates.find(({ name }) => name === props.draft.template);
  const isWrong = () => props.missing.includes('text');
  return (
    <>
      <Show when={isNotice() && rules().templates.length > 0}>
        <div class="field">
          <label for="act-template">{words().template}</label>
          <select
            id={isFree() ? 'act-template' : 'act-text'}
            aria-label={words().template}
            onChange={(event) => props.change({ template: event.currentTarget.value })}
          >
            <option value="">{isFree() ? words().templateNone : words().template}</option>
            <For each={rules().templates}>{({ name }) => <option value={name}>{name}</option>}</For>
          </select>
          <Show when={template()}>
            {(one) => (
              <p class="told quoted" dir="auto">
                {one().text}
              </p>
            )}
          </Show>
        </div>
      </Show>
      <Show when={isFree() && props.draft.template === ''}>
        <div class="field">
          <label for="act-text">
            {words().text}
            <Show when={!isNotice()}>
              <span class="hint"> ({words().optional})</span>
            </Show>
          </label>
          <textarea
            id="act-text"
            rows="3"
            maxLength={MOST}
            dir="auto"
            value={props.draft.text}
            aria-invalid={isWrong()}
            aria-describedby={isWrong() ? 'act-text-wrong' : undefined}
            onInput={(event) => props.change({ text: event.currentTarget.value })}
          />
        </div>
      </Show>
      <Show when={isWrong()}>
        <span class="wrong" id="act-text-wrong">
          {words().textMissing}
        </span>
      </Show>
      <Show when={isNotice()}>
        <label class="row">
          <input
            type="checkbox"
            checked={props.draft.mustConfirm}
            onChange={(event) => props.change({ mustConfirm: event.currentTarget.checked })}
          />
          {words().mustConfirm}
        </label>
      </Show>
    </>
  );
}
