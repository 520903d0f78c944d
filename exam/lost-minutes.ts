// Minutes that somebody could not work in, from what the log says: proposed with their evidence, never given by themselves.
// Pure. Called by the api; who grants one issues an extension under its id.

import type { ExamineeState } from '../schema/states.ts';
import { FINAL_STATES } from './exam-room.ts';
import { clockOf, type RoomTime } from './timeline.ts';

/** A link that was lost and came back, as the log has it; `logId` names it for ever. */
export type Loss = { readonly logId: string; readonly from: number; readonly to: number };

/** `ms` of the loss fell into the own running time; `controlId` is the id under which an extension grants exactly this. */
export type Proposal = Loss & { readonly controlId: string; readonly ms: number };

type Person = { readonly examineeId: string; readonly extraMs: number; readonly status: ExamineeState };
type Stretch = { readonly from: number; readonly to: number };

/** Losses shorter than this are not worth a control. */
const LEAST_MS = 1_000;

/**
 * What may be granted to this examinee, in the order of time. A moment counts once, however many losses cover it; none while
 * the clock stood, before the start or after the own end; and nothing that an extension of this id has granted already.
 */
export function proposalsFor(
  room: RoomTime,
  { examineeId, extraMs, status }: Person,
  losses: readonly Loss[],
): Proposal[] {
  if (room.startsAt === 0 || FINAL_STATES.includes(status)) return [];
  const { deadlineAt } = clockOf(room, examineeId, extraMs);
  const blocked = room.holds
    .filter(({ examineeIds }) => examineeIds === null || examineeIds.includes(examineeId))
    .filter(({ kind }) => kind !== 'lock' || room.lockStopsClock)
    .map(({ from, to }): Stretch => ({ from, to: to === 0 ? Number.POSITIVE_INFINITY : to }));
  const taken: Stretch[] = [{ from: Number.NEGATIVE_INFINITY, to: room.startsAt }, ...blocked];
  const proposals: Proposal[] = [];
  for (const loss of [...losses].sort((a, b) => a.from - b.from)) {
    const ms = leftOf({ from: loss.from, to: Math.min(loss.to, deadlineAt) }, taken);
    taken.push(loss);
    const isGranted = room.adjustments.some(({ controlId }) => controlId === loss.logId);
    if (ms >= LEAST_MS && !isGranted) proposals.push({ ...loss, controlId: loss.logId, ms });
  }
  return proposals;
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
