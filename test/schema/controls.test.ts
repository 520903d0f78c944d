// Which fields of a control go together is said twice: by what refuses them, and by what the document shows. Both are asked
// about every set of fields that there is.
import assert from 'node:assert/strict';
import { CONTROL_ACTIONS, ControlOrder, fieldsTogether } from '../../schema/controls.ts';
import { newId } from '../../schema/ids.ts';

const SAMPLES: Readonly<Record<string, unknown>> = {
  ...{ at: 1_800_000_000_000, extraMs: 60_000, time: 'incident', text: 'Quiet, please.', template: 'quiet' },
  ...{ mustConfirm: true, lifeMs: 60_000, examineeIds: [newId()], undoes: newId(), ground: 'other' },
  ...{ toRoomId: newId(), seat: 'A 1' },
};

type Branch = {
  readonly properties: {
    readonly action: { readonly const: string };
    readonly reason?: { readonly pattern: string };
    readonly examineeIds?: { readonly maxItems: number };
  };
  readonly required: readonly string[];
  readonly propertyNames: { readonly enum: readonly string[] };
};

const SHOWN = fieldsTogether([]).anyOf as Branch[];

/** As JSON Schema reads it. */
function isShown(order: Readonly<Record<string, unknown>>): boolean {
  return SHOWN.some(({ properties, required, propertyNames }) => {
    const { action, reason, examineeIds } = properties;
    const people = Array.isArray(order.examineeIds) ? order.examineeIds.length : 0;
    return (
      order.action === action.const &&
      required.every((name) => order[name] !== undefined) &&
      Object.keys(order).every((name) => propertyNames.enum.includes(name)) &&
      (reason === undefined || new RegExp(reason.pattern).test(String(order.reason))) &&
      people <= (examineeIds?.maxItems ?? people)
    );
  });
}

describe('the fields of controls', () => {
  it('go together in the document as they do where they are read', () => {
    const names = Object.keys(SAMPLES);
    let taken = 0;
    for (const action of CONTROL_ACTIONS)
      for (let set = 0; set < 2 ** names.length; set++) {
        const fields = Object.fromEntries(
          names.filter((_, bit) => set & (2 ** bit)).map((name) => [name, SAMPLES[name]]),
        );
        const order = { controlId: newId(), action, reason: 'why', ...fields };
        const { success } = ControlOrder.safeParse(order);
        if (success !== isShown(order)) assert.fail(`${success ? 'taken' : 'refused'}: ${JSON.stringify(order)}`);
        if (success) taken++;
      }
    assert.ok(taken > 50);
  });

  it('say why, and name one person for a seat, in both', () => {
    const two = [newId(), newId()];
    const orders = [
      ...CONTROL_ACTIONS.map((action) => ({ action, examineeIds: two, reason: ' ' })),
      { action: 'move', examineeIds: two, seat: 'A 1', reason: '' },
      { action: 'move', examineeIds: two.slice(1), seat: 'A 1', reason: '' },
    ].map((order) => ({ controlId: newId(), ...order }));
    for (const order of orders)
      assert.equal(isShown(order), ControlOrder.safeParse(order).success, JSON.stringify(order));
  });
});
