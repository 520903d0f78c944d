// Minutes that people could not work in, proposed with their evidence; one button gives each of them back.
import { createResource, createSignal, For, Show } from 'solid-js';
import type { LostMinutes as Proposal } from '../../../client/staff.ts';
import { Dialog } from '../../shared/Dialog.tsx';
import { instantText, lengthText } from '../../shared/time.ts';
import type { ShownRoom } from '../board/board-store.ts';
import { useDesk } from '../desk.ts';
import { ReadFailure } from '../ReadFailure.tsx';
import { t } from '../texts/texts.ts';

export function LostMinutes(props: { readonly room: ShownRoom; readonly close: () => void }) {
  const desk = useDesk();
  const words = () => t().losses;
  const [found, { refetch }] = createResource(() => desk.account.staff.lostMinutes(props.room.roomId));
  const [ordered, setOrdered] = createSignal<readonly string[]>([]);
  const proposals = () => (found.state === 'ready' ? found() : []);
  const isOrdered = ({ controlId }: Proposal) => ordered().includes(controlId);
  const grant = (proposal: Proposal) => {
    const { controlId, examineeIds, ms, evidence } = proposal;
    const reason = words().reason(words().evidence[evidence], stretchOf(proposal));
    const whom = examineeIds === null ? {} : { examineeIds: [...examineeIds] };
    const wish = { action: 'extend', controlId, extraMs: ms, time: 'incident', reason, ...whom } as const;
    desk.acts.order(props.room.roomId, wish);
    setOrdered([...ordered(), controlId]);
  };
  const open = () => proposals().filter((proposal) => !isOrdered(proposal));
  return (
    <Dialog title={words().title(props.room.label)} onClose={props.close}>
      <div class="stack">
        <p>{words().lead}</p>
        <Show when={found.loading}>
          <p role="status">{t().common.loading}</p>
        </Show>
        <ReadFailure cause={found.error} what={words().failed} again={() => void refetch()} />
        <Show when={found.state === 'ready' && proposals().length === 0}>
          <p>{words().none}</p>
        </Show>
        <ul class="bare stack">
          <For each={proposals()}>
            {(proposal) => (
              <li class="row spread proposal">
                <Loss proposal={proposal} />
                <Show when={!isOrdered(proposal)} fallback={<span class="chip good">✓ {words().granted}</span>}>
                  <button type="button" class="primary" onClick={() => grant(proposal)}>
                    {words().grant(lengthText(proposal.ms))}
                    <span class="unseen">: {proposal.label}</span>
                  </button>
                </Show>
              </li>
            )}
          </For>
        </ul>
        <div class="row">
          <Show when={open().length > 1}>
            <button type="button" onClick={() => open().forEach(grant)}>
              {words().grantAll}
            </button>
          </Show>
          <button type="button" onClick={props.close}>
            {t().common.close}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Loss(props: { readonly proposal: Proposal }) {
  const words = () => t().losses;
  return (
    <span>
      <strong dir="auto">{props.proposal.examineeId === null ? words().everybody : props.proposal.label}</strong>{' '}
      {words().proposal(lengthText(props.proposal.ms))}
      <span class="hint">
        {' '}
        {words().evidence[props.proposal.evidence]}, {stretchOf(props.proposal)}
      </span>
    </span>
  );
}

function stretchOf({ from, to }: Proposal): string {
  return t().losses.stretch(instantText(from), instantText(to));
}
