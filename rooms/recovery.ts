// Builds a room from durable data alone: the same for a first opening and after a process died. Sheets are read when
// their examinees join, so that a storm of openings stays cheap.
import { createSheet, type SheetPhase } from '../exam/answer-sheet.ts';
import { NOBODY } from '../exam/charge.ts';
import type { RoomFacts } from '../exam/exam-room.ts';
import { needsService } from '../exam/outage.ts';
import { isHeld, roomTime } from '../exam/timeline.ts';
import { sourcesOf } from '../exam/transitions.ts';
import { DEVICE_CHANGE } from '../schema/device-change.ts';
import { type PlanDocument, rulesOf } from '../schema/documents/plan.ts';
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import { GRACE_MS, OFFLINE_MS } from '../schema/limits.ts';
import type { RoomState } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';
import { factsWithArrivals } from './arrival-time.ts';
import type { LiveRoom, Seat } from './live-room.ts';
import { createCalls } from './open-calls.ts';
import { createOpenIncidents } from './open-incidents.ts';
import type { RoomServices } from './room-services.ts';
import { seatOf } from './seats.ts';
import { sendOut, storeTurn, submitFor } from './turns.ts';

/** Takes the room's next epoch and reads what is stored. Throws where the room is unknown. */
export async function recoverRoom(
  { store, catalogue, now }: Pick<RoomServices, 'store' | 'catalogue' | 'now'>,
  roomId: string,
): Promise<LiveRoom> {
  const document = await store.rooms.take(roomId);
  if (document === null) throw new Error(`room ${roomId} is not in the store`);
  if (document.epoch > 1) await store.sheets.own(roomId, document.epoch);
  if (document.turn !== undefined) {
    await storeTurn(store, document.planId, document.turn);
    await store.rooms.carriedOut(roomId, document.epoch, document.turn.controlId);
  }
  const [{ plan, items }, examinees, sheets, receipts, holding] = await Promise.all([
    catalogue.factsOf(document.planId),
    store.examinees.byRoom(roomId),
    store.sheets.byRoom(roomId),
    store.controls.receiptsOfRoom(roomId),
    store.heldAnswers.undecidedIn(roomId),
  ]);
  const stored = storedFacts(document, plan);
  const appliedControls = new Set(document.appliedControls);
  const arriving = { roomId, epoch: document.epoch, facts: stored, appliedControls };
  const facts = await factsWithArrivals(store, document.planId, arriving, examinees, now());
  if (facts === null) throw new Error(`room ${roomId} was taken by another process while it was made`);
  const sheetOf = new Map(sheets.map((sheet) => [sheet._id, sheet]));
  const seats = new Map(
    examinees.map((examinee) => [
      examinee._id,
      seatOf({ facts, entryRules: plan }, examinee, sheetOf.get(examinee._id), now()),
    ]),
  );
  await finishStatuses(store, examinees, seats);
  for (const examineeId of holding) {
    const seat = seats.get(examineeId);
    if (seat !== undefined) seat.hasHeld = true;
  }
  const room: LiveRoom = {
    roomId,
    planId: document.planId,
    label: document.label,
    epoch: document.epoch,
    items,
    incidentRules: rulesOf(plan),
    deviceChange: plan.deviceChange ?? DEVICE_CHANGE,
    offlineMs: plan.offlineMs ?? OFFLINE_MS,
    entryRules: plan,
    navigation: plan.navigation ?? 'free',
    madeAt: now(),
    hasBegun: document.status !== 'closed' && document.status !== 'open',
    begunLateAt: document.begunLateAt ?? 0,
    servedUntil: needsService(document.status) ? (document.servedUntil ?? 0) : 0,
    outages: document.outages ?? [],
    storedOutages: document.outages?.length ?? 0,
    seats,
    attendants: new Map(),
    calls: createCalls(),
    charge: document.charge ?? NOBODY,
    appliedControls,
    facts,
    lookedAt: 0,
    ledgers: new Map(),
    openIncidents: createOpenIncidents(),
    receipts: new Map(receipts.map((receipt) => [receipt.controlId, receipt])),
    storedStatus: document.status,
    isStoringStatuses: false,
    settledAt: document.settledAt,
    displayed: '',
    displayedStatus: '',
    paperKey: undefined,
    ending: new Set(),
    storing: new Set(),
    reopening: false,
    isDeciding: false,
    turn: undefined,
    begun: new Map(),
    deciding: Promise.resolve(),
    isLeaving: false,
    lost: false,
  };
  for (const seat of seats.values()) goOn(room, seat, sheetOf.get(seat.examineeId));
  return room;
}

/** What controls have begun about this sheet and what a process that died has not ended. */
function goOn(room: LiveRoom, seat: Seat, sheet: SheetDocument | undefined): void {
  if (sheet === undefined || seat.ending.step !== 'none') return;
  if (seat.status === 'removed') sendOut(room, seat);
  else if (sheet.submittedFor !== undefined) submitFor(room, seat, sheet.submittedFor);
}

/** A process that died between the end of a sheet and the status of its examinee has left the status behind. */
async function finishStatuses(
  store: Store,
  examinees: readonly ExamineeDocument[],
  seats: ReadonlyMap<string, Seat>,
): Promise<void> {
  for (const status of ['submitted', 'timed-out'] as const) {
    const behind = examinees.filter(
      (examinee) => examinee.status !== status && seats.get(examinee._id)?.status === status,
    );
    const ids = behind.map(({ _id }) => _id);
    if (ids.length > 0) await store.examinees.setStatus(ids, sourcesOf('examinee', status), status);
  }
}

/** A room's facts as they are stored; what older documents lack has its default. */
export function storedFacts(document: RoomDocument, plan: PlanDocument): RoomFacts {
  return {
    ...roomTime(document, plan),
    status: statusOf(document),
    endedBy: document.endedBy ?? '',
    graceMs: plan.graceMs ?? GRACE_MS,
    releases: document.releases ?? [],
  };
}

/**
 * What is held stands, whatever a write of the status that came late says. So does a room that goes on: one that time has
 * ended is ended by it again, as soon as all controls up to then are known.
 */
function statusOf({ status, holds = [], startsAt, endsAt, settledAt }: RoomDocument): RoomState {
  const stands = isHeld(holds, 'plan') || isHeld(holds, 'room');
  const isEndedByTime = status === 'ended' && startsAt !== 0 && endsAt === 0 && settledAt === 0;
  if (status !== 'running' && !isEndedByTime) return status;
  return stands ? 'paused' : 'running';
}

/** Reads the seat's sheet where it is not in memory; joins at once share one read. A first enter ever has nothing stored. */
export function loadSheet(
  services: SheetServices,
  room: LiveRoom,
  seat: Seat,
  fence: number,
  fresh: boolean,
): Promise<void> {
  if (seat.sheet !== undefined) return Promise.resolve();
  seat.loading ??= readSheet(services, room, seat, fence, fresh).finally(() => {
    seat.loading = undefined;
  });
  return seat.loading;
}

type SheetServices = { readonly store: Store; now(): number };

async function readSheet(
  { store, now }: SheetServices,
  room: LiveRoom,
  seat: Seat,
  fence: number,
  fresh: boolean,
): Promise<void> {
  const durable = fresh ? [] : await store.answers.revisions(room.planId, seat.examineeId);
  seat.sheet = createSheet(fence, durable);
  if (durable.length > 0) seat.durableAt = now(); // some of it may be younger than what the api has read
  seat.sheet.phase = phaseOf(seat);
}

/** The phase of a sheet that is read for this seat. */
export function phaseOf({ ending, status }: Pick<Seat, 'ending' | 'status'>): SheetPhase {
  switch (ending.step) {
    case 'none':
      return 'in-progress';
    case 'grace':
      return 'grace';
    case 'waiting':
    case 'storing':
      return 'closing';
    case 'ended':
      return status === 'submitted' ? 'submitted' : 'timed-out';
  }
}
