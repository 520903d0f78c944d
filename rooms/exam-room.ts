// The room actor: Colyseus' hooks and the table of messages, nothing else. Rules are in exam/, what it holds in
// live-room.ts, what it shows in apply.ts, how it ends in endings.ts. No promise floats here, no plain timer runs.
import {
  type AuthContext,
  type Client,
  ClientState,
  CloseCode,
  Room,
  type RoomException,
  type RoomMethodName,
  ServerError,
} from '@colyseus/core';
import { Encoder, StateView } from '@colyseus/schema';
import { type RoomChange, roomClock } from '../exam/exam-room.ts';
import { weightOf } from '../exam/placement.ts';
import { isHeld } from '../exam/timeline.ts';
import { forRequest } from '../request-id.ts';
import { CLOSE } from '../schema/close-codes.ts';
import type { DeviceQuestion, DeviceVerdict } from '../schema/device-change.ts';
import { LIMITS } from '../schema/limits.ts';
import type { ItemRevision, SentAnswer } from '../schema/messages.ts';
import type { Asker, RoomStanding, SessionSign } from '../schema/over-http.ts';
import type { Refusal } from '../schema/refusals.ts';
import type { AnswersReply, SubmitReply } from '../schema/replies.ts';
import type { SeatAuth } from '../schema/reservations.ts';
import type { ExamRoomState } from '../schema/room-state.ts';
import type { Served } from '../store/rooms.ts';
import { traced } from '../tracing.ts';
import { admit, depart, endSessionsOutside, markLinks, reread, showMissed } from './admission.ts';
import { addRows, createState, encoderBytes, removeRows, showExaminee, showNewcomer, showRoom } from './apply.ts';
import { recallAllTold } from './arrivals.ts';
import {
  attend,
  endAttendance,
  leaveAttendance,
  loadAttendance,
  markAttendance,
  reassign,
  showAttendance,
} from './attendance.ts';
import { ageBoard, showBoard } from './board.ts';
import { loadCalls, tellCallsAgain, tellOpenCalls, tellOwnCalls } from './calls.ts';
import { freeClaims } from './claims.ts';
import { takeControl } from './controls.ts';
import { concernLater, deliver, deliverAgain, showAllLedgers, showLedgers, storeDeliveries } from './deliveries.ts';
import { askForDevice } from './devices.ts';
import { type ExamClient, messageTable } from './dispatch.ts';
import { DISPLAY_MS, isShownLate, storeDisplay } from './display.ts';
import type { After } from './fates.ts';
import { forgetReservations, guard, hasOverfullInbox, shareHandshake, terminate } from './guard.ts';
import { keepCharge, tellCharge } from './handover.ts';
import { mayTakeHeld, takeHeld } from './held-answers.ts';
import { readOpenIncidents, tellIncident, tellOpenIncidents } from './incident-messages.ts';
import { beginAnswering, type LiveRoom, type Seat, setFacts, tell } from './live-room.ts';
import { noteIncident } from './open-incidents.ts';
import { answersOverHttp, sessionOf, standingOverHttp, submitOverHttp } from './over-http.ts';
import { tellPaperKey } from './paper-release.ts';
import type { PlanNews } from './plan-watch.ts';
import { recoverRoom } from './recovery.ts';
import { comeToRest } from './rest.ts';
import type { RoomContext } from './room-context.ts';
import type { RoomServices } from './room-services.ts';
import { takeEdits } from './roster-edits.ts';
import { noteService, servedOf } from './service.ts';
import { createTimekeeper, type Timekeeper } from './timekeeper.ts';
import { unsettle } from './turns.ts';
import { storeStatuses } from './upkeep.ts';

/**
 * Patches carry the board and statuses; what is urgent goes by message. While a proctor looks they come twice as often: what
 * has happened is on the board within half a second, with the time that saving takes.
 */
const PATCH_MS = 500;
const WATCHED_PATCH_MS = 250;
const UPKEEP_MS = 1_000;
const ROOM_SPARE_CLIENTS = 64;
/** A settled room goes after this, at once where nobody is in it any more. */
const SPENT_MS = 10 * 60_000;
const EMPTY_SPENT_MS = 60_000;

/** What a room needs to begin; the class that Colyseus makes is given it by rooms/main.ts. */
export type RoomHost = {
  readonly services: RoomServices;
  register(room: ExamRoom): void;
  unregister(room: ExamRoom): void;
  /** Another process has it. */
  lost(): void;
  /** Writes the room's row where Redis has lost it, as often as it takes. */
  relist(): Promise<void>;
};

/** One exam room. Its Colyseus id is the exam room's id. */
export abstract class ExamRoom extends Room<{ state: ExamRoomState; client: ExamClient }> {
  protected abstract readonly host: RoomHost;
  #live: LiveRoom | undefined;
  #context: RoomContext | undefined;
  #time: Timekeeper | undefined;
  readonly #joinedAt = new Map<Client, number>();
  readonly #proctors = new Set<Client>();
  #sequence = 0;
  #isMade = false;
  #isLostEarly = false;

  override patchRate = PATCH_MS;
  override autoDispose = false;
  override maxClients = LIMITS.examinees + ROOM_SPARE_CLIENTS;
  override maxMessagesPerSecond = LIMITS.messagesAbuse;
  override seatReservationTimeout = LIMITS.reservationMs / 1_000;

  override messages = messageTable(() => this.#ready());

  /** Nobody joins without a reservation, which carries who they are. */
  static override async onAuth(_token: string, _options: unknown, _context: AuthContext): Promise<false> {
    return false;
  }

  override async onCreate({ roomId }: { roomId: string }): Promise<void> {
    const { services } = this.host;
    this.roomId = roomId;
    if (!services.mayTakeRooms()) throw new ServerError(503, 'this process takes no rooms now');
    const events = { lost: () => this.#lose(), retaken: () => this.#retake() };
    if (!(await services.leases.take(roomId, events)))
      throw new ServerError(409, 'the room is owned by another process');
    try {
      this.#begin(await recoverRoom(services, roomId));
      await loadAttendance(this.#ready());
      await loadCalls(this.#ready());
      await this.#attachControls();
      if (this.#isLostEarly) throw new ServerError(409, 'the room was taken by another process while it was made');
      this.#isMade = true;
    } catch (error) {
      await services.leases.drop(roomId);
      throw error;
    }
  }

  #begin(live: LiveRoom): void {
    this.#live = live;
    this.#context = {
      room: live,
      services: this.host.services,
      effect: (name, work) => this.#effect(name, work),
      fenced: () => this.#fence(),
      changed: (seat) => this.#changed(seat),
      apply: (change) => this.#apply(change),
      came: (seat) => this.#came(seat),
      gone: (seat) => this.#gone(seat),
      lookAgain: () => this.#time?.lookAgain(),
    };
    Encoder.BUFFER_SIZE = encoderBytes(live.seats.size); // taken when the state is set
    this.state = createState(live);
    shareHandshake(this);
    this.#time = createTimekeeper(this.#context, (change) => this.#apply(change));
    this.host.register(this);
    this.#each(UPKEEP_MS, () => this.#upkeep());
    this.#each(DISPLAY_MS, () => this.#storeDisplay());
  }

  /** Called at each beat of the process; the room's own timers come by it too. Does not await. */
  passTime(): void {
    this.clock.tick();
    this.#time?.tick();
  }

  /** Rooms that were made together must not all do this in the same moment, so each has a phase of its own. */
  #each(everyMs: number, work: () => void): void {
    const phase = weightOf(this.roomId) / 2 ** 32;
    this.clock.setTimeout(() => this.clock.setInterval(work, everyMs), phase * everyMs);
  }

  async #attachControls(): Promise<void> {
    const context = this.#ready();
    const { planId, roomId } = context.room;
    context.services.incidentWatch.attach(planId, roomId, (incident) => {
      noteIncident(context.room, incident);
      for (const client of this.#proctors) tellIncident(client, incident);
    });
    this.#readIncidents(context);
    context.services.planWatch.attach(planId, roomId, (news) => this.#takeNews(context, news));
    await context.services.assignments.attach(planId, roomId, (assigned) => reassign(context, this.state, assigned));
    await context.services.controls.attach(planId, roomId, async (control) => {
      const isDone = await takeControl(context, control);
      deliver(context);
      return isDone;
    });
    await recallAllTold(context);
  }

  /** Others have edited the roster, or the plan was scored. */
  #takeNews(context: RoomContext, news: PlanNews): void {
    if (context.room.lost) return;
    if (takeEdits(context, news.edited)) {
      showRoom(this.state, context.room);
      this.#time?.lookAgain();
    }
    if (news.isChanged) for (const client of this.#proctors) tell(client, 'plan.status', { status: news.status });
  }

  /** What was open before this process looked; until it is known the board counts only what it hears of. */
  #readIncidents(context: RoomContext): void {
    this.#effect('read open incidents', async () => {
      try {
        await readOpenIncidents(context);
      } catch (error) {
        if (!context.room.lost) this.clock.setTimeout(() => this.#readIncidents(context), UPKEEP_MS);
        throw error;
      }
    });
  }

  override async onJoin(client: ExamClient): Promise<void> {
    guard(client);
    client.view = new StateView();
    const context = this.#ready();
    const { auth } = client;
    if (auth === undefined || auth.planId !== context.room.planId) throw new ServerError(401, 'no reservation');
    this.#joinedAt.set(client, performance.now());
    if (auth.role === 'proctor') return this.#joinProctor(client, auth.proctorId);
    const seat = await forRequest(auth.requestId, () => admit(context, client, auth));
    const row = this.state.examinees.get(seat.examineeId);
    if (row !== undefined) client.view?.add(row);
    tellPaperKey(context.room, seat);
    seat.displayBehind = true;
    showNewcomer(this.state, seat);
    this.#time?.lookAgain(); // the own deadline counts from now on
    concernLater(context, seat);
    deliverAgain(context, seat);
    tellOwnCalls(context, seat);
    if (seat.hasHeld || seat.hasOffered) this.#takeHeld(context, seat);
  }

  async #joinProctor(client: ExamClient, proctorId: string): Promise<void> {
    if (!(await attend(this.#ready(), client, proctorId))) throw new ServerError(403, 'not assigned to this room');
    showAttendance(this.state, this.#ready().room);
    this.#proctors.add(client);
    this.#setPace();
    this.#showBoard();
    client.view?.subscribe(this.state.board);
    client.view?.subscribe(this.state.proctors);
    tellCharge(this.#ready().room, client);
    tellOpenCalls(this.#ready().room, client);
    showAllLedgers(this.#ready(), client);
    this.#effect('tell open incidents', () => tellOpenIncidents(this.#ready(), client));
  }

  override onLeave(client: ExamClient, code?: number): void {
    this.#joinedAt.delete(client);
    this.#proctors.delete(client);
    if (this.#live !== undefined) {
      depart(this.#live, client);
      leaveAttendance(this.#live, client, code === CloseCode.CONSENTED);
    }
    client.view?.dispose();
  }

  override async onDispose(): Promise<void> {
    const live = this.#live;
    if (live === undefined) return;
    this.host.unregister(this);
    this.host.services.controls.detach(live.planId, live.roomId);
    this.host.services.incidentWatch.detach(live.planId, live.roomId);
    this.host.services.planWatch.detach(live.planId, live.roomId);
    this.host.services.assignments.detach(live.planId, live.roomId);
    if (!live.lost) {
      await this.#endAttendance();
      await this.#endService();
      await this.host.services.leases.drop(live.roomId);
    }
    live.lost = true; // what becomes durable from now on is another owner's
  }

  /** While the room is still this process's; a store that is away holds up nobody. */
  async #endAttendance(): Promise<void> {
    try {
      await endAttendance(this.#ready());
    } catch (error) {
      this.host.services.log.warn({ err: error, roomId: this.roomId }, 'who has left a room that goes was not stored');
    }
  }

  async #endService(): Promise<void> {
    try {
      await this.host.services.store.rooms.served(this.served);
    } catch (error) {
      this.host.services.log.warn({ err: error, roomId: this.roomId }, 'until when a room was served was not stored');
    }
  }

  /** Nothing is taken any more, and nobody is let in: it is about to be, or is, another process's. */
  get isLeaving(): boolean {
    return this.#live === undefined || this.#live.isLeaving || this.#live.lost;
  }

  /** The state of each examinee's link. */
  get links(): readonly string[] {
    return this.#live === undefined ? [] : [...this.#live.seats.values()].map(({ link }) => link);
  }

  get clientCount(): number {
    return this.clients.length;
  }

  /** Nobody has to have this room any more. */
  get isOver(): boolean {
    return this.#live !== undefined && this.#live.settledAt !== 0;
  }

  /** Brings what it has taken to the store, sends everybody away to come back, and gives the lease up. */
  async handOver(): Promise<void> {
    await comeToRest(this.#ready());
    await this.#close(CLOSE.restarting);
  }

  override onBeforeShutdown(): void {
    this.#effect('shutdown', async () => {
      await this.#close(CLOSE.restarting);
    });
  }

  /** The framework catches nothing here. */
  override onBeforePatch(): void {
    try {
      this.#showBoard();
    } catch (error) {
      this.host.services.log.error({ err: error, roomId: this.roomId }, 'the board was not shown');
    }
  }

  /** Set only where it differs: each setting begins a new interval. */
  #setPace(): void {
    const patchMs = this.#proctors.size > 0 ? WATCHED_PATCH_MS : PATCH_MS;
    if (this.patchRate !== patchMs) this.patchRate = patchMs;
  }

  #showBoard(): void {
    if (this.#live !== undefined && this.#proctors.size > 0)
      showBoard(this.state, this.#live, this.host.services.now());
  }

  override onUncaughtException(error: RoomException, where: RoomMethodName): void {
    this.host.services.log.error({ err: error, where, roomId: this.roomId }, 'a room hook threw');
  }

  /** The plan of this room; empty before it is recovered. */
  get planId(): string {
    return this.#live?.planId ?? '';
  }

  /** Until when this room was served, where the store may know it. */
  get served(): Served[] {
    const served = this.#live === undefined ? undefined : servedOf(this.#live);
    return served === undefined ? [] : [served];
  }

  /** Reads the sheets of these examinees again, where they sit here: answers became durable past this process. */
  rereadSheets(examineeIds: readonly string[]): void {
    const context = this.#context;
    if (context === undefined) return;
    for (const examineeId of examineeIds) {
      const seat = context.room.seats.get(examineeId);
      if (seat !== undefined) this.#reread(context, seat);
    }
  }

  /** Until it is done: what it would have found may be told by nobody else. */
  #reread(context: RoomContext, seat: Seat): void {
    this.#effect('read sheet again', async () => {
      try {
        await reread(context, seat);
      } catch (error) {
        if (!context.room.lost) this.clock.setTimeout(() => this.#reread(context, seat), UPKEEP_MS);
        throw error;
      }
    });
  }

  /** Asked by any process, by name: what a device of this examinee held was kept. */
  lookAtHeld(examineeId: string): void {
    const context = this.#ready();
    const seat = context.room.seats.get(examineeId);
    if (seat !== undefined) this.#takeHeld(context, seat);
  }

  /** What fails is looked at again with the next upkeep. */
  #takeHeld(context: RoomContext, seat: Seat): void {
    seat.hasHeld = false;
    this.#effect('look at held answers', async () => {
      try {
        await takeHeld(context, seat);
      } catch (error) {
        seat.hasHeld = true;
        throw error;
      }
    });
  }

  /** A seat was reserved: its examinee is on the way in. */
  expect(auth: SeatAuth): void {
    const seat = auth.role === 'examinee' ? this.#live?.seats.get(auth.examineeId) : undefined;
    if (seat !== undefined) seat.expectedAt = this.host.services.now();
  }

  /** Asked by any process, by name: whether this other device may enter now. */
  askForDevice(question: DeviceQuestion): DeviceVerdict {
    return askForDevice(this.#ready(), question);
  }

  /** Asked by any process, by name: what an examinee sends over HTTP. */
  takeAnswers(asker: Asker, answers: readonly SentAnswer[]): Promise<AnswersReply | Refusal> {
    return this.#overHttp(asker, 'answers', () => answersOverHttp(this.#ready(), asker, answers, this.#after));
  }

  takeSubmit(asker: Asker, revisions: readonly ItemRevision[]): Promise<SubmitReply | Refusal> {
    return this.#overHttp(asker, 'submit', () => submitOverHttp(this.#ready(), asker, revisions, this.#after));
  }

  standingOf(asker: Asker): Promise<RoomStanding | Refusal> {
    return this.#overHttp(asker, 'standing', () => standingOverHttp(this.#ready(), asker));
  }

  #overHttp<T>({ requestId, examineeId }: Asker, asks: string, work: () => T): T {
    return forRequest(requestId, () => {
      this.host.services.log.debug({ roomId: this.roomId, examineeId, asks }, 'asked over http');
      return traced(`room ${asks}`, work);
    });
  }

  /** Asked by any process, by name: whether a session of this person is live. */
  sessionOf(examineeId: string): SessionSign | Refusal {
    return sessionOf(this.#ready(), examineeId);
  }

  readonly #after: After = (ms, work) => {
    const timer = this.clock.setTimeout(work, ms);
    return () => timer.clear();
  };

  #ready(): RoomContext {
    if (this.#context === undefined) throw new ServerError(503, 'the room is not ready');
    return this.#context;
  }

  /** Applies what has been stored, or what follows from stored facts by time alone. Does not await. */
  #apply({ settledAt, turn, ...change }: RoomChange): void {
    const { room } = this.#ready();
    setFacts(room, { ...room.facts, ...change });
    if (settledAt === 0) unsettle(room);
    room.turn = turn ?? room.turn;
    this.#time?.lookAgain();
    const now = this.host.services.now();
    for (const seat of room.seats.values()) beginAnswering(room, seat, now);
    showRoom(this.state, room);
    this.#announce(room);
  }

  /** What is urgent does not wait for the next patch; each examinee hears the own deadline. */
  #announce(room: LiveRoom): void {
    const { status, startsAt, holds } = room.facts;
    const clock = roomClock(room.facts, room.seats.values());
    const forProctors = { status, startsAt, ...clock, locked: isHeld(holds, 'lock') };
    for (const client of this.#proctors) tell(client, 'room.status', forProctors);
    for (const { client, window } of room.seats.values()) if (client !== undefined) tell(client, 'room.status', window);
  }

  #came(seat: Seat): void {
    const { room } = this.#ready();
    addRows(this.state, seat);
    seat.displayBehind = true;
    beginAnswering(room, seat, this.host.services.now());
    this.#time?.lookAgain();
    showRoom(this.state, room);
  }

  #gone(seat: Seat): void {
    removeRows(this.state, seat);
    this.#time?.lookAgain();
    showRoom(this.state, this.#ready().room);
  }

  #changed(seat: Seat): void {
    seat.displayBehind = true;
    showExaminee(this.state, seat);
  }

  #upkeep(): void {
    const context = this.#ready();
    if (context.room.lost || context.room.isLeaving) return;
    noteService(context);
    this.#endSilentJoins();
    markLinks(context);
    endSessionsOutside(context);
    markAttendance(context);
    keepCharge(context);
    tellCallsAgain(context);
    showAttendance(this.state, context.room);
    for (const seat of context.room.seats.values())
      if (seat.missed && seat.client !== undefined)
        this.#effect('show what was missed', () => showMissed(context, seat));
    const now = context.services.now();
    for (const seat of context.room.seats.values())
      if (seat.hasHeld && mayTakeHeld(seat, now)) this.#takeHeld(context, seat);
    this.#effect('store statuses', () => storeStatuses(context));
    if (isShownLate(context.room)) this.#storeDisplay();
    deliver(context);
    this.#effect('store deliveries', () => storeDeliveries(context));
    showLedgers(context, this.#proctors);
    freeClaims(context);
    ageBoard(context.room);
    this.#setPace();
    if (this.#isSpent(context)) this.#effect('close a settled room', () => this.#close(CLOSE.ended));
  }

  /** What there is to know of a settled room is in the store. */
  #isSpent({ room, services }: RoomContext): boolean {
    if (room.settledAt === 0) return false;
    return services.now() - room.settledAt > (this.clients.length === 0 ? EMPTY_SPENT_MS : SPENT_MS);
  }

  #storeDisplay(): void {
    const context = this.#ready();
    if (!context.room.lost) storeDisplay(context, ++this.#sequence);
  }

  #endSilentJoins(): void {
    const now = performance.now();
    for (const [client, joinedAt] of this.#joinedAt) {
      if (client.state !== ClientState.JOINING) this.#joinedAt.delete(client);
      else if (now - joinedAt > LIMITS.joinMs || hasOverfullInbox(client)) terminate(client);
    }
  }

  /** The store's epoch of this room, as somebody has just read it. */
  compareEpoch(epoch: number): void {
    if (this.#live !== undefined && epoch > this.#live.epoch) this.#fence();
  }

  /** The lease goes too, where this process has one: it may have taken it again after the new owner was made and died. */
  #fence(): void {
    const live = this.#live;
    if (live === undefined || live.lost) return;
    this.#lose();
    this.#effect('drop the lease', () => this.host.services.leases.drop(live.roomId));
  }

  /** Redis had forgotten the lease, and what was displayed with it. In between another may have made the room and gone. */
  #retake(): void {
    this.#effect('compare epochs', async () => {
      const stored = await this.host.services.store.rooms.get(this.roomId);
      if (stored !== null) this.compareEpoch(stored.epoch);
      if (this.#live?.lost !== false) return;
      for (const seat of this.#live.seats.values()) if (seat.lastSeenAt > 0) seat.displayBehind = true;
    });
    this.#effect('write the row', () => this.host.relist());
  }

  /** Another process owns the room: everybody is sent to it, nothing more is written. */
  #lose(): void {
    this.#isLostEarly = !this.#isMade;
    const live = this.#live;
    if (live === undefined || live.lost) return;
    live.lost = true;
    if (!this.#isMade) return; // the end of onCreate sees it
    this.host.lost();
    this.host.services.log.warn({ roomId: live.roomId, epoch: live.epoch }, 'room is owned by another process now');
    this.#effect('leave to the new owner', async () => {
      await this.#close(CLOSE.ownerLost);
    });
  }

  async #close(code: number): Promise<void> {
    forgetReservations(this);
    await this.disconnect(code);
  }

  #effect(name: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      this.host.services.log.warn({ err: error, effect: name, roomId: this.roomId }, 'an effect of a room failed');
    });
  }
}
