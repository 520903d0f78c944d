// The own rooms by exam: one, many, or all of an exam, up to what one board shows.
import { createEffect, createMemo, createResource, createSignal, For, Show } from 'solid-js';
import { MOST_ROOMS } from '../../../client/boards.ts';
import type { MeReply } from '../../../schema/replies.ts';
import { dayText } from '../../shared/time.ts';
import { failureWords } from '../failure-words.ts';
import { PageHead } from '../PageHead.tsx';
import { chooseRooms, look } from '../session.ts';
import { t } from '../texts/texts.ts';

type Room = MeReply['rooms'][number];

export function RoomsChoice() {
  const [found, { refetch }] = createResource(look);
  const [chosen, setChosen] = createSignal<readonly string[]>([]);
  const rooms = createMemo(() => (found.state === 'ready' ? (found()?.rooms ?? []) : []));
  createEffect(() => {
    const [only, ...others] = rooms();
    if (only !== undefined && others.length === 0) setChosen([only.roomId]);
  });
  const plans = createMemo(() => [...Map.groupBy(rooms(), ({ planId }) => planId).values()]);
  const toggle = (roomId: string) =>
    setChosen(chosen().includes(roomId) ? chosen().filter((id) => id !== roomId) : [...chosen(), roomId]);
  const setAll = (those: readonly Room[], isOn: boolean) => {
    const ids = those.map(({ roomId }) => roomId);
    const others = chosen().filter((id) => !ids.includes(id));
    setChosen(isOn ? [...others, ...ids] : others);
  };
  return (
    <main class="stack rooms-choice">
      <PageHead />
      <h1>{t().rooms.title}</h1>
      <Show when={found.loading}>
        <p role="status">{t().rooms.looking}</p>
      </Show>
      <Show when={found.error}>
        {(cause) => (
          <div class="told bad" role="alert">
            <p>
              {t().rooms.failed} {failureWords(cause())}
            </p>
            <button type="button" onClick={() => void refetch()}>
              {t().common.again}
            </button>
          </div>
        )}
      </Show>
      <Show when={found.state === 'ready' && rooms().length === 0}>
        <div class="told">
          <p>{found()?.role === 'admin' ? t().login.notProctor : t().rooms.none}</p>
          <button type="button" onClick={() => void refetch()}>
            {t().rooms.again}
          </button>
        </div>
      </Show>
      <Show when={rooms().length > 0}>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (chosen().length > 0 && chosen().length <= MOST_ROOMS) chooseRooms(chosen());
          }}
        >
          <p>{t().rooms.lead(MOST_ROOMS)}</p>
          <For each={plans()}>
            {(those) => <Plan rooms={those} chosen={chosen()} toggle={toggle} setAll={(isOn) => setAll(those, isOn)} />}
          </For>
          <div class="row">
            <button type="submit" class="primary" aria-disabled={chosen().length === 0 || chosen().length > MOST_ROOMS}>
              {t().rooms.watch(chosen().length)}
            </button>
            <span role="status" class="hint">
              {chosen().length > MOST_ROOMS ? t().rooms.tooMany(MOST_ROOMS) : ''}
              {chosen().length === 0 ? t().rooms.chooseOne : ''}
            </span>
          </div>
        </form>
      </Show>
    </main>
  );
}

type PlanProps = {
  readonly rooms: readonly Room[];
  readonly chosen: readonly string[];
  readonly toggle: (roomId: string) => void;
  readonly setAll: (isOn: boolean) => void;
};

function Plan(props: PlanProps) {
  const isAll = () => props.rooms.every(({ roomId }) => props.chosen.includes(roomId));
  return (
    <fieldset class="card plan">
      <legend>
        <h2 dir="auto">{props.rooms[0]?.planName}</h2>
      </legend>
      <Show when={props.rooms.length > 1}>
        <button type="button" class="quiet" onClick={() => props.setAll(!isAll())}>
          {isAll() ? t().rooms.nobody : t().rooms.all}
        </button>
      </Show>
      <ul class="bare room-list">
        <For each={props.rooms}>
          {(room) => (
            <li>
              <label class="room-choice">
                <input
                  type="checkbox"
                  checked={props.chosen.includes(room.roomId)}
                  onChange={() => props.toggle(room.roomId)}
                />
                <span dir="auto">{room.label}</span>
                <span class="chip">{t().board.roomStates[room.status]}</span>
                <Show when={room.startsAt > 0 && room.status === 'open'}>
                  <span class="hint">{t().rooms.starts(dayText(room.startsAt))}</span>
                </Show>
              </label>
            </li>
          )}
        </For>
      </ul>
    </fieldset>
  );
}
