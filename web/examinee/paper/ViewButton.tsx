// How the page looks: size of text, colours, language, and the single keys.
import { createSignal, For, Show } from 'solid-js';
import { LanguageChoice } from '../../shared/LanguageChoice.tsx';
import type { Shortcuts } from '../../shared/shortcuts.ts';
import { prefer, preferences, TEXT_SIZES, THEMES } from '../device/preferences.ts';
import { DialogButton } from '../notices/DialogButton.tsx';
import { t } from '../texts/texts.ts';
import { SHORTCUTS, type ShortcutAction } from './shortcut-keys.ts';

type Props = { readonly shortcuts: Shortcuts<ShortcutAction> };

export function ViewButton(props: Props) {
  return (
    <DialogButton label={t().view.button} title={t().view.title} close={t().view.close}>
      {() => (
        <div class="stack">
          <fieldset class="choices">
            <legend>{t().view.textSize}</legend>
            <For each={TEXT_SIZES}>
              {(size) => (
                <button
                  type="button"
                  aria-pressed={preferences().textSize === size}
                  onClick={() => prefer({ textSize: size })}
                >
                  {t().view.percent(size)}
                </button>
              )}
            </For>
          </fieldset>
          <fieldset class="choices">
            <legend>{t().view.theme}</legend>
            <For each={THEMES}>
              {(theme) => (
                <button type="button" aria-pressed={preferences().theme === theme} onClick={() => prefer({ theme })}>
                  {t().view.themes[theme]}
                </button>
              )}
            </For>
          </fieldset>
          <LanguageChoice />
          <Keys shortcuts={props.shortcuts} />
        </div>
      )}
    </DialogButton>
  );
}

function Keys(props: Props) {
  const [isTaken, setTaken] = createSignal(false);
  const actions = Object.keys(SHORTCUTS) as ShortcutAction[];
  return (
    <fieldset class="choices">
      <legend>{t().view.shortcuts}</legend>
      <label class="choice">
        <input
          type="checkbox"
          checked={props.shortcuts.isOn()}
          onChange={(event) => props.shortcuts.setOn(event.currentTarget.checked)}
        />
        <span>{t().view.shortcutsOn}</span>
      </label>
      <For each={actions}>
        {(action) => (
          <label class="key">
            <span>{t().view.keys[action]}</span>
            <input
              maxlength="1"
              value={props.shortcuts.keys()[action]}
              disabled={!props.shortcuts.isOn()}
              onChange={(event) => {
                setTaken(!props.shortcuts.change(action, event.currentTarget.value));
                event.currentTarget.value = props.shortcuts.keys()[action];
              }}
            />
          </label>
        )}
      </For>
      <span class="wrong" role="alert">
        <Show when={isTaken()}>{t().view.keyTaken}</Show>
      </span>
      <button type="button" class="quiet" onClick={() => props.shortcuts.reset()}>
        {t().view.reset}
      </button>
    </fieldset>
  );
}
