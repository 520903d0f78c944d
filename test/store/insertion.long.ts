// A repeat right after the death of the store. Among the long tests because of a fault that is open: on a machine whose
// processors are all taken, the insert sometimes hangs for more than a minute, and this test is red then, as it should be.
import assert from 'node:assert/strict';
import { contentHash } from '../../exam/content-hash.ts';
import { newId } from '../../schema/ids.ts';
import type { QueuedAnswer } from '../../schema/jobs.ts';
import { openStore } from '../../store/open-store.ts';
import { freshMongodb } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

describe('a repeat while the store is dead', () => {
  const planId = newId();
  const examineeId = newId();
  const answer = (counter: number): QueuedAnswer => {
    return [examineeId, counter, 1_000_000 + counter, `${counter}`, contentHash(`${counter}`), 1];
  };

  it('[T47] throws for a repeat too while nothing answers, though the answer is stored', async () => {
    const server = await freshMongodb();
    const store = await openStore({ url: server.url, autoIndex: true, paperKey: TEST_PAPER_KEY });
    await store.answers.insert(planId, [answer(1)]);
    await server.kill();
    await assert.rejects(store.answers.insert(planId, [answer(1)]), { name: 'StoreFault', code: 'STORE_UNAVAILABLE' });
    await store.close();
    await server.stop();
  });
});
