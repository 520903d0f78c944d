// One examinee's session as the page shows it: a store that follows the events of the SDK, and what the person does. Says
// nothing by itself; the words are in texts/. Made by desk.ts once somebody has entered.
import { createStore } from 'solid-js/store';
import type { LinkCause, LinkState, Road, RoomEvent, SessionEvents } from '../../../client/events.ts';
import type { OutboxEntry } from '../../../client/outbox-storage.ts';
import type { ExamSession, SessionInfo } from '../../../client/session.ts';
import type { Admission } from '../../../schema/admission.ts';
import type { Answer, Response } from '../../../schema/answers.ts';
import type { CallTold } from '../../../schema/calls.ts';
import { type Refusal, RefusalError } from '../../../schema/refusals.ts';
import type { PaperReply } from '../../../schema/replies.ts';
import type { ExamineeState } from '../../../schema/states.ts';
import type { Heard } from '../device/heard.ts';
import type { Message } from '../notices/messages.ts';
import { type Bringing, createBringing } from './bringing.ts';
import { type ClockEntry, clockChanged, clockControl } from './clock-story.ts';
import type { ShownAnswer } from './truth.ts';

export type Submitting =
  | { readonly kind: 'no' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'failed'; readonly refusal: Refusal | undefined };

/** What the sheet's end came to, as the server told it, and whether this device comes to the same. */
export type SheetEnd = Pick<SessionEvents['ended'], 'count' | 'at' | 'hash' | 'agrees'>;

export type SittingState = {
  readonly info: SessionInfo;
  readonly link: LinkState;
  readonly road: Road;
  readonly why: LinkCause | undefined;
  readonly room: RoomEvent;
  readonly status: ExamineeState;
  readonly admission: Admission;
  /** Since when saving is slow, by the server's clock; 0 where it is not. */
  readonly slowSince: number;
  readonly answers: Readonly<Record<number, ShownAnswer>>;
  readonly paper: PaperReply | undefined;
  readonly paperRefusal: Refusal | undefined;
  readonly controls: readonly Message[];
  /** What was closed or confirmed here, by id. */
  readonly done: readonly string[];
  readonly story: readonly ClockEntry[];
  readonly calls: readonly CallTold[];
  readonly callRefusal: Refusal | undefined;
  readonly held: readonly OutboxEntry[];
  readonly offered: readonly Answer[];
  /** How many answers of this fenced device the server keeps. */
  readonly kept: number;
  readonly warnedMs: number;
  readonly submitting: Submitting;
  readonly end: SheetEnd | undefined;
  readonly movedTo: string;
  readonly refusal: Refusal | undefined;
  /** Answers lie in the memory of this page alone: they would not survive its end. */
  readonly isStorageBroken: boolean;
};

export type Sitting = {
  /** Files on their way to be answers. */
  readonly files: Bringing;
  readonly session: ExamSession;
  readonly now: SittingState;
  answer(item: number, response: Response, options?: { readonly debounce?: boolean }): void;
  submit(): Promise<void>;
  decideHeld(revision: number, decision: 'send' | 'discard'): void;
  chooseOffered(revision: number, choice: 'take' | 'drop'): void;
  raiseHand(question: string): void;
  /** This message is read: it is shown no more by itself. */
  close(id: string): void;
};

/** Follows the session until it is left. */
export function createSitting(session: ExamSession, isStorageBroken: boolean, heard: Heard): Sitting {
  const monotonic = () => performance.now();
  const [answers, setAnswers] = createStore<Record<number, ShownAnswer>>(firstAnswers(session));
  const [now, set] = createStore<SittingState>({ ...firstState(session, isStorageBroken, heard), answers });

  const showAnswer = (item: number) => {
    const view = session.answers().get(item);
    if (view === undefined) return;
    const before = answers[item];
    const isSame = before?.state === view.state && before.revision === view.revision;
    // A text's age counts from its first key that is not saved.
    const goesOn = before?.state === view.state && view.state !== 'saved' ? before.since : monotonic();
    const savedAt = view.state === 'saved' ? session.now() : (before?.savedAt ?? 0);
    if (!isSame) setAnswers(item, { ...view, code: view.code, since: goesOn, savedAt });
  };
  const listen = session.on;
  listen('answer', ({ item }) => showAnswer(item));
  listen('current', ({ item }) => showAnswer(item));
  listen('road', ({ road }) => set({ road }));
  listen('link', ({ state, why }) => set({ link: state, why, info: session.info }));
  listen('status', ({ status }) =>
    set(status === 'answering' ? { status, end: undefined, submitting: { kind: 'no' } } : { status }),
  );
  listen('admission', ({ admission }) => set({ admission }));
  listen('saving', ({ slowSince }) => set({ slowSince }));
  listen('room', (room) =>
    set({ story: clockChanged(now.story, now.room, room, session.now(), monotonic()), room: { ...room } }),
  );
  listen('control', (control) =>
    set({
      controls: [
        ...now.controls.filter(({ controlId }) => controlId !== control.controlId),
        { ...control, heardAt: session.now() },
      ],
      // Told again, so the server has no confirmation yet.
      done: now.done.filter((controlId) => controlId !== control.controlId),
      story: clockControl(now.story, control, monotonic()),
    }),
  );
  listen('moved', ({ label }) => set({ movedTo: label, info: session.info }));
  listen('call', () => set({ calls: [...session.calls().values()], callRefusal: undefined }));
  listen('warning', ({ leftMs }) => set({ warnedMs: leftMs }));
  listen('ended', (end) => set({ end }));
  listen('held', () => set({ held: [...session.held()] }));
  listen('offered', () => set({ offered: [...session.offered()] }));
  listen('kept', (event) => set({ kept: now.kept + event.answers.length }));
  listen('error', (error) => {
    if ('fault' in error) return error.fault.code === 'STORAGE' ? set({ isStorageBroken: true }) : undefined;
    const isOfCall = error.refusal.refused.startsWith('CALL_') || error.refusal.refused === 'BUSY';
    set(isOfCall ? { callRefusal: error.refusal } : { refusal: error.refusal });
  });

  session.paper().then(
    (paper) => set({ paper }),
    (cause: unknown) => set({ paperRefusal: cause instanceof RefusalError ? cause.refusal : undefined }),
  );

  return {
    session,
    now,
    files: createBringing(session, showAnswer),
    answer(item, response, options) {
      session.answer(item, response, options);
      showAnswer(item);
    },
    async submit() {
      set({ submitting: { kind: 'asked' } });
      try {
        await session.submit(); // its end is told by an event
        set({ submitting: { kind: 'no' } });
      } catch (cause) {
        set({ submitting: { kind: 'failed', refusal: cause instanceof RefusalError ? cause.refusal : undefined } });
      }
    },
    decideHeld(revision, decision) {
      session.decideHeld(revision, decision);
      set({ held: [...session.held()] });
    },
    chooseOffered(revision, choice) {
      session.chooseOffered(revision, choice);
      set({ offered: [...session.offered()] });
    },
    close: (id) => set({ done: [...now.done, id] }),
    raiseHand(question) {
      set({ callRefusal: undefined });
      session.raiseHand(question);
    },
  };
}

function firstAnswers(session: ExamSession): Record<number, ShownAnswer> {
  const since = performance.now();
  const shown = [...session.answers().values()].map((view): [number, ShownAnswer] => [
    view.item,
    { ...view, code: view.code, since, savedAt: 0 },
  ]);
  return Object.fromEntries(shown);
}

function firstState(session: ExamSession, isStorageBroken: boolean, heard: Heard): Omit<SittingState, 'answers'> {
  return {
    info: session.info,
    link: session.link(),
    road: session.road(),
    why: undefined,
    room: { ...session.room() },
    status: session.status(),
    admission: session.admission(),
    slowSince: session.slowSince(),
    paper: undefined,
    paperRefusal: undefined,
    controls: heard.controls,
    done: heard.done,
    story: [],
    calls: [...session.calls().values()],
    callRefusal: undefined,
    held: [...session.held()],
    offered: [...session.offered()],
    kept: 0,
    warnedMs: 0,
    submitting: { kind: 'no' },
    end: undefined,
    movedTo: '',
    refusal: undefined,
    isStorageBroken,
  };
}
