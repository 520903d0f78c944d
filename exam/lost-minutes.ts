// Minutes that somebody could not work in: a link was lost, or nobody served the room. Proposed with their evidence, never
// given by themselves. Pure. Called by the api; who grants one issues an extension under its id.

import type { Adjustment } from '../schema/controls.ts';
import type { LossEvidence } from '../schema/losses.ts';
import type { ExamineeState } from '../schema/states.ts';
import { clockOf, type RoomTime } from './timeline.ts';

/** A stretch that was lost. `lossId` names it for ever: the id of the log entry, or of the room's outage. */
export type Loss = {
  readonly lossId: string;
  readonly evidence: LossEvidence;
  readonly from: number;
  readonly to: number;
};

/** `ms` of the loss fell into the own running time; `controlId` is the id under which an extension grants exactly this. */
export type Proposal = Loss & { readonly controlId: string; readonly ms: number };

/** What the room as a whole may be given: `ms` to these, null for everybody. */
export type RoomProposal = Proposal & { readonly examineeIds: readonly string[] | null };

export type Person = { readonly examineeId: string; readonly extraMs: number; readonly status: ExamineeState };
type Stretch = { readonly from: number; readonly to: number };

/** Losses shorter than this are not worth a control. */
const LEAST_MS = 1_000;

/** Nothing can make up for it any more; whose time has run out may still be given some, by a late extension or a reopening. */
const OVER: readonly ExamineeState[] = ['submitted', 'removed', 'absent'];

/**
 * Under which id a loss is granted: to everybody whom it concerns, and the share of one person in what the whole room has
 * lost. The same for whoever asks, until a control of that id was refused: then another one.
 */
export type GrantIds = {
  readonly whole: (lossId: string) => string;
  readonly own: (lossId: string, examineeId: string) => string;
};

/**
 * What may be granted to this examinee, in the order of time. A moment counts once, however many losses cover it; none while
 * the clock stood, before the start or after the own end; and nothing that was granted already, to the person or the room.
 */
export function proposalsFor(
  room: RoomTime,
  { examineeId, extraMs, status }: Person,
  losses: readonly Loss[],
  ids: GrantIds,
): Proposal[] {
  if (room.startsAt === 0 || OVER.includes(status)) return [];
  const { deadlineAt } = clockOf(room, examineeId, extraMs);
  const blocked = room.holds
    .filter(({ examineeIds }) => examineeIds === null || examineeIds.includes(examineeId))
    .filter(({ kind }) => kind !== 'lock' || room.lockStopsClock)
    .map(({ from, to }): Stretch => ({ from, to: to === 0 ? Number.POSITIVE_INFINITY : to }));
  const taken: Stretch[] = [{ from: Number.NEGATIVE_INFINITY, to: room.startsAt }, ...blocked];
  const proposals: Proposal[] = [];
  for (const loss of [...losses].sort((a, b) => a.from - b.from)) {
    const ms = Math.round(leftOf({ from: loss.from, to: Math.min(loss.to, deadlineAt) }, taken));
    taken.push(loss);
    const isOfRoom = loss.evidence === 'room.unserved';
    const whole = ids.whole(loss.lossId);
    const controlId = isOfRoom ? ids.own(loss.lossId, examineeId) : whole;
    const isGranted = room.adjustments.some(
      (one) => one.controlId === controlId || (isOfRoom && givesBack(one, whole, examineeId)),
    );
    if (ms >= LEAST_MS && !isGranted) proposals.push({ ...loss, controlId, ms });
  }
  return proposals;
}

/** An extension for the whole room, or for those of it who had nothing of it yet. */
function givesBack({ controlId, examineeIds }: Adjustment, whole: string, examineeId: string): boolean {
  return controlId === whole && (examineeIds === null || examineeIds.includes(examineeId));
}

/**
 * What one control may give to all from whom this outage has taken something, given their own proposals: the most that it
 * took from one of them. Who was granted the own share is left out. Undefined where there is nobody, or it was granted.
 */
export function proposalForRoom(
  { adjustments }: Pick<RoomTime, 'adjustments'>,
  outage: Loss,
  people: ReadonlyMap<string, readonly Proposal[]>,
  ids: GrantIds,
): RoomProposal | undefined {
  const whole = ids.whole(outage.lossId);
  if (adjustments.some(({ controlId }) => controlId === whole)) return undefined;
  const concerned = [...people].flatMap(([examineeId, proposals]) =>
    proposals.filter(({ lossId }) => lossId === outage.lossId).map(({ ms }) => ({ examineeId, ms })),
  );
  if (concerned.length === 0) return undefined;
  const hasOwn = [...people.keys()].some((examineeId) =>
    adjustments.some(({ controlId }) => controlId === ids.own(outage.lossId, examineeId)),
  );
  return {
    ...outage,
    controlId: whole,
    ms: Math.max(...concerned.map(({ ms }) => ms)),
    examineeIds: hasOwn ? concerned.map(({ examineeId }) => examineeId) : null,
  };
}

/** How much of the stretch none of the others covers, in ms. */
function leftOf({ from, to }: Stretch, others: readonly Stretch[]): number {
  let at = from;
  let ms = 0;
  for (const other of [...others].sort((a, b) => a.from - b.from)) {
    if (at >= to) break;
    ms += Math.max(0, Math.min(other.from, to) - at);
    at = Math.max(at, other.to);
  }
  return ms + Math.max(0, to - at);
}
