// A plan in which people go forward only: what the room takes, over a reload of the page and a death of its process.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { revisionOf } from '../../exam/revision.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('a room of a plan that goes forward only', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('room-navigation');
  });
  beforeEach(async () => {
    exam = await hall.exam({ rules: { navigation: 'forward' } });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const answer = (sitting: Sitting, item: number, counter: number, written?: number) => ({
    ...{ item, revision: revisionOf(sitting.fence, counter), response: 'B' },
    ...(written === undefined ? {} : { written }),
  });
  type Given = ReturnType<typeof answer>;
  const save = (sitting: Sitting, ...answers: Given[]) => sitting.send('answer.save', { answers });
  const isSaved = (sitting: Sitting, { revision }: Given) =>
    sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  const refusalOf = async (sitting: Sitting, { revision }: Given) => {
    const { refused } = await sitting.next('answer.refused', (one) => one.refused.some((r) => r.revision === revision));
    const found = refused.find((one) => one.revision === revision);
    return [found?.code, found?.retry];
  };

  it('refuses an item that was left, and takes the one where the person is', async () => {
    const sitting = await hall.sit(exam);
    const second = answer(sitting, 2, 1);
    save(sitting, second);
    await isSaved(sitting, second);
    const first = answer(sitting, 1, 2);
    save(sitting, first);
    assert.deepEqual(await refusalOf(sitting, first), ['ITEM_CLOSED', 'never']);
    const changed = answer(sitting, 2, 3);
    save(sitting, changed);
    await isSaved(sitting, changed);
    save(sitting, second);
    await sitting.next('answer.superseded');
    const { examinees, planId } = exam;
    const stored = await hall.store.answers.current(planId, examinees[0]?._id ?? '');
    assert.deepEqual(
      stored.map(({ item, revision }) => [item, revision]),
      [[2, changed.revision]],
    );
  });

  it('does so after a reload and after a death of its process, and takes what was written before that', async () => {
    const sitting = await hall.sit(exam, 0, 'page');
    const third = answer(sitting, 3, 5);
    save(sitting, third);
    await isSaved(sitting, third);
    const again = answer(sitting, 3, 6);
    save(sitting, again);
    await isSaved(sitting, again);
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await sitting.closed;
    const next = await hall.sit(exam, 0, 'another page');
    await until(async () => (await hall.roomStatus(exam)) === 'running');
    const left = answer(next, 2, 1);
    save(next, left);
    assert.deepEqual(await refusalOf(next, left), ['ITEM_CLOSED', 'never']);
    const waited = answer(next, 2, 2, revisionOf(sitting.fence, 4));
    save(next, waited);
    await isSaved(next, waited);
  });

  it('takes any order in a plan that says nothing', async () => {
    const free = await hall.exam();
    await hall.begin(free);
    const sitting = await hall.sit(free);
    for (const [counter, item] of [3, 1, 2].entries()) {
      const one = answer(sitting, item, counter + 1);
      save(sitting, one);
      await isSaved(sitting, one);
    }
  });
});
