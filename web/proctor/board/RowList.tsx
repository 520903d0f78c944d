// The list: a row for each person, who needs a proctor most first. Rows that are out of sight cost no layout; more than a
// room's worth are shown when they are asked for.
import { createEffect, createSignal, For, on, Show } from 'solid-js';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { Row } from './Row.tsx';

/** A whole room of the largest size that is planned for one board. */
const AT_ONCE = 300;

/** From here on rows that are out of sight are not laid out. */
const MANY = 60;

export function RowList(props: { readonly ids: readonly string[] }) {
  const { board, view } = useDesk();
  const [most, setMost] = createSignal(AT_ONCE);
  createEffect(on([view.filter, view.search], () => setMost(AT_ONCE)));
  const rest = () => props.ids.length - most();
  return (
    <>
      <ul class="bare rows" classList={{ many: props.ids.length > MANY }}>
        <For each={rest() > 0 ? props.ids.slice(0, most()) : props.ids}>
          {(id) => <Show when={board.byId[id]}>{(row) => <Row row={row()} />}</Show>}
        </For>
      </ul>
      <Show when={rest() > 0}>
        <button type="button" onClick={() => setMost(most() + AT_ONCE)}>
          {t().board.more(Math.min(AT_ONCE, rest()))}
        </button>
      </Show>
    </>
  );
}
