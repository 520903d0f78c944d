// How somebody stands beside the reasons: state, link where it is not as it should be, what holds them.
import { Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import type { HoldKind } from '../../../schema/controls.ts';
import type { ExamineeState, LinkState } from '../../../schema/states.ts';
import { t } from '../texts/texts.ts';
import { hasReason } from './filters.ts';

export function StateChips(props: { readonly row: BoardEntry }) {
  const isDone = () => ['submitted', 'timed-out'].includes(props.row.status);
  const isHere = () => ['entered', 'ready', 'answering'].includes(props.row.status);
  return (
    <>
      <span class="chip" classList={{ good: isDone() }}>
        {isDone() ? '✓ ' : ''}
        {t().board.states[props.row.status as ExamineeState]}
      </span>
      <Show when={props.row.admission === 'refused'}>
        <span class="chip">{t().board.admissionRefused}</span>
      </Show>
      <Show when={isHere() && props.row.link !== 'online' && !hasReason(props.row, 'link')}>
        <span class="chip">✂ {t().board.links[props.row.link as LinkState]}</span>
      </Show>
      <Show when={props.row.hold !== '' && props.row.hold !== 'removal'}>
        <span class="chip accent">‖ {t().board.holds[props.row.hold as HoldKind]}</span>
      </Show>
    </>
  );
}
