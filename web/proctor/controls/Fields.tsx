// What an order asks for beside its reason: each part with its own field.
import { For, type JSX, Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import { GROUNDS } from '../../../schema/admission.ts';
import type { ShownRoom } from '../board/board-store.ts';
import { t } from '../texts/texts.ts';
import { type Asked, type Draft, type Missing, type Part, partsOf } from './draft.ts';
import { MessageFields } from './MessageFields.tsx';
import { MoveFields } from './MoveFields.tsx';

export type FieldsProps = {
  readonly asked: Asked;
  readonly draft: Draft;
  readonly change: (next: Partial<Draft>) => void;
  readonly missing: readonly Missing[];
  readonly room: ShownRoom | undefined;
  readonly whom: readonly BoardEntry[];
};

const PRESETS = [1, 5, 10, 15];
const STARTS = [10, 30, 60, 300];
const TIMES = ['incident', 'planned'] as const;

export function Fields(props: FieldsProps) {
  const draw: Readonly<Record<Part, () => JSX.Element>> = {
    minutes: () => <Minutes {...props} />,
    time: () => <Time {...props} />,
    ground: () => <GroundField {...props} />,
    text: () => <MessageFields {...props} />,
    move: () => <MoveFields {...props} />,
    startIn: () => <StartIn {...props} />,
    roomName: () => <RoomName {...props} />,
  };
  return <For each={partsOf(props.asked)}>{(part) => draw[part]()}</For>;
}

function Minutes(props: FieldsProps) {
  const words = () => t().controls;
  const isWrong = () => props.missing.includes('minutes');
  return (
    <div class="field">
      <label for="act-minutes">{props.asked.action === 'extend' ? words().minutes : words().extraOptional}</label>
      <span class="row">
        <input
          id="act-minutes"
          class="minutes"
          type="number"
          inputmode="numeric"
          min="1"
          max="1440"
          value={props.draft.minutes}
          aria-invalid={isWrong()}
          aria-describedby={isWrong() ? 'act-minutes-wrong' : undefined}
          onInput={(event) => props.change({ minutes: event.currentTarget.value })}
        />
        <For each={PRESETS}>
          {(minutes) => (
            <button type="button" class="quiet outlined" onClick={() => props.change({ minutes: String(minutes) })}>
              {words().plus(minutes)}
            </button>
          )}
        </For>
      </span>
      <Show when={isWrong()}>
        <span class="wrong" id="act-minutes-wrong">
          {words().minutesWrong}
        </span>
      </Show>
    </div>
  );
}

function Time(props: FieldsProps) {
  return (
    <fieldset class="field choice">
      <legend>{t().controls.time}</legend>
      <For each={TIMES}>
        {(time) => (
          <label class="row">
            <input
              type="radio"
              name="act-time"
              checked={props.draft.time === time}
              onChange={() => props.change({ time })}
            />
            {t().controls.times[time]}
          </label>
        )}
      </For>
    </fieldset>
  );
}

function GroundField(props: FieldsProps) {
  return (
    <fieldset class="field choice">
      <legend>{t().controls.ground}</legend>
      <For each={GROUNDS}>
        {(ground) => (
          <label class="row">
            <input
              type="radio"
              name="act-ground"
              checked={props.draft.ground === ground}
              onChange={() => props.change({ ground })}
            />
            {t().controls.grounds[ground]}
          </label>
        )}
      </For>
    </fieldset>
  );
}

function StartIn(props: FieldsProps) {
  return (
    <fieldset class="field choice">
      <legend>{t().controls.startIn}</legend>
      <span class="row">
        <For each={STARTS}>
          {(seconds) => (
            <label class="row">
              <input
                type="radio"
                name="act-start"
                checked={props.draft.startInSeconds === seconds}
                onChange={() => props.change({ startInSeconds: seconds })}
              />
              {t().controls.seconds(seconds)}
            </label>
          )}
        </For>
      </span>
    </fieldset>
  );
}

function RoomName(props: FieldsProps) {
  const isWrong = () => props.missing.includes('roomName');
  return (
    <div class="field">
      <label for="act-roomName">{t().controls.roomName(props.room?.label ?? '')}</label>
      <input
        id="act-roomName"
        value={props.draft.roomName}
        dir="auto"
        autocomplete="off"
        aria-invalid={isWrong()}
        aria-describedby={isWrong() ? 'act-roomName-wrong' : undefined}
        onInput={(event) => props.change({ roomName: event.currentTarget.value })}
      />
      <Show when={isWrong()}>
        <span class="wrong" id="act-roomName-wrong">
          {t().controls.roomNameWrong}
        </span>
      </Show>
    </div>
  );
}
