// How a simulated examinee gets to the recorded responses.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededRandom } from '../../loadtest/random.ts';
import { answerScript, bursts, type Step } from '../../loadtest/replay/answer-script.ts';

const OPTIONS = ['A', 'B', 'C', 'D'];
const responses = fc.array(fc.option(fc.constantFrom(...OPTIONS), { nil: null }), { minLength: 1, maxLength: 200 });

function scriptOf(recorded: (string | null)[], seed: string): Step[] {
  return answerScript(
    { responses: recorded },
    recorded.map(() => OPTIONS),
    seededRandom(seed),
  );
}

describe('the script of a simulated examinee', () => {
  it('ends with exactly the recorded responses, whatever the seed', () => {
    fc.assert(
      fc.property(responses, fc.string(), (recorded, seed) => {
        const last = new Map(scriptOf(recorded, seed).map(({ item, response }) => [item, response]));
        assert.deepEqual(
          recorded.map((_, item) => last.get(item) ?? null),
          recorded,
        );
      }),
    );
  });

  it('is the same for the same seed, and another for another one', () => {
    const recorded = Array.from({ length: 170 }, (_, item) => OPTIONS[item % 4] ?? null);
    assert.deepEqual(scriptOf(recorded, 'one'), scriptOf(recorded, 'one'));
    assert.notDeepEqual(scriptOf(recorded, 'one'), scriptOf(recorded, 'two'));
  });

  it('changes its mind about some items, omitted ones among them', () => {
    const scripts = Array.from({ length: 50 }, (_, person) =>
      scriptOf([...Array(99).fill('A'), null], `person ${person}`),
    );
    const changes = scripts.flat().length - 50 * 99;
    assert.ok(changes > 100 && changes < 700, `${changes} changes of mind in 5,000 responses`);
    assert.ok(
      scripts.some((steps) => steps.some(({ response }) => response === null)),
      'no omitted item was ever answered',
    );
  });

  it('is cut into bursts that have no item twice', () => {
    fc.assert(
      fc.property(responses, fc.integer({ min: 1, max: 10 }), (recorded, size) => {
        const steps = scriptOf(recorded, 'seed');
        const cut = bursts(steps, size);
        assert.deepEqual(cut.flat(), steps);
        for (const burst of cut) {
          assert.ok(burst.length > 0 && burst.length <= size);
          assert.equal(new Set(burst.map(({ item }) => item)).size, burst.length);
        }
      }),
    );
  });
});
