// Messages that nobody honest sends. Each is refused with a code, changes nothing, and the next honest one works.
import assert from 'node:assert/strict';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, type Hall, join, openHall, type Sitting } from '../support/hall.ts';
import '../support/parts.ts';

describe('a hostile client', () => {
  let hall: Hall;
  let exam: Exam;
  let sitting: Sitting;
  let counter = 0;
  before(async () => {
    hall = await openHall('room-hostile');
    exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    sitting = await hall.sit(exam);
  });
  after(() => hall.stop());

  /** The honest message after each dishonest one: it alone proves that nothing happened. */
  async function honest(): Promise<void> {
    const revision = revisionOf(sitting.fence, 1_000 + ++counter);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  }

  const MALFORMED: [string, unknown][] = [
    ['no object', 'text'],
    ['nothing', undefined],
    ['no answers', {}],
    ['an empty batch', { answers: [] }],
    ['an answer without a revision', { answers: [{ item: 1, response: 'A' }] }],
    ['a wrong item type', { answers: [{ item: 'one', revision: 1, response: 'A' }] }],
    ['a revision that is no integer', { answers: [{ item: 1, revision: 1.5, response: 'A' }] }],
    ['a negative revision', { answers: [{ item: 1, revision: -1, response: 'A' }] }],
    ['an object as response', { answers: [{ item: 1, revision: 1, response: { $ne: null } }] }],
    ['an extra key', { answers: [{ item: 1, revision: 1, response: 'A', examineeId: 'another' }] }],
    ['a prototype key', JSON.parse('{"answers":[{"item":1,"revision":1,"response":"A","__proto__":{"admin":true}}]}')],
    [
      'more answers than a batch holds',
      { answers: Array.from({ length: 101 }, () => ({ item: 1, revision: 1, response: 'A' })) },
    ],
  ];
  for (const [what, message] of MALFORMED) {
    it(`that sends ${what} is refused with MESSAGE_INVALID`, async () => {
      sitting.send('answer.save', message);
      const refused = await sitting.next('refused');
      assert.deepEqual([refused.type, refused.code, refused.retry], ['answer.save', 'MESSAGE_INVALID', 'never']);
      await honest();
    });
  }

  for (const type of ['exam.cheat', 'constructor', '__proto__', 'toString', '*']) {
    it(`that sends the unknown message ${type} is refused with MESSAGE_UNKNOWN`, async () => {
      sitting.send(type, {});
      assert.equal((await sitting.next('refused')).code, 'MESSAGE_UNKNOWN');
      await honest();
    });
  }

  it('that issues a control without being a proctor is refused with PERMISSION_DENIED', async () => {
    sitting.send('control.issue', { controlId: newId(), action: 'end' });
    assert.equal((await sitting.next('refused')).code, 'PERMISSION_DENIED');
    assert.equal(await hall.roomStatus(exam), 'running');
    await honest();
  });

  it('that answers with a revision of a stale fence is refused with SESSION_FENCED', async () => {
    const later = await hall.sit(exam, 1);
    const newest = await hall.sit(exam, 1);
    newest.send('answer.save', { answers: [{ item: 1, revision: revisionOf(later.fence, 5), response: 'A' }] });
    const { refused } = await newest.next('answer.refused');
    assert.deepEqual([refused[0]?.code, refused[0]?.retry], ['SESSION_FENCED', 'stop']);
    await honest();
  });

  it('that answers with a revision of a future fence is refused with REVISION_INVALID', async () => {
    sitting.send('answer.save', { answers: [{ item: 1, revision: revisionOf(sitting.fence + 7, 1), response: 'A' }] });
    assert.equal((await sitting.next('answer.refused')).refused[0]?.code, 'REVISION_INVALID');
    await honest();
  });

  it('that joins with a reservation of an older fence is not let in', async () => {
    const examineeId = exam.examinees[1]?._id ?? '';
    const reservation = await hall.directory.reserve(exam.roomId, {
      role: 'examinee',
      examineeId,
      planId: exam.planId,
      roomId: exam.roomId,
      fence: 1,
      entryId: newId(),
      fresh: false,
      readAt: Date.now(),
    });
    assert.ok(!isRefusal(reservation));
    await assert.rejects(join(hall.url, reservation));
    await honest();
  });

  it('[S3] that sends a message of 1 MB is closed with 1009, and nobody else notices', async () => {
    const other = await hall.sit(exam, 1);
    other.send('answer.save', {
      answers: [{ item: 5, revision: revisionOf(other.fence, 1), response: 'x'.repeat(1_000_000) }],
    });
    assert.equal(await other.closed, 1009);
    await honest();
  });

  it('[S3] that sends an essay of more than 64 KiB is refused, and one of 64 KiB is saved', async () => {
    const hangul = '가'.repeat(22_000);
    sitting.send('answer.save', {
      answers: [{ item: 5, revision: revisionOf(sitting.fence, 2_001), response: hangul }],
    });
    assert.equal((await sitting.next('answer.refused')).refused[0]?.code, 'ANSWER_TOO_LARGE');
    const revision = revisionOf(sitting.fence, 2_002);
    sitting.send('answer.save', { answers: [{ item: 5, revision, response: 'x'.repeat(65_536) }] });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  });

  it('[S2] that sends faster than it may is answered BUSY and stays connected', async () => {
    const answers = (revision: number) => ({ answers: [{ item: 2, revision, response: 'A' }] });
    for (let index = 0; index < 150; index++)
      sitting.send('answer.save', answers(revisionOf(sitting.fence, 3_000 + index)));
    const { refused } = await sitting.next('answer.refused', ({ refused }) =>
      refused.some(({ code }) => code === 'BUSY'),
    );
    assert.deepEqual([refused[0]?.retry, typeof refused[0]?.retryAfterMs], ['later', 'number']);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await honest();
  });

  it('that sends a broken frame is not answered, and the room goes on', async () => {
    sitting.room.connection.send(new Uint8Array([13, 0xa9, 0xff, 0xff, 0x00, 0xc1, 0xc1]));
    sitting.room.connection.send(new Uint8Array([200, 1, 2, 3]));
    sitting.room.connection.send(new Uint8Array([]));
    await honest();
  });
});
