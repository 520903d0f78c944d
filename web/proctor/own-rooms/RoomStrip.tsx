// The chosen rooms: each with its state, its clock or countdown, the own connection to it, and what can be ordered for it.
import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js';
import type { ControlAction } from '../../../schema/controls.ts';
import type { RoomState } from '../../../schema/states.ts';
import { clockText, instantText } from '../../shared/time.ts';
import type { ShownRoom } from '../board/board-store.ts';
import { Proctors } from '../charge/Proctors.tsx';
import { roomActs } from '../controls/act-table.ts';
import { useDesk } from '../desk.ts';
import { HeldAnswers } from '../held/HeldAnswers.tsx';
import { RaiseIncident } from '../incidents/RaiseIncident.tsx';
import { LostMinutes } from '../losses/LostMinutes.tsx';
import { second } from '../seconds.ts';
import { t } from '../texts/texts.ts';

/** What is wanted of the room next. */
const FIRST: readonly ControlAction[] = ['open', 'start', 'resume'];
const OPEN_ALONE: readonly ControlAction[] = ['open'];
/** So many stand there at once; the others are folded away. */
const AT_ONCE = 3;

export function RoomStrip() {
  const { board } = useDesk();
  const ids = createMemo(() => board.rooms().map(({ roomId }) => roomId), [], {
    equals: (one, other) => one.length === other.length && one.every((id, index) => id === other[index]),
  });
  return (
    <div class="room-strip">
      <For each={ids()}>
        {(roomId) => <Show when={board.room(roomId)}>{(room) => <RoomCard room={room()} />}</Show>}
      </For>
    </div>
  );
}

function RoomCard(props: { readonly room: ShownRoom }) {
  const desk = useDesk();
  /** A room of an exam that is not open yet cannot be entered; it can be opened. */
  const status = () => props.room.room?.status ?? (desk.acts.isReached(props.room.roomId) ? 'closed' : undefined);
  const label = () => desk.roomLabel(props.room.roomId) || t().board.room;
  const people = () => desk.board.rows().filter(({ roomId }) => roomId === props.room.roomId).length;
  return (
    <section
      class="card room-card"
      aria-label={t().board.roomOf(label())}
      classList={{ stale: !desk.board.isCurrent(props.room.roomId) }}
    >
      <div class="row spread">
        <h2 dir="auto">{label()}</h2>
        <OwnLinkChip room={props.room} />
      </div>
      <p class="row room-state">
        <Show when={status()}>{(state) => <span class="chip accent">{t().board.roomStates[state()]}</span>}</Show>
        <RoomClock room={props.room} />
        <span class="hint">{t().common.people(people())}</span>
      </p>
      <Show when={status() === undefined && desk.isShut(props.room.roomId)}>
        <p class="hint">{t().rooms.shut}</p>
      </Show>
      <Show when={status()}>{(state) => <RoomActs room={props.room} status={state()} />}</Show>
      <Proctors room={props.room} />
    </section>
  );
}

function RoomActs(props: { readonly room: ShownRoom; readonly status: RoomState }) {
  const desk = useDesk();
  const [dialog, setDialog] = createSignal<'losses' | 'incident' | 'held'>();
  const [isOpen, setOpen] = createSignal(false);
  const close = () => setDialog(undefined);
  const isShut = () => desk.isShut(props.room.roomId);
  const offered = () => (isShut() ? OPEN_ALONE : roomActs(props.status));
  const button = (action: ControlAction) => (
    <button
      type="button"
      classList={{ primary: FIRST.includes(action) }}
      onClick={() => desk.ask({ action, roomId: props.room.roomId })}
    >
      {t().controls.names[action]}
    </button>
  );
  return (
    <fieldset class="acts">
      <legend class="unseen">{t().controls.ofRoom}</legend>
      <span class="row">
        <For each={offered().slice(0, AT_ONCE)}>{button}</For>
        <button
          type="button"
          class="quiet outlined"
          hidden={isShut()}
          aria-expanded={isOpen()}
          onClick={() => setOpen(!isOpen())}
        >
          {isOpen() ? t().rooms.less : t().rooms.more}
        </button>
      </span>
      <Show when={isOpen()}>
        <span class="row more-acts">
          <For each={offered().slice(AT_ONCE)}>{button}</For>
          <button type="button" onClick={() => setDialog('incident')}>
            {t().incidents.raise}
          </button>
          <button type="button" onClick={() => setDialog('losses')}>
            {t().losses.open}
          </button>
          <button type="button" onClick={() => setDialog('held')}>
            {t().held.open}
          </button>
          <button type="button" onClick={() => desk.setReport(props.room.roomId)}>
            {t().report.open}
          </button>
        </span>
      </Show>
      <Show when={dialog() === 'incident'}>
        <RaiseIncident roomId={props.room.roomId} close={close} />
      </Show>
      <Show when={dialog() === 'held'}>
        <HeldAnswers room={props.room} close={close} />
      </Show>
      <Show when={dialog() === 'losses'}>
        <LostMinutes room={props.room} close={close} />
      </Show>
    </fieldset>
  );
}

function RoomClock(props: { readonly room: ShownRoom }) {
  const room = () => props.room.room;
  const ms = () => {
    const { status, startsAt = 0, deadlineAt = 0, heldSince = 0 } = room() ?? {};
    if (status === 'open') return startsAt === 0 ? 0 : startsAt - second();
    return deadlineAt === 0 ? 0 : deadlineAt - (heldSince === 0 ? second() : heldSince);
  };
  return (
    <Show when={ms() > 0 && room()}>
      {(now) => (
        <strong class="number">
          <Switch fallback={t().board.left(clockText(ms()))}>
            <Match when={now().status === 'open'}>{t().board.startsIn(clockText(ms()))}</Match>
            <Match when={now().status === 'ended' || now().status === 'closed'}>{''}</Match>
            <Match when={now().heldSince > 0}>{t().board.stands(clockText(ms()))}</Match>
          </Switch>
        </strong>
      )}
    </Show>
  );
}

function OwnLinkChip(props: { readonly room: ShownRoom }) {
  const { board } = useDesk();
  const lostAt = () => board.links().find(({ roomId }) => roomId === props.room.roomId)?.at ?? 0;
  const words = () => {
    const names = t().link;
    const { link } = props.room;
    if (link === 'online') return names.online;
    if (link === 'trouble') return names.trouble;
    if (link === 'refused' || link === 'ended') return names[link];
    return lostAt() > 0 ? names.reconnecting : names.entering;
  };
  return (
    <span class="chip" classList={{ good: props.room.link === 'online', warn: props.room.link !== 'online' }}>
      <span aria-hidden="true">{props.room.link === 'online' ? '●' : '✂'}</span>
      {words()}
      <Show when={lostAt() > 0}>, {t().link.asOf(instantText(lostAt()))}</Show>
    </span>
  );
}
