// Offers the room to another of its proctors, with a note; nothing has changed until the other confirms it.
import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { Dialog } from '../../shared/Dialog.tsx';
import type { ShownRoom } from '../board/board-store.ts';
import { useDesk } from '../desk.ts';
import { refusalWords } from '../failure-words.ts';
import { t } from '../texts/texts.ts';

export function HandOver(props: { readonly room: ShownRoom; readonly close: () => void }) {
  const desk = useDesk();
  const id = createUniqueId();
  const others = () => props.room.proctors.filter(({ proctorId }) => proctorId !== props.room.charge?.proctorId);
  const [to, setTo] = createSignal(others()[0]?.proctorId ?? '');
  const [note, setNote] = createSignal('');
  const [told, setTold] = createSignal('');
  const offer = async (event: SubmitEvent) => {
    event.preventDefault();
    const outcome = await props.room.watch?.handOver(to(), note().trim());
    if (outcome?.state === 'refused') return setTold(t().charge.refused(refusalWords(outcome.code, outcome.message)));
    props.close();
  };
  return (
    <Dialog title={t().charge.handOverOf(props.room.label)} onClose={props.close}>
      <form class="stack act-form" onSubmit={(event) => void offer(event)}>
        <p>{t().charge.explain}</p>
        <Show when={others().length > 0} fallback={<p class="told warn">{t().charge.nobodyElse}</p>}>
          <div class="field">
            <label for={`${id}-to`}>{t().charge.to}</label>
            <select id={`${id}-to`} onChange={(event) => setTo(event.currentTarget.value)}>
              <For each={others()}>
                {({ proctorId, label }) => (
                  <option value={proctorId} selected={proctorId === to()}>
                    {proctorId === desk.ownId() ? t().charge.you : label}
                  </option>
                )}
              </For>
            </select>
          </div>
          <div class="field">
            <label for={`${id}-note`}>{t().charge.note}</label>
            <textarea
              id={`${id}-note`}
              rows="3"
              maxLength={500}
              dir="auto"
              value={note()}
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </div>
        </Show>
        <Show when={told() !== ''}>
          <p class="told bad" role="alert">
            {told()}
          </p>
        </Show>
        <div class="row">
          <Show when={others().length > 0}>
            <button type="submit" class="primary">
              {t().charge.offer}
            </button>
          </Show>
          <button type="button" onClick={props.close}>
            {t().common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
