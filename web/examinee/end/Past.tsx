// The exam is over and was ended at this page before: a reload shows its receipt again.

import { LanguageChoice } from '../../shared/LanguageChoice.tsx';
import { type KeptReceipt, keptSigned } from '../device/own-receipt.ts';
import { Heading } from '../Heading.tsx';
import { t } from '../texts/texts.ts';
import { Finish } from './Finish.tsx';
import { Receipt } from './Receipt.tsx';

type Props = {
  readonly receipt: KeptReceipt;
  readonly onEnter: (code: string) => Promise<void>;
  readonly onFinish: () => Promise<void>;
};

export function Past(props: Props) {
  const signed = () => {
    const text = keptSigned(props.receipt.hash);
    return text === undefined ? undefined : () => Promise.resolve(text);
  };
  const isSubmitted = () => props.receipt.state === 'submitted';
  return (
    <main class="screen stack">
      <Heading>{isSubmitted() ? t().end.submittedTitle : t().end.timedOutTitle}</Heading>
      <p dir="auto">
        <strong>{props.receipt.name}</strong> · {props.receipt.exam}
      </p>
      <p class="told good">{isSubmitted() ? t().end.submitted(props.receipt.at) : t().end.timedOut}</p>
      <p class="big">{t().end.saved(props.receipt.count)}</p>
      <Receipt
        end={props.receipt}
        exam={props.receipt.exam}
        name={props.receipt.name}
        room={props.receipt.room}
        signed={signed()}
      />
      <div class="row">
        <button type="button" onClick={() => void props.onEnter(props.receipt.code)}>
          {t().end.again}
        </button>
        <span class="hint">{t().end.againHint}</span>
      </div>
      <Finish onFinish={() => void props.onFinish()} />
      <LanguageChoice />
    </main>
  );
}
