// [S17] What an admin writes in for a person goes the way of every answer: the room's owner takes it under the fence of the
// session that was taken, the store has it behind its signed root, and it counts. Over real MongoDB, Redis and workers.
import assert from 'node:assert/strict';
import type { ApiParts } from '../../api/parts.ts';
import { registerAnswers } from '../../api/registering.ts';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';

const OFFLINE_MS = 600;

describe('answers that an admin registers, in the room', function () {
  this.timeout(30_000);
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('registered-answers');
    exam = await hall.exam({ examinees: 3, rules: { offlineMs: OFFLINE_MS } });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const idOf = (index: number) => exam.examinees[index]?._id ?? '';
  const register = (index: number, answers: { item: number; response: string }[], entryId = newId()) => {
    const parts = { store: hall.store, road: hall.road, onTheRoad: { run: (work: () => unknown) => work() } };
    const subject = { role: 'admin', subjectId: 'an admin', tokenHash: '' } as const;
    const asked = { answers, reason: 'a test', subject, entryId, at: Date.now() };
    return registerAnswers(parts as unknown as ApiParts, idOf(index), asked);
  };
  const patiently = async (index: number, answers: { item: number; response: string }[]) => {
    let reply = await register(index, answers);
    await until(async () => {
      if (!isRefusal(reply) || reply.refused !== 'SESSION_ONGOING') return true;
      reply = await register(index, answers);
      return false;
    });
    if (isRefusal(reply)) throw new Error(reply.refused);
    return reply;
  };

  it('wait until the person’s link is offline, go before what was there, and fence what the device still holds', async () => {
    const sitting = await hall.sit(exam, 0);
    sitting.send('answer.save', { answers: [{ item: 1, revision: revisionOf(1, 1), response: 'A' }] });
    await sitting.next('answer.saved');
    const refused = await register(0, [{ item: 1, response: 'C' }]);
    assert.ok(isRefusal(refused) && refused.refused === 'SESSION_ONGOING');
    assert.equal((await hall.store.examinees.get(idOf(0)))?.fence, 1);
    await sitting.leave();
    const { fence, saved } = await patiently(0, [
      { item: 1, response: 'C' },
      { item: 2, response: 'B' },
    ]);
    assert.deepEqual(
      [fence, saved],
      [
        2,
        [
          [1, revisionOf(2, 1)],
          [2, revisionOf(2, 2)],
        ],
      ],
    );
    const current = await hall.store.answers.current(exam.planId, idOf(0));
    assert.deepEqual(
      current.map(({ item, response }) => [item, response]),
      [
        [1, 'C'],
        [2, 'B'],
      ],
    );
    const history = await hall.store.answers.history(exam.planId, idOf(0), 1);
    assert.deepEqual(
      history.map(({ response }) => response),
      ['A', 'C'],
    );
    const { roots } = await hall.store.answers.proofs(exam.planId, idOf(0), null);
    assert.ok(roots.length > 0);
    await until(
      async () => (await hall.redis.hget(redisKeys.sheet(exam.planId, idOf(0)), '2'))?.endsWith('"B"') === true,
    );
    const old = { examineeId: idOf(0), fence: 1, deviceKey: 'device' };
    const late = await hall.road.answers({ roomId: exam.roomId, isSettled: false }, old, [
      { item: 3, revision: revisionOf(1, 2), response: 'A' },
    ]);
    assert.ok(isRefusal(late) && late.refused === 'SESSION_FENCED');
  });

  it('bring in who never came, and the own device goes on from there as if it were the first', async () => {
    const { fence } = await patiently(1, [{ item: 4, response: 'D' }]);
    assert.equal(fence, 1);
    await until(async () => (await hall.store.examinees.get(idOf(1)))?.status === 'answering');
    const sitting = await hall.sit(exam, 1);
    assert.equal(sitting.fence, 2);
    sitting.send('answer.save', { answers: [{ item: 4, revision: revisionOf(2, 1), response: 'A' }] });
    await sitting.next('answer.saved');
    await sitting.leave();
  });

  it('may come one after the other, whatever their pace, and say nothing of the person', async () => {
    for (const response of ['A', 'B', 'C'])
      await register(
        2,
        [1, 2, 3, 4].map((item) => ({ item, response })),
      );
    const current = await hall.store.answers.current(exam.planId, idOf(2));
    assert.deepEqual(new Set(current.map(({ response }) => response)), new Set(['C']));
    const raised = await hall.store.incidents.byPlan(exam.planId, {}, { limit: 10 });
    assert.deepEqual(
      raised.filter(({ examineeId }) => examineeId === idOf(2)),
      [],
    );
  });

  it('count when the sheet ends, beside what the person wrote', async () => {
    await hall.control(exam, 'submit', { examineeIds: [idOf(0)], roomId: exam.roomId });
    await until(async () => (await hall.store.sheets.get(idOf(0)))?.state === 'submitted');
    const sheet = await hall.store.sheets.get(idOf(0));
    assert.deepEqual(sheet?.vector, [
      [1, revisionOf(2, 1)],
      [2, revisionOf(2, 2)],
    ]);
    const { saved } = await patiently(0, [{ item: 3, response: 'D' }]);
    const after = await hall.store.sheets.get(idOf(0));
    assert.deepEqual(after?.vector, [...(sheet?.vector ?? []), saved[0]]);
  });
});
