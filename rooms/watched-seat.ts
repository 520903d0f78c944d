// What a room notices of one seat by itself: signals that its client reports, another device, answers faster than anybody
// reads, answers after the end. Holds what the rules need to know of the seat; nothing of it is in its synchronised row.
import type { Client } from '@colyseus/core';
import { isClockJump, isSecondDevice, isWithinExam, NO_PACE, type Pace, paceAfter } from '../exam/incident-rules.ts';
import type { MachineKind } from '../schema/incidents.ts';
import type { Incoming } from '../schema/messages.ts';
import { type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import type { Noticed } from './signals.ts';

/** `reported`: the last message of signals of this session, by its number. */
type Watched = { deviceKey: string; pace: Pace; fence: number; reported: number };

const watched = new WeakMap<Seat, Watched>();

function watchedOf(seat: Seat): Watched {
  const known = watched.get(seat);
  if (known !== undefined) return known;
  const made: Watched = { deviceKey: '', pace: NO_PACE, fence: 0, reported: 0 };
  watched.set(seat, made);
  return made;
}

type What = Pick<Noticed, 'kind' | 'source' | 'at'> & Partial<Pick<Noticed, 'count' | 'data'>>;

function notice({ room, services }: RoomContext, { examineeId }: Seat, what: What): void {
  services.signals.note({ planId: room.planId, roomId: room.roomId, examineeId, ...what });
}

function noticeRule(context: RoomContext, seat: Seat, kind: MachineKind, what: Partial<What> = {}): void {
  notice(context, seat, { kind, source: 'rule', at: context.services.now(), ...what });
}

/** Somebody takes the seat; `isAlive` is of the link before. Called once the seat is theirs. */
export function noticeEntry(context: RoomContext, seat: Seat, deviceKey: string, isAlive: boolean): void {
  const known = watchedOf(seat);
  if (isSecondDevice({ deviceKey: known.deviceKey, isAlive }, deviceKey)) noticeRule(context, seat, 'two-devices');
  known.deviceKey = deviceKey;
  known.pace = { ...known.pace, items: [] };
}

/** Another device asks for the seat and has to wait; nothing irregular where the device before is away. */
export function noticeSecondDevice(context: RoomContext, seat: Seat): void {
  noticeRule(context, seat, 'two-devices', { data: { waits: true } });
}

/** Of a message's answers, how many came after the end and were refused, and how many were taken as late arrivals. */
type After = { readonly refusedCount: number; readonly lateCount: number };

/** A message with answers to these items came. */
export function noticeAnswers(
  context: RoomContext,
  seat: Seat,
  items: readonly number[],
  { refusedCount, lateCount }: After,
): void {
  const known = watchedOf(seat);
  const rule = context.room.incidentRules.speed;
  const { pace, tooFast } = paceAfter(known.pace, items, performance.now(), rule);
  known.pace = pace;
  if (tooFast) noticeRule(context, seat, 'impossible-speed', { data: { items: rule.items, eachMs: rule.eachMs } });
  if (refusedCount > 0) noticeRule(context, seat, 'late-answers', { count: refusedCount });
  if (lateCount > 0) noticeRule(context, seat, 'late-answers', { count: lateCount, data: { taken: true } });
}

/** A client's signals. The same message again, whose answer was lost, is answered and changes nothing. */
export function reportSignals(
  context: RoomContext,
  { client, seat }: { readonly client: Client; readonly seat: Seat },
  { number, signals }: Incoming<'signal.report'>,
): void {
  const known = watchedOf(seat);
  const fence = seat.sheet?.fence ?? 0;
  if (known.fence !== fence) Object.assign(known, { fence, reported: 0 });
  tell(client, 'signal.taken', { number });
  if (number <= known.reported) return;
  known.reported = number;
  for (const signal of signals) noticeSignal(context, seat, signal);
}

function noticeSignal(
  context: RoomContext,
  seat: Seat,
  { kind, at: claimedAt, ms }: Incoming<'signal.report'>['signals'][number],
): void {
  const { room, services } = context;
  const at = Math.min(claimedAt, services.now());
  const endedAt = seat.ending.step === 'ended' ? seat.ending.at : 0;
  if (!isWithinExam(at, seat.window, endedAt)) return;
  if (kind === 'clock-jump' && !isClockJump(ms ?? 0, room.incidentRules)) return;
  notice(context, seat, { kind, source: 'examinee', at, ...(ms === undefined ? {} : { data: { ms } }) });
}
