// Somebody by seat and name, as a button that opens the panel.
import { Show } from 'solid-js';
import { useDesk } from './desk.ts';

export function PersonButton(props: { readonly id: string }) {
  const desk = useDesk();
  return (
    <Show when={desk.board.byId[props.id]}>
      {(row) => (
        <button type="button" class="quiet outlined" onClick={() => desk.open(props.id)} dir="auto">
          {row().seat === '' ? row().label : `${row().seat} · ${row().label}`}
        </button>
      )}
    </Show>
  );
}
