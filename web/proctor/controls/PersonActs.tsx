// What can be ordered for these people, each order always in its own place: what is offered follows what happens to them, and
// a button that moved away under the hand would be another one when it is pressed. What does not fit now is dimmed.
import { For } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { fits, PERSON_ACTS } from './act-table.ts';

type Props = { readonly rows: readonly BoardEntry[]; readonly examineeIds: readonly string[] };

/** Buttons alone; whoever shows them groups and names them. */
export function PersonActs(props: Props) {
  const desk = useDesk();
  return (
    <For each={PERSON_ACTS}>
      {(action) => {
        const isOffered = () => fits(action, props.rows);
        return (
          <button
            type="button"
            aria-disabled={!isOffered()} // not `disabled`, which would take the focus from who has just used it
            title={isOffered() ? undefined : t().controls.notNow}
            onClick={() => isOffered() && desk.ask({ action, examineeIds: props.examineeIds })}
          >
            {t().controls.names[action]}
          </button>
        );
      }}
    </For>
  );
}
