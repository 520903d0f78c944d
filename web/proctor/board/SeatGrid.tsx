// The hall: one cell for each seat, a room after the other. One cell is in the tab order; arrow keys move between them.
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import type { ExamineeState } from '../../../schema/states.ts';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { type Grid, gridOf, neighbour } from './grid-layout.ts';
import { reasonsOf } from './reasons.ts';
import { SIGNS, signOf } from './signs.ts';

type Seat = Pick<BoardEntry, 'examineeId' | 'seat' | 'label'>;
const WAYS = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' } as const;

export function SeatGrid(props: { readonly rows: readonly BoardEntry[] }) {
  const { board } = useDesk();
  return (
    <div class="stack">
      <p class="hint legend">
        <span class="unseen">{t().board.legend}: </span>
        <For each={SIGNS}>
          {({ name, sign, tone }) => (
            <span>
              <span class={`sign ${tone}`} aria-hidden="true">
                {sign}
              </span>{' '}
              {t().board.filters[name]}
            </span>
          )}
        </For>
      </p>
      <For each={board.rooms().map(({ roomId }) => roomId)}>
        {(roomId) => <Hall roomId={roomId} rows={props.rows.filter((row) => row.roomId === roomId)} />}
      </For>
    </div>
  );
}

/** Who sits where changes seldom: the cells are made again only then. */
function Hall(props: { readonly roomId: string; readonly rows: readonly BoardEntry[] }) {
  const { board } = useDesk();
  const seats = createMemo<readonly Seat[]>(
    () => props.rows.map(({ examineeId, seat, label }) => ({ examineeId, seat, label })),
    [],
    { equals: isSame },
  );
  const grid = createMemo(() => gridOf(seats()));
  const [current, setCurrent] = createSignal<string>();
  const inTabs = () => {
    const ids = seats().map(({ examineeId }) => examineeId);
    const own = current();
    return own !== undefined && ids.includes(own) ? own : firstOf(grid());
  };
  const move = (event: KeyboardEvent, id: string) => {
    const way = WAYS[event.key as keyof typeof WAYS];
    const next = way === undefined ? undefined : neighbour(grid(), id, way);
    if (next === undefined) return;
    event.preventDefault();
    setCurrent(next);
    document.getElementById(`seat-${next}`)?.focus();
  };
  const cell = (row: Seat) => (
    <Cell id={row.examineeId} isInTabs={inTabs() === row.examineeId} move={move} focused={setCurrent} />
  );
  return (
    <section class="card hall" aria-label={t().board.hall(board.room(props.roomId)?.label ?? '')}>
      <h3 dir="auto">{board.room(props.roomId)?.label}</h3>
      <p class="hint unseen">{t().board.gridHelp}</p>
      <div class="hall-lines">
        <For each={grid().lines}>
          {(line) => (
            <div class="hall-line">
              <span class="line-name" aria-hidden="true" dir="auto">
                {line.name}
              </span>
              <For each={line.cells}>
                {({ at, row }) => <span style={{ 'grid-column': String(at + 2) }}>{cell(row)}</span>}
              </For>
            </div>
          )}
        </For>
      </div>
      <Show when={grid().without.length > 0}>
        <h4>{t().board.withoutSeat}</h4>
        <div class="row without-seat">
          <For each={grid().without}>{(row) => cell(row)}</For>
        </div>
      </Show>
    </section>
  );
}

type CellProps = {
  readonly id: string;
  readonly isInTabs: boolean;
  readonly move: (event: KeyboardEvent, id: string) => void;
  readonly focused: (id: string) => void;
};

function Cell(props: CellProps) {
  const desk = useDesk();
  const { board } = desk;
  return (
    <Show when={board.byId[props.id]}>
      {(row) => (
        <button
          type="button"
          id={`seat-${props.id}`}
          class={`cell ${signOf(row()).tone}`}
          classList={{
            chosen: desk.personId() === props.id,
            fresh: board.fresh[props.id] !== undefined,
            stale: !board.isCurrent(row().roomId),
            taken: row().takenBy !== '',
          }}
          tabindex={props.isInTabs ? 0 : -1}
          aria-label={wordsOf(row())}
          title={wordsOf(row())}
          onClick={() => desk.open(props.id)}
          onFocus={() => props.focused(props.id)}
          onKeyDown={(event) => props.move(event, props.id)}
        >
          <span aria-hidden="true" class="cell-seat" dir="auto">
            {row().seat === '' ? row().label : row().seat}
          </span>
          <span aria-hidden="true" class="sign">
            {signOf(row()).sign}
          </span>
        </button>
      )}
    </Show>
  );
}

function wordsOf(row: BoardEntry): string {
  const words = t().board;
  return [
    row.seat === '' ? words.noSeat : words.seat(row.seat),
    row.label,
    words.states[row.status as ExamineeState],
    row.admission === 'waiting' ? words.admissionWaiting : '',
    row.deviceWaitingSince > 0 ? words.deviceWaits : '',
    ...reasonsOf(row.reasons).map(({ reason }) => words.reasons[reason]),
  ]
    .filter(Boolean)
    .join(', ');
}

function isSame(one: readonly Seat[], other: readonly Seat[]): boolean {
  if (one.length !== other.length) return false;
  const seats = new Map(one.map((row) => [row.examineeId, row]));
  return other.every(({ examineeId, seat, label }) => {
    const known = seats.get(examineeId);
    return known?.seat === seat && known.label === label;
  });
}

function firstOf(grid: Grid<Seat>): string | undefined {
  return grid.lines[0]?.cells[0]?.row.examineeId ?? grid.without[0]?.examineeId;
}
