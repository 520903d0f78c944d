// An examinee's session: brings every answer over the link to where it is durable, and tells its programme how far each
// has come. Made by enter-exam.ts. It never says saved before the room does, and never logs an answer.
import { remainingOf } from '../exam/clock.ts';
import type { Admission } from '../schema/admission.ts';
import type { Answer, Response } from '../schema/answers.ts';
import type { CallTold } from '../schema/calls.ts';
import type { HeldChoice } from '../schema/held-answers.ts';
import { WARNINGS_MS } from '../schema/limits.ts';
import type { ControlTold, Incoming, IncomingType, ItemRevision, RefusedAnswer } from '../schema/messages.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { EnterReply, PaperReply, StandingReply } from '../schema/replies.ts';
import type { SignedReceipt } from '../schema/signed-receipt.ts';
import { EXAMINEE_STATES, type ExamineeState } from '../schema/states.ts';
import { type BringOptions, bringFile, fileOf } from './answer-files.ts';
import type { AnswerView } from './answer-views.ts';
import { type ClientClock, within } from './clock.ts';
import { createConfirmations } from './confirmations.ts';
import { createDetour } from './detour.ts';
import { deviceReport } from './device-report.ts';
import { type Entered, type EnterOutcome, reservationOf } from './enter.ts';
import {
  createEvents,
  type LinkEvent,
  type LinkState,
  type Listener,
  type Road,
  type RoomEvent,
  type SessionEvents,
} from './events.ts';
import { ClientFault, type ClientLog } from './faults.ts';
import { fetchPaper, fetchSheet, fetchSignedReceipt } from './fetch-until.ts';
import { uploadHeld } from './held-upload.ts';
import type { Api } from './http.ts';
import { createInbox } from './inbox.ts';
import { createLastBeats } from './last-beats.ts';
import { isUp, openLink, type Reserved } from './link.ts';
import { createLocalSheet } from './local-sheet.ts';
import { createOffers } from './offers.ts';
import type { OutboxEntry, OutboxStorage, StoredOutbox } from './outbox-storage.ts';
import { createOwnCalls } from './own-calls.ts';
import type { PaperStorage } from './paper-storage.ts';
import { fetchPhoto } from './photo.ts';
import { createReadiness } from './readiness.ts';
import { ownReceipt, type SheetEnd } from './receipts.ts';
import { createRoomView, hasBegun, isFinal, ownAdmission, ownStatus, roomOf, started } from './room-view.ts';
import { createSaving } from './saving.ts';
import { sealingTarget } from './sealed-export.ts';
import { createSealedPaper } from './sealed-paper.ts';
import { createSelfWatch } from './self-watch.ts';
import { createServerClock } from './server-clock.ts';
import { createSignals, type Signal } from './signals.ts';
import type { OpenSocket } from './socket.ts';
import { createSubmission, type Submitted } from './submission.ts';
import { createWarnings } from './warnings.ts';

const NOTHING_BESIDE: Pick<PaperReply, 'sections' | 'pictures'> = { sections: [], pictures: [] };
/** A storage that hangs holds up nobody for longer than this. */
const STORING_MS = 2_000;
/** How soon it is asked again whether the sheet of an exam that is over has its end. */
const ENDING_MS = 1_000;

/** Who sits where, as the api said at entering. */
export type SessionInfo = Pick<EnterReply, 'examinee' | 'room' | 'plan'>;

export type ExamSession = {
  /** As the last entering said it: the room may be another one than the first. */
  readonly info: SessionInfo;
  /** Calls the listener at each such event; returns what takes it off again. */
  on<N extends keyof SessionEvents>(name: N, listener: Listener<SessionEvents[N]>): () => void;
  /**
   * Takes an answer: a choice goes at once, a text with `debounce` one second after its last key. Returns its revision;
   * how far it has come is told by `answer` events. A text above 64 KiB of UTF-8 is refused here, by such an event.
   */
  answer(item: number, response: Response, options?: { readonly debounce?: boolean }): number;
  /**
   * Brings a file as the answer to an item that takes one, however long that takes, and answers with it: returns the revision as
   * `answer` does. Until then what was there before counts. Rejects with RefusalError where the file is not taken, and with
   * ClientFault LEFT where `signal` aborts or the session is left.
   */
  answerFile(item: number, file: Blob, name: string, options?: BringOptions): Promise<number>;
  /** What the file of a response is called, and how many bytes it has; undefined where that cannot be known. */
  fileOf(response: string): Promise<{ readonly name: string; readonly bytes: number } | undefined>;
  /** Says "I am ready", until the room confirms it by a `status` event. */
  ready(): void;
  /** Says that the person has confirmed this control, until the room has stored it and a `confirmed` event tells so. */
  confirm(controlId: string): void;
  /**
   * Raises the hand, with a question or without; what becomes of it is told by `call` events. Returns the call's id. A
   * second hand, or one too soon, is refused by an `error` event.
   */
  raiseHand(question?: string): string;
  lowerHand(callId: string): void;
  /** The own calls as the room told them last, by id. */
  calls(): ReadonlyMap<string, CallTold>;
  /** Sends all drafts, waits until everything is saved, and ends the sheet. Rejects with RefusalError, or ClientFault LEFT. */
  submit(): Promise<Submitted>;
  /**
   * Reports what the page noticed just now: kept while there is no link, and sent when there is one again. A lost link and
   * a clock that was moved are reported by the session itself.
   */
  report(signal: Omit<Signal, 'at'>): void;
  /** The newest response to each item that this device knows, and how safe it is. */
  answers(): ReadonlyMap<number, AnswerView>;
  /** What is not known to be saved, by revision. */
  outbox(): readonly OutboxEntry[];
  /** What was put aside because another device was in between: never sent by itself. */
  held(): readonly OutboxEntry[];
  /** A person's choice about a held answer: `send` makes it a new answer, `discard` forgets it. Unknown ones are ignored. */
  decideHeld(revision: number, decision: 'send' | 'discard'): void;
  /** What another device before held and the room offers, because this session has written the items since. */
  offered(): readonly Answer[];
  /** A person's choice about an offered answer: `take` makes it a new answer. Unknown ones are ignored. */
  chooseOffered(revision: number, choice: HeldChoice): void;
  /**
   * The paper, as soon as the room has started: the sealed one that was fetched ahead, else over HTTP. Rejects with
   * RefusalError, or ClientFault LEFT.
   */
  paper(): Promise<PaperReply>;
  /** The own photo, where one is stored; undefined where there is none, or the session is left. */
  photo(): Promise<Blob | undefined>;
  /**
   * The signed receipt of what is saved now, or of what counts after the end: to be kept as a file, and checked by anybody
   * (docs/receipts.md). Asks until it is there. Rejects with RefusalError, and with ClientFault LEFT when the session is left.
   */
  signedReceipt(): Promise<SignedReceipt>;
  room(): RoomEvent;
  status(): ExamineeState;
  /** Whether a proctor has let the examinee in, where the plan asks for that. */
  admission(): Admission;
  link(): LinkState;
  /** Since when saving is slow, as the `saving` event says it: epoch ms of the server's clock, 0 where it is not. */
  slowSince(): number;
  /** Which way answers go; `http` while the link is lost and the api answers all the same. */
  road(): Road;
  /** Until the own deadline by the server's clock, in ms; the same while the clock stands, 0 where none is known. */
  remainingMs(): number;
  /** The server's time as it is known here, epoch ms: right on a device whose own clock is wrong. */
  now(): number;
  /** Everything that this device holds, as JSON, readable by anybody: for staff and tests. */
  export(): string;
  /**
   * Everything that this device holds and does not know to be saved, as the text of a file that the exam's server alone can
   * read, or of several where it is too much for one: the last resort, carried to a proctor (docs/export-file.md). Rejects with ClientFault SEALING.
   */
  sealedExport(): Promise<readonly string[]>;
  /** Leaves the room and stops everything; what is not saved stays in the storage. May be called twice. */
  leave(): Promise<void>;
};

export type SessionParts = {
  readonly api: Api;
  readonly entered: Entered;
  readonly stored: StoredOutbox;
  readonly storage: OutboxStorage;
  readonly papers: PaperStorage;
  readonly open: OpenSocket;
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly log: ClientLog;
  /** Enters again with the same entry id, once. */
  reenter(signal: AbortSignal): Promise<EnterOutcome>;
};

/** The session of who has just entered. Nothing is sent before the storage knows its fence. */
export async function createSession(parts: SessionParts): Promise<ExamSession> {
  const { clock, random, log, entered } = parts;
  const { reply } = entered;
  const { examineeId } = reply.examinee;
  const events = createEvents<SessionEvents>((fault) => log('warn', fault.message, { code: fault.code }));
  const left = new AbortController();
  const time = createServerClock();
  time.add(entered.sentAt, reply.now, entered.receivedAt);
  const room = createRoomView(roomOf(reply));
  const sheet = createLocalSheet({
    examineeId,
    fence: reply.examinee.fence,
    target: sealingTarget(reply),
    answers: reply.sheet.answers,
    stored: parts.stored,
    storage: parts.storage,
    clock,
    random,
    report(event) {
      saving.noted(event);
      events.emit('answer', event);
    },
    failed: (fault) => events.emit('error', { fault }),
  });
  const { outbox, views } = sheet;
  const serverInstant = (at: number | undefined) => (at === undefined ? 0 : (time.at(at) ?? clock.wallNow()));
  const saving = createSaving({
    clock,
    unsaved: () => outbox.unsaved(),
    isExpected: () => isUp(link.state()) && isWritable() && admission === 'admitted',
    changed: (since) => events.emit('saving', { slowSince: serverInstant(since) }),
  });
  await within(clock, STORING_MS, sheet.stored());
  let { token } = reply;
  const reading = { api: parts.api, clock, random, signal: left.signal, token: () => token };
  /** Each room has a key of its own. */
  const sealedFor = (roomId: string) =>
    createSealedPaper({ ...reading, planId: reply.plan.planId, roomId, storage: parts.papers, log });
  let info: SessionInfo = { examinee: reply.examinee, room: reply.room, plan: reply.plan };
  let sealed = sealedFor(info.room.roomId);
  let { status, admission = 'admitted' } = reply.examinee;
  let cancelPump = (): void => {};

  /** The own deadline on the monotonic clock; undefined where none is known, or the clock stands. */
  const deadline = (now: number): number | undefined => {
    const { deadlineAt, heldSince } = room.now();
    const serverNow = time.at(now);
    return deadlineAt === 0 || heldSince !== 0 || serverNow === undefined ? undefined : now + deadlineAt - serverNow;
  };

  function isWritable(): boolean {
    const { status, heldSince, locked } = room.now();
    return status === 'running' && heldSince === 0 && !locked;
  }

  /** Sends what is due, and sets the timer for what will be. Called after everything that may change either. */
  function pump(): void {
    cancelPump();
    const now = clock.now();
    const lastCall = sheet.callLast(room.now().deadlineAt, deadline(now), now);
    submission.poke();
    warnings.poke();
    saving.poke();
    if (!isUp(link.state())) {
      detour.poke();
      if (lastCall !== undefined) cancelPump = clock.after(Math.max(1, lastCall - now), pump);
      return;
    }
    const answers = outbox.nextBatch(now);
    if (answers.length > 0) send('answer.save', { answers });
    const beatIn = lastBeats.poke(); // after the answers, so that it tells of those that had to wait
    const next = Math.min(
      outbox.nextAt() ?? Number.POSITIVE_INFINITY,
      lastCall ?? Number.POSITIVE_INFINITY,
      beatIn === undefined ? Number.POSITIVE_INFINITY : now + beatIn,
    );
    if (next < Number.POSITIVE_INFINITY) cancelPump = clock.after(Math.max(1, next - now), pump);
  }

  /** Messages are bounded where they are made, so too large is a bug: it is not sent, and said. */
  function send<T extends IncomingType>(type: T, message: Incoming<T>): boolean {
    const result = link.send(type, message);
    if (result === 'too-large') log('warn', 'a message was too large and was not sent', { type });
    return result === 'sent';
  }

  const lastBeats = createLastBeats({
    clock,
    unsaved: outbox.unsaved,
    leftMs() {
      const now = clock.now();
      const end = deadline(now);
      return end === undefined ? undefined : end - now;
    },
    isEnded: () => room.now().status === 'ended',
    beat: () => link.beat(),
  });

  /** The room wants to know what waited when time was over, and takes it then. */
  function openTally(hash: string): void {
    const entries = lastBeats.opened(hash);
    if (entries === undefined) return log('warn', 'a tally was asked for that is not remembered', {});
    send('tally.open', { entries });
    outbox.hurry(clock.now());
  }

  const readiness = createReadiness({
    clock,
    isAsked: () => status === 'entered' && !left.signal.aborted,
    say: () => send('examinee.ready', {}),
  });

  const submission = createSubmission({
    clock,
    random,
    isSaved: () => outbox.unsaved().length === 0,
    revisions: views.vector,
    ask: (revisions) => send('sheet.submit', { revisions }) || detour.submit(revisions),
  });

  const confirmations = createConfirmations({
    clock,
    show: (control) => events.emit('control', control),
    received: (controlIds) => void send('control.received', { controlIds }),
    confirm: (controlId) => void send('control.confirm', { controlId }),
    confirmed: (controlId) => events.emit('confirmed', { controlId }),
  });

  const calls = createOwnCalls({
    clock,
    send: (type, message) => void send(type, message),
    show: (call) => events.emit('call', call),
    refused: (refusal) => events.emit('error', { refusal }),
  });

  const offers = createOffers({
    show: (answer) => events.emit('offered', answer),
    take(answer) {
      sheet.answer(answer.item, answer.response, 'whole', undefined, answer.revision);
      pump();
    },
    say: (message) => void send('held.choose', message),
  });

  const signals = createSignals({ clock, send: (message) => void send('signal.report', message) });
  const selfWatch = createSelfWatch(clock, time, signals.report);

  const warnings = createWarnings({
    clock,
    lengthsMs: reply.plan.warningsMs ?? WARNINGS_MS,
    left() {
      const now = clock.now();
      const end = room.now().status === 'running' && !isFinal(status) ? deadline(now) : undefined;
      return end === undefined ? undefined : end - now;
    },
    warn: (leftMs) => events.emit('warning', { leftMs }),
  });

  const hear = createInbox(
    {
      'answer.saved': ({ saved }) => outbox.saved(saved),
      'answer.superseded': ({ superseded }) => outbox.superseded(superseded),
      'answer.pending': ({ pending, retryAfterMs }) => outbox.pending(pending, retryAfterMs, clock.now()),
      'answer.refused': ({ refused }) => answersRefused(refused),
      'answer.current'(answer) {
        if (views.stored(answer)) events.emit('current', answer);
      },
      'tally.asked': ({ hash }) => openTally(hash),
      'sheet.submitted': ({ submittedAt, ...end }) => submitted({ ...end, endedAt: submittedAt }),
      'sheet.ended': (end) => events.emit('ended', { state: 'timed-out', ...receiptFor(end) }),
      'sheet.refused': ({ code, ...rest }) => submitRefused({ refused: code, ...rest }),
      'examinee.status': (message) => becomeStatus(message.status),
      'room.status'(message) {
        if (room.told(message)) roomChanged();
      },
      'paper.key': ({ key }) => sealed.unlock(key),
      'signal.taken': ({ number }) => signals.taken(number),
      'held.offered': offers.offered,
      'held.chosen': ({ revision }) => offers.settled(revision),
      'control.told': confirmations.told,
      'control.confirmed': ({ controlId }) => confirmations.confirmed(controlId),
      'call.told': calls.told,
      'call.refused': calls.refused,
      'session.fenced': () => link.end('fenced'),
      refused: ({ type, code, ...rest }) => messageRefused(type, { refused: code, ...rest }),
    },
    log,
  );

  function answersRefused(refused: readonly RefusedAnswer[]): void {
    outbox.refused(refused, clock.now());
    if (outbox.isStopped()) link.end('fenced');
  }

  function submitRefused(refusal: Refusal): void {
    sheet.again(refusal.missing ?? []);
    submission.refused(refusal);
  }

  /** While there is no link, and the api answers. */
  const detour = createDetour({
    ...reading,
    examineeId,
    nextBatch: outbox.nextBatch,
    nextAt: outbox.nextAt,
    begins() {
      outbox.linked(clock.now());
      submission.linked();
    },
    saved({ saved, superseded, pending, refusals, retryAfterMs }) {
      outbox.saved(saved);
      outbox.superseded(superseded);
      outbox.pending(pending, retryAfterMs, clock.now());
      answersRefused(refusals as RefusedAnswer[]);
      pump();
    },
    batchRefused: (refusal) => outbox.batchRefused(refusal, clock.now()),
    standing: stand,
    submitted({ submittedAt: endedAt, ...end }) {
      becomeStatus('submitted');
      submitted({ ...end, endedAt });
    },
    submitRefused(refusal) {
      submitRefused(refusal);
      pump();
    },
    fenced: () => link.end('fenced'),
    changed: (isOn) => events.emit('road', { road: isOn ? 'http' : 'socket' }),
  });

  /** How the examinee stands, as the api says it while there is no link. Of another room the next entering tells. */
  function stand(reply: StandingReply, sentAt: number, receivedAt: number): void {
    time.add(sentAt, reply.now, receivedAt);
    becomeStatus(reply.status);
    becomeAdmission(reply.admission);
    for (const control of reply.controls) confirmations.told(control as ControlTold);
    if (reply.room.roomId !== info.room.roomId) return;
    if (reply.paperKey !== undefined) sealed.unlock(reply.paperKey);
    const { deadlineAt, heldSince, locked, room: now } = reply;
    if (room.entered({ status: now.status, startsAt: now.startsAt, deadlineAt, heldSince, locked })) roomChanged();
  }

  const receiptFor = (end: SheetEnd) => ownReceipt(end, views.all());

  let isSubmitTold = false;
  function submitted(end: SheetEnd): void {
    const { endedAt: submittedAt, revisions } = end;
    const receipt = receiptFor(end);
    isSubmitTold = true;
    submission.submitted({ submittedAt, revisions, ...receipt });
    events.emit('submitted', { submittedAt, revisions, ...receipt });
    events.emit('ended', { state: 'submitted', ...receipt });
  }

  function messageRefused(type: string, refusal: Refusal): void {
    // `stop` for a whole message: this socket was replaced, and its close code will say by whom.
    if (refusal.retry === 'stop' || type === 'heartbeat') return;
    if (type === 'answer.save') return outbox.batchRefused({ code: refusal.refused, ...refusal }, clock.now());
    if (type === 'sheet.submit') return submission.refused(refusal);
    if (type === 'signal.report') return signals.refused(refusal);
    if (refusal.retry === 'later') return; // the wish stays, and is said again
    if (type === 'examinee.ready') readiness.stop();
    if (type === 'control.confirm') confirmations.stop();
    calls.messageRefused(type);
    events.emit('error', { refusal });
  }

  function becomeStatus(next: ExamineeState): void {
    if (next === status) return;
    const isReopened = isFinal(status) && !isFinal(next);
    status = next;
    events.emit('status', { status });
    if (!isReopened) return;
    isSubmitTold = false;
    submission.reopened();
    sheet.reopened();
    pump();
  }

  function becomeAdmission(next: Admission): void {
    if (next === admission) return;
    admission = next;
    events.emit('admission', { admission });
    if (admission === 'admitted') outbox.hurry(clock.now()); // what was refused because it was not
    pump();
  }

  function roomChanged(): void {
    events.emit('room', room.now());
    if (isWritable()) outbox.hurry(clock.now()); // what was refused because nothing ran
    pump();
  }

  async function reserve(signal: AbortSignal): Promise<Reserved> {
    const outcome = await parts.reenter(signal);
    if (outcome.kind === 'refused') return turnedAway(outcome);
    // Asked again later, because a proctor may take it back; until then the person knows.
    if (outcome.kind === 'later' && outcome.reason === 'ENTRY_REFUSED') becomeAdmission('refused');
    if (outcome.kind !== 'entered') return outcome;
    const again = outcome.reply;
    token = again.token;
    const isMoved = again.room.roomId !== info.room.roomId;
    info = { examinee: again.examinee, room: again.room, plan: again.plan };
    if (isMoved) sealed = sealedFor(info.room.roomId);
    if (again.paperKey !== undefined) sealed.unlock(again.paperKey);
    time.add(outcome.sentAt, again.now, outcome.receivedAt);
    const { current, newlyHeld } = sheet.entered(again.examinee.fence, sealingTarget(again), again.sheet.answers);
    for (const answer of current) events.emit('current', answer);
    if (newlyHeld.length > 0) events.emit('held', { items: newlyHeld });
    becomeStatus(again.examinee.status);
    becomeAdmission(again.examinee.admission ?? 'admitted');
    if (room.entered(roomOf(again))) roomChanged();
    if (isMoved) becomeMoved();
    return { kind: 'entered', reservation: reservationOf(again) };
  }

  function becomeMoved(): void {
    const { roomId, label } = info.room;
    if (!hasBegun(room)) sealed.fetchAhead();
    events.emit('moved', { roomId, label });
  }

  /**
   * Refused, with the state in which the store has this examinee. Where the exam was over while there was no link, waits
   * until the store has made an end of the sheet, and then ends too.
   */
  function turnedAway({ refusal, state }: { readonly refusal: Refusal; readonly state?: string }): Reserved {
    const known = EXAMINEE_STATES.find((one) => one === state);
    if (known !== undefined) becomeStatus(known);
    const isOpen = refusal.refused === 'EXAM_ENDED' && !isFinal(status);
    return isOpen ? { kind: 'later', retryAfterMs: ENDING_MS } : { kind: 'refused', refusal };
  }

  /** Entering again was refused for good. What the store has of the sheet is the last word on what was waited for. */
  async function conclude(refusal: Refusal): Promise<void> {
    if (status === 'submitted' && isSubmitTold) return; // over HTTP, a moment ago
    events.emit('error', { refusal });
    try {
      const stored = await fetchSheet(examineeId, reading);
      sheet.confirm(stored.answers);
      const end = { endedAt: stored.endedAt, revisions: stored.answers.map(namedBy), hash: stored.receipt?.hash };
      if (status === 'submitted') return submitted(end);
      if (status === 'timed-out') events.emit('ended', { state: 'timed-out', ...receiptFor(end) });
      submission.end(refusal);
    } catch (cause) {
      submission.end(cause instanceof Error ? cause : refusal);
    }
  }

  const link = openLink(reservationOf(reply), {
    clock,
    random,
    open: parts.open,
    reserve,
    state: linkChanged,
    message(type, payload) {
      hear(type, payload);
      pump();
    },
    changed(state) {
      becomeStatus(ownStatus(state, examineeId) ?? status);
      becomeAdmission(ownAdmission(state, examineeId) ?? admission);
      if (room.synchronised(state, examineeId)) roomChanged();
    },
    report: () => ({ ...deviceReport(clock, time, outbox.unsaved()), ...lastBeats.said() }),
    exchanged(...exchange) {
      time.add(...exchange);
      selfWatch.measured();
    },
    refused: (refusal) => void conclude(refusal), // it catches everything
    afterClose: () =>
      room.now().status === 'ended' && isFinal(status) && outbox.unsaved().length === 0 ? 'end' : 'return',
  });

  let before: LinkState = 'connecting';
  function linkChanged(event: LinkEvent): void {
    const { state } = event;
    if (isUp(state) && !isUp(before)) {
      outbox.linked(clock.now());
      submission.linked();
      readiness.linked();
      confirmations.linked();
      calls.linked();
      signals.linked();
      offers.linked();
    }
    selfWatch.link(state);
    before = state;
    detour.link(isUp(state) ? 'up' : state === 'fenced' || state === 'ended' ? 'over' : 'down');
    if (state === 'fenced') {
      outbox.stop();
      signals.stop();
      submission.end(refuse('SESSION_FENCED'));
      void upload(); // it never rejects
    }
    events.emit('link', event);
    pump();
  }

  detour.link('down');

  function answer(item: number, response: Response, { debounce = false } = {}): number {
    const revision = sheet.answer(item, response, debounce ? 'text' : 'whole', deadline(clock.now()));
    pump();
    return revision;
  }

  const upload = () =>
    uploadHeld({
      ...reading,
      examineeId,
      entries: () => [...sheet.held(), ...outbox.unsaved()],
      kept: (answers) => events.emit('kept', { answers }),
    });

  if (reply.paperKey !== undefined) sealed.unlock(reply.paperKey);
  if (!hasBegun(room)) sealed.fetchAhead();
  const wake = () => link.wake();
  if (typeof addEventListener === 'function') addEventListener('online', wake);

  return {
    get info() {
      return info;
    },
    on: events.on,
    answer,
    async answerFile(item, file, name, options = {}) {
      const signal = options.signal === undefined ? left.signal : AbortSignal.any([left.signal, options.signal]);
      const { planId } = reply.plan;
      const response = await bringFile({ ...reading, signal }, { planId, item }, file, name, options);
      if (signal.aborted) throw new ClientFault('LEFT', 'the file was brought, and nobody answers with it any more');
      return answer(item, response);
    },
    fileOf: (response) => fileOf(reading, response),
    ready: readiness.want,
    confirm: confirmations.confirm,
    raiseHand: (question = '') => calls.raise(question),
    lowerHand: calls.withdraw,
    calls: calls.all,
    submit() {
      outbox.hurry(clock.now());
      const submitted = submission.start();
      if (link.state() === 'fenced') submission.end(refuse('SESSION_FENCED'));
      pump();
      return submitted;
    },
    report: (signal) => signals.report({ ...signal, at: time.at(clock.now()) ?? clock.wallNow() }),
    answers: views.all,
    outbox: outbox.unsaved,
    held: sheet.held,
    decideHeld(revision, decision) {
      sheet.decideHeld(revision, decision);
      pump();
    },
    offered: offers.all,
    chooseOffered: offers.choose,
    async paper() {
      await started(room, events, left.signal);
      // An older api, or a paper that lay here before, knew of items alone.
      return { ...NOTHING_BESIDE, ...((await sealed.opened()) ?? (await fetchPaper(reading))) };
    },
    photo: () => fetchPhoto(examineeId, reading),
    signedReceipt: () => fetchSignedReceipt(examineeId, reading),
    room: room.now,
    status: () => status,
    admission: () => admission,
    link: () => link.state(),
    slowSince: () => serverInstant(saving.slowSince()),
    road: () => (detour.isOn() ? 'http' : 'socket'),
    now: () => time.at(clock.now()) ?? clock.wallNow(),
    remainingMs: () => remainingOf(room.now(), time.at(clock.now()) ?? 0),
    export: () => JSON.stringify({ planId: reply.plan.planId, ...sheet.exported() }, null, 2),
    sealedExport: sheet.sealed,
    async leave() {
      left.abort();
      if (typeof removeEventListener === 'function') removeEventListener('online', wake);
      link.end('ended');
      cancelPump();
      readiness.stop();
      signals.stop();
      confirmations.stop();
      calls.stop();
      warnings.stop();
      saving.stop();
      submission.end(new ClientFault('LEFT', 'the session was left before the submit had its answer'));
      await sheet.close();
    },
  };
}

function namedBy({ item, revision }: { readonly item: number; readonly revision: number }): ItemRevision {
  return [item, revision];
}
