// How a room takes a stored control: decides purely, writes the receipt once (a failed one is final), stores the change
// under its epoch, and only then applies it. The same control applied again changes nothing. What a receipt says counts,
// also where the process died behind it: the change is then derived again as of the receipt's instant.
import { decideControl, type RoomChange, type RoomControl, type Roster, TURNS } from '../exam/exam-room.ts';
import type { MoveAsked } from '../exam/moving.ts';
import { planStateOf } from '../exam/reopening.ts';
import type { ControlAction } from '../schema/controls.ts';
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import { isRefusal, type Refusal } from '../schema/refusals.ts';
import { openLedger } from './deliveries.ts';
import { begunLate } from './late-start.ts';
import { concernedBy, NOTHING } from './ledger.ts';
import { inTurn, type LiveRoom } from './live-room.ts';
import { dropPromise, moveAsked, withPromise } from './moves.ts';
import type { RoomContext } from './room-context.ts';
import { isStillOwned } from './still-owned.ts';
import { finishTurn, quiet } from './turns.ts';

/** True when the control is done with for this room. Throws where the store is away: it comes again at the next look. */
export function takeControl(context: RoomContext, control: ControlDocument): Promise<boolean> {
  return inTurn(context.room, () => takeInTurn(context, control));
}

async function takeInTurn(context: RoomContext, control: ControlDocument): Promise<boolean> {
  const { room } = context;
  if (room.lost || room.isLeaving) return false;
  if (room.appliedControls.has(control._id)) return takenBefore(context, control);
  // A receipt is for good and carries no epoch, so who was replaced must know it before writing one.
  if (!(await isStillOwned(context))) return false;
  if (!MAY_TURN.includes(control.action)) return take(context, control);
  try {
    room.reopening = true; // decided with every end stored, and nothing ends for good meanwhile
    await quiet(room);
    return await take(context, control);
  } finally {
    room.reopening = false;
  }
}

/** More time may bring somebody back, too. */
const MAY_TURN: readonly ControlAction[] = [...TURNS, 'extend'];

async function take(context: RoomContext, control: ControlDocument): Promise<boolean> {
  const { room, services } = context;
  const receipt = await decide(context, control);
  if (receipt === undefined) return false;
  openLedger(room, control, receipt);
  await finish(context, control);
  services.recorder.log({
    planId: room.planId,
    roomId: room.roomId,
    stream: control.actorRole === 'proctor' ? 'proctor' : 'system',
    subject: control.actorId,
    kind: `control.${receipt.state}`,
    at: services.now(),
    data: { controlId: control._id, action: control.action, code: receipt.code },
  });
  return true;
}

/** Decides, stores and applies; neither the start nor the end of the room passes meanwhile. Undefined: fenced. */
async function decide(context: RoomContext, control: ControlDocument): Promise<ReceiptDocument | undefined> {
  const { room, services } = context;
  const move = await moveAsked(context, control);
  try {
    room.isDeciding = true;
    const now = services.now();
    const asked = controlFor(room, control, move);
    const decision = await withPromise(context, asked, decideControl(room.facts, rosterOf(room), asked, now));
    const made = receiptOf(room, control, asked, decision, now);
    const receipt = await services.store.controls.receipt(made);
    if (receipt.state === 'failed') await dropPromise(context, control);
    // What was decided just now holds, whoever has submitted meanwhile; what a process before decided is derived again.
    const isOwn = receipt.at === made.at && receipt.state === made.state;
    const isDecided = isOwn && !isRefusal(decision);
    const change = isDecided ? decision : changeBy(context, asked, receipt, await writtenBefore(context, control._id));
    // What was before is of another stretch of running.
    const served = change.status === undefined ? {} : { servedUntil: now, ...begunLate(room, now) };
    const set = { ...change, ...served };
    if (!(await services.store.rooms.applied(room.roomId, room.epoch, control._id, set))) {
      context.fenced(); // the new owner takes it
      return undefined;
    }
    room.appliedControls.add(control._id);
    if (change.status !== undefined) room.storedStatus = change.status;
    context.apply(change);
    return receipt;
  } finally {
    room.isDeciding = false;
  }
}

/** What the store had of it is in the room's facts already; its ledger goes on, and so does what it began. */
async function takenBefore(context: RoomContext, control: ControlDocument): Promise<true> {
  const { room } = context;
  await finish(context, control);
  const receipt = room.receipts.get(control._id);
  if (receipt !== undefined) openLedger(room, control, receipt);
  room.receipts.delete(control._id);
  return true;
}

/** What follows from an applied control, and comes again until it is stored: people's states, and a plan that goes on. */
async function finish(context: RoomContext, control: ControlDocument): Promise<void> {
  const { room, services } = context;
  await finishTurn(context);
  const mayBeBack = control.action === 'reopen' || control.action === 'extend';
  if (mayBeBack && room.facts.status !== 'ended') await services.store.plans.revive(control, planStateOf(room.facts));
}

/** As the store will have it: a submit that waits for what is pending counts as one. */
function rosterOf({ seats }: LiveRoom): Roster {
  return new Map(
    [...seats].map(([examineeId, { extraMs, status, ending, admission, moved }]) => {
      const isSubmitted = ending.step === 'waiting' && ending.to === 'submitted';
      return [examineeId, { extraMs, status: isSubmitted ? 'submitted' : status, admission, moved }];
    }),
  );
}

/** The control as this room sees it: of whom it names, those who sit here. */
function controlFor(room: LiveRoom, control: ControlDocument, move: MoveAsked | undefined): RoomControl {
  const { _id: controlId, roomId, action, at, expiresAt } = control;
  const { examineeIds = [], extraMs = 0, time = 'planned', undoes = '', ground } = control;
  const here = examineeIds.filter((examineeId) => room.seats.has(examineeId));
  const scope = roomId === '' ? 'plan' : 'room';
  const whom = examineeIds.length === 0 ? null : here;
  const asked = { controlId, scope, action, at, expiresAt, extraMs, time, undoes, examineeIds: whom } as const;
  return { ...asked, ...(ground === undefined ? {} : { ground }), ...(move === undefined ? {} : { move }) };
}

function changeBy(
  { room, services }: RoomContext,
  asked: RoomControl,
  { state, at }: ReceiptDocument,
  before: RoomChange | undefined,
): RoomChange {
  if (state !== 'applied') return {};
  const move = asked.move === undefined ? {} : { move: { ...asked.move, target: 'decided' as const } };
  const change = decideControl(room.facts, rosterOf(room), { ...asked, ...move }, at);
  if (!isRefusal(change)) return { ...change, ...before };
  if (before === undefined)
    services.log.warn(
      { roomId: room.roomId, controlId: asked.controlId },
      'an applied control has nothing to change now',
    );
  return before ?? {};
}

/** What the store has of it already, where only the word that it was written was lost: people may have changed since. */
async function writtenBefore({ room, services }: RoomContext, controlId: string): Promise<RoomChange | undefined> {
  const document = await services.store.rooms.get(room.roomId);
  if (document === null || document.epoch !== room.epoch) return undefined;
  if (!document.appliedControls.includes(controlId)) return undefined;
  const { startsAt, endsAt, endedBy = '', holds = [], adjustments = [], releases = [], turn } = document;
  const begun = turn?.controlId === controlId ? { turn } : {};
  return { startsAt, endsAt, endedBy, holds, adjustments, releases, ...begun };
}

function receiptOf(
  room: LiveRoom,
  control: ControlDocument,
  { examineeIds }: RoomControl,
  decision: RoomChange | Refusal,
  at: number,
): ReceiptDocument {
  const ids = {
    _id: `${control._id}.${room.roomId}`,
    controlId: control._id,
    roomId: room.roomId,
    planId: room.planId,
    at,
  };
  if (isRefusal(decision))
    return { ...ids, state: 'failed', code: decision.refused, message: decision.message, ledger: {} };
  // Who is moved hears of it in the other room, whose receipt has the ledger.
  const back = decision.turn?.to === 'moved' ? [] : (decision.turn?.examineeIds ?? []);
  const concerned = TURNS.includes(control.action)
    ? back
    : new Set([...concernedBy(examineeIds, room.seats.values()), ...back]);
  const ledger = Object.fromEntries([...concerned].map((examineeId) => [examineeId, NOTHING]));
  return { ...ids, state: 'applied', code: '', message: '', ledger };
}
