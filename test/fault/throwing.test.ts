// Production's own command with a handler that throws: no process ends, and nobody else notices.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { colyseusSocket, type Socket } from '../../client/socket.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { THROWS } from './throwing-fixture.ts';
import '../support/parts.ts';

describe('a handler that throws in production', function () {
  this.timeout(60_000);
  let whole: WholeExam;
  before(async () => {
    const fixture = new URL('./throwing-fixture.ts', import.meta.url).href;
    whole = await openWholeExam('throwing', { examinees: 2, env: { NODE_OPTIONS: `--import=${fixture}` } });
  });
  after(() => whole?.stop());

  it('[T29] ends neither the process nor the room, and nothing of it is taken for saved', async () => {
    const real = colyseusSocket(whole.system.url);
    const sockets: Socket[] = [];
    const open: typeof real = (reservation, handlers) => {
      const socket = real(reservation, handlers);
      sockets.push(socket);
      return socket;
    };
    const [thrower, neighbour] = [await whole.enter(0, { open }), await whole.enter(1)];
    await whole.begin();
    const pid = whole.system.pid('rooms-1');
    for (let round = 0; round < 3; round++) sockets.at(-1)?.send('heartbeat', { sentAt: THROWS });
    const log = () => readFileSync(join(whole.folder, 'rooms-1.log'), 'utf8');
    await until('it has thrown', () => log().split('thrown on purpose').length > 3);
    for (const session of [thrower, neighbour]) session.answer(1, 'A');
    await until('both go on', () => isSaved(thrower, 1) && isSaved(neighbour, 1));
    assert.equal(whole.system.pid('rooms-1'), pid);
    assert.equal(neighbour.link(), 'online');
    assert.ok(log().includes('a room hook threw'), 'it is told in the log');
  });
});
