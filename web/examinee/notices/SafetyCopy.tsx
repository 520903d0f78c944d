// The last resort: everything that this device holds in one file, with what to do with it.
import { createSignal, For, Show } from 'solid-js';
import { saveFile } from '../device/save-file.ts';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { DialogButton } from './DialogButton.tsx';

export function SafetyCopy() {
  const { session, now } = useSeat().sitting;
  const [outcome, setOutcome] = createSignal('');
  const save = async () => {
    try {
      const name = `examhall-${now.info.room.label}-${now.info.examinee.label}.sealed.json`.replaceAll(
        /[^\p{L}\p{N}.-]+/gu,
        '-',
      );
      saveFile(name, await session.sealedExport(), 'application/json');
      setOutcome(t().safety.saved(name));
    } catch {
      setOutcome(t().safety.failed);
    }
  };
  return (
    <section class="stack">
      <p>{t().safety.what}</p>
      <p>{t().safety.when}</p>
      <ol>
        <For each={t().safety.steps}>{(step) => <li>{step}</li>}</For>
      </ol>
      <div class="row">
        <button type="button" onClick={() => void save()}>
          {t().safety.save}
        </button>
        <span role="status">
          <Show when={outcome() !== ''}>{outcome()}</Show>
        </span>
      </div>
    </section>
  );
}

export function SafetyCopyButton() {
  return (
    <DialogButton label={t().safety.button} title={t().safety.title} close={t().safety.close}>
      {() => <SafetyCopy />}
    </DialogButton>
  );
}
