// The line on top of every screen after the login: who it is, the language, the way out, and what the screen adds.
import { type JSX, Show } from 'solid-js';
import { LanguageChoice } from '../shared/LanguageChoice.tsx';
import { logOut, me } from './session.ts';
import { t } from './texts/texts.ts';

export function PageHead(props: { readonly children?: JSX.Element }) {
  return (
    <header class="page-head">
      <Show when={me()}>
        {(own) => (
          <span class="who">
            {t().page.loggedIn(own().label)}
            <Show when={own().chief}> ({t().rooms.chief})</Show>
          </span>
        )}
      </Show>
      <span class="row">
        {props.children}
        <LanguageChoice />
        <button type="button" class="quiet" onClick={logOut}>
          {t().login.out}
        </button>
      </span>
    </header>
  );
}
