// The model of the sheet for longer: what one run in a hundred thousand finds.

import fc from 'fast-check';
import { holdsFor } from './seed.ts';
import { newWorld, settle, step } from './sheet-model.ts';
import { steps } from './sheet-steps.ts';

describe('answer sheet, in very many orders of events', () => {
  it('[S1] [S4] [S5] [S8] holds in half a million of them', function () {
    this.timeout(30 * 60_000);
    holdsFor(
      fc.property(steps, (list) => {
        const world = newWorld(new Map());
        for (const next of list) step(world, next);
        settle(world);
      }),
      500_000,
    );
  });
});
