// Gathering of questions: each gets its own answer, a quiet system asks at once, a storm asks seldom.
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { gathered, gatheredLists } from '../../store/gathering.ts';

describe('gathering', () => {
  it('asks at once what comes alone', async () => {
    const requests: number[][] = [];
    const ask = gathered(async (questions: readonly number[]) => {
      requests.push([...questions]);
      return questions.map((question) => question * 2);
    });
    assert.equal(await ask(1), 2);
    assert.equal(await ask(2), 4);
    assert.deepEqual(requests, [[1], [2]]);
  });

  it('has one request under way, and at most 100 questions in it', async () => {
    const sizes: number[] = [];
    let underWay = 0;
    let most = 0;
    const ask = gathered(async (questions: readonly number[]) => {
      sizes.push(questions.length);
      most = Math.max(most, ++underWay);
      await turn();
      underWay--;
      return questions;
    });
    const all = Array.from({ length: 250 }, (_, index) => index);
    assert.deepEqual(await Promise.all(all.map(ask)), all);
    assert.equal(most, 1);
    assert.deepEqual(sizes, [100, 100, 50]);
  });

  it('gives each question its own answer, and rejects those of a failed request alone, in any order of events', async () => {
    const waits = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 60 });
    const property = fc.asyncProperty(waits, fc.nat({ max: 59 }), async (turns, poison) => {
      const ask = gathered(async (questions: readonly number[]) => {
        for (let left = turns[questions[0] ?? 0] ?? 0; left > 0; left--) await turn();
        if (questions.includes(poison)) throw new Error(`request of ${questions.join(' ')}`);
        return questions.map((question) => `answer ${question}`);
      });
      const outcomes = await Promise.allSettled(
        turns.map(async (count, question) => {
          for (let left = count; left > 0; left--) await turn();
          return ask(question);
        }),
      );
      for (const [question, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') assert.equal(outcome.value, `answer ${question}`);
        else assert.match(String(outcome.reason), new RegExp(`\\b${poison}\\b.*`));
      }
      if (poison < turns.length) assert.equal(outcomes[poison]?.status, 'rejected');
      assert.equal(await ask(1_000), 'answer 1000');
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('rejects where the answers are not as many as the questions', async () => {
    const ask = gathered(async (): Promise<number[]> => []);
    await assert.rejects(ask(1), RangeError);
  });

  it('joins lists that come at once, and resolves each when the request that carries it is done', async () => {
    const requests: (readonly number[])[] = [];
    const write = gatheredLists(async (all: readonly number[]) => {
      requests.push(all);
      await turn();
      if (all.includes(13)) throw new Error('unlucky');
    });
    const written = await Promise.allSettled([...[[1, 2], [3]].map(write), turn().then(() => write([4, 13]))]);
    assert.deepEqual(requests, [
      [1, 2, 3],
      [4, 13],
    ]);
    assert.deepEqual(
      written.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    );
  });
});
