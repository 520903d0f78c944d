// Brings the sealed files of an examinee's device to the server, one or several at once, in any order. The same file again
// gives the same answer; of a copy in several files it says which are missing.
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
  const [replies, setReplies] = createSignal<readonly ImportReply[]>([]);
  const [told, setTold] = createSignal('');
  const [isBusy, setBusy] = createSignal(false);
  let field: HTMLInputElement | undefined;
  const bringOne = async (file: File, isNamed: boolean) => {
    try {
      setReplies([...replies(), await desk.account.staff.importExport(props.roomId, await file.text())]);
    } catch (cause) {
      const why = words().refused(failureWords(cause));
      setTold([told(), isNamed ? `${file.name}: ${why}` : why].filter(Boolean).join(' '));
    }
  };
  const bring = async (event: SubmitEvent) => {
    event.preventDefault();
    const files = [...(field?.files ?? [])];
    setReplies([]);
    setTold(files.length === 0 ? words().noFile : '');
    if (files.length === 0 || isBusy()) return;
    setBusy(true);
    for (const file of files) await bringOne(file, files.length > 1);
    setBusy(false);
    props.brought();
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
          multiple
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
        <For each={linesOfAll(replies())}>
          {({ text, tone }) => (
            <p class={`told ${tone}`} dir="auto">
              {text}
            </p>
          )}
        </For>
      </div>
    </form>
  );
}

/** What is missing is said once for each person, as it is after the last file. */
function linesOfAll(replies: readonly ImportReply[]) {
  const last = new Map(replies.map((reply) => [reply.examineeId, reply]));
  return [...replies.flatMap(linesOf), ...[...last.values()].flatMap(linesOfParts)];
}

function linesOfParts({ label, part }: ImportReply) {
  if (part === null) return [];
  const { of, missing } = part;
  return missing.length === 0
    ? [{ text: t().held.allParts(label, of), tone: 'good' }]
    : [{ text: t().held.partsMissing(label, of, missing), tone: 'warn' }];
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
