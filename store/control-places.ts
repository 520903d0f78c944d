// Stores controls, each with the next place among its plan's. What comes meanwhile waits and goes together: when hundreds of
// rooms begin late, each stores a control in the same moment, and one by one they would take each other's places for minutes.
// Must never leave a gap: who reads after a place would miss what comes into it later. Called by controls.ts.

import { controlFacts } from '../exam/audit-facts.ts';
import type { ControlDocument } from '../schema/documents/control.ts';
import { StoreFault } from './fault.ts';
import { gathered } from './gathering.ts';
import { carrying, duplicatesOf, validated } from './insertion.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

/** A control before it has its place. */
export type UnplacedControl = Omit<ControlDocument, 'sequence'>;
export type Issued = { readonly control: ControlDocument; readonly repeated: boolean };

/** How often places that another process took in between are tried anew. */
const TRIES = 100;

export function controlPlaces({ controls }: Pick<Models, 'controls'>): (control: UnplacedControl) => Promise<Issued> {
  const place = gathered(async (asked: readonly UnplacedControl[]) => {
    const placed = await Promise.all([...byPlan(asked)].map(([planId, own]) => placeAll(planId, own)));
    return asked.map(({ _id }, index) => {
      const issued = placed.flatMap((own) => own.get(_id) ?? [])[0];
      if (issued === undefined) throw new RangeError(`control ${_id} was given no place`);
      return { ...issued, repeated: issued.repeated || asked.findIndex((one) => one._id === _id) < index };
    });
  });

  async function placeAll(planId: string, asked: ReadonlyMap<string, UnplacedControl>): Promise<Map<string, Issued>> {
    const placed = new Map<string, Issued>();
    for (let tries = 0; tries < TRIES; tries++) {
      const open = [...asked.keys()].filter((id) => !placed.has(id));
      for (const control of await stored(open)) placed.set(control._id, { control, repeated: true });
      const rest = [...asked.values()].filter(({ _id }) => !placed.has(_id));
      if (rest.length === 0) return placed;
      const first = await nextSequence(planId);
      const documents = rest.map((control, index) => ({ ...control, sequence: first + index }));
      for (const control of documents.slice(0, await insertInOrder(documents)))
        placed.set(control._id, { control, repeated: false });
    }
    throw new StoreFault('STORE_UNAVAILABLE', 'others keep storing controls of this plan');
  }

  const stored = (ids: readonly string[]): Promise<ControlDocument[]> =>
    ids.length === 0
      ? Promise.resolve([])
      : controls
          .find({ _id: anyOf(ids) })
          .lean<ControlDocument[]>()
          .exec();

  async function nextSequence(planId: string): Promise<number> {
    const last = await controls
      .findOne({ planId })
      .sort({ sequence: -1 })
      .select({ sequence: 1 })
      .lean<{ sequence: number }>()
      .exec();
    return (last?.sequence ?? 0) + 1;
  }

  /** How many of these were stored before another process took the place of the next. */
  async function insertInOrder(documents: readonly ControlDocument[]): Promise<number> {
    const carriers = documents.map((document) => carrying(document, controlFacts(document)));
    const plain = await Promise.all(carriers.map((carrier) => validated(controls, carrier)));
    try {
      await controls.collection.insertMany(plain as never[], { ordered: true });
      return documents.length;
    } catch (error) {
      return duplicatesOf(error)[0]?.index ?? 0;
    }
  }

  return async (control) => {
    await validated(controls, { ...control, sequence: 1 }); // one that the store will never take must not stop others
    return place(control);
  };
}

/** Each id once, under its plan. */
function byPlan(asked: readonly UnplacedControl[]): Map<string, Map<string, UnplacedControl>> {
  const plans = new Map<string, Map<string, UnplacedControl>>();
  for (const control of asked) {
    const own = plans.get(control.planId) ?? new Map();
    plans.set(control.planId, own);
    if (!own.has(control._id)) own.set(control._id, control);
  }
  return plans;
}
