// A proctor's watch over one room: the board as it changes, the link that comes back for ever, and controls that are
// repeated under their id until the room has said what became of them. Used by proctors' programmes.

import type { ChargeView } from '../schema/charge.ts';
import { newId } from '../schema/ids.ts';
import type { ControlLedger, Incoming, Outgoing } from '../schema/messages.ts';
import type { NoticeRules } from '../schema/notices.ts';
import { type Refusal, type RefusalCode, RefusalError, type Retry } from '../schema/refusals.ts';
import type { CallView, IncidentView, ProctorEnterReply } from '../schema/replies.ts';
import { type Asked, createAsking } from './asking.ts';
import { createAttendance, type ProctorEntry } from './attendance.ts';
import { fullJitterMs } from './backoff.ts';
import { type BoardChange, type BoardEntry, createBoard } from './board.ts';
import { type ClaimOutcome, createClaims } from './claims.ts';
import { type ClientClock, deviceClock, pause } from './clock.ts';
import { createControls, type WaitingControl } from './controls.ts';
import { RETRY_WAITS, reservationOf } from './enter.ts';
import { createEvents, type LinkEvent, type LinkState, type Listener, type RoomEvent } from './events.ts';
import { ClientFault, type ClientLog } from './faults.ts';
import { type Api, exchange, type Outcome } from './http.ts';
import { createInbox } from './inbox.ts';
import { createIncidents, type IncidentOutcome } from './incidents.ts';
import { isUp, openLink, type Reserved } from './link.ts';
import { createRoomCalls } from './room-calls.ts';
import { isSameRoom } from './room-view.ts';
import { createServerClock } from './server-clock.ts';
import { colyseusSocket, type OpenSocket } from './socket.ts';

export type WatchEvents = {
  board: BoardChange;
  /** A proctor of the room has come, gone, or was assigned. */
  proctor: ProctorEntry;
  room: RoomEvent;
  link: LinkEvent;
  /** What became of a control that was issued here. */
  control: Outgoing['control.applied'];
  /** Which of the controls that were issued here are not final. */
  waiting: readonly WaitingControl[];
  /** How far a control of this room has come with those whom it concerns. */
  ledger: ControlLedger;
  /** The plan has come to another state, as when its statistics were computed. */
  plan: Outgoing['plan.status'];
  /** Another device of this examinee wants in, since this instant; 0: none does any more. A `release` lets one in. */
  device: { readonly examineeId: string; readonly label: string; readonly waitingSince: number };
  /** An incident was raised, joined or handled; by anybody. */
  incident: IncidentView;
  /** A hand went up, was answered, closed or withdrawn. */
  call: CallView;
  /**
   * Something is no longer among what a watch shows: an incident or a hand that was dealt with, or whose examinee was moved, while
   * the own link was down or elsewhere; a proctor who is no longer assigned.
   */
  gone: { readonly of: 'incident' | 'call' | 'proctor'; readonly id: string };
  /** Who is in charge of the room, or a handover, has changed. */
  charge: ChargeView;
  error: { readonly refusal: Refusal };
};

export type WatchOptions = {
  /** The api's address, without /v1. */
  readonly url: string;
  /** A proctor's token, from POST /v1/login. */
  readonly token: string;
  readonly roomId: string;
  /** Gives up entering; has no effect afterwards. */
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
  readonly log?: ClientLog;
  readonly clock?: ClientClock;
  readonly open?: OpenSocket;
};

/** `controlId` is of a proposal that this grants; any other control has a new one. */
export type ControlWish = Omit<Incoming<'control.issue'>, 'controlId' | 'reason'> & {
  readonly reason?: string;
  readonly controlId?: string;
};

export type IncidentWish = Omit<Incoming<'incident.raise'>, 'incidentId' | 'note'> & { readonly note?: string };
export type HandlingWish = Omit<Incoming<'incident.handle'>, 'note'> & { readonly note?: string };

export type RoomWatch = {
  readonly info: ProctorEnterReply['room'];
  on<N extends keyof WatchEvents>(name: N, listener: Listener<WatchEvents[N]>): () => void;
  /** The board as it is now, by examinee id. */
  board(): ReadonlyMap<string, BoardEntry>;
  /** The proctors of the room, by id. */
  proctors(): ReadonlyMap<string, ProctorEntry>;
  room(): RoomEvent;
  link(): LinkState;
  /**
   * Issues a control under a new id. Resolves with `applied` or `failed`, which are final, or with `pending` after five
   * seconds; what a pending one comes to is told by `control` events. Repeated over a new link until it is final.
   */
  issue(wish: ControlWish): Promise<Outgoing['control.applied']>;
  /** Controls that were issued here and are not final; while the own link is down they wait for it. */
  waiting(): readonly WaitingControl[];
  /** Takes back a control that waits for the link; false where it may have arrived. */
  withdraw(controlId: string): boolean;
  /** Whom a control has reached; undefined while the room has said nothing of it. */
  ledger(controlId: string): ControlLedger | undefined;
  /** Incidents of the room that are open, and those that were while this watches, by id; with their last piece of evidence. */
  incidents(): ReadonlyMap<string, IncidentView>;
  /** Raises one under a new id; where one of the same person and kind is open, it joins that one. */
  raiseIncident(wish: IncidentWish): Promise<IncidentOutcome>;
  /** Handles one as it was seen: `refused` with INCIDENT_CHANGED where another proctor was faster. */
  handleIncident(wish: HandlingWish): Promise<IncidentOutcome>;
  /**
   * Takes an examinee, so that no other proctor goes there too; `refused` with EXAMINEE_TAKEN and who has, where another was
   * faster. Falls free when this proctor is away for a minute. The board's rows say who has taken whom.
   */
  take(examineeId: string): Promise<ClaimOutcome>;
  /** Gives back what was taken. */
  giveBack(examineeId: string): Promise<ClaimOutcome>;
  /** The plan's notice templates, to be named in the place of a text, and whether a text may be written freely. */
  readonly notices: NoticeRules;
  /** What the plan offers as the reason of a control; any other text is one too. */
  readonly reasons: readonly string[];
  /** Hands that are up, and those that were while this watches, by id. */
  calls(): ReadonlyMap<string, CallView>;
  /** Answers a raised hand; `refused` with CALL_CHANGED where another proctor was faster. */
  answerCall(callId: string, text: string): Promise<Asked<CallView>>;
  closeCall(callId: string): Promise<Asked<CallView>>;
  /** Says whom the proctor looks at, to be shown to the others; nobody where it is left out. */
  lookAt(examineeId?: string): void;
  /** Who is in charge, and the handover that is waiting; undefined while the room has said nothing. */
  charge(): ChargeView | undefined;
  /** Hands the room over to another of its proctors, who has to confirm it. */
  handOver(to: string, note?: string): Promise<Asked<ChargeView>>;
  answerHandover(handoverId: string, decision: Incoming<'handover.answer'>['decision']): Promise<Asked<ChargeView>>;
  /** When the room was last heard, by the server's clock: while the link is down, everything shown is as of then. */
  heardAt(): number;
  /** The server's clock now, epoch ms. */
  serverNow(): number;
  leave(): Promise<void>;
};

type Entered = {
  readonly kind: 'entered';
  readonly reply: ProctorEnterReply;
  readonly sentAt: number;
  readonly receivedAt: number;
};

/** Enters the room as a proctor. Throws RefusalError where that is refused for good, ClientFault LEFT when the signal aborts. */
export async function watchRoom(options: WatchOptions): Promise<RoomWatch> {
  const { clock = deviceClock, random = Math.random } = options;
  const signal = options.signal ?? new AbortController().signal;
  for (let tries = 0; !signal.aborted; tries++) {
    const outcome = await enterAsProctor(options, clock, signal);
    if (outcome.kind === 'refused') throw new RefusalError(outcome.refusal);
    if (outcome.kind === 'entered') return createWatch(options, outcome, clock, random);
    await pause(
      clock,
      outcome.retryAfterMs + fullJitterMs(tries, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, random()),
      signal,
    );
  }
  throw new ClientFault('LEFT', 'entering was given up');
}

async function enterAsProctor(
  options: WatchOptions,
  clock: ClientClock,
  signal: AbortSignal,
): Promise<Entered | Exclude<Outcome, { kind: 'reply' }>> {
  const api: Api = { url: options.url, fetch: options.fetch ?? globalThis.fetch };
  const sentAt = clock.now();
  const body = { roomId: options.roomId };
  const outcome = await exchange(api, { path: 'v1/enter/proctor', body, token: options.token, signal });
  if (outcome.kind !== 'reply') return outcome;
  const reply = outcome.body as ProctorEnterReply;
  if (typeof reply.reservation?.sessionId !== 'string') return { kind: 'later', retryAfterMs: 0, reason: 'NETWORK' };
  return { kind: 'entered', reply, sentAt, receivedAt: clock.now() };
}

function createWatch(options: WatchOptions, entered: Entered, clock: ClientClock, random: () => number): RoomWatch {
  const { log = () => {} } = options;
  const { reply } = entered;
  const events = createEvents<WatchEvents>((fault) => log('warn', fault.message, { code: fault.code }));
  const time = createServerClock();
  const noteTime = ({ reply: { now }, sentAt, receivedAt }: Entered) => time.add(sentAt, now, receivedAt);
  noteTime(entered);
  const board = createBoard(options.roomId);
  const attendance = createAttendance();
  const { status, startsAt } = reply.room;
  let room: RoomEvent = { status, startsAt, deadlineAt: 0, heldSince: 0, locked: false };
  const ledgers = new Map<string, ControlLedger>();
  const incidents = createIncidents({
    clock,
    send: (type, message) => void link.send(type, message),
    show: (incident) => events.emit('incident', incident),
    gone: (id) => events.emit('gone', { of: 'incident', id }),
  });
  const controls = createControls({
    clock,
    send: (control) => link.send('control.issue', control) === 'sent',
    changed: (waiting) => events.emit('waiting', waiting),
  });
  const serverNow = () => time.at(clock.now()) ?? clock.wallNow();
  let heardAt = reply.now;
  const noteHeard = () => {
    heardAt = Math.max(heardAt, serverNow());
  };

  const claims = createClaims({ clock, send: (type, message) => void link.send(type, message) });
  const calls = createRoomCalls({
    show: (call) => events.emit('call', call),
    gone: (id) => events.emit('gone', { of: 'call', id }),
  });
  const callEnds = createAsking<CallView>({ clock, send: (type, message) => void link.send(type, message) });
  const handovers = createAsking<ChargeView>({ clock, send: (type, message) => void link.send(type, message) });
  let charge: ChargeView | undefined;
  const becomeCharge = (next: ChargeView) => {
    if (charge !== undefined && next.version <= charge.version) return;
    charge = next;
    events.emit('charge', next);
  };
  let lookingAt = '';
  const sayWhom = () => void link.send('examinee.watch', lookingAt === '' ? {} : { examineeId: lookingAt });

  const becomeRoom = (next: RoomEvent) => {
    const isSame = isSameRoom(next, room);
    room = next;
    if (!isSame) events.emit('room', room);
  };
  const hear = createInbox(
    {
      'room.status': becomeRoom,
      'control.applied'(result) {
        controls.became(result);
        events.emit('control', result);
      },
      'control.ledger'(ledger) {
        ledgers.set(ledger.controlId, ledger);
        events.emit('ledger', ledger);
      },
      'incident.changed': ({ incident }) => incidents.changed(incident),
      'incident.open': ({ incidentIds }) => incidents.open(incidentIds),
      'incident.answered': incidents.answered,
      'call.changed': ({ call }) => calls.changed(call),
      'call.open': ({ callIds }) => calls.open(callIds),
      'call.answered'({ about, ...answer }) {
        if ('call' in answer) calls.changed(answer.call);
        callEnds.answered(about, 'call' in answer ? answer.call : refusalOf(answer));
      },
      'charge.changed': ({ charge }) => becomeCharge(charge),
      'handover.answered'({ about, ...answer }) {
        if ('charge' in answer) becomeCharge(answer.charge);
        handovers.answered(about, 'charge' in answer ? answer.charge : refusalOf(answer));
      },
      'watch.ended'({ code, retry, message }) {
        events.emit('error', { refusal: { refused: code, retry, message } });
        link.end('ended');
      },
      'claim.answered': claims.answered,
      'plan.status': (plan) => events.emit('plan', plan),
      refused({ type, code, retry, message }) {
        claims.refused(type, { refused: code, retry, message });
        incidents.refused(type, { refused: code, retry, message });
        callEnds.refused(type, { refused: code, retry, message });
        handovers.refused(type, { refused: code, retry, message });
        if (type === 'control.issue' && retry === 'never') controls.refused(code, message);
        if (type !== 'heartbeat' && retry !== 'stop')
          events.emit('error', { refusal: { refused: code, retry, message } });
      },
    },
    log,
  );
  const waitingSince = new Map<string, number>();
  const noteDevice = (change: BoardChange) => {
    if (change.kind === 'removed') return;
    const { examineeId, label, deviceWaitingSince: since = 0 } = change.entry;
    if (since === (waitingSince.get(examineeId) ?? 0)) return;
    waitingSince.set(examineeId, since);
    events.emit('device', { examineeId, label, waitingSince: since });
  };
  const changed = (state: unknown) => {
    const { status, startsAt, deadlineAt, heldSince, locked } = state as Partial<RoomEvent>;
    for (const change of board.synchronised(state)) {
      events.emit('board', change);
      noteDevice(change);
    }
    const proctors = attendance.synchronised(state);
    for (const proctor of proctors.changed) events.emit('proctor', proctor);
    for (const id of proctors.gone) events.emit('gone', { of: 'proctor', id });
    becomeRoom({
      status: status ?? room.status,
      startsAt: startsAt ?? room.startsAt,
      deadlineAt: deadlineAt ?? room.deadlineAt,
      heldSince: heldSince ?? room.heldSince,
      locked: locked ?? room.locked,
    });
  };
  const reserve = async (signal: AbortSignal): Promise<Reserved> => {
    const outcome = await enterAsProctor(options, clock, signal);
    if (outcome.kind !== 'entered') return outcome;
    noteTime(outcome);
    return { kind: 'entered', reservation: reservationOf(outcome.reply) };
  };
  let before: LinkState = 'connecting';
  const link = openLink(reservationOf(reply), {
    clock,
    random,
    open: options.open ?? colyseusSocket(options.url),
    reserve,
    state(event) {
      const { state } = event;
      if (isUp(state) && !isUp(before)) {
        controls.linked();
        incidents.linked();
        claims.linked();
        callEnds.linked();
        handovers.linked();
        if (lookingAt !== '') sayWhom();
      }
      before = state;
      events.emit('link', event);
    },
    message(type, payload) {
      noteHeard();
      hear(type, payload);
    },
    changed(state) {
      noteHeard();
      changed(state);
    },
    report: () => ({}),
    exchanged(sentAt, serverAt, receivedAt) {
      time.add(sentAt, serverAt, receivedAt);
      noteHeard();
    },
    refused: (refusal) => events.emit('error', { refusal }),
    afterClose: () => 'return',
  });

  return {
    info: reply.room,
    notices: reply.notices ?? { templates: [], free: true },
    reasons: reply.reasons ?? [],
    on: events.on,
    board: board.all,
    proctors: attendance.all,
    room: () => room,
    link: link.state,
    issue: ({ reason = '', controlId = newId(), ...wish }) => controls.issue({ ...wish, reason, controlId }),
    waiting: controls.waiting,
    withdraw: controls.withdraw,
    heardAt: () => heardAt,
    ledger: (controlId) => ledgers.get(controlId),
    incidents: incidents.all,
    raiseIncident: ({ note = '', ...wish }) => incidents.raise({ ...wish, note, incidentId: newId() }),
    handleIncident: ({ note = '', ...wish }) => incidents.handle({ ...wish, note }),
    take: (examineeId) => claims.ask('claim.take', examineeId),
    giveBack: (examineeId) => claims.ask('claim.return', examineeId),
    calls: calls.all,
    answerCall: (callId, text) => callEnds.ask(`${callId}.answered`, 'call.answer', { callId, text }),
    closeCall: (callId) => callEnds.ask(`${callId}.closed`, 'call.close', { callId }),
    lookAt(examineeId = '') {
      lookingAt = examineeId;
      sayWhom();
    },
    charge: () => charge,
    handOver(to, note = '') {
      const handoverId = newId();
      return handovers.ask(handoverId, 'handover.offer', { handoverId, to, note });
    },
    answerHandover: (handoverId, decision) =>
      handovers.ask(`${handoverId}.${decision}`, 'handover.answer', { handoverId, decision }),
    serverNow,
    async leave() {
      controls.stop();
      incidents.stop();
      claims.stop();
      callEnds.stop();
      handovers.stop();
      link.end('ended');
    },
  };
}

function refusalOf({ code: refused, ...rest }: { code: RefusalCode; retry: Retry; message: string }): Refusal {
  return { refused, ...rest };
}
