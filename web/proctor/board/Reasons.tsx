// Why somebody needs a proctor, in words, the weightiest first, with since when.
import { For, Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import type { AttentionReason } from '../../../schema/attention.ts';
import { useDesk } from '../desk.ts';
import { ageText } from '../seconds.ts';
import { t } from '../texts/texts.ts';
import { reasonsOf } from './reasons.ts';

export function Reasons(props: { readonly row: BoardEntry }) {
  const { board } = useDesk();
  const handSince = () =>
    Object.values(board.calls).find((call) => call?.examineeId === props.row.examineeId && call.state === 'open')?.at ??
    0;
  const since = (reason: AttentionReason) => {
    if (reason === 'hand-raised') return handSince();
    if (reason === 'unsaved') return props.row.unsavedSince;
    return reason === 'link' ? props.row.linkAt : 0;
  };
  return (
    <>
      <Show when={props.row.admission === 'waiting'}>
        <span class="chip accent">? {t().board.admissionWaiting}</span>
      </Show>
      <Show when={props.row.deviceWaitingSince > 0}>
        <span class="chip accent">
          ? {t().board.deviceWaits} · {ageText(props.row.deviceWaitingSince)}
        </span>
      </Show>
      <For each={reasonsOf(props.row.reasons)}>
        {({ reason, sign, tone }) => (
          <span class={`chip ${tone}`}>
            <span aria-hidden="true">{sign}</span>
            {t().board.reasons[reason]}
            {reason === 'incident' ? t().board.reasonCount(props.row.openIncidents) : ''}
            <Show when={since(reason) > 0}> · {ageText(since(reason))}</Show>
          </span>
        )}
      </For>
    </>
  );
}
