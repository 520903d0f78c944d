// Brings the sealed file of an examinee's device to the server. The same file again gives the same answer.
import { createSignal, createUniqueId, For, Show } from 'solid-js';
import type { ImportReply } from '../../../schema/replies.ts';
import { useDesk } from '../desk.ts';
import { failureWords } from '../failure-words.ts';
import { t } from '../texts/texts.ts';

type Props = { readonly roomId: string; readonly brought: () => void };

export function ImportFile(props: Props) {
  const desk = useDesk();
  const id = createUniqueId();
  const words = () => t().held;
  const [reply, setReply] = createSignal<ImportReply>();
  const [told, setTold] = createSignal('');
  const [isBusy, setBusy] = createSignal(false);
  let field: HTMLInputElement | undefined;
  const bring = async (event: SubmitEvent) => {
    event.preventDefault();
    const file = field?.files?.[0];
    setReply(undefined);
    setTold(file === undefined ? words().noFile : '');
    if (file === undefined || isBusy()) return;
    setBusy(true);
    try {
      setReply(await desk.account.staff.importExport(props.roomId, await file.text()));
      props.brought();
    } catch (cause) {
      setTold(words().refused(failureWords(cause)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="card stack" onSubmit={(event) => void bring(event)}>
      <h3>{words().import}</h3>
      <p>{words().importLead}</p>
      <div class="field">
        <label for={id}>{words().file}</label>
        <input
          id={id}
          type="file"
          ref={(made) => {
            field = made;
          }}
        />
      </div>
      <button type="submit" aria-disabled={isBusy()}>
        {isBusy() ? words().bringing : words().bring}
      </button>
      <div role="status">
        <Show when={told() !== ''}>
          <p class="told bad">{told()}</p>
        </Show>
        <Show when={reply()}>
          {(one) => (
            <For each={linesOf(one())}>
              {({ text, tone }) => (
                <p class={`told ${tone}`} dir="auto">
                  {text}
                </p>
              )}
            </For>
          )}
        </Show>
      </div>
    </form>
  );
}

function linesOf({ label, kept, conflicts, missing, sheet }: ImportReply) {
  const words = t().held;
  const isOver = sheet !== 'empty' && sheet !== 'in-progress';
  return [
    { text: words.brought(label, kept.length), tone: 'good' },
    ...(conflicts.length === 0 ? [] : [{ text: words.conflicts(conflicts.length), tone: 'warn' }]),
    ...(missing.length === 0 ? [] : [{ text: words.missing(missing.length), tone: 'bad' }]),
    ...(isOver ? [{ text: words.sheetOver, tone: 'warn' }] : []),
  ];
}
