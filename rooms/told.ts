// What one examinee has been told, as the board shows it: the last notice and how far it came, and the controls that have
// not reached the device. An index over the room's ledgers, so that a row costs no walk through all of them.
import { type Ledger, NOTHING } from './ledger.ts';
import type { Seat } from './live-room.ts';

type Told = { notice: Ledger | undefined; unreached: Ledger[] };

const told = new WeakMap<Seat, Told>();

/** A control's ledger was opened, and concerns this seat. */
export function noteTold(seat: Seat, ledger: Ledger): void {
  const known = told.get(seat) ?? { notice: undefined, unreached: [] };
  told.set(seat, known);
  const { action, at } = ledger.told;
  const isNotice = action === 'notice' || action === 'call';
  if (isNotice && (known.notice === undefined || known.notice.told.at <= at)) known.notice = ledger;
  known.unreached.push(ledger);
  seat.boardBehind = true;
}

export type NoticeState = '' | 'waiting' | 'sent' | 'delivered' | 'confirmed';
export type ToldSummary = {
  readonly noticeId: string;
  readonly notice: NoticeState;
  readonly unreachedCount: number;
  /** When the oldest control that has not reached the device was given; 0 for none. */
  readonly unreachedSince: number;
};

const NOTHING_TOLD: ToldSummary = { noticeId: '', notice: '', unreachedCount: 0, unreachedSince: 0 };

/** As it stands now. */
export function toldTo(seat: Seat): ToldSummary {
  const known = told.get(seat);
  if (known === undefined) return NOTHING_TOLD;
  const { examineeId } = seat;
  known.unreached = known.unreached.filter(({ entries }) => entries.get(examineeId)?.deliveredAt === 0);
  const [first = 0, ...others] = known.unreached.map(({ told: { at } }) => at);
  return {
    noticeId: known.notice?.told.controlId ?? '',
    notice: known.notice === undefined ? '' : stateOf(known.notice, examineeId),
    unreachedCount: known.unreached.length,
    unreachedSince: Math.min(first, ...others),
  };
}

function stateOf({ entries }: Ledger, examineeId: string): NoticeState {
  const { sentAt, deliveredAt, confirmedAt } = entries.get(examineeId) ?? NOTHING;
  if (confirmedAt !== 0) return 'confirmed';
  if (deliveredAt !== 0) return 'delivered';
  return sentAt === 0 ? 'waiting' : 'sent';
}
