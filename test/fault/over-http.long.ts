// [S17] Answers over HTTP while no rooms process lives: saved by what is stored, and known to the room that is made then.
import assert from 'node:assert/strict';
import { enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

describe('answers over HTTP while nobody leads the room', function () {
  this.timeout(120_000);
  let whole: WholeExam;
  before(async () => {
    whole = await openWholeExam('over-http', { layout: { api: 1, rooms: 1, workers: 1 }, examinees: 2 });
  });
  after(() => whole?.stop());

  it('[S17] are saved without rooms and without workers, and submitted when there is a room again', async () => {
    const witness = await whole.enter(1);
    await whole.begin();
    const { code = '', examineeId = '' } = whole.exam.roster[0] ?? {};
    const session = await enterExam({
      ...{ url: whole.system.url, code, deviceKey: 'device-0', storage: memoryOutbox() },
      open: (_reservation, { closed }) => {
        setTimeout(closed, 5, 1006);
        return { send: () => false, close() {} };
      },
    });
    session.answer(1, 'A');
    await until('the first is saved by the room', () => isSaved(session, 1), 30_000);
    await whole.system.kill('rooms-1');
    await whole.system.kill('workers-1');
    for (let item = 2; item <= 60; item++) session.answer(item, 'B');
    const items = Array.from({ length: 60 }, (_, index) => index + 1);
    await until('all are saved by what is stored', () => isSaved(session, ...items), 40_000);
    assert.equal((await whole.stored(0)).size, 60);
    await whole.system.start('rooms-1');
    await whole.system.start('workers-1');
    await until('somebody leads the room again', () => witness.link() === 'online', 40_000);
    const { revisions } = await session.submit();
    assert.equal(revisions.length, 60);
    assert.equal((await whole.store.sheets.get(examineeId))?.vector?.length, 60);
    await session.leave();
  });
});
