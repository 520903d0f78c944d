// The calm page after the end: what happened, what is saved, what to keep, and that there is nothing more to do.
import { Match, Show, Switch } from 'solid-js';
import { LanguageChoice } from '../../shared/LanguageChoice.tsx';
import { keepSigned } from '../device/own-receipt.ts';
import { Heading } from '../Heading.tsx';
import { SheetLineView } from '../network/SheetLine.tsx';
import { SafetyCopy } from '../notices/SafetyCopy.tsx';
import { useSeat } from '../seat.ts';
import { savedCount } from '../session/saved-count.ts';
import type { EndStage } from '../TakenDesk.tsx';
import { t } from '../texts/texts.ts';
import { Finish } from './Finish.tsx';
import { Receipt } from './Receipt.tsx';

const TITLES = {
  over: 'overTitle',
  submitted: 'submittedTitle',
  'timed-out': 'timedOutTitle',
  removed: 'removedTitle',
  absent: 'absentTitle',
} as const satisfies Record<EndStage, string>;

export function End(props: { readonly stage: EndStage }) {
  const seat = useSeat();
  const { now } = seat.sitting;
  const lost = () =>
    Object.values(now.answers)
      .filter(({ code }) => code === 'ANSWER_LATE')
      .map(({ item }) => item);
  const count = () => now.end?.count ?? savedCount(Object.values(now.answers));
  const finish = () => {
    seat.marks.forget();
    void seat.leave(true);
  };
  const signed = async () => {
    const receipt = await seat.sitting.session.signedReceipt();
    const text = JSON.stringify(receipt);
    keepSigned(receipt.sheet.hash, text);
    return text;
  };
  const isSettled = () => props.stage === 'submitted' || props.stage === 'timed-out';
  return (
    <main class="screen stack">
      <Show when={props.stage} keyed>
        {(stage) => <Heading>{t().end[TITLES[stage]]}</Heading>}
      </Show>
      <p dir="auto">
        <strong>{now.info.examinee.label}</strong> · {now.info.plan.name}
      </p>
      <Switch>
        <Match when={props.stage === 'submitted'}>
          <p class="told good">{t().end.submitted(now.end?.at ?? 0)}</p>
        </Match>
        <Match when={props.stage === 'timed-out'}>
          <p class="told">{t().end.timedOut}</p>
        </Match>
        <Match when={props.stage === 'over'}>
          <Over />
        </Match>
        <Match when={props.stage === 'removed'}>
          <Removed />
        </Match>
        <Match when={props.stage === 'absent'}>
          <p class="told bad">{t().end.absent}</p>
        </Match>
      </Switch>
      <Show when={isSettled()}>
        <p class="big">{t().end.saved(count())}</p>
      </Show>
      <Show when={isSettled() && lost().length > 0}>
        <section class="told bad" role="alert">
          <p>{t().end.lost(lost())}</p>
          <p>{t().end.lostNext}</p>
        </section>
      </Show>
      <Show when={isSettled() && now.end}>
        {(end) => (
          <Receipt
            end={end()}
            exam={now.info.plan.name}
            name={now.info.examinee.label}
            room={now.info.room.label}
            signed={signed}
          />
        )}
      </Show>
      <Show when={isSettled()}>
        <p class="hint">{t().end.reopened}</p>
      </Show>
      <Show when={props.stage !== 'over'}>
        <Finish onFinish={finish} />
      </Show>
      <LanguageChoice />
    </main>
  );
}

/** Time is over here, and the server has not said what became of the sheet. */
function Over() {
  const seat = useSeat();
  const isDown = () => seat.around().link !== 'online' && seat.around().link !== 'trouble';
  return (
    <>
      <Show when={isDown()} fallback={<p class="told">{t().end.closing}</p>}>
        <section class="told warn">
          <p>
            <strong>{t().end.offline}</strong>
          </p>
          <p>{t().end.offlineNext}</p>
        </section>
      </Show>
      <SheetLineView />
      <Show when={isDown()}>
        <details class="card">
          <summary>{t().safety.title}</summary>
          <SafetyCopy />
        </details>
      </Show>
    </>
  );
}

function Removed() {
  const { now } = useSeat().sitting;
  const reason = () => now.controls.findLast(({ action }) => action === 'remove')?.reason ?? '';
  return (
    <section class="told bad">
      <p>{t().end.removed}</p>
      <Show when={reason() !== ''}>
        <p dir="auto">{t().end.removedReason(reason())}</p>
      </Show>
      <p>{t().end.removedNext}</p>
    </section>
  );
}
