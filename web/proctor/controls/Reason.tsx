// Why: from the plan's list where it has one, else in own words.
import { For, Show } from 'solid-js';
import { t } from '../texts/texts.ts';

type Props = {
  readonly reasons: readonly string[];
  readonly value: string;
  readonly change: (reason: string) => void;
  readonly isNeeded: boolean;
  readonly isMissing: boolean;
};

export function Reason(props: Props) {
  const words = () => t().controls;
  const described = () => (props.isMissing ? 'act-reason-wrong' : 'act-reason-hint');
  return (
    <div class="field">
      <label for="act-reason">
        {words().reason}
        <Show when={!props.isNeeded}>
          <span class="hint"> ({words().optional})</span>
        </Show>
      </label>
      <Show
        when={props.reasons.length > 0}
        fallback={
          <input
            id="act-reason"
            value={props.value}
            maxLength={500}
            dir="auto"
            required={props.isNeeded}
            aria-invalid={props.isMissing}
            aria-describedby={described()}
            onInput={(event) => props.change(event.currentTarget.value)}
          />
        }
      >
        <select
          id="act-reason"
          required={props.isNeeded}
          aria-invalid={props.isMissing}
          aria-describedby={described()}
          onChange={(event) => props.change(event.currentTarget.value)}
        >
          <option value="">{words().reasonChoose}</option>
          <For each={props.reasons}>
            {(reason) => (
              <option value={reason} selected={reason === props.value}>
                {reason}
              </option>
            )}
          </For>
        </select>
      </Show>
      <Show
        when={props.isMissing}
        fallback={
          <span id="act-reason-hint" class="hint">
            {words().reasonHint}
          </span>
        }
      >
        <span id="act-reason-wrong" class="wrong">
          {words().reasonMissing}
        </span>
      </Show>
    </div>
  );
}
