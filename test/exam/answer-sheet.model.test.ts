// The sheet against its model: any order of answers, sessions, acknowledgements, losses, submits, controls and rebuilds.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { holdsFor } from './seed.ts';
import { newWorld, settle, step } from './sheet-model.ts';
import { steps } from './sheet-steps.ts';

describe('answer sheet, in any order of events', () => {
  const counts = new Map<string, number>();

  it('[S1] [S4] [S5] [S8] says saved only of what is stored, loses no highest revision, takes nothing after the end', function () {
    this.timeout(60_000);
    holdsFor(
      fc.property(steps, (list) => {
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
