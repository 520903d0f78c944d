// Draws what may happen to a sheet, as often as it happens there. Called by the model tests, the short and the long one.

import fc from 'fast-check';
import type { Step } from './sheet-model.ts';

const choice = fc.constantFrom('A', 'B', 'C');
const item = fc.integer({ min: 1, max: 3 });
const pick = fc.nat(30);
const again = fc.boolean();
const write: fc.Arbitrary<Step> = fc.record({ do: fc.constant('write' as const), item, choice });
const insert: fc.Arbitrary<Step> = fc.record({ do: fc.constant('insert' as const), pick, again });
const acknowledge: fc.Arbitrary<Step> = fc.record({ do: fc.constant('acknowledge' as const), pick, again });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: write },
  { weight: 6, arbitrary: insert },
  { weight: 6, arbitrary: acknowledge },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('resend' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tamper' as const), pick, choice }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('loseJob' as const, 'loseAcknowledgement' as const, 'failJob' as const),
      pick,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('addAgain' as const, 'readStore' as const, 'enter' as const, 'rebuild' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('submit' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'end' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20_000) }) },
);

/** Any order of steps, up to sixty. */
export const steps: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 60, size: 'max' });
