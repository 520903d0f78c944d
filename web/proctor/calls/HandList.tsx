// The hands that are up, on the board: the longest first.
import { createMemo, For, Show } from 'solid-js';
import type { CallView } from '../../../schema/replies.ts';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { Hand } from './Hand.tsx';

export function HandList() {
  const { board } = useDesk();
  const open = createMemo(() =>
    Object.values(board.calls)
      .filter((one): one is CallView => one?.state === 'open')
      .sort((one, other) => one.at - other.at)
      .map(({ callId }) => callId),
  );
  return (
    <Show when={open().length > 0}>
      <section class="card hands" aria-labelledby="hands">
        <h2 id="hands" tabindex="-1">
          <span aria-hidden="true">☝ </span>
          {t().calls.title} <span class="number">{open().length}</span>
        </h2>
        <ul class="bare stack">
          <For each={open()}>
            {(id) => (
              <li>
                <Hand id={id} />
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
