// Production's own command with a handler that throws or leaves a rejection that nobody hears: nobody else notices, and a
// process that ends of a bug says so and lets everybody go on in the next one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExamSession } from '../../client/session.ts';
import { colyseusSocket, type Socket } from '../../client/socket.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { FLOATS, FLOATS_AS_A_BUG, THROWS } from './throwing-fixture.ts';
import '../support/parts.ts';

describe('a handler that throws in production', function () {
  this.timeout(60_000);
  let whole: WholeExam;
  let thrower: ExamSession;
  let neighbour: ExamSession;
  const sockets: Socket[] = [];
  before(async () => {
    const fixture = new URL('./throwing-fixture.ts', import.meta.url).href;
    whole = await openWholeExam('throwing', { examinees: 2, env: { NODE_OPTIONS: `--import=${fixture}` } });
  });
  after(() => whole?.stop());

  const log = () => readFileSync(join(whole.folder, 'rooms-1.log'), 'utf8');

  it('[T29] ends neither the process nor the room, and nothing of it is taken for saved', async () => {
    const real = colyseusSocket(whole.system.url);
    const open: typeof real = (reservation, handlers) => {
      const socket = real(reservation, handlers);
      sockets.push(socket);
      return socket;
    };
    [thrower, neighbour] = [await whole.enter(0, { open }), await whole.enter(1)];
    await whole.begin();
    const pid = whole.system.pid('rooms-1');
    for (let round = 0; round < 3; round++) sockets.at(-1)?.send('heartbeat', { sentAt: THROWS });
    await until('it has thrown', () => log().split('thrown on purpose').length > 3);
    for (const session of [thrower, neighbour]) session.answer(1, 'A');
    await until('both go on', () => isSaved(thrower, 1) && isSaved(neighbour, 1));
    assert.equal(whole.system.pid('rooms-1'), pid);
    assert.equal(neighbour.link(), 'online');
    assert.ok(log().includes('a room hook threw'), 'it is told in the log');
  });

  it('[T2] lives on with a rejection of its framework that nobody heard, as Redis causes them', async () => {
    const pid = whole.system.pid('rooms-1');
    sockets.at(-1)?.send('heartbeat', { sentAt: FLOATS });
    await until('it has floated', () => log().includes('unhandled rejection'));
    for (const session of [thrower, neighbour]) session.answer(2, 'A');
    await until('both go on', () => isSaved(thrower, 2) && isSaved(neighbour, 2));
    assert.equal(whole.system.pid('rooms-1'), pid);
  });

  it('[T2] stops in order after one that is a bug, and everybody goes on in the next process', async () => {
    sockets.at(-1)?.send('heartbeat', { sentAt: FLOATS_AS_A_BUG });
    await until('it has ended', () => whole.system.pid('rooms-1') === undefined);
    assert.ok(log().includes('floats on purpose') && log().includes('"reason":"a bug"'), 'it is told in the log');
    for (const session of [thrower, neighbour]) session.answer(3, 'A');
    await whole.system.start('rooms-1');
    await until('both go on', () => isSaved(thrower, 3) && isSaved(neighbour, 3), 30_000);
  });
});
