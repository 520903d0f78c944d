// How a process of the api leaves: said first, then no new connections, and what is under way is answered.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLeaveTaking } from '../../api/leave-taking.ts';

const NOTICE_MS = 200;

describe('a process that leaves', () => {
  let server: Server;
  let answerSlow: () => void;
  const agent = new Agent({ keepAlive: true });
  const leaving = createLeaveTaking(NOTICE_MS);
  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/slow') answerSlow = () => response.end('late');
      else response.end('at once');
    });
    leaving.watch(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => agent.destroy());

  async function ask(path: string): Promise<IncomingMessage> {
    const { port } = server.address() as AddressInfo;
    const [response] = (await once(get({ port, path, agent }), 'response')) as [IncomingMessage];
    response.resume();
    return response;
  }

  it('serves during its notice, on connections that it ends, then takes none, and waits for what is under way', async () => {
    const { port } = server.address() as AddressInfo;
    assert.deepEqual([leaving.isLeaving(), (await ask('/')).headers.connection], [false, 'keep-alive']);
    const slow = ask('/slow');
    await sleep(20);
    let isGone = false;
    const left = leaving.leave(server).then(() => {
      isGone = true;
    });
    assert.equal(leaving.isLeaving(), true);
    const during = await ask('/');
    assert.deepEqual([during.statusCode, during.headers.connection], [200, 'close']);
    await sleep(2 * NOTICE_MS);
    await assert.rejects(once(get({ port, path: '/' }), 'response'), /ECONNREFUSED/);
    assert.equal(isGone, false, 'a request is under way');
    answerSlow();
    assert.equal((await slow).headers.connection, 'close');
    await left;
  });
});
