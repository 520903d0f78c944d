// What each key of the board does. Steps go through those who need somebody, in the order of attention.
import { announce } from '../../shared/announcer.ts';
import { createShortcuts, type Shortcuts } from '../../shared/shortcuts.ts';
import { isNeeding, ranked, stepped } from '../board/filters.ts';
import { firstAct } from '../controls/act-table.ts';
import type { Desk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { KEYS, type ShortcutName } from './keys.ts';

export function createDeskKeys(desk: Desk): Shortcuts<ShortcutName> {
  const step = (by: 1 | -1) => {
    const next = nextNeeding(desk, by);
    if (next === undefined) announce(t().keys.none);
    else desk.open(next);
  };
  const run: Readonly<Record<ShortcutName, () => void>> = {
    next: () => step(1),
    previous: () => step(-1),
    act: () => actFor(desk),
    take() {
      const row = desk.person();
      if (row === undefined) return;
      if (row.takenBy !== '' && row.takenBy === desk.ownId()) void desk.giveBack(row);
      else void desk.take(row);
    },
    search: () => document.getElementById('search')?.focus(),
    view: () => desk.view.setKind(desk.view.kind() === 'list' ? 'grid' : 'list'),
    close: () => desk.personId() !== undefined && desk.close(),
  };
  return createShortcuts('proctor', KEYS, (name) => run[name]());
}

/** Who comes next of those who need somebody; the person whose panel is open counts as the place. */
export function nextNeeding(desk: Desk, by: 1 | -1): string | undefined {
  const ids = ranked(desk.board.rows())
    .filter(isNeeding)
    .map(({ examineeId }) => examineeId);
  return stepped(ids, desk.personId(), by);
}

/** A raised hand or an incident in the panel is what a person needs first; else the order that fits the state. */
function actFor(desk: Desk): void {
  const row = desk.person() ?? desk.board.byId[nextNeeding(desk, 1) ?? ''];
  if (row === undefined) return announce(t().keys.none);
  if (desk.personId() !== row.examineeId) desk.open(row.examineeId);
  const waiting = document.querySelector<HTMLElement>('.person-panel [data-needs]');
  if (waiting !== null) return waiting.focus();
  const action = firstAct(row);
  if (action !== undefined) desk.ask({ action, examineeIds: [row.examineeId] });
}
