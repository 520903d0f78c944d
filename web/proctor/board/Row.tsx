// One person in the list: who and where, how they stand, why they need somebody, who has taken them. The row is one button
// that opens the panel.
import { Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { Claim } from './Claim.tsx';
import { isNeeding } from './filters.ts';
import { Reasons } from './Reasons.tsx';
import { StateChips } from './StateChips.tsx';

export function Row(props: { readonly row: BoardEntry }) {
  const desk = useDesk();
  const { board } = desk;
  const id = () => props.row.examineeId;
  const hasManyRooms = () => board.rooms().length > 1;
  return (
    <li
      class="person-row"
      classList={{
        needing: isNeeding(props.row),
        chosen: desk.personId() === id(),
        fresh: board.fresh[id()] !== undefined,
        stale: !board.isCurrent(props.row.roomId),
      }}
    >
      <input
        type="checkbox"
        aria-label={t().board.select(props.row.label)}
        checked={desk.selected().includes(id())}
        onChange={() => desk.toggleSelected(id())}
      />
      <button type="button" class="open-person" id={`row-${id()}`} onClick={() => desk.open(id())}>
        <span class="seat">
          <Show when={props.row.seat !== ''} fallback={<span class="hint">{t().board.noSeat}</span>}>
            <span class="unseen">{t().board.seat('')}</span>
            <span dir="auto">{props.row.seat}</span>
          </Show>
        </span>
        <span class="name" dir="auto">
          {props.row.label}
        </span>
        <Show when={hasManyRooms()}>
          <span class="hint" dir="auto">
            {board.room(props.row.roomId)?.label}
          </span>
        </Show>
        <span class="chips">
          <Reasons row={props.row} />
          <StateChips row={props.row} />
          <Show when={desk.watchersOf(id()).length > 0}>
            <span class="chip" dir="auto">
              {t().board.watchedBy(desk.watchersOf(id()).join(', '))}
            </span>
          </Show>
          <Show when={board.fresh[id()]}>
            {(change) => <span class="chip accent">● {t().board.changes[change()]}</span>}
          </Show>
        </span>
        <span class="saved number">
          {t().board.savedOnly(props.row.savedCount)}
          <Show when={props.row.unsavedCount > 0}>
            <span class="not-saved"> · {t().board.unsaved(props.row.unsavedCount)}</span>
          </Show>
        </span>
      </button>
      <Show when={isNeeding(props.row) || props.row.takenBy !== ''}>
        <Claim row={props.row} />
      </Show>
    </li>
  );
}
