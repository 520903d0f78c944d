// What was noted of an incident, piece by piece: a sentence and a few named values, never an answer. The room tells the last
// piece; all of them are read when they are asked for.
import { createResource, createSignal, For, Show } from 'solid-js';
import type { IncidentView } from '../../../schema/replies.ts';
import { instantText, secondsText } from '../../shared/time.ts';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';

type Piece = IncidentView['evidence'][number];

export function Evidence(props: { readonly incident: IncidentView }) {
  const desk = useDesk();
  const [isOpen, setOpen] = createSignal(false);
  const [all] = createResource(
    () => (isOpen() && props.incident.count > 1 ? props.incident.incidentId : undefined),
    (incidentId) => desk.account.staff.incident(incidentId),
  );
  /** What cannot be read leaves the last piece, which is here. */
  const pieces = () => (all.state === 'ready' ? all().evidence : props.incident.evidence.slice(-1));
  return (
    <details class="evidence" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t().incidents.evidence}</summary>
      <For each={pieces()} fallback={<p class="hint">{t().incidents.noEvidence}</p>}>
        {(piece) => <EvidencePiece piece={piece} />}
      </For>
    </details>
  );
}

function EvidencePiece(props: { readonly piece: Piece }) {
  const values = () => Object.entries(props.piece.data);
  return (
    <div class="piece">
      <p class="hint">
        {instantText(props.piece.at)} · {t().incidents.sources[props.piece.source]}
      </p>
      <Show when={props.piece.note !== ''}>
        <p dir="auto">{props.piece.note}</p>
      </Show>
      <Show when={values().length > 0}>
        <dl class="facts">
          <For each={values()}>
            {([name, value]) => (
              <>
                <dt dir="auto">{name === 'ms' ? t().incidents.lasted : name}</dt>
                <dd dir="auto">{name === 'ms' ? secondsText(Number(value)) : String(value)}</dd>
              </>
            )}
          </For>
        </dl>
      </Show>
    </div>
  );
}
