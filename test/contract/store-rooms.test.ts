// The contract of stored rooms and sheets: a replaced owner writes nothing, a control is applied once, a sheet ends once.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newId } from '../../schema/ids.ts';
import type { Store } from '../../store/open-store.ts';
import { aRoom, newStore } from '../support/stored.ts';

describe('contract of the store: rooms', () => {
  let store: Store;
  const planId = newId();

  before(async () => {
    store = await newStore('contract-rooms');
  });
  after(() => store.close());

  async function stored(given = {}): Promise<string> {
    const room = aRoom(planId, given);
    await store.rooms.create([room]);
    return room._id;
  }

  it('raises the epoch for each owner, also for many at once', async () => {
    const id = await stored();
    const taken = await Promise.all(Array.from({ length: 10 }, () => store.rooms.take(id)));
    assert.deepEqual(
      taken.map((room) => room?.epoch ?? 0).sort((a, b) => a - b),
      Array.from({ length: 10 }, (_, index) => index + 1),
    );
    assert.equal(await store.rooms.take(newId()), null);
  });

  it('refuses the write of an owner that was replaced, and takes that of the present one', async () => {
    const id = await stored();
    await store.rooms.take(id);
    await store.rooms.take(id);
    assert.equal(await store.rooms.change(id, 1, { status: 'ended' }), null);
    assert.equal(await store.rooms.applied(id, 1, 'control', { status: 'ended' }), false);
    const changed = await store.rooms.change(id, 2, { status: 'open' });
    assert.deepEqual([changed?.status, changed?.appliedControls], ['open', []]);
  });

  it('stores until when rooms were served under the epoch of each, and nothing of an owner that was replaced', async () => {
    const [one, other] = [await stored({ epoch: 1 }), await stored({ epoch: 2 })];
    await store.rooms.served([]);
    await store.rooms.served([one, other].map((roomId) => ({ roomId, epoch: 1, servedUntil: 5_000 })));
    const found = await Promise.all([one, other].map((id) => store.rooms.get(id)));
    assert.deepEqual(
      found.map((room) => room?.servedUntil),
      [5_000, undefined],
    );
  });

  it('stores holds and adjustments with the control that makes them, in one write', async () => {
    const id = await stored({ epoch: 1 });
    const holds = [{ kind: 'person' as const, from: 5, to: 0, examineeIds: ['ada'] }];
    const more = { controlId: 'one', extraMs: 5, time: 'planned' as const, examineeIds: null, undoes: '' };
    await store.rooms.applied(id, 1, 'one', { holds, adjustments: [more] });
    await store.rooms.applied(id, 1, 'one', { holds: [], adjustments: [] });
    const room = await store.rooms.get(id);
    assert.deepEqual([room?.holds, room?.adjustments, room?.appliedControls], [holds, [more], ['one']]);
  });

  it('stores only what the newest owner writes, for any order of taking and writing', async () => {
    const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.nat({ max: 4 })), { maxLength: 15 });
    const property = fc.asyncProperty(steps, async (given) => {
      const id = await stored();
      let epoch = 0;
      let startsAt = 0;
      for (const [index, step] of given.entries()) {
        if (step === 'take') epoch = (await store.rooms.take(id))?.epoch ?? 0;
        else {
          const changed = await store.rooms.change(id, step, { startsAt: index + 1 });
          assert.equal(changed !== null, step === epoch);
          if (step === epoch) startsAt = index + 1;
        }
      }
      assert.deepEqual([(await store.rooms.get(id))?.epoch, (await store.rooms.get(id))?.startsAt], [epoch, startsAt]);
    });
    await fc.assert(property, { numRuns: 25 });
  });

  it('applies a control once: its repeat changes nothing, and is applied all the same', async () => {
    const id = await stored({ epoch: 1 });
    assert.ok(await store.rooms.applied(id, 1, 'start', { status: 'running', startsAt: 5_000 }));
    assert.ok(await store.rooms.applied(id, 1, 'start', { status: 'running', startsAt: 9_000 }));
    assert.ok(await store.rooms.applied(id, 1, 'notice', {}));
    assert.ok(await store.rooms.applied(id, 1, 'end', { endsAt: 7_000 }));
    const room = await store.rooms.get(id);
    assert.deepEqual([room?.startsAt, room?.endsAt, room?.appliedControls], [5_000, 7_000, ['start', 'notice', 'end']]);
  });

  it('applies those of many rooms that come at once, each by its own epoch and once', async () => {
    const ids = await Promise.all(Array.from({ length: 120 }, () => stored({ epoch: 2 })));
    const epochOf = (index: number) => (index % 3 === 0 ? 1 : 2);
    const apply = () =>
      Promise.all(ids.map((id, index) => store.rooms.applied(id, epochOf(index), 'lock', { startsAt: index })));
    const expected = ids.map((_, index) => epochOf(index) === 2);
    assert.deepEqual([await apply(), await apply()], [expected, expected]);
    assert.equal(await store.rooms.applied(newId(), 0, 'lock', {}), false);
    const rooms = await Promise.all(ids.map((id) => store.rooms.get(id)));
    for (const [index, room] of rooms.entries())
      assert.deepEqual(room?.appliedControls, epochOf(index) === 2 ? ['lock'] : []);
  });

  it('lists the rooms of plans that are not settled', async () => {
    const plan = newId();
    const rooms = [aRoom(plan), aRoom(plan, { settledAt: 5 })];
    await store.rooms.create(rooms);
    assert.deepEqual(await store.rooms.unfinished([plan, newId()]), [{ _id: rooms[0]?._id, planId: plan, epoch: 0 }]);
    assert.equal((await store.rooms.byPlan(plan)).length, 2);
  });

  it('inserts none of a list in which a label is taken', async () => {
    const plan = newId();
    await store.rooms.create([aRoom(plan, { label: '2-103' })]);
    await assert.rejects(store.rooms.create([aRoom(plan), aRoom(plan, { label: '2-103' })]), { name: 'RefusalError' });
    assert.equal((await store.rooms.byPlan(plan)).length, 1);
  });

  it('refuses a status that is none', async () => {
    const id = await stored({ epoch: 1 });
    await assert.rejects(store.rooms.change(id, 1, { status: 'closing' as never }), { code: 'STORE_REFUSED' });
  });
});

describe('contract of the store: sheets', () => {
  let store: Store;

  it('are reopened once by each control, also who had not ended when it came and has since', async () => {
    const roomId = newId();
    const [ended, going] = [newId(), newId()];
    const planId = newId();
    await store.sheets.create([ended, going].map((examineeId) => ({ examineeId, planId, roomId })));
    await store.sheets.begin([ended, going]);
    await store.sheets.end(ended, 'timed-out', [[1, 1_000_001]], 5);
    await store.sheets.settleRoom(roomId);
    const reopen = () => store.sheets.reopen([ended, going], 'control 1', 9);
    await reopen();
    const open = await store.sheets.get(ended);
    assert.deepEqual([open?.state, open?.vector, open?.endedAt, open?.filedAt], ['in-progress', null, 0, 0]);
    for (const id of [ended, going]) await store.sheets.end(id, 'submitted', [], 10);
    await reopen();
    for (const id of [ended, going]) assert.equal((await store.sheets.get(id))?.state, 'submitted');
    await store.sheets.settleRoom(roomId);
    await store.sheets.scored(planId);
    await store.sheets.reopen([ended], 'control 2', 11);
    assert.equal((await store.sheets.get(ended))?.state, 'in-progress');
  });

  const planId = newId();

  before(async () => {
    store = await newStore('contract-sheets');
  });
  after(() => store.close());

  async function stored(roomId = newId()): Promise<string> {
    const examineeId = newId();
    await store.sheets.create([{ examineeId, planId, roomId }]);
    return examineeId;
  }

  it('is empty, begins once, and ends with its vector', async () => {
    const id = await stored();
    assert.equal((await store.sheets.get(id))?.state, 'empty');
    await store.sheets.begin([id]);
    assert.equal((await store.sheets.get(id))?.state, 'in-progress');
    const ended = await store.sheets.end(id, 'submitted', [[1, 1_000_001]], 5_000);
    assert.deepEqual([ended.state, ended.vector, ended.endedAt], ['submitted', [[1, 1_000_001]], 5_000]);
    await store.sheets.begin([id]);
    assert.deepEqual(await store.sheets.get(id), ended);
  });

  it('ends once: whoever comes later gets what is stored', async () => {
    const id = await stored();
    const first = await store.sheets.end(id, 'submitted', [[1, 1_000_001]], 5_000);
    assert.deepEqual(await store.sheets.end(id, 'timed-out', [[1, 1_000_002]], 6_000), first);
  });

  it('has one end where many come at once, and all learn it', async () => {
    const id = await stored();
    const ends = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        store.sheets.end(id, index % 2 ? 'submitted' : 'timed-out', [[1, 1_000_001 + index]], index),
      ),
    );
    for (const end of ends) assert.deepEqual(end, ends[0]);
  });

  it('is ended by the owner of its room, and by none that another has followed', async () => {
    const id = await stored();
    const { roomId = '' } = (await store.sheets.get(id)) ?? {};
    await store.sheets.own(roomId, 2);
    const late = await store.sheets.end(id, 'timed-out', [], 5_000, { epoch: 1 });
    assert.deepEqual([late.state, late.vector], ['empty', null]);
    assert.equal((await store.sheets.end(id, 'submitted', [], 6_000, { epoch: 2 })).state, 'submitted');
  });

  it('stays ended when it is created again', async () => {
    const id = await stored();
    const ended = await store.sheets.end(id, 'timed-out', [], 5_000);
    await store.sheets.create([{ examineeId: id, planId, roomId: ended.roomId }]);
    assert.deepEqual(await store.sheets.get(id), ended);
  });

  it('says so where there is no sheet to end', async () => {
    await assert.rejects(store.sheets.end(newId(), 'submitted', [], 1), { code: 'STORE_MISSING' });
  });

  it('settles the ended sheets of a room, and then scores those of the plan', async () => {
    const roomId = newId();
    const plan = newId();
    const ids = [newId(), newId(), newId()];
    await store.sheets.create(ids.map((examineeId) => ({ examineeId, planId: plan, roomId })));
    const [a = '', b = '', c = ''] = ids;
    await store.sheets.end(a, 'submitted', [], 1);
    await store.sheets.end(b, 'timed-out', [], 1);
    assert.equal(await store.sheets.settleRoom(roomId), 2);
    await store.sheets.end(c, 'timed-out', [], 1);
    assert.equal(await store.sheets.settleRoom(roomId), 1);
    await store.sheets.scored(plan);
    assert.deepEqual(
      (await store.sheets.byRoom(roomId)).map(({ state }) => state),
      ['scored', 'scored', 'scored'],
    );
  });

  it('is without a file from its end until the file is written', async () => {
    const id = await stored();
    const unfiled = async () => (await store.sheets.unfiled(1_000)).some(({ _id }) => _id === id);
    assert.equal(await unfiled(), false);
    await store.sheets.end(id, 'submitted', [], 5_000);
    assert.equal(await unfiled(), true);
    await store.sheets.filed(id, 4_999);
    assert.equal(await unfiled(), true, 'a file from before the end is no file of this end');
    await store.sheets.filed(id, 5_001);
    assert.equal(await unfiled(), false);
  });

  it('is listed page by page', async () => {
    const plan = newId();
    const ids = Array.from({ length: 5 }, newId).sort();
    await store.sheets.create(ids.map((examineeId) => ({ examineeId, planId: plan, roomId: newId() })));
    const first = await store.sheets.byPlan(plan, { limit: 2 });
    const rest = await store.sheets.byPlan(plan, { limit: 9, after: first[1]?._id });
    assert.deepEqual(
      [...first, ...rest].map(({ _id }) => _id),
      ids,
    );
  });
});
