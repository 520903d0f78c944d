// What the page records of itself, as the plan says it.
import { For } from 'solid-js';
import type { SignalKind } from '../../../schema/incidents.ts';
import { t } from '../texts/texts.ts';

export function Records(props: { readonly kinds: readonly SignalKind[] }) {
  return (
    <>
      <p>{t().seen.records}</p>
      <ul>
        <For each={props.kinds}>{(kind) => <li>{t().seen.signals[kind]}</li>}</For>
      </ul>
      <p class="hint">{t().seen.evidence}</p>
    </>
  );
}
