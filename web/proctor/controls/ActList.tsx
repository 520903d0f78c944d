// What this proctor has ordered: what is still under way with its ledger, and what is finished, folded away.
import { For, Show } from 'solid-js';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { ActLine } from './ActLine.tsx';
import { isSettled } from './acts.ts';

export function ActList() {
  const { acts } = useDesk();
  const shown = () => acts.all.filter(({ isHidden }) => isHidden !== true);
  const open = () => shown().filter((act) => !isSettled(act) || act.state === 'failed');
  const settled = () => shown().filter((act) => isSettled(act) && act.state !== 'failed');
  return (
    <Show when={shown().length > 0}>
      <section class="card acts-mine" aria-labelledby="my-acts">
        <h2 id="my-acts">{t().controls.mine}</h2>
        <ul class="bare stack">
          <For each={open()}>{(act) => <ActLine act={act} />}</For>
        </ul>
        <Show when={settled().length > 0}>
          <details>
            <summary>{t().controls.settled(settled().length)}</summary>
            <ul class="bare stack">
              <For each={settled().toReversed()}>{(act) => <ActLine act={act} />}</For>
            </ul>
          </details>
        </Show>
      </section>
    </Show>
  );
}
