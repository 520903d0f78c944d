// An examinee's time as a function of stored facts: what was planned, what was added, and the stretches in which the
// clock stood. Needs no now: an open stretch has a beginning, and what remains does not change in it. Pure; also used
// by the api. All instants are epoch ms of the server's clock, all lengths ms.
import { type Adjustment, HOLD_KINDS, type Hold, type HoldKind } from '../schema/controls.ts';
import { deadlineOf, type ExamClock } from './clock.ts';

/** What a room's time follows from. `startsAt`, `windowEndsAt`, `endsAt` 0 = none. */
export type RoomTime = {
  readonly startsAt: number;
  readonly durationMs: number;
  readonly windowEndsAt: number;
  /** Set by an end control: nobody writes beyond it, held or not. */
  readonly endsAt: number;
  readonly holds: readonly Hold[];
  readonly adjustments: readonly Adjustment[];
  /** Whether a locked examinee's clock stands; the plan says so. */
  readonly lockStopsClock: boolean;
};

type Stretch = { readonly from: number; readonly to: number };

/**
 * The clock of this examinee, whose roster gives `extraMs`. Paused time is the length of the union of stretches; one that
 * began when the clock had run out gives nothing back.
 */
export function clockOf(room: RoomTime, examineeId: string, extraMs: number): ExamClock {
  let deadlineAt = deadlineOf({ ...room, extraMs: extraMs + addedMs(room.adjustments, examineeId), pausedMs: 0 });
  let heldSince = 0;
  for (const { from, to } of unionOf(room, examineeId)) {
    if (from >= deadlineAt) break;
    if (to === Number.POSITIVE_INFINITY) heldSince = from;
    else deadlineAt += to - from;
  }
  const isBounded = deadlineAt !== 0 && room.endsAt !== 0;
  return { deadlineAt: isBounded ? Math.min(deadlineAt, room.endsAt) : deadlineAt, heldSince };
}

/** How long everybody's clock has stood since the start, up to `now`, in ms; with an examinee, that person's. */
export function stoodMs(room: RoomTime, now: number, examineeId = ''): number {
  return unionOf(room, examineeId).reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, now) - from), 0);
}

/** The start as late-comers count from it: later by what everybody's clock has stood since. 0 while there is none. */
export function startForLate(room: RoomTime, now: number): number {
  return room.startsAt === 0 ? 0 : room.startsAt + stoodMs(room, now);
}

/** Whether a hold of this kind is open now that covers this examinee; without one, that covers everybody. */
export function isHeld(holds: readonly Hold[], kind: HoldKind, examineeId?: string): boolean {
  return holds.some((hold) => hold.kind === kind && hold.to === 0 && covers(hold, examineeId));
}

/** The first hold, in the order of HOLD_KINDS, that holds this examinee now; '' for none. */
export function holdOn(holds: readonly Hold[], examineeId: string): HoldKind | '' {
  return HOLD_KINDS.find((kind) => isHeld(holds, kind, examineeId)) ?? '';
}

/** What an open hold of this kind is when it ends for these, null for everybody; who shares it with them stays held. */
export function endedFor(hold: Hold, kind: HoldKind, examineeIds: readonly string[] | null, now: number): Hold[] {
  const isMeant = hold.kind === kind && hold.to === 0 && (examineeIds === null || hold.examineeIds !== null);
  if (!isMeant) return [hold];
  const to = Math.max(now, hold.from);
  if (examineeIds === null || hold.examineeIds === null) return [{ ...hold, to }];
  const freed = hold.examineeIds.filter((examineeId) => examineeIds.includes(examineeId));
  if (freed.length === 0) return [hold];
  const kept = hold.examineeIds.filter((examineeId) => !examineeIds.includes(examineeId));
  const ended = { ...hold, to, examineeIds: freed };
  return kept.length === 0 ? [ended] : [{ ...hold, examineeIds: kept }, ended];
}

/** What controls have added for this examinee, in ms. */
export function addedMs(adjustments: readonly Adjustment[], examineeId: string): number {
  return adjustments.reduce((sum, one) => (covers(one, examineeId) ? sum + one.extraMs : sum), 0);
}

function covers({ examineeIds }: Pick<Hold, 'examineeIds'>, examineeId: string | undefined): boolean {
  return examineeIds === null || (examineeId !== undefined && examineeIds.includes(examineeId));
}

/** Since the start, apart and in order; an open one reaches to infinity. */
function unionOf({ holds, startsAt, lockStopsClock }: RoomTime, examineeId: string): Stretch[] {
  if (startsAt === 0) return [];
  const own = holds
    .filter((hold) => covers(hold, examineeId) && (hold.kind !== 'lock' || lockStopsClock))
    .map(({ from, to }) => ({ from: Math.max(from, startsAt), to: to === 0 ? Number.POSITIVE_INFINITY : to }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from);
  const union: Stretch[] = [];
  for (const stretch of own) {
    const last = union.at(-1);
    if (last === undefined || stretch.from > last.to) union.push(stretch);
    else union[union.length - 1] = { from: last.from, to: Math.max(last.to, stretch.to) };
  }
  return union;
}

/** What a room's time follows from, of the documents as they are stored; what older ones lack has its default. */
export function roomTime(
  room: Pick<RoomTime, 'startsAt' | 'endsAt'> & Partial<Pick<RoomTime, 'holds' | 'adjustments'>>,
  plan: Pick<RoomTime, 'durationMs' | 'windowEndsAt'> & Partial<Pick<RoomTime, 'lockStopsClock'>>,
): RoomTime {
  const { startsAt, endsAt, holds = [], adjustments = [] } = room;
  const { durationMs, windowEndsAt, lockStopsClock = false } = plan;
  return { startsAt, endsAt, holds, adjustments, durationMs, windowEndsAt, lockStopsClock };
}
