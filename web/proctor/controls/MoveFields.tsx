// Where somebody goes: another room of the same exam that is the own one too, another seat, or both.
import { createMemo, For, Show } from 'solid-js';
import { me } from '../session.ts';
import { t } from '../texts/texts.ts';
import type { FieldsProps } from './Fields.tsx';

export function MoveFields(props: FieldsProps) {
  const words = () => t().controls;
  const others = createMemo(() => {
    const rooms = me()?.rooms ?? [];
    const own = rooms.find(({ roomId }) => roomId === props.room?.roomId);
    return rooms.filter(({ planId, roomId }) => planId === own?.planId && roomId !== own?.roomId);
  });
  const isWrong = () => props.missing.includes('move');
  return (
    <>
      <div class="field">
        <label for="act-move">{words().toRoom}</label>
        <select
          id="act-move"
          aria-invalid={isWrong()}
          aria-describedby={isWrong() ? 'act-move-wrong' : undefined}
          onChange={(event) => props.change({ toRoomId: event.currentTarget.value })}
        >
          <option value="">{words().sameRoom}</option>
          <For each={others()}>{({ roomId, label }) => <option value={roomId}>{label}</option>}</For>
        </select>
      </div>
      <Show when={props.whom.length === 1}>
        <div class="field">
          <label for="act-seat">{words().seat}</label>
          <input
            id="act-seat"
            value={props.draft.seat}
            maxLength={16}
            dir="auto"
            autocomplete="off"
            aria-describedby="act-seat-hint"
            onInput={(event) => props.change({ seat: event.currentTarget.value })}
          />
          <span class="hint" id="act-seat-hint">
            {words().seatHint}
          </span>
        </div>
      </Show>
      <Show when={isWrong()}>
        <span class="wrong" id="act-move-wrong">
          {words().moveMissing}
        </span>
      </Show>
    </>
  );
}
