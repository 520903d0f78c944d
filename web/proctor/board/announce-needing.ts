// Tells a screen reader who has come to need somebody, gathered, so that a whole hall losing its link is one sentence.
import type { BoardEntry } from '../../../client/board.ts';
import { announce } from '../../shared/announcer.ts';
import { t } from '../texts/texts.ts';

const NAMED = 3;

export function announceNeeding(rows: readonly BoardEntry[]): void {
  if (rows.length === 0) return;
  const names = rows
    .slice(0, NAMED)
    .map(({ label, seat }) => (seat === '' ? label : `${t().board.seat(seat)}, ${label}`));
  const rest = rows.length > NAMED ? ` ${t().board.announceMany(rows.length - NAMED)}` : '';
  announce(`${t().board.announceNeeds(names.join('; '))}${rest}`);
}
