// This tab only looks on: what the first one shows and has answered, why, and how to go on here.
import { createEffect, createSignal, For, Show } from 'solid-js';
import { LanguageChoice } from '../../shared/LanguageChoice.tsx';
import type { Tabs } from '../device/tabs.ts';
import { Heading } from '../Heading.tsx';
import { t } from '../texts/texts.ts';

export function SecondTab(props: { readonly tabs: Tabs; readonly hasYielded: boolean }) {
  const [isTaking, setTaking] = createSignal(false);
  const [hasHeard, setHeard] = createSignal(false);
  createEffect(() => props.tabs.first() !== undefined && setHeard(true));
  return (
    <main class="screen stack">
      <Heading>{props.hasYielded ? t().tabs.yielded : t().tabs.title}</Heading>
      <p>{t().tabs.why}</p>
      <Show
        when={props.tabs.first()}
        fallback={
          <Show when={hasHeard()}>
            <p class="told warn">{t().tabs.lost}</p>
          </Show>
        }
      >
        {(first) => (
          <section class="card stack" aria-label={t().tabs.there}>
            <p>
              <strong dir="auto">{first().title}</strong>
              <br />
              <span dir="auto">{first().label}</span>
            </p>
            <p>{first().sheet}</p>
            <p>{first().network}</p>
            <Show when={first().timeLeft !== ''}>
              <p>
                {t().clock.label} <span class="number">{first().timeLeft}</span>
              </p>
            </Show>
          </section>
        )}
      </Show>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={isTaking()}
          onClick={() => {
            setTaking(true);
            void props.tabs.takeOver();
          }}
        >
          {isTaking() ? t().tabs.taking : t().tabs.takeOver}
        </button>
        <span class="hint">{t().tabs.takeOverHint}</span>
      </div>
      <SeenAnswers tabs={props.tabs} />
      <LanguageChoice />
    </main>
  );
}

function SeenAnswers(props: { readonly tabs: Tabs }) {
  const answered = () => props.tabs.answers().filter(({ text }) => text !== '');
  return (
    <section class="stack" aria-label={t().tabs.answers}>
      <h2>{t().tabs.answers}</h2>
      <p class="hint">{answered().length === 0 ? t().tabs.noAnswers : t().tabs.answersHint}</p>
      <ul class="plain stack">
        <For each={answered()}>
          {({ title, text, truth }) => (
            <li class="card">
              <h3>{title}</h3>
              <p class="rich response" dir="auto">
                {text}
              </p>
              <p class="hint">{truth}</p>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}
