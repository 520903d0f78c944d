// What was noted with an incident's last report: a sentence, and a few named values. Never an answer.
import { For, Show } from 'solid-js';
import type { IncidentView } from '../../../schema/replies.ts';
import { instantText } from '../../shared/time.ts';
import { t } from '../texts/texts.ts';
import { lastEvidence } from './incident-order.ts';

export function Evidence(props: { readonly incident: IncidentView }) {
  const shown = () => lastEvidence(props.incident);
  const isEmpty = () => shown().values.length === 0 && (shown().last?.note ?? '') === '';
  return (
    <details class="evidence">
      <summary>{t().incidents.evidence}</summary>
      <Show when={shown().last}>
        {(last) => (
          <p class="hint">
            {instantText(last().at)} · {t().incidents.sources[last().source]}
          </p>
        )}
      </Show>
      <Show when={(shown().last?.note ?? '') !== ''}>
        <p dir="auto">{shown().last?.note}</p>
      </Show>
      <Show when={isEmpty()}>
        <p class="hint">{t().incidents.noEvidence}</p>
      </Show>
      <Show when={shown().values.length > 0}>
        <dl class="facts">
          <For each={shown().values}>
            {({ name, value }) => (
              <>
                <dt dir="ltr">{name}</dt>
                <dd dir="auto">{value}</dd>
              </>
            )}
          </For>
        </dl>
      </Show>
    </details>
  );
}
