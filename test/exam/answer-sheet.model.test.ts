// The sheet against its model: any order of answers, sessions, acknowledgements, losses, submits, controls and rebuilds.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { holdsFor } from './seed.ts';
import { newWorld, type Step, settle, step } from './sheet-model.ts';

const choice = fc.constantFrom('A', 'B', 'C');
const item = fc.integer({ min: 1, max: 3 });
const pick = fc.nat(30);
const again = fc.boolean();
const write: fc.Arbitrary<Step> = fc.record({ do: fc.constant('write' as const), item, choice });
const insert: fc.Arbitrary<Step> = fc.record({ do: fc.constant('insert' as const), pick, again });
const acknowledge: fc.Arbitrary<Step> = fc.record({ do: fc.constant('acknowledge' as const), pick, again });
const steps: fc.Arbitrary<Step> = fc.oneof(
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

describe('answer sheet, in any order of events', () => {
  const counts = new Map<string, number>();

  it('[S1] [S4] [S5] [S8] says saved only of what is stored, loses no highest revision, takes nothing after the end', function () {
    this.timeout(60_000);
    holdsFor(
      fc.property(fc.array(steps, { maxLength: 60, size: 'max' }), (list) => {
        const world = newWorld(counts);
        for (const next of list) step(world, next);
        settle(world);
      }),
      4_000,
    );
  });

  it('has seen every verdict and refusal that it is about', () => {
    const verdicts = [
      'take',
      'pending',
      'saved',
      'superseded',
      'durable saved',
      'durable superseded',
      'durable current',
      'conflict acknowledged',
      'failed',
    ];
    const refusals = ['ANSWER_CONFLICT', 'ANSWER_LATE', 'SESSION_FENCED', 'SHEET_SUBMITTED', 'SHEET_SUBMITTING'];
    const submits = ['submitted', 'submit wait', 'submit end', 'submit SUBMIT_INCOMPLETE', 'submit ANSWER_LATE'];
    for (const seen of [...verdicts, ...refusals, ...submits])
      assert.ok((counts.get(seen) ?? 0) >= 20, `${seen}: ${counts.get(seen) ?? 0}`);
  });
});
