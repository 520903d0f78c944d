// The last resort: everything that this device holds in one file, or in several where it is a lot, with what to do with it.
import { createSignal, For, Show } from 'solid-js';
import { saveFile } from '../device/save-file.ts';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { DialogButton } from './DialogButton.tsx';

type Copy = { readonly name: string; readonly text: string };

export function SafetyCopy() {
  const { session, now } = useSeat().sitting;
  const [copies, setCopies] = createSignal<readonly Copy[]>([]);
  const [outcome, setOutcome] = createSignal('');
  const nameOf = (index: number, of: number) => {
    const part = of === 1 ? '' : `-${index + 1}-${of}`;
    const name = `examhall-${now.info.room.label}-${now.info.examinee.label}${part}.sealed.json`;
    return name.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-');
  };
  const keep = ({ name, text }: Copy) => {
    saveFile(name, text, 'application/json');
    setOutcome(t().safety.saved(name));
  };
  const save = async () => {
    try {
      const texts = await session.sealedExport();
      const all = texts.map((text, index) => ({ text, name: nameOf(index, texts.length) }));
      setCopies(all);
      // A browser asks before it saves several at once: each has its own button then.
      const [only, more] = all;
      if (only !== undefined && more === undefined) keep(only);
      else setOutcome('');
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
      <Show when={copies().length > 1}>
        <p class="told warn">{t().safety.several(copies().length)}</p>
        <div class="row">
          <For each={copies()}>
            {(copy, index) => (
              <button type="button" onClick={() => keep(copy)}>
                {t().safety.saveOne(index() + 1, copies().length)}
              </button>
            )}
          </For>
        </div>
      </Show>
      <div class="row">
        <Show when={copies().length < 2}>
          <button type="button" onClick={() => void save()}>
            {t().safety.save}
          </button>
        </Show>
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
