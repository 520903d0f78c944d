// The incidents of the rooms, first on the board: those that are open, and those that were decided while this page watches.
import { createMemo, For, Show } from 'solid-js';
import type { IncidentView } from '../../../schema/replies.ts';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { IncidentCard } from './IncidentCard.tsx';
import { inOrder, isOpen } from './incident-order.ts';

export function IncidentList() {
  const { board } = useDesk();
  const all = createMemo(() => Object.values(board.incidents).filter((one): one is IncidentView => one !== undefined));
  const open = createMemo(() => inOrder(all().filter(isOpen)).map(({ incidentId }) => incidentId));
  const decided = createMemo(() =>
    all()
      .filter((one) => !isOpen(one))
      .sort((one, other) => other.decidedAt - one.decidedAt)
      .map(({ incidentId }) => incidentId),
  );
  return (
    <Show when={all().length > 0}>
      <section class="card incidents" aria-labelledby="incidents">
        <h2 id="incidents" tabindex="-1">
          {t().incidents.title} <span class="number">{open().length}</span>
        </h2>
        <p class="hint">{open().length > 0 ? t().incidents.ledBy : t().incidents.none}</p>
        <ul class="bare stack">
          <For each={open()}>{(id) => <IncidentCard id={id} />}</For>
        </ul>
        <Show when={decided().length > 0}>
          <details>
            <summary>{t().incidents.decided(decided().length)}</summary>
            <ul class="bare stack">
              <For each={decided()}>{(id) => <IncidentCard id={id} />}</For>
            </ul>
          </details>
        </Show>
      </section>
    </Show>
  );
}
