// What devices brought after others had gone on, by person: how many and of which questions, never what they say; and the
// import of the sealed file that a device saved as a last resort.
import { createResource, For, Show } from 'solid-js';
import { Dialog } from '../../shared/Dialog.tsx';
import type { ShownRoom } from '../board/board-store.ts';
import { useDesk } from '../desk.ts';
import { ReadFailure } from '../ReadFailure.tsx';
import { t } from '../texts/texts.ts';
import { ImportFile } from './ImportFile.tsx';

export function HeldAnswers(props: { readonly room: ShownRoom; readonly close: () => void }) {
  const desk = useDesk();
  const words = () => t().held;
  const [found, { refetch }] = createResource(() => desk.account.staff.heldAnswers(props.room.roomId));
  const people = () => (found.state === 'ready' || found.state === 'refreshing' ? (found.latest ?? []) : []);
  return (
    <Dialog title={words().title(props.room.label)} onClose={props.close}>
      <div class="stack">
        <p>{words().lead}</p>
        <ReadFailure cause={found.error} what={words().failed} again={() => void refetch()} />
        <Show when={found.loading}>
          <p role="status">{t().common.loading}</p>
        </Show>
        <Show when={found.state === 'ready' && people().length === 0}>
          <p>{words().none}</p>
        </Show>
        <ul class="bare stack">
          <For each={people()}>
            {(person) => (
              <li>
                <details>
                  <summary>
                    <strong dir="auto">{person.label}</strong> {words().of(person.count, person.undecidedCount)}
                  </summary>
                  <ul>
                    <For each={person.items}>
                      {({ item, state }) => (
                        <li>
                          {words().question(item)}: {words().states[state]}
                        </li>
                      )}
                    </For>
                  </ul>
                </details>
              </li>
            )}
          </For>
        </ul>
        <ImportFile roomId={props.room.roomId} brought={() => void refetch()} />
        <button type="button" onClick={props.close}>
          {t().common.close}
        </button>
      </div>
    </Dialog>
  );
}
