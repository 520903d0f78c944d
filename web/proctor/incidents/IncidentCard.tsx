// One incident: who, what, how often, the evidence, and its way to a decision. Where another proctor was faster, what the
// server refused is said, and the card shows how it stands now.
import { createSignal, For, Show } from 'solid-js';
import type { IncidentView } from '../../../schema/replies.ts';
import { instantText } from '../../shared/time.ts';
import { useDesk } from '../desk.ts';
import { PersonButton } from '../PersonButton.tsx';
import { ageText } from '../seconds.ts';
import { t } from '../texts/texts.ts';
import { toldOf } from '../told.ts';
import { Decision } from './Decision.tsx';
import { Evidence } from './Evidence.tsx';
import { isOpen, severityOf } from './incident-order.ts';

export function IncidentCard(props: { readonly id: string; readonly isInPanel?: boolean }) {
  const { board } = useDesk();
  const words = () => t().incidents;
  const [told, setTold] = createSignal('');
  const [isDeciding, setDeciding] = createSignal(false);
  const incident = () => board.incidents[props.id];

  const handle = async (to: 'acknowledged' | 'unfounded' | 'confirmed', note = '', controlId?: string) => {
    const { roomId = '', version = 0 } = incident() ?? {};
    const wish = { incidentId: props.id, to, note, version, ...(controlId === undefined ? {} : { controlId }) };
    const sentence = toldOf(await board.watchOf(roomId)?.handleIncident(wish));
    setTold(sentence);
    if (sentence === '') setDeciding(to === 'acknowledged');
  };

  return (
    <Show when={incident()}>
      {(one) => (
        <li class="incident" classList={{ new: one().state === 'raised', stale: !board.isCurrent(one().roomId) }}>
          <Head incident={one()} isInPanel={props.isInPanel === true} />
          <p class="hint">
            {words().times(one().count)} · {words().last(ageText(one().lastAt))} · {words().sources[one().source]}
          </p>
          <Evidence incident={one()} />
          <Handlings incident={one()} />
          <Show when={one().state === 'raised'}>
            <button type="button" data-needs onClick={() => void handle('acknowledged')}>
              {words().acknowledge}
            </button>
          </Show>
          <Show when={one().state === 'acknowledged' && !isDeciding()}>
            <button type="button" data-needs onClick={() => setDeciding(true)}>
              {words().decide}
            </button>
          </Show>
          <Show when={one().state === 'acknowledged' && isDeciding()}>
            <Decision incident={one()} decide={handle} cancel={() => setDeciding(false)} />
          </Show>
          <Show when={told() !== ''}>
            <p class="wrong">{told()}</p>
          </Show>
        </li>
      )}
    </Show>
  );
}

function Head(props: { readonly incident: IncidentView; readonly isInPanel: boolean }) {
  const { board } = useDesk();
  const words = () => t().incidents;
  const severity = () => severityOf(props.incident.severity);
  return (
    <div class="row spread">
      <span class="row">
        <strong>
          <span aria-hidden="true">⚠ </span>
          {words().kinds[props.incident.kind]}
        </strong>
        <Show when={!props.isInPanel}>
          <Show when={props.incident.examineeId} fallback={<span>{board.room(props.incident.roomId)?.label}</span>}>
            {(id) => <PersonButton id={id()} />}
          </Show>
        </Show>
      </span>
      <span class="row">
        <span class="chip" classList={{ bad: severity() === 'high', warn: severity() !== 'high' }}>
          {words().severity}: {words().severities[severity()]}
        </span>
        <span class="chip" classList={{ accent: isOpen(props.incident) }}>
          {words().states[props.incident.state]}
        </span>
      </span>
    </div>
  );
}

function Handlings(props: { readonly incident: IncidentView }) {
  const { board } = useDesk();
  return (
    <For each={props.incident.handling}>
      {(step) => (
        <p class="hint">
          {t().incidents.handled(t().incidents.states[step.to], instantText(step.at))}
          {' · '}
          <span dir="auto">{board.proctorName(step.actorId) ?? t().board.somebody}</span>
          <Show when={step.note !== ''}>
            : <span dir="auto">{step.note}</span>
          </Show>
        </p>
      )}
    </For>
  );
}
