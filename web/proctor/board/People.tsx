// Everybody of the rooms: counts that filter, a search, the list or the hall. The order stands still while somebody points
// at the list.
import { createMemo, For, onCleanup, Show } from 'solid-js';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { FILTERS, type FilterName, found, inHeldOrder, passes, ranked } from './filters.ts';
import { createHeld } from './held-order.ts';
import { RowList } from './RowList.tsx';
import { SeatGrid } from './SeatGrid.tsx';
import { Selection } from './Selection.tsx';

export function People() {
  const desk = useDesk();
  const { board, roster, view } = desk;
  const held = createHeld();
  onCleanup(held.stop);
  const filtered = createMemo(() =>
    found(board.rows(), view.search(), roster.codeOf).filter((row) => passes(view.filter(), row)),
  );
  let before: readonly string[] = [];
  const ids = createMemo<readonly string[]>(() => {
    const rows = ranked(filtered());
    const shown = (held.isHeld() ? inHeldOrder(before, rows) : rows).map(({ examineeId }) => examineeId);
    before = shown;
    return shown;
  });
  view.showIds(ids);
  const emptyWords = () => {
    if (board.rows().length === 0) return t().board.empty;
    return view.filter() === 'needing' && view.search() === '' ? t().board.calm : t().board.none;
  };
  const isLoading = () => board.rows().length === 0 && board.rooms().some(({ link }) => link === 'entering');
  return (
    <section class="people stack" aria-labelledby="people" classList={{ stale: isStale(board.rooms()) }}>
      <div class="row spread">
        <h2 id="people" tabindex="-1">
          {t().board.people}{' '}
          <span class="hint" role="status">
            {t().board.shown(ids().length, board.rows().length)}
          </span>
        </h2>
        <ViewChoice />
      </div>
      <Counts />
      <Search />
      <Selection ids={ids()} />
      <Show when={isLoading()}>
        <p>{t().board.loading}</p>
      </Show>
      <Show when={!isLoading() && ids().length === 0}>
        <p class="told">{emptyWords()}</p>
      </Show>
      <div onPointerMove={held.touch} onPointerLeave={held.release}>
        <Show when={view.kind() === 'list'} fallback={<SeatGrid rows={filtered()} />}>
          <RowList ids={ids()} />
        </Show>
      </div>
    </section>
  );
}

function isStale(rooms: readonly { readonly link: string }[]): boolean {
  return rooms.length > 0 && rooms.every(({ link }) => link !== 'online' && link !== 'entering');
}

function Counts() {
  const { board, view } = useDesk();
  const counts = createMemo(board.counts);
  const choose = (name: FilterName) => view.setFilter(view.filter() === name ? 'all' : name);
  return (
    <fieldset class="counts">
      <legend class="unseen">{t().board.counts}</legend>
      <For each={FILTERS}>
        {(name) => (
          <button
            type="button"
            class="count"
            classList={{ none: counts()[name] === 0, urgent: counts()[name] > 0 && URGENT.includes(name) }}
            aria-pressed={view.filter() === name}
            onClick={() => choose(name)}
          >
            <span class="number">{counts()[name]}</span> {t().board.filters[name]}
          </button>
        )}
      </For>
    </fieldset>
  );
}

const URGENT: readonly FilterName[] = [
  'needing',
  'untaken',
  'incidents',
  'hands',
  'waiting',
  'unsaved',
  'links',
  'unreached',
];

function Search() {
  const { view } = useDesk();
  return (
    <search class="row">
      <input
        type="search"
        id="search"
        class="search"
        aria-label={t().board.search}
        placeholder={t().board.search}
        value={view.search()}
        dir="auto"
        onInput={(event) => view.setSearch(event.currentTarget.value)}
      />
      <Show when={view.search() !== ''}>
        <button type="button" class="quiet" onClick={() => view.setSearch('')}>
          {t().board.clear}
        </button>
      </Show>
    </search>
  );
}

function ViewChoice() {
  const { view } = useDesk();
  return (
    <fieldset class="view-choice row">
      <legend class="unseen">{t().board.view}</legend>
      <For each={['list', 'grid'] as const}>
        {(kind) => (
          <button type="button" class="quiet" aria-pressed={view.kind() === kind} onClick={() => view.setKind(kind)}>
            {t().board[kind]}
          </button>
        )}
      </For>
    </fieldset>
  );
}
