// One sign for how somebody stands, for places that have room for no words; the words stand beside it for who cannot see
// it. Pure.
import type { BoardEntry } from '../../../client/board.ts';
import { hasReason } from './filters.ts';

export type Tone = 'bad' | 'warn' | 'good' | 'accent' | 'plain';
export type Sign = { readonly sign: string; readonly tone: Tone };

/** By importance: the first that fits. `name` is what the legend calls it. */
export const SIGNS = [
  { name: 'incidents', sign: '⚠', tone: 'bad', fits: (row) => row.openIncidents > 0 },
  { name: 'hands', sign: '☝', tone: 'bad', fits: (row) => hasReason(row, 'hand-raised') },
  {
    name: 'waiting',
    sign: '?',
    tone: 'accent',
    fits: (row) => row.admission === 'waiting' || row.deviceWaitingSince > 0,
  },
  { name: 'links', sign: '✂', tone: 'warn', fits: (row) => hasReason(row, 'link') },
  { name: 'unsaved', sign: '!', tone: 'warn', fits: (row) => hasReason(row, 'unsaved') },
  { name: 'needing', sign: '•', tone: 'warn', fits: (row) => row.attention > 0 },
  { name: 'held', sign: '‖', tone: 'accent', fits: (row) => row.hold !== '' },
  { name: 'done', sign: '✓', tone: 'good', fits: (row) => ['submitted', 'timed-out', 'removed'].includes(row.status) },
  { name: 'absent', sign: '–', tone: 'plain', fits: (row) => row.status === 'absent' || row.status === 'registered' },
] as const satisfies readonly (Sign & { name: string; fits: (row: BoardEntry) => boolean })[];

const NOTHING: Sign = { sign: '', tone: 'plain' };

export function signOf(row: BoardEntry): Sign {
  return SIGNS.find(({ fits }) => fits(row)) ?? NOTHING;
}
