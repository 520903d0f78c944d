// Why the clock has changed: a sentence with its reason, which stays until it was read.
import { createEffect, createSignal, For, on, Show } from 'solid-js';
import { announce } from '../../shared/announcer.ts';
import { useSeat } from '../seat.ts';
import type { ClockEntry } from '../session/clock-story.ts';
import { t } from '../texts/texts.ts';

export function storyText(entry: ClockEntry): string {
  const said = t().clock.story[entry.kind];
  return typeof said === 'string' ? said : said(entry.byMs);
}

export function ClockStory() {
  const { now } = useSeat().sitting;
  const [read, setRead] = createSignal(0);
  const fresh = () => now.story.slice(read());
  createEffect(
    on(
      () =>
        fresh()
          .map((entry) => `${storyText(entry)} ${entry.reason}`)
          .at(-1),
      (sentence) => sentence !== undefined && announce(sentence, 'assertive'),
    ),
  );
  return (
    <Show when={fresh().length > 0}>
      <aside class="told notice" aria-label={t().clock.label}>
        <ul class="plain">
          <For each={fresh()}>
            {(entry) => (
              <li>
                <strong>{storyText(entry)}</strong>
                <Show when={entry.reason !== ''}>
                  {' '}
                  <span dir="auto">{t().clock.reason(entry.reason)}</span>
                </Show>
              </li>
            )}
          </For>
        </ul>
        <button type="button" onClick={() => setRead(now.story.length)}>
          {t().clock.dismiss}
        </button>
      </aside>
    </Show>
  );
}
