// A link that is spoiled does to bytes what TCP may do: nothing is lost or out of order but with its connection, and what
// was done is counted.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultProxy, openFaultProxy } from '../../chaos/proxy.ts';
import { seededRandom } from '../../loadtest/random.ts';
import { until } from '../workers/worker-parts.ts';

describe('a link under chaos', () => {
  let server: Server;
  let proxy: FaultProxy;
  const accepted: Socket[] = [];
  before(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      accepted.push(socket);
      socket.on('data', (chunk) => socket.write(chunk));
      socket.on('end', () => socket.end());
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    proxy = await openFaultProxy({ target: `127.0.0.1:${port}`, random: seededRandom('links') });
  });
  afterEach(async () => {
    proxy.pass();
    await until('nothing is open', () => proxy.openCount() === 0);
  });
  after(async () => {
    await proxy.close();
    server.close();
  });

  function open(): { socket: Socket; heard: () => string; ended: () => string } {
    const socket = connect({ host: '127.0.0.1', port: Number(proxy.address.split(':')[1]) });
    let text = '';
    let end = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('end', () => {
      end = 'end';
    });
    socket.on('error', () => {
      end = 'error';
    });
    return { socket, heard: () => text, ended: () => end };
  }

  it('passes everything, and a goodbye', async () => {
    const { socket, heard, ended } = open();
    socket.end('hello');
    await until('it is back', () => heard() === 'hello' && ended() === 'end');
  });

  it('holds back what goes one way, and not what goes the other, until it passes again', async () => {
    const { socket, heard } = open();
    socket.write('1');
    await until('it is open', () => heard() === '1');
    proxy.spoil('down', { hole: true });
    const { held } = proxy.bites;
    socket.write('2');
    await sleep(100);
    assert.equal(heard(), '1');
    assert.ok(proxy.bites.held > held);
    proxy.pass();
    socket.write('3');
    await until('all is back in order', () => heard() === '123');
    socket.destroy();
  });

  it('keeps it from a side that the other one has gone, while it is half open', async () => {
    const { socket, heard, ended } = open();
    socket.write('1');
    await until('it is open', () => heard() === '1');
    proxy.spoil('both', { hole: true });
    accepted.at(-1)?.resetAndDestroy();
    await sleep(100);
    assert.equal(ended(), '');
    proxy.pass();
    await until('it is told', () => ended() === 'error');
  });

  it('delays and slices in order, and counts what it did', async () => {
    const { socket, heard } = open();
    const before = { ...proxy.bites };
    proxy.spoil('up', { delayMs: 40 });
    proxy.spoil('down', { sliceBytes: 1 });
    const startedAt = performance.now();
    for (const word of ['one ', 'two ', 'three']) socket.write(word);
    await until('all is back', () => heard() === 'one two three');
    assert.ok(performance.now() - startedAt >= 20);
    assert.ok(proxy.bites.delayed > before.delayed && proxy.bites.sliced > before.sliced);
    socket.destroy();
  });

  it('is cut for both sides, and lets whoever comes next pass', async () => {
    const { socket, heard, ended } = open();
    socket.write('1');
    await until('it is open', () => heard() === '1');
    const { cut } = proxy.bites;
    proxy.cut();
    await until('it is cut', () => ended() === 'error');
    assert.equal(proxy.bites.cut, cut + 1);
    const next = open();
    next.socket.write('2');
    await until('the next one passes', () => next.heard() === '2');
    next.socket.destroy();
  });
});
