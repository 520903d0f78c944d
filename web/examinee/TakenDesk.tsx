// Somebody has entered: the screen follows how far the exam has come. What is not on the screen is not in the page.
import { createEffect, createMemo, Match, on, onCleanup, Show, Switch } from 'solid-js';
import { announce } from '../shared/announcer.ts';
import { fitsRoom } from './device/entry-link.ts';
import { keepHeard } from './device/heard.ts';
import type { OwnMarks } from './device/marks.ts';
import { ownCode } from './device/own-code.ts';
import { keepReceipt } from './device/own-receipt.ts';
import type { Tabs } from './device/tabs.ts';
import { End } from './end/End.tsx';
import { Welcome } from './enter/Welcome.tsx';
import { FencedNote } from './network/FencedNote.tsx';
import { networkText } from './network/network-text.ts';
import { tellOtherTabs } from './network/tell-tabs.ts';
import { messagesOf } from './notices/messages.ts';
import { Notices } from './notices/Notices.tsx';
import { Paper } from './paper/Paper.tsx';
import { createSeat, SeatProvider } from './seat.ts';
import type { NetworkLine } from './session/network-line.ts';
import { watchSignals } from './session/signals.ts';
import type { Sitting } from './session/sitting.ts';
import { type Stage, stageOf } from './session/stage.ts';
import { t } from './texts/texts.ts';
import { WaitingRoom } from './waiting/WaitingRoom.tsx';

type Props = {
  readonly sitting: Sitting;
  readonly marks: OwnMarks;
  /** The room that this place belongs to, as the link says; '' where it says none. */
  readonly place: string;
  readonly tabs: Tabs;
  readonly onLeave: (isThrough: boolean) => Promise<void>;
};

/** From these it is said that the link is back. */
const LOST: readonly NetworkLine[] = ['offline', 'limited', 'restarting'];
const ENDS: readonly Stage[] = ['over', 'submitted', 'timed-out', 'removed', 'absent'];

export function TakenDesk(props: Props) {
  const seat = createSeat(props.sitting, props.marks, (isThrough) => props.onLeave(isThrough));
  const { now } = seat.sitting;
  const stage = createMemo(() =>
    stageOf({
      status: now.status,
      admission: now.admission,
      room: now.room.status,
      link: now.link,
      hasAgreed: props.marks.now.hasAgreed,
      hasPaper: now.paper !== undefined,
      isHeld: now.room.heldSince !== 0,
      isLocked: now.room.locked,
      hasRunOut: seat.hasRunOut(),
    }),
  );
  watchSignals(seat.sitting.session, seat.facts().signals, () => stage() === 'paper');
  createEffect(() => {
    document.title = `${now.info.plan.name} · ${now.info.examinee.label}`;
  });
  // A person who has agreed here is ready after a reload too, and the room hears it until it has stored it.
  createEffect(() => {
    if (props.marks.now.hasAgreed && now.status === 'entered') seat.sitting.session.ready();
  });
  keepOwnReceipt(seat);
  createEffect(() => keepHeard(now.info.examinee.examineeId, { controls: messagesOf(now.controls), done: now.done }));
  tellOtherTabs(props.tabs, seat);
  warnBeforeLoss(seat);
  createEffect(
    on(
      () => seat.networkLine(),
      (line, before) => {
        if (before === undefined || line === before || stage() === 'refused') return;
        if (line === 'connected') return LOST.includes(before) ? announce(t().network.back) : undefined;
        if (line !== 'connecting' && line !== 'unsteady')
          announce(networkText(line, now.isStorageBroken), line === 'fenced' ? 'assertive' : 'polite');
      },
    ),
  );

  return (
    <SeatProvider value={seat}>
      <Notices stage={stage()} />
      <Show when={now.link !== 'fenced' || ENDS.includes(stage())} fallback={<FencedNote />}>
        <Switch>
          <Match when={stage() === 'welcome'}>
            <Welcome place={fitsRoom(props.place, now.info.room) ? '' : props.place} />
          </Match>
          <Match when={stage() === 'paper'}>
            <Paper />
          </Match>
          <Match when={endOf(stage())}>{(end) => <End stage={end()} />}</Match>
          <Match when={waitOf(stage())}>{(wait) => <WaitingRoom stage={wait()} />}</Match>
        </Switch>
      </Show>
    </SeatProvider>
  );
}

export type EndStage = 'over' | 'submitted' | 'timed-out' | 'removed' | 'absent';
export type WaitStage = Exclude<Stage, EndStage | 'welcome' | 'paper'>;

function endOf(stage: Stage): EndStage | undefined {
  return ENDS.includes(stage) ? (stage as EndStage) : undefined;
}

function waitOf(stage: Stage): WaitStage | undefined {
  return stage === 'welcome' || stage === 'paper' || ENDS.includes(stage) ? undefined : (stage as WaitStage);
}

/** A reload after the end shows it again. */
function keepOwnReceipt(seat: ReturnType<typeof createSeat>): void {
  const { now } = seat.sitting;
  createEffect(() => {
    const { end, status, info } = now;
    if (end === undefined || (status !== 'submitted' && status !== 'timed-out')) return;
    const { count, at, hash } = end;
    const who = { name: info.examinee.label, exam: info.plan.name, room: info.room.label };
    keepReceipt({ code: ownCode(), ...who, state: status, count, at, hash });
  });
}

/** The browser asks before the page is closed, where it would lose something: everywhere else the device keeps it. */
function warnBeforeLoss(seat: ReturnType<typeof createSeat>): void {
  const { now, session } = seat.sitting;
  const ask = (event: BeforeUnloadEvent) => {
    if (now.isStorageBroken && session.outbox().length > 0) event.preventDefault();
  };
  addEventListener('beforeunload', ask);
  onCleanup(() => removeEventListener('beforeunload', ask));
}
