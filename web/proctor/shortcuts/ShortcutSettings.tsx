// The keys: switched on or off, each changed to another letter.
import { createSignal, For, Show } from 'solid-js';
import { Dialog } from '../../shared/Dialog.tsx';
import type { Shortcuts } from '../../shared/shortcuts.ts';
import { t } from '../texts/texts.ts';
import { KEYS, type ShortcutName } from './keys.ts';

type Props = { readonly shortcuts: Shortcuts<ShortcutName>; readonly close: () => void };

export function ShortcutSettings(props: Props) {
  const [wrong, setWrong] = createSignal<ShortcutName>();
  const change = (name: ShortcutName, field: HTMLInputElement) => {
    const isTaken = !props.shortcuts.change(name, field.value);
    setWrong(isTaken ? name : undefined);
    field.value = props.shortcuts.keys()[name].toUpperCase();
  };
  return (
    <Dialog title={t().keys.title} onClose={props.close}>
      <div class="stack">
        <p>{t().keys.lead}</p>
        <label class="row">
          <input
            type="checkbox"
            checked={props.shortcuts.isOn()}
            onChange={(event) => props.shortcuts.setOn(event.currentTarget.checked)}
          />
          {t().keys.on}
        </label>
        <ul class="bare keys">
          <For each={Object.keys(KEYS) as ShortcutName[]}>
            {(name) => (
              <li>
                <label class="row">
                  <input
                    class="key"
                    maxLength={1}
                    value={props.shortcuts.keys()[name].toUpperCase()}
                    aria-label={t().keys.key(t().keys.names[name])}
                    aria-invalid={wrong() === name}
                    aria-describedby={wrong() === name ? 'key-wrong' : undefined}
                    onChange={(event) => change(name, event.currentTarget)}
                  />
                  <span>{t().keys.names[name]}</span>
                </label>
              </li>
            )}
          </For>
        </ul>
        <Show when={wrong() !== undefined}>
          <p class="wrong" id="key-wrong" role="alert">
            {t().keys.taken}
          </p>
        </Show>
        <div class="row">
          <button type="button" onClick={props.close} class="primary">
            {t().common.close}
          </button>
          <button type="button" onClick={props.shortcuts.reset}>
            {t().keys.reset}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
