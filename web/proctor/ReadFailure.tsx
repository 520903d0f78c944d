// Something could not be read: what, why, and reading it again.
import { Show } from 'solid-js';
import { failureWords } from './failure-words.ts';
import { t } from './texts/texts.ts';

type Props = { readonly cause: unknown; readonly what: string; readonly again: () => void };

export function ReadFailure(props: Props) {
  return (
    <Show when={props.cause}>
      {(cause) => (
        <div class="told bad" role="alert">
          <p>
            {props.what} {failureWords(cause())}
          </p>
          <button type="button" onClick={props.again}>
            {t().common.again}
          </button>
        </div>
      )}
    </Show>
  );
}
