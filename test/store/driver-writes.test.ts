// What the driver does with a command whose socket has closed and has not said so yet: when a server dies under load, many
// commands begin in just that moment.
import assert from 'node:assert/strict';
import net, { type Socket } from 'node:net';
import { contentHash } from '../../exam/content-hash.ts';
import { newId } from '../../schema/ids.ts';
import type { QueuedAnswer } from '../../schema/jobs.ts';
import { openStore } from '../../store/open-store.ts';
import { freshMongodb } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

const planId = newId();
const answer = (counter: number): QueuedAnswer => {
  return [planId, counter, 1_000_000 + counter, `${counter}`, contentHash(`${counter}`), 1];
};

describe('a store whose sockets close', () => {
  it('[T55] throws for what is written to a socket that is closed and has not said so, and hangs for nothing', async () => {
    const server = await freshMongodb();
    const sockets: Socket[] = [];
    const connect = net.createConnection;
    net.createConnection = ((...args: Parameters<typeof connect>) => {
      const socket = connect(...args);
      sockets.push(socket);
      return socket;
    }) as typeof connect;
    const store = await openStore({ url: server.url, autoIndex: true, paperKey: TEST_PAPER_KEY }).finally(() => {
      net.createConnection = connect;
    });
    await store.answers.insert(planId, [answer(1)]);
    for (const socket of sockets) socket.destroy();
    await assert.rejects(store.answers.insert(planId, [answer(2)]), { name: 'StoreFault', code: 'STORE_UNAVAILABLE' });
    assert.deepEqual(await store.answers.insert(planId, [answer(2)]), { conflicts: [] });
    await store.close();
    await server.stop();
  });
});
