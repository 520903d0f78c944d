// Everything about one person beside the board: what can be done for them, where nothing that comes moves it, then what they
// need, then how they stand. Never what they answered.
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import { Claim } from '../board/Claim.tsx';
import { Reasons } from '../board/Reasons.tsx';
import { Hand } from '../calls/Hand.tsx';
import { ActLine } from '../controls/ActLine.tsx';
import { PersonActs } from '../controls/PersonActs.tsx';
import { useDesk } from '../desk.ts';
import { IncidentCard } from '../incidents/IncidentCard.tsx';
import { inOrder } from '../incidents/incident-order.ts';
import { RaiseIncident } from '../incidents/RaiseIncident.tsx';
import { nextNeeding } from '../shortcuts/desk-keys.ts';
import { t } from '../texts/texts.ts';
import { Facts } from './Facts.tsx';
import { Identity } from './Identity.tsx';
import { TimeLine } from './TimeLine.tsx';

export function PersonPanel() {
  const desk = useDesk();
  return (
    <Show when={desk.person()}>
      {(row) => (
        <aside
          class="person-panel stack"
          aria-labelledby="person"
          classList={{ stale: !desk.board.isCurrent(row().roomId) }}
        >
          <Head row={row()} />
          <Commands row={row()} />
          <div class="row">
            <Reasons row={row()} />
            <Claim row={row()} />
          </div>
          <Needs examineeId={row().examineeId} />
          <Facts row={row()} />
          <Identity examineeId={row().examineeId} roomId={row().roomId} label={row().label} />
          <OwnActs examineeId={row().examineeId} />
          <TimeLine row={row()} />
        </aside>
      )}
    </Show>
  );
}

function Head(props: { readonly row: BoardEntry }) {
  const desk = useDesk();
  const step = (by: 1 | -1) => {
    const next = nextNeeding(desk, by);
    if (next !== undefined) desk.open(next);
  };
  return (
    <div class="row spread">
      <h2 id="person" tabindex="-1" dir="auto">
        {props.row.seat === '' ? '' : `${props.row.seat} · `}
        {props.row.label}
      </h2>
      <span class="row">
        <button
          type="button"
          class="quiet outlined"
          aria-label={t().person.previous}
          title={t().person.previous}
          onClick={() => step(-1)}
        >
          ↑
        </button>
        <button
          type="button"
          class="quiet outlined"
          aria-label={t().person.next}
          title={t().person.next}
          onClick={() => step(1)}
        >
          ↓
        </button>
        <button type="button" onClick={desk.close}>
          {t().common.close}
        </button>
      </span>
    </div>
  );
}

/** What waits for a proctor here: a raised hand, incidents. */
function Needs(props: { readonly examineeId: string }) {
  const { board } = useDesk();
  const hand = createMemo(
    () =>
      Object.values(board.calls)
        .filter((call) => call?.examineeId === props.examineeId)
        .sort((one, other) => (other?.at ?? 0) - (one?.at ?? 0))[0]?.callId,
  );
  const incidents = createMemo(() =>
    inOrder(Object.values(board.incidents).flatMap((one) => (one?.examineeId === props.examineeId ? [one] : []))).map(
      ({ incidentId }) => incidentId,
    ),
  );
  return (
    <>
      <Show when={hand()} keyed>
        {(id) => (
          <section aria-label={t().person.hand}>
            <h3>
              <span aria-hidden="true">☝ </span>
              {t().person.hand}
            </h3>
            <Hand id={id} isInPanel />
          </section>
        )}
      </Show>
      <Show when={incidents().length > 0}>
        <section aria-label={t().person.incidents}>
          <h3>{t().person.incidents}</h3>
          <ul class="bare stack">
            <For each={incidents()}>{(id) => <IncidentCard id={id} isInPanel />}</For>
          </ul>
        </section>
      </Show>
    </>
  );
}

function Commands(props: { readonly row: BoardEntry }) {
  const [isRaising, setRaising] = createSignal(false);
  return (
    <fieldset class="row acts">
      <legend class="unseen">{t().controls.ofPerson}</legend>
      <PersonActs rows={[props.row]} examineeIds={[props.row.examineeId]} />
      <button type="button" onClick={() => setRaising(true)}>
        {t().incidents.raise}
      </button>
      <Show when={isRaising()}>
        <RaiseIncident roomId={props.row.roomId} examineeId={props.row.examineeId} close={() => setRaising(false)} />
      </Show>
    </fieldset>
  );
}

/** What was ordered here for this person, with its ledger. */
function OwnActs(props: { readonly examineeId: string }) {
  const { acts } = useDesk();
  const own = () => acts.all.filter(({ wish }) => wish.examineeIds?.includes(props.examineeId) === true).toReversed();
  return (
    <Show when={own().length > 0}>
      <section aria-label={t().person.acts}>
        <h3>{t().person.acts}</h3>
        <ul class="bare stack">
          <For each={own()}>{(act) => <ActLine act={act} />}</For>
        </ul>
      </section>
    </Show>
  );
}
