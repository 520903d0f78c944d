// The decision about an incident: a note, the command that was given for it, and one of two words.
import { createSignal, createUniqueId, For, onMount, Show } from 'solid-js';
import type { IncidentView } from '../../../schema/replies.ts';
import { instantText } from '../../shared/time.ts';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';

type Props = {
  readonly incident: IncidentView;
  readonly decide: (to: 'unfounded' | 'confirmed', note: string, controlId?: string) => Promise<void>;
  readonly cancel: () => void;
};

export function Decision(props: Props) {
  const { acts } = useDesk();
  const id = createUniqueId();
  const [note, setNote] = createSignal('');
  const [controlId, setControl] = createSignal('');
  const [isMissing, setMissing] = createSignal(false);
  let field: HTMLTextAreaElement | undefined;
  onMount(() => field?.focus());
  const given = () =>
    acts.all.filter(
      (act) =>
        act.state === 'applied' &&
        act.controlId !== undefined &&
        act.roomId === props.incident.roomId &&
        (act.wish.examineeIds?.includes(props.incident.examineeId ?? '') ?? true),
    );
  const decide = (to: 'unfounded' | 'confirmed') => {
    setMissing(note().trim() === '');
    if (note().trim() === '') return field?.focus();
    void props.decide(to, note().trim(), controlId() === '' ? undefined : controlId());
  };
  return (
    <div class="decision">
      <div class="field">
        <label for={`${id}-note`}>{t().incidents.note}</label>
        <textarea
          id={`${id}-note`}
          ref={(made) => {
            field = made;
          }}
          rows="2"
          maxLength={500}
          dir="auto"
          aria-invalid={isMissing()}
          aria-describedby={`${id}-hint`}
          value={note()}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        <span id={`${id}-hint`} class={isMissing() ? 'wrong' : 'hint'}>
          {isMissing() ? t().incidents.noteMissing : t().incidents.noteHint}
        </span>
      </div>
      <Show when={given().length > 0}>
        <div class="field">
          <label for={`${id}-act`}>{t().incidents.action}</label>
          <select id={`${id}-act`} onChange={(event) => setControl(event.currentTarget.value)}>
            <option value="">{t().incidents.noAction}</option>
            <For each={given()}>
              {(act) => (
                <option value={act.controlId}>
                  {t().controls.names[act.wish.action]}, {instantText(act.at)}
                </option>
              )}
            </For>
          </select>
        </div>
      </Show>
      <div class="row">
        <button type="button" class="danger" onClick={() => decide('confirmed')}>
          {t().incidents.confirm}
        </button>
        <button type="button" onClick={() => decide('unfounded')}>
          {t().incidents.unfounded}
        </button>
        <button type="button" class="quiet" onClick={props.cancel}>
          {t().common.cancel}
        </button>
      </div>
    </div>
  );
}
