// What of a row stands out for a moment when it changes: what a proctor would want to see, not what changes with each
// answer. Pure.
import type { BoardEntry } from '../../../client/board.ts';
import { isNeeding } from './filters.ts';

export type ChangeKind =
  | 'arrived'
  | 'ready'
  | 'answering'
  | 'submitted'
  | 'timed-out'
  | 'removed'
  | 'absent'
  | 'link-lost'
  | 'link-back'
  | 'needs'
  | 'calm'
  | 'held'
  | 'released'
  | 'taken'
  | 'seat'
  | 'admission'
  | 'device';

const STATUS: Readonly<Record<string, ChangeKind>> = {
  entered: 'arrived',
  ready: 'ready',
  answering: 'answering',
  submitted: 'submitted',
  'timed-out': 'timed-out',
  removed: 'removed',
  absent: 'absent',
};

/** The weightiest thing that is different; undefined where nothing stands out. */
export function changeOf(before: BoardEntry, after: BoardEntry): ChangeKind | undefined {
  if (after.attention > before.attention && reasonsGrew(before, after)) return 'needs';
  if (before.deviceWaitingSince === 0 && after.deviceWaitingSince > 0) return 'device';
  if (before.status !== after.status) return STATUS[after.status];
  if (before.admission !== after.admission) return 'admission';
  if (before.link !== after.link) return linkChange(before.link, after.link);
  if (before.hold !== after.hold) return after.hold === '' ? 'released' : before.hold === '' ? 'held' : undefined;
  if (isNeeding(before) && !isNeeding(after)) return 'calm';
  if (before.takenBy !== after.takenBy && after.takenBy !== '') return 'taken';
  if (before.seat !== after.seat) return 'seat';
  return undefined;
}

/** Lost once: that a lost one is called offline later is no news. */
function linkChange(before: string, after: string): ChangeKind | undefined {
  if (after === 'online') return 'link-back';
  return before === 'online' ? 'link-lost' : undefined;
}

/** A reason that grows older weighs more, but is the same reason. */
function reasonsGrew(before: BoardEntry, after: BoardEntry): boolean {
  const known = before.reasons.split(' ');
  return after.openIncidents > before.openIncidents || after.reasons.split(' ').some((one) => !known.includes(one));
}
