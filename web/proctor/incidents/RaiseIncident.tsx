// What a proctor saw, of one person or of the room.
import { createSignal, createUniqueId, For, Show } from 'solid-js';
import type { ReportKind } from '../../../schema/incidents.ts';
import { announce } from '../../shared/announcer.ts';
import { Dialog } from '../../shared/Dialog.tsx';
import { useDesk } from '../desk.ts';
import { refusalWords } from '../failure-words.ts';
import { t } from '../texts/texts.ts';
import { SEVERITIES, type SeverityName } from './incident-order.ts';

const KINDS: readonly ReportKind[] = ['conversation', 'material', 'identity', 'absence', 'camera', 'voice', 'other'];

type Props = { readonly roomId: string; readonly examineeId?: string; readonly close: () => void };

export function RaiseIncident(props: Props) {
  const { board } = useDesk();
  const id = createUniqueId();
  const [kind, setKind] = createSignal<ReportKind>('conversation');
  const [severity, setSeverity] = createSignal<SeverityName>('medium');
  const [note, setNote] = createSignal('');
  const [told, setTold] = createSignal('');
  const whom = () =>
    props.examineeId === undefined ? board.room(props.roomId)?.label : board.byId[props.examineeId]?.label;
  const raise = async (event: SubmitEvent) => {
    event.preventDefault();
    const outcome = await board.watchOf(props.roomId)?.raiseIncident({
      kind: kind(),
      severity: SEVERITIES[severity()],
      note: note().trim(),
      ...(props.examineeId === undefined ? {} : { examineeId: props.examineeId }),
    });
    if (outcome?.state === 'refused') return setTold(refusalWords(outcome.code, outcome.message));
    if (outcome?.state === 'pending') announce(t().incidents.sent);
    props.close();
  };
  return (
    <Dialog title={t().incidents.raiseFor(whom() ?? '')} onClose={props.close}>
      <form class="stack act-form" onSubmit={(event) => void raise(event)}>
        <div class="field">
          <label for={`${id}-kind`}>{t().incidents.kind}</label>
          <select id={`${id}-kind`} onChange={(event) => setKind(event.currentTarget.value as ReportKind)}>
            <For each={KINDS}>{(one) => <option value={one}>{t().incidents.kinds[one]}</option>}</For>
          </select>
        </div>
        <fieldset class="choice">
          <legend>{t().incidents.severity}</legend>
          <span class="row">
            <For each={Object.keys(SEVERITIES) as SeverityName[]}>
              {(one) => (
                <label class="row">
                  <input
                    type="radio"
                    name={`${id}-severity`}
                    checked={severity() === one}
                    onChange={() => setSeverity(one)}
                  />
                  {t().incidents.severities[one]}
                </label>
              )}
            </For>
          </span>
        </fieldset>
        <div class="field">
          <label for={`${id}-note`}>{t().incidents.note}</label>
          <textarea
            id={`${id}-note`}
            rows="3"
            maxLength={500}
            dir="auto"
            value={note()}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        </div>
        <Show when={told() !== ''}>
          <p class="told bad" role="alert">
            {told()}
          </p>
        </Show>
        <div class="row">
          <button type="submit" class="primary">
            {t().incidents.raise}
          </button>
          <button type="button" onClick={props.close}>
            {t().common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
