// The first screen: one field, one button. What was refused says why, and what to do next.
import { createSignal, onMount, Show } from 'solid-js';
import type { Refusal } from '../../../schema/refusals.ts';
import { LanguageChoice } from '../../shared/LanguageChoice.tsx';
import { tidyCode } from '../device/entry-link.ts';
import { t } from '../texts/texts.ts';
import { type CodeFault, codeFault } from './code-check.ts';
import { Refused } from './Refused.tsx';

type Props = {
  /** From the link, or ''. */
  readonly code: string;
  /** The room of this place, or ''. */
  readonly place: string;
  readonly refusal: Refusal | undefined;
  readonly onEnter: (code: string) => Promise<void>;
  /** Enters although the place belongs to another room. */
  readonly onStay: (code: string) => Promise<void>;
};

export function EnterForm(props: Props) {
  const [typed, setTyped] = createSignal(props.code);
  const [fault, setFault] = createSignal<CodeFault>();
  let field: HTMLInputElement | undefined;

  onMount(() => field?.focus());

  const enter = (event: SubmitEvent) => {
    event.preventDefault();
    const wrong = codeFault(typed());
    setFault(wrong);
    if (wrong === undefined) return void props.onEnter(tidyCode(typed()));
    field?.focus();
  };
  return (
    <main class="screen stack">
      <h1>{t().enter.title}</h1>
      <Show when={props.refusal}>
        {(refusal) => <Refused refusal={refusal()} onStay={() => props.onStay(tidyCode(props.code))} />}
      </Show>
      <Show when={props.place !== ''}>
        <p class="told" dir="auto">
          {t().enter.place(props.place)}
        </p>
      </Show>
      <form class="card stack" onSubmit={enter} novalidate>
        <div class="field">
          <label for="code">{t().enter.codeLabel}</label>
          <span id="code-hint" class="hint">
            {t().enter.codeHint}
          </span>
          <input
            id="code"
            class="code"
            ref={(made) => {
              field = made;
            }}
            value={typed()}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setFault(undefined);
            }}
            maxlength="32"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            aria-describedby="code-hint code-fault"
            aria-invalid={fault() !== undefined}
          />
          <span id="code-fault" class="wrong" role="alert">
            {faultText(fault())}
          </span>
        </div>
        <button type="submit" class="primary">
          {t().enter.enter}
        </button>
      </form>
      <LanguageChoice />
    </main>
  );
}

function faultText(fault: CodeFault | undefined): string {
  if (fault === undefined) return '';
  if (fault.kind === 'short') return t().enter.codeShort(fault.missing);
  return fault.kind === 'long' ? t().enter.codeLong : t().enter.codeSigns;
}
