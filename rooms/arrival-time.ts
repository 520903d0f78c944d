// The time of a room with those who have come from other rooms: stored under the room's epoch, once for each move of each
// person. Called where somebody is taken in, and by recovery.
import { type Arrival, arrivalId, arrived } from '../exam/moving.ts';
import type { ControlDocument } from '../schema/documents/control.ts';
import type { ExamineeDocument } from '../schema/documents/room.ts';
import type { Store } from '../store/open-store.ts';
import type { LiveRoom } from './live-room.ts';

/** A person with the own last move. */
export function arrivalOf({ _id: examineeId, extraMs }: ExamineeDocument, moved: Arrival['moved']): Arrival {
  return { examineeId, extraMs, moved };
}

type Arriving = Pick<LiveRoom, 'roomId' | 'epoch' | 'facts' | 'appliedControls'>;
type TimeChange = Partial<Pick<LiveRoom['facts'], 'holds' | 'adjustments'>>;

/** Stores the room's time with who has come, once. Null: fenced. */
export async function storeArrival(
  { rooms }: Pick<Store, 'rooms'>,
  { roomId, epoch, facts, appliedControls }: Arriving,
  arrival: Arrival,
  controls: readonly ControlDocument[],
  now: number,
): Promise<TimeChange | null> {
  const id = arrivalId(arrival);
  if (appliedControls.has(id)) return {};
  const order = controls.find(({ _id }) => _id === arrival.moved.controlId)?.sequence ?? 0;
  const laterIds = new Set(controls.filter(({ sequence }) => sequence > order).map(({ _id }) => _id));
  const change = arrived(facts, arrival, laterIds, now);
  if (!(await rooms.applied(roomId, epoch, id, change))) return null;
  appliedControls.add(id);
  return change;
}

/** For a room that is being made: the facts with everybody who has come since it was last led. Null: fenced. */
export async function factsWithArrivals(
  store: Pick<Store, 'rooms' | 'controls'>,
  planId: string,
  arriving: Arriving,
  examinees: readonly ExamineeDocument[],
  now: number,
): Promise<LiveRoom['facts'] | null> {
  const { appliedControls } = arriving;
  const arrivals = examinees
    .flatMap((one) => (one.moved === undefined ? [] : [arrivalOf(one, one.moved)]))
    .filter((arrival) => !appliedControls.has(arrivalId(arrival)));
  if (arrivals.length === 0) return arriving.facts;
  const controls = await store.controls.forPlan(planId, 0);
  let { facts } = arriving;
  for (const arrival of arrivals) {
    const change = await storeArrival(store, { ...arriving, facts }, arrival, controls, now);
    if (change === null) return null;
    facts = { ...facts, ...change };
  }
  return facts;
}
