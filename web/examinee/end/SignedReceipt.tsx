// The signed receipt, to be saved as a file: fetched when it is asked for, and again from this tab after a reload.
import { createSignal, Show } from 'solid-js';
import { saveFile } from '../device/save-file.ts';
import { t } from '../texts/texts.ts';

type Props = {
  readonly name: string;
  /** The file's text. */
  readonly fetch: () => Promise<string>;
};

type State = 'none' | 'coming' | 'saved' | 'failed';

export function SignedReceipt(props: Props) {
  const [state, setState] = createSignal<State>('none');
  const save = async () => {
    setState('coming');
    try {
      const text = await props.fetch();
      saveFile(`${t().end.signedFile}-${props.name}.json`, text, 'application/json');
      setState('saved');
    } catch {
      setState('failed');
    }
  };
  const told = () => {
    const now = state();
    return now === 'none' ? '' : t().end.signedStates[now];
  };
  return (
    <div class="stack">
      <div class="row">
        <button type="button" disabled={state() === 'coming'} onClick={() => void save()}>
          {t().end.signed}
        </button>
        <span role="status">
          <Show when={told() !== ''}>{told()}</Show>
        </span>
      </div>
      <p class="hint">{t().end.signedHint}</p>
    </div>
  );
}
