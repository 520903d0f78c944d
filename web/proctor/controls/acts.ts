// What this proctor has ordered here, each from the click until everybody has it: it waits while the own link is down, is
// issued, becomes pending, applied or failed, and has its ledger. What waits here can still be dropped.
import { createEffect, untrack } from 'solid-js';
import { createStore } from 'solid-js/store';
import { planControls } from '../../../client/plan-controls.ts';
import type { ControlWish, RoomWatch } from '../../../client/proctor.ts';
import type { ControlLedger, Outgoing } from '../../../schema/messages.ts';
import { announce } from '../../shared/announcer.ts';
import type { BoardStore } from '../board/board-store.ts';
import { t } from '../texts/texts.ts';
import { undoOf } from './undo.ts';

/** `waiting`: for the own link, here alone. `sending`, then `pending`: with the server. The others are final. */
export type ActState = 'waiting' | 'sending' | 'pending' | 'applied' | 'failed' | 'dropped';

export type Act = {
  readonly key: number;
  readonly roomId: string;
  readonly wish: ControlWish;
  /** By whom it can be told apart while people change rooms: labels when it was ordered; none: the whole room. */
  readonly names: readonly string[];
  /** Where the one person of a move sat. */
  readonly seat: string;
  /** Epoch ms of the server's clock. */
  readonly at: number;
  readonly state: ActState;
  readonly controlId?: string;
  readonly code?: string;
  readonly message?: string;
  readonly ledger?: ControlLedger;
  /** Put away by the person. */
  readonly isHidden?: boolean;
};

export type Acts = ReturnType<typeof createActs>;
type Change = Partial<Omit<Act, 'key'>>;

/** What opens an exam whose rooms nobody can enter yet; a chief may, for all of its rooms at once. Undefined for others. */
export type Door = { readonly url: string; readonly token: string; planOfShut(roomId: string): string | undefined };

export function createActs(board: BoardStore, door: Door) {
  const [all, setAll] = createStore<Act[]>([]);
  const heard = new Set<RoomWatch>();
  let made = 0;

  const change = (key: number, next: Change) => setAll((act) => act.key === key, next as Partial<Act>);

  function take(key: number, result: Outgoing['control.applied'], watch: RoomWatch): void {
    takeResult(key, result, watch.ledger(result.controlId));
  }

  function takeResult(key: number, result: Outgoing['control.applied'], ledger: ControlLedger | undefined): void {
    const { controlId, state, code, message } = result;
    change(key, {
      controlId,
      state,
      ...(code === undefined ? {} : { code }),
      ...(message === undefined ? {} : { message }),
      ...(ledger === undefined ? {} : { ledger }),
    });
    const act = all.find((one) => one.key === key);
    if (act !== undefined && state !== 'pending')
      announce(t().controls.became(t().controls.names[act.wish.action], t().controls.states[state]));
  }

  async function send(act: Act, watch: RoomWatch): Promise<void> {
    change(act.key, { state: 'sending' });
    take(act.key, await watch.issue({ ...act.wish }), watch);
  }

  async function open(act: Act, planId: string): Promise<void> {
    change(act.key, { state: 'sending' });
    const { action, reason = '' } = act.wish;
    const controls = planControls({ ...door, planId });
    const result = await controls.issue({ action, reason });
    takeResult(
      act.key,
      result,
      result.reply === undefined ? undefined : { ...result.reply.ledger, controlId: result.controlId },
    );
  }

  function hear(watch: RoomWatch): void {
    heard.add(watch);
    watch.on('ledger', (ledger) =>
      setAll(({ controlId }) => controlId === ledger.controlId, { ledger } as Partial<Act>),
    );
    watch.on('control', (result) => {
      const act = all.find(({ controlId }) => controlId === result.controlId);
      if (act !== undefined) take(act.key, result, watch);
    });
  }

  createEffect(() => {
    for (const { watch, roomId, link } of board.rooms()) {
      if (watch === undefined) continue;
      if (!heard.has(watch)) hear(watch);
      if (link !== 'online') continue;
      const waiting = untrack(() => all.filter((act) => act.roomId === roomId && act.state === 'waiting'));
      for (const act of waiting) void send(act, watch);
    }
  });

  return {
    all: all as readonly Act[],
    /** Issues it, or keeps it until the own link to this room is back. Returns its key. */
    order(roomId: string, wish: ControlWish): number {
      const key = ++made;
      const rows = (wish.examineeIds ?? []).map((id) => board.byId[id]);
      const names = rows.map((row) => row?.label ?? '');
      const seat = rows.length === 1 ? (rows[0]?.seat ?? '') : '';
      const act: Act = { key, roomId, wish, names, seat, at: board.serverNow(), state: 'waiting' };
      setAll([...all, act]);
      const watch = board.watchOf(roomId);
      const shutPlan = watch === undefined ? door.planOfShut(roomId) : undefined;
      if (watch?.link() === 'online') void send(act, watch);
      else if (shutPlan !== undefined) void open(act, shutPlan);
      return key;
    },
    /** Whether what is ordered for this room goes out at once. */
    isReached: (roomId: string) =>
      board.isCurrent(roomId) || (board.room(roomId)?.watch === undefined && door.planOfShut(roomId) !== undefined),
    drop: (key: number) =>
      setAll((act) => act.key === key && act.state === 'waiting', { state: 'dropped' } as Partial<Act>),
    hide: (key: number) => change(key, { isHidden: true }),
    undo({ roomId, wish, seat, state, controlId }: Act) {
      if (state !== 'applied' || controlId === undefined) return undefined;
      const back = undoOf({ roomId, controlId, wish, seat });
      return back !== undefined && board.room(back.roomId) !== undefined ? back : undefined;
    },
  };
}

/** Whether nothing of it is open any more: it has failed, or everybody whom it concerns has it. */
export function isSettled({ state, ledger, wish }: Act): boolean {
  if (state === 'failed' || state === 'dropped') return true;
  if (state !== 'applied') return false;
  if (ledger === undefined) return false;
  if (wish.mustConfirm === true || wish.action === 'call') return ledger.confirmed >= ledger.concerned;
  return ledger.missing.length === 0;
}
