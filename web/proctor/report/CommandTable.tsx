// Every command of the room with its reason, by whom, and how many it has reached.
import { For, Show } from 'solid-js';
import type { RoomControl } from '../../../schema/room-report.ts';
import { instantText } from '../../shared/time.ts';
import { refusalWords } from '../failure-words.ts';
import { t } from '../texts/texts.ts';

type Props = { readonly controls: readonly RoomControl[]; readonly nameOf: (id: string) => string };

export function CommandTable(props: Props) {
  const words = () => t().report;
  const heads = () => [words().when, words().what, words().whom, words().who, words().why, words().result];
  return (
    <section class="wide" tabindex="0" aria-label={words().commands(props.controls.length)}>
      <table>
        <thead>
          <tr>
            <For each={heads()}>{(head) => <th scope="col">{head}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.controls}>
            {(control) => (
              <tr>
                <td>{instantText(control.at)}</td>
                <td dir="auto">
                  {t().controls.names[control.action]} {control.text}
                  <Show when={control.undoes !== null}> ({t().line.undone})</Show>
                </td>
                <td dir="auto">
                  {control.examineeIds.length === 0
                    ? t().common.everybody
                    : control.examineeIds.map(props.nameOf).join(', ')}
                </td>
                <td dir="auto">{control.by?.label ?? t().common.none}</td>
                <td dir="auto">{control.reason}</td>
                <td dir="auto">{resultOf(control, props.nameOf)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  );
}

function resultOf({ state, code, message, ledger }: RoomControl, nameOf: (id: string) => string): string {
  if (state === 'failed') return `${t().controls.states.failed}: ${refusalWords(code, message)}`;
  if (state === 'pending') return t().controls.states.pending;
  const reached = t().controls.reached(ledger.delivered, ledger.concerned);
  return ledger.missing.length === 0
    ? reached
    : `${reached}. ${t().controls.missing(ledger.missing.map(nameOf).join(', '))}`;
}
