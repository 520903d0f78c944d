// What many rooms ask for at once is done once.
import assert from 'node:assert/strict';
import { sharedCall } from '../../rooms/shared-call.ts';

describe('a shared call', () => {
  it('does its work once for everybody who asks in the same turn, and again for who asks later', async () => {
    let count = 0;
    const call = sharedCall(async () => void count++);
    await Promise.all(Array.from({ length: 400 }, () => call()));
    assert.equal(count, 1);
    await call();
    assert.equal(count, 2);
  });

  it('begins anew for who asks while the work is under way, because the work may have looked already', async () => {
    const begun: PromiseWithResolvers<void>[] = [];
    const call = sharedCall(() => {
      const work = Promise.withResolvers<void>();
      begun.push(work);
      return work.promise;
    });
    const first = call();
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.resolve();
    const second = call();
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.resolve();
    assert.equal(begun.length, 2);
    for (const work of begun) work.resolve();
    await Promise.all([first, second]);
  });

  it('tells everybody of a failure, and works again after it', async () => {
    let isAway = true;
    const call = sharedCall(async () => {
      if (isAway) throw new Error('away');
    });
    const outcomes = await Promise.allSettled([call(), call()]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    isAway = false;
    await call();
  });
});
