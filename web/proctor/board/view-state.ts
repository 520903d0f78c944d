// How the proctor looks at the board: list or hall, filter, search; and the people that are shown, in their order, for the
// keys that step through them.
import { type Accessor, createSignal } from 'solid-js';
import type { FilterName } from './filters.ts';

export type ViewState = ReturnType<typeof createViewState>;

export function createViewState() {
  const [kind, setKind] = createSignal<'list' | 'grid'>('list');
  const [filter, setFilter] = createSignal<FilterName>('all');
  const [search, setSearch] = createSignal('');
  let shown: Accessor<readonly string[]> = () => [];
  return {
    kind,
    setKind,
    filter,
    setFilter,
    search,
    setSearch,
    showIds(ids: Accessor<readonly string[]>) {
      shown = ids;
    },
    shownIds: () => shown(),
  };
}
