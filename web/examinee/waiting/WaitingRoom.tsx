// Between entering and the paper: what is waited for, and that there is nothing to do.
import { Match, Show, Switch } from 'solid-js';
import { LanguageChoice } from '../../shared/LanguageChoice.tsx';
import { ticking } from '../../shared/now.ts';
import { clockText, dayText } from '../../shared/time.ts';
import { FullScreenOffer } from '../device/FullScreenOffer.tsx';
import { Heading } from '../Heading.tsx';
import { NetworkLineView, SheetLineView } from '../network/SheetLine.tsx';
import { CallButton } from '../notices/CallButton.tsx';
import { useSeat } from '../seat.ts';
import type { WaitStage } from '../TakenDesk.tsx';
import { t } from '../texts/texts.ts';

const TITLES = {
  waiting: 'title',
  loading: 'loading',
  admission: 'admissionTitle',
  refused: 'refusedTitle',
  paused: 'pausedTitle',
} as const satisfies Record<WaitStage, string>;

export function WaitingRoom(props: { readonly stage: WaitStage }) {
  const seat = useSeat();
  const { now } = seat.sitting;
  return (
    <main class="screen stack">
      <Show when={props.stage} keyed>
        {(stage) => <Heading>{t().waiting[TITLES[stage]]}</Heading>}
      </Show>
      <p dir="auto">
        <strong>{now.info.examinee.label}</strong> · {now.info.plan.name} · {now.info.room.label}
        <Show when={now.info.examinee.seat}>{(name) => <> · {name()}</>}</Show>
      </p>
      <Switch>
        <Match when={props.stage === 'waiting'}>
          <Ready />
        </Match>
        <Match when={props.stage === 'loading'}>
          <Loading />
        </Match>
        <Match when={props.stage === 'admission'}>
          <p class="told">{t().waiting.admission}</p>
        </Match>
        <Match when={props.stage === 'refused'}>
          <Refused />
        </Match>
        <Match when={props.stage === 'paused'}>
          <p class="told">{t().waiting.paused}</p>
          <Show when={now.room.deadlineAt !== 0}>
            <p class="countdown">
              <span class="hint">{t().waiting.pausedLeft}</span>
              <span class="number">{clockText(seat.leftMs())}</span>
            </p>
          </Show>
          <SheetLineView />
        </Match>
      </Switch>
      {/* Who is refused has no session until a proctor thinks better of it: that is no trouble of the network. */}
      <Show when={props.stage !== 'refused'}>
        <NetworkLineView />
        <div class="row">
          <CallButton />
        </div>
      </Show>
      <LanguageChoice />
    </main>
  );
}

function Ready() {
  const seat = useSeat();
  const { now, session } = seat.sitting;
  const inMs = () => {
    ticking();
    return now.room.startsAt === 0 ? 0 : Math.max(0, now.room.startsAt - session.now());
  };
  return (
    <>
      <p class="told good">{now.status === 'ready' ? t().waiting.ready : t().waiting.readyAsked}</p>
      <Show
        when={now.room.startsAt !== 0}
        fallback={
          <p>
            <Show when={seat.facts().plannedAt}>{(at) => <>{t().enter.plannedAt(dayText(at()))} </>}</Show>
            {t().waiting.startUnknown}
          </p>
        }
      >
        <p class="countdown">
          <span class="hint">{t().waiting.startsIn}</span>
          <span class="number">{clockText(inMs())}</span>
        </p>
      </Show>
      <FullScreenOffer hint={true} />
    </>
  );
}

function Loading() {
  const seat = useSeat();
  return (
    <Show when={seat.sitting.now.paperRefusal} fallback={<p>{t().waiting.loadingHint}</p>}>
      <section class="told bad" role="alert">
        <p>
          <strong>{t().waiting.paperRefused}</strong>
        </p>
        <p>{t().waiting.paperRefusedNext}</p>
        <button type="button" onClick={() => location.reload()}>
          {t().waiting.reload}
        </button>
      </section>
    </Show>
  );
}

function Refused() {
  const seat = useSeat();
  const ground = () => seat.sitting.now.controls.findLast(({ action }) => action === 'refuse')?.ground ?? 'other';
  return (
    <section class="told bad">
      <p>
        <strong>{t().waiting.grounds[ground()]}</strong>
      </p>
      <p>{t().waiting.refusedNext}</p>
    </section>
  );
}
