// Reads that those share who ask at once: how many there are, and that nobody is given what was read before he asked.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { createSharedReads } from '../../api/shared-reads.ts';

describe('shared reads', () => {
  it('are one at a time for an id, and one for all who ask while it runs', async () => {
    const reads: PromiseWithResolvers<string>[] = [];
    const shared = createSharedReads<string>(() => {
      const one = Promise.withResolvers<string>();
      reads.push(one);
      return one.promise;
    });
    const first = shared.get('a');
    const later = [shared.get('a'), shared.get('a')];
    const other = shared.get('b');
    assert.equal(reads.length, 2, 'one for each id');
    reads[0]?.resolve('before');
    assert.equal(await first, 'before');
    await setImmediate();
    assert.equal(reads.length, 3);
    reads[2]?.resolve('after');
    assert.deepEqual(await Promise.all(later), ['after', 'after']);
    reads[1]?.resolve('of b');
    assert.equal(await other, 'of b');
    await setImmediate();
    const alone = shared.get('a');
    assert.equal(reads.length, 4, 'nothing is kept');
    reads[3]?.resolve('anew');
    assert.equal(await alone, 'anew');
  });

  it('fail for those alone who share the read that failed', async () => {
    let reads = 0;
    const shared = createSharedReads(async () => {
      await setImmediate();
      if (++reads === 1) throw new Error('away');
      return reads;
    });
    const [first, second] = [shared.get('a'), shared.get('a')];
    await assert.rejects(first, /away/);
    assert.equal(await second, 2);
  });

  it('never give what was read before somebody asked, whatever ends when', async () => {
    const step = fc.constantFrom('ask', 'end', 'fail', 'change');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        let truth = 0;
        const under: { value: number; one: PromiseWithResolvers<number> }[] = [];
        const shared = createSharedReads<number>(() => {
          const one = Promise.withResolvers<number>();
          under.push({ value: truth, one });
          return one.promise;
        });
        const asked: Promise<void>[] = [];
        const ask = (since: number): Promise<void> =>
          shared.get('a').then(
            (value) => assert.ok(value >= since, `${value} was true before ${since}`),
            () => undefined,
          );
        for (const what of steps) {
          if (what === 'ask') asked.push(ask(truth));
          else if (what === 'change') truth++;
          else {
            const ended = under.shift();
            if (what === 'end') ended?.one.resolve(ended.value);
            else ended?.one.reject(new Error('away'));
            await setImmediate();
          }
        }
        const settled = Promise.all(asked);
        for (let left = steps.length + 1; left > 0; left--) {
          const ended = under.shift();
          ended?.one.resolve(ended.value);
          await setImmediate();
        }
        await settled;
      }),
    );
  });
});
