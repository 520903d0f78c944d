// The choice of the page's language, each named in itself.
import { For } from 'solid-js';
import { LANGUAGE_NAMES, LANGUAGES, language, setLanguage } from './language.ts';

export function LanguageChoice() {
  return (
    <fieldset class="languages">
      <legend class="unseen">Language · 언어</legend>
      <For each={LANGUAGES}>
        {(name) => (
          <button
            type="button"
            class="quiet"
            lang={name}
            aria-pressed={language() === name}
            onClick={() => setLanguage(name)}
          >
            {LANGUAGE_NAMES[name]}
          </button>
        )}
      </For>
    </fieldset>
  );
}
