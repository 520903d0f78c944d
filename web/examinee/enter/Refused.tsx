// Not let in: what happened, and what to do next. Never a dead end.
import { Show } from 'solid-js';
import type { Refusal } from '../../../schema/refusals.ts';
import { dayText } from '../../shared/time.ts';
import { t } from '../texts/texts.ts';

type Props = { readonly refusal: Refusal; readonly onStay: () => Promise<void> };

export function Refused(props: Props) {
  const said = () => {
    const known: Record<string, { readonly what: string; readonly next: string }> = t().enter.refused;
    const byState = props.refusal.state === 'submitted' ? t().enter.refused.SHEET_SUBMITTED : undefined;
    return byState ?? known[props.refusal.refused] ?? t().enter.refused.other;
  };
  const isOver = () => props.refusal.refused === 'EXAM_ENDED';
  return (
    <section class="told" classList={{ bad: !isOver() }} role="alert">
      <Show when={!isOver()}>
        <h2>{t().enter.refusedTitle}</h2>
      </Show>
      <p>
        <strong>{said().what}</strong>
      </p>
      <Show when={props.refusal.room}>
        {(room) => (
          <p dir="auto">
            <strong>{t().welcome.sits(room().label, room().seat ?? '')}</strong>
          </p>
        )}
      </Show>
      <Show when={props.refusal.refused === 'ENTRY_TOO_LATE' && props.refusal.at}>
        {(at) => <p>{t().enter.lateSince(dayText(at()))}</p>}
      </Show>
      <p>{said().next}</p>
      <Show when={props.refusal.refused === 'ROOM_OTHER'}>
        <button type="button" onClick={() => void props.onStay()}>
          {t().welcome.stay}
        </button>
      </Show>
    </section>
  );
}
