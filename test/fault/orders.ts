// An order of each control that a room applies, and what makes it possible there. A control more does not compile without
// its row. Called by repeats.test.ts.
import type { ControlAction, ControlOrder } from '../../schema/controls.ts';

/** The room in which it is given, and who sits there: `one` from the beginning, `two` once called for. */
export type Stand = {
  readonly one: string;
  readonly two: string;
  readonly elsewhere: string;
  /** Another order, which comes before. Resolves when the room has applied it. */
  order(action: ControlAction, says?: Says): Promise<void>;
  /** Comes after the start, and has to be let in by a proctor. */
  comeLate(): Promise<void>;
  /** The room has ended for good. */
  settled(): Promise<void>;
};
export type Says = Partial<Omit<ControlOrder, 'controlId' | 'action'>>;

type Row = {
  readonly says: (stand: Stand) => Says;
  /** What the room is when it is ordered; running unless said. */
  readonly room?: 'closed' | 'open';
  readonly first?: (stand: Stand) => Promise<unknown>;
};

const nothing = (): Says => ({});
const toOne = ({ one }: Stand): Says => ({ examineeIds: [one] });
const toTwo = ({ two }: Stand): Says => ({ examineeIds: [two] });
const comes = (stand: Stand) => stand.comeLate();

export const ORDERS: Readonly<Record<ControlAction, Row>> = {
  open: { room: 'closed', says: nothing },
  start: { room: 'open', says: () => ({ at: Date.now() + 4_500 }) },
  pause: { says: toOne },
  resume: { first: (stand) => stand.order('pause'), says: nothing },
  extend: { says: () => ({ extraMs: 60_000, time: 'incident' }) },
  end: { says: nothing },
  reopen: {
    async first(stand) {
      await stand.order('end');
      await stand.settled();
    },
    says: () => ({ reason: 'End pressed in the wrong room', extraMs: 120_000 }),
  },
  readmit: {
    first: (stand) => stand.order('remove', { ...toOne(stand), reason: 'taken for another' }),
    says: (stand) => ({ ...toOne(stand), extraMs: 30_000 }),
  },
  admit: { first: comes, says: toTwo },
  refuse: { first: comes, says: (stand) => ({ ...toTwo(stand), ground: 'late' }) },
  remove: { says: (stand) => ({ ...toOne(stand), reason: 'talks' }) },
  move: { says: (stand) => ({ ...toOne(stand), toRoomId: stand.elsewhere, seat: 'A1' }) },
  submit: { says: toOne },
  lock: { says: nothing },
  unlock: { first: (stand) => stand.order('lock', toOne(stand)), says: toOne },
  notice: { says: () => ({ text: 'Item 4: read B as C.', lifeMs: 3_600_000 }) },
  call: { says: (stand) => ({ ...toOne(stand), text: 'Look up, please.' }) },
  release: { says: toOne },
};
