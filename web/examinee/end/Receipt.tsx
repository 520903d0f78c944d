// The receipt: how many answers, when, and a code over exactly what the server has. To be saved or printed.
import { Show } from 'solid-js';
import { dayText } from '../../shared/time.ts';
import { saveFile } from '../device/save-file.ts';
import type { SheetEnd } from '../session/sitting.ts';
import { t } from '../texts/texts.ts';
import { hashGroups, receiptText } from './receipt-text.ts';
import { SignedReceipt } from './SignedReceipt.tsx';

type Props = {
  /** `agrees` is known where the answers are shown. */
  readonly end: Omit<SheetEnd, 'agrees'> & Partial<Pick<SheetEnd, 'agrees'>>;
  readonly exam: string;
  readonly name: string;
  readonly room: string;
  /** The text of the signed receipt; where there is none to be had here, none is offered. */
  readonly signed: (() => Promise<string>) | undefined;
};

export function Receipt(props: Props) {
  const lines = (): [string, string][] => [
    [t().welcome.exam, props.exam],
    [t().welcome.name, props.name],
    [t().welcome.room, props.room],
    [t().end.count, String(props.end.count)],
    [t().end.time, `${dayText(props.end.at)} (${new Date(props.end.at).toISOString()})`],
    ...(props.end.hash === '' ? [] : [[t().end.code, props.end.hash] as [string, string]]),
  ];
  const save = () => saveFile(`${t().end.file}-${props.name}.txt`, receiptText(t().end.receipt, lines()), 'text/plain');
  return (
    <section class="card stack receipt" aria-label={t().end.receipt}>
      <h2>{t().end.receipt}</h2>
      <dl class="facts">
        <div>
          <dt>{t().end.count}</dt>
          <dd class="number">{props.end.count}</dd>
        </div>
        <div>
          <dt>{t().end.time}</dt>
          <dd>{dayText(props.end.at)}</dd>
        </div>
        <Show when={props.end.hash !== ''}>
          <div>
            <dt>{t().end.code}</dt>
            <dd class="hash" dir="ltr">
              {hashGroups(props.end.hash)}
            </dd>
          </div>
        </Show>
      </dl>
      <Show when={props.end.agrees === true}>
        <p class="told good">{t().end.agrees}</p>
      </Show>
      <Show when={props.end.agrees === false}>
        <p class="told bad">{t().end.differs}</p>
      </Show>
      <p class="hint">{t().end.receiptHint}</p>
      <div class="row">
        <button type="button" onClick={save}>
          {t().end.download}
        </button>
        <button type="button" onClick={() => print()}>
          {t().end.print}
        </button>
      </div>
      <Show when={props.signed} keyed>
        {(fetch) => <SignedReceipt name={props.name} fetch={fetch} />}
      </Show>
    </section>
  );
}
