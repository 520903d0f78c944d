// The contract of stored examinees: the rules of the fence, status by compare-and-set, and display fields that never
// go back.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SYSTEM } from '../../exam/audit-facts.ts';
import { newId } from '../../schema/ids.ts';
import type { Store } from '../../store/open-store.ts';
import { anExaminee, newStore } from '../support/stored.ts';

describe('contract of the store: examinees', () => {
  let store: Store;
  const planId = newId();
  const roomId = newId();

  before(async () => {
    store = await newStore('contract-examinees');
  });
  after(() => store.close());

  async function stored(given = {}): Promise<string> {
    const examinee = anExaminee(planId, roomId, given);
    await store.examinees.create([examinee]);
    return examinee._id;
  }

  it('turns whom a control names once by its id, and nobody who is in another state', async () => {
    const [out, busy] = [await stored({ status: 'timed-out' }), await stored({ status: 'answering' })];
    const turn = () => store.examinees.turn([out, busy], 'control 1', ['timed-out', 'submitted'], 'answering');
    await turn();
    assert.deepEqual((await store.examinees.get(out))?.status, 'answering');
    await store.examinees.setStatus([out, busy], ['answering'], 'submitted');
    await turn();
    for (const id of [out, busy]) assert.equal((await store.examinees.get(id))?.status, 'submitted');
  });

  it('[S1] raises the fence with each new entry and returns the examinee as entered', async () => {
    const id = await stored();
    const first = await store.examinees.enter(id, 'entry 1', 'device 1');
    assert.deepEqual([first?.fence, first?.repeated, first?.examinee.status], [1, false, 'entered']);
    const second = await store.examinees.enter(id, 'entry 2', 'device 2');
    assert.deepEqual([second?.fence, second?.repeated], [2, false]);
    assert.deepEqual(second?.examinee, await store.examinees.get(id));
  });

  it('[S1] keeps the fence of an entry that comes again', async () => {
    const id = await stored();
    await store.examinees.enter(id, 'entry', 'device');
    const again = await store.examinees.enter(id, 'entry', 'device');
    assert.deepEqual([again?.fence, again?.repeated], [1, true]);
    assert.deepEqual(again?.examinee, await store.examinees.get(id));
  });

  it('[S1] gives each of many concurrent entries a fence of its own, and each repeat the one of its entry', async () => {
    const id = await stored();
    const entries = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.examinees.enter(id, `entry ${index}`, 'device')),
    );
    assert.deepEqual(
      entries.map((entry) => entry?.fence ?? 0).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    const other = await stored();
    const repeats = await Promise.all(
      Array.from({ length: 20 }, () => store.examinees.enter(other, 'entry', 'device')),
    );
    assert.ok(repeats.every((entry) => entry?.fence === 1));
    assert.equal(repeats.filter((entry) => entry?.repeated === false).length, 1);
  });

  it('[S1] never lowers a fence and raises it exactly with an entry unlike the last, for any entries', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.constantFrom('', '$code', 'a', 'b', '{"$ne":1}'), { maxLength: 8 }),
      async (ids) => {
        const id = await stored();
        let fence = 0;
        let last = '';
        for (const entryId of ids) {
          const repeated = fence > 0 && entryId === last;
          if (!repeated) fence += 1;
          const entry = await store.examinees.enter(id, entryId, '$label');
          assert.deepEqual([entry?.fence, entry?.repeated], [fence, repeated]);
          last = entryId;
        }
      },
    );
    await fc.assert(property, { numRuns: 30 });
  });

  it('[S1] gives entries of examinees who were read before, gathered, the fences that single entries would get', async () => {
    const orders = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.constantFrom('a', 'b', 'c')), {
      minLength: 1,
      maxLength: 12,
    });
    const property = fc.asyncProperty(orders, async (entries) => {
      const ids = [await stored(), await stored(), await stored()];
      const found = await Promise.all(ids.map((id) => store.examinees.get(id)));
      const outcomes = await Promise.all(
        entries.map(([who, entryId]) => {
          const examinee = found[who];
          assert.ok(examinee);
          return store.examinees.enterFound(examinee, entryId, 'the one device');
        }),
      );
      for (const [who, id] of ids.entries()) {
        const fences = new Map<number, string>();
        for (const [index, [whose, entryId]] of entries.entries()) {
          if (whose !== who) continue;
          const fence = outcomes[index]?.fence ?? 0;
          assert.ok(fence > 0);
          assert.equal(fences.get(fence) ?? entryId, entryId, 'two entries with one fence');
          fences.set(fence, entryId);
        }
        const now = await store.examinees.get(id);
        assert.equal(now?.fence, Math.max(0, ...fences.keys()));
        if (now !== null && now.fence > 0) {
          assert.equal(now.entryId, fences.get(now.fence));
          assert.equal(now.deviceKey, 'the one device');
          assert.equal(now.status, 'entered');
        }
      }
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('[S1] does not let a session that was away take over from one that has followed since it was read', async () => {
    const id = await stored();
    await store.examinees.enter(id, 'first', 'device 1');
    const found = await store.examinees.get(id);
    assert.ok(found);
    await store.examinees.enter(id, 'second', 'device 2');
    assert.equal(await store.examinees.enterFound(found, 'first again', 'device 1', { fence: 1 }), null);
    const now = await store.examinees.get(id);
    assert.deepEqual([now?.fence, now?.entryId], [2, 'second']);
    const repeat = await store.examinees.enterFound(found, 'second', 'device 2', { fence: 1 });
    assert.deepEqual([repeat?.fence, repeat?.repeated], [2, true]);
  });

  it('[S11] lets one device alone take over by what was decided before, however many come at once', async () => {
    const id = await stored();
    await store.examinees.enter(id, 'page', 'first device');
    const found = await store.examinees.get(id);
    assert.ok(found);
    const others = ['b', 'c', 'd'];
    const entries = await Promise.all(
      others.map((name) => store.examinees.enterFound(found, `page ${name}`, `device ${name}`, { release: 'control' })),
    );
    assert.deepEqual(
      entries.filter((entry) => entry !== null).map(({ fence }) => fence),
      [2],
    );
    const now = await store.examinees.get(id);
    const winner = others[entries.findIndex((entry) => entry !== null)];
    assert.deepEqual([now?.deviceKey, now?.usedRelease, now?.fence], [`device ${winner}`, 'control', 2]);
    const same = await store.examinees.enterFound(found, 'page again', `device ${winner}`);
    assert.equal(same?.fence, 3, 'the device that has it takes it over at once');
    assert.equal((await store.examinees.get(id))?.usedRelease, 'control', 'no release is used by the same device');
    assert.equal(await store.examinees.enterFound(found, 'page z', 'device z'), null);
  });

  it('says what is stored where an examinee has changed since being read', async () => {
    const id = await stored();
    const found = await store.examinees.get(id);
    assert.ok(found);
    await store.examinees.setStatus([id], ['registered'], 'removed');
    const entry = await store.examinees.enterFound(found, 'entry', 'device');
    assert.equal(entry?.examinee.status, 'removed');
    assert.deepEqual(entry?.examinee, await store.examinees.get(id));
    assert.equal(await store.examinees.enterFound({ ...found, _id: newId() }, 'entry', 'device'), null);
  });

  it('lets only the registered and the absent become entered by an entry', async () => {
    for (const status of ['ready', 'answering', 'submitted', 'timed-out', 'removed'] as const) {
      const entry = await store.examinees.enter(await stored({ status }), 'entry', 'device');
      assert.deepEqual([entry?.examinee.status, entry?.fence], [status, 1]);
    }
    const absent = await store.examinees.enter(await stored({ status: 'absent' }), 'entry', 'device');
    assert.equal(absent?.examinee.status, 'entered');
  });

  it('returns null for an examinee that is not there', async () => {
    assert.equal(await store.examinees.enter(newId(), 'entry', 'device'), null);
  });

  it('changes the status of those that are in a named one, and counts them', async () => {
    const ids = [
      await stored({ status: 'entered' }),
      await stored({ status: 'ready' }),
      await stored({ status: 'removed' }),
    ];
    assert.equal(await store.examinees.setStatus(ids, ['entered', 'ready'], 'answering'), 2);
    assert.equal(await store.examinees.setStatus(ids, ['entered', 'ready'], 'answering'), 0);
    assert.equal((await store.examinees.get(ids[2] ?? ''))?.status, 'removed');
  });

  it('counts each status of a plan, also those that nobody is in', async () => {
    const plan = newId();
    await store.examinees.create([
      anExaminee(plan, roomId),
      anExaminee(plan, roomId),
      anExaminee(plan, roomId, { status: 'submitted' }),
    ]);
    const counts = await store.examinees.countByStatus(plan);
    assert.deepEqual([counts.registered, counts.submitted, counts.removed], [2, 1, 0]);
  });

  it('shows what is later by epoch and then by sequence, in whatever order it comes', async () => {
    const order = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 3 })), {
      selector: String,
      minLength: 1,
    });
    const property = fc.asyncProperty(order, async (rows) => {
      const examineeId = await stored();
      for (const [epoch, sequence] of rows) {
        await store.examinees.display([
          { examineeId, link: 'online', savedCount: epoch * 10 + sequence, lastSeenAt: 1, epoch, sequence },
        ]);
      }
      const shown = await store.examinees.get(examineeId);
      assert.equal(shown?.display.savedCount, Math.max(...rows.map(([epoch, sequence]) => epoch * 10 + sequence)));
    });
    await fc.assert(property, { numRuns: 20 });
  });

  it('is found by code, by room, and page by page by plan', async () => {
    const plan = newId();
    const room = newId();
    const examinees = Array.from({ length: 5 }, () => anExaminee(plan, room)).sort((a, b) => (a._id < b._id ? -1 : 1));
    await store.examinees.create(examinees);
    assert.deepEqual(await store.examinees.byCode(examinees[3]?.code ?? ''), examinees[3]);
    assert.equal(await store.examinees.byCode('no such code'), null);
    assert.deepEqual(await store.examinees.byRoom(room), examinees);
    const first = await store.examinees.byPlan(plan, { limit: 3 });
    const rest = await store.examinees.byPlan(plan, { limit: 3, after: first[2]?._id });
    assert.deepEqual([...first, ...rest], examinees);
  });

  it('inserts none of a list in which a label is taken, and takes the same list again', async () => {
    const plan = newId();
    const [one, two] = [anExaminee(plan, roomId, { label: 'Kim' }), anExaminee(plan, roomId, { label: 'Lee' })];
    await store.examinees.create([one]);
    await assert.rejects(store.examinees.create([two, anExaminee(plan, roomId, { label: 'Kim' })]), {
      refusal: { refused: 'NAME_TAKEN', retry: 'never', message: 'This name is taken. Rows from 0: 1.' },
    });
    assert.deepEqual(await store.examinees.byPlan(plan, { limit: 9 }), [one]);
    await store.examinees.create([one, two]);
    await store.examinees.create([one, two]);
    assert.equal((await store.examinees.byPlan(plan, { limit: 9 })).length, 2);
  });

  it('has each seat of a room once, whether somebody has it or it is promised, and promises nothing of it else', async () => {
    const room = newId();
    const seats = [{ roomId: room, seat: 'A1' }];
    const one = anExaminee(planId, room, { seats });
    const [two, far] = [anExaminee(planId, room), anExaminee(planId, newId())];
    await store.examinees.create([one, two, far]);
    await assert.rejects(store.examinees.create([anExaminee(planId, room), anExaminee(planId, room, { seats })]), {
      refusal: {
        refused: 'SEAT_TAKEN',
        retry: 'never',
        message: 'Somebody else has this seat of the room. Rows from 0: 1.',
      },
    });
    assert.equal(await store.examinees.promiseSeat(two._id, { roomId: room, seat: 'A1' }, 'c1'), false);
    assert.deepEqual(await store.examinees.get(two._id), two);
    const asked = [two, far].map(({ _id }, index) =>
      store.examinees.promiseSeat(_id, { roomId: room, seat: 'A2' }, `c${index}`),
    );
    assert.deepEqual((await Promise.all(asked)).sort(), [false, true]);
    await store.examinees.dropPromise(two._id, 'c0');
    await store.examinees.dropPromise(far._id, 'c1');
    assert.equal(await store.examinees.promiseSeat(far._id, { roomId: room, seat: 'A2' }, 'c3'), true);
  });

  it('seats somebody once for each control, also where an edit of the roster came in between', async () => {
    const room = newId();
    const examinee = anExaminee(planId, room, { seats: [{ roomId: room, seat: 'A1' }] });
    await store.examinees.create([examinee]);
    const { _id } = examinee;
    const seating = { roomId: room, seat: 'A2', from: 'A1' };
    await store.examinees.promiseSeat(_id, seating, 'c1');
    await store.examinees.promiseSeat(_id, seating, 'c1');
    const edit = { label: examinee.label, extraMs: 0, seat: 'A3', editedAt: 5 };
    assert.equal(await store.examinees.edit(examinee, edit, SYSTEM), null, 'it was promised since');
    const found = await store.examinees.get(_id);
    assert.ok(found !== null && (await store.examinees.edit(found, edit, SYSTEM)) !== null);
    await store.examinees.reseat(_id, 'c1', 6, seating);
    await store.examinees.reseat(_id, 'c1', 6, { ...seating, seat: 'A9' });
    const after = await store.examinees.get(_id);
    assert.deepEqual([after?.seats, after?.seated], [[{ roomId: room, seat: 'A2' }], { controlId: 'c1', from: 'A1' }]);
    assert.ok((after?.editedAt ?? 0) > 5, 'so that its room hears of it');
  });

  it('stores a decision about an identity as the next after its predecessor alone, and changes nothing else', async () => {
    const id = await stored();
    const before = await store.examinees.get(id);
    const decision = (version: number, by: string) => {
      return { confirmed: true, note: '', by, byRole: 'proctor' as const, at: 1, version };
    };
    const first = await store.examinees.decideIdentity(id, decision(1, 'first'));
    assert.deepEqual(first, { ...before, identity: decision(1, 'first') });
    assert.equal(await store.examinees.decideIdentity(id, decision(1, 'late')), null);
    assert.equal(await store.examinees.decideIdentity(id, decision(3, 'early')), null);
    assert.equal((await store.examinees.decideIdentity(id, decision(2, 'second')))?.identity?.by, 'second');
    assert.equal(await store.examinees.decideIdentity(newId(), decision(1, 'nobody')), null);
  });

  it('gives an examinee to the first proctor who takes him, until that one gives him back', async () => {
    const id = await stored();
    const before = await store.examinees.get(id);
    const all = await Promise.all(
      ['one', 'two', 'three'].map((by) => store.examinees.claim(id, { proctorId: by, at: 1 })),
    );
    const [first] = all;
    const winner = first?.proctorId ?? '';
    assert.ok(all.every((claim) => claim?.proctorId === winner));
    assert.deepEqual(await store.examinees.claim(id, { proctorId: winner, at: 2 }), { proctorId: winner, at: 2 });
    assert.deepEqual(await store.examinees.unclaim(id, 'nobody'), { proctorId: winner, at: 2 });
    assert.equal(await store.examinees.unclaim(id, winner), undefined);
    assert.equal(await store.examinees.unclaim(id, winner), undefined);
    assert.deepEqual(await store.examinees.get(id), before);
    assert.equal((await store.examinees.claim(id, { proctorId: 'four', at: 3 }))?.proctorId, 'four');
    assert.equal(await store.examinees.claim(newId(), { proctorId: 'one', at: 1 }), null);
  });

  it('refuses a code that is there before, as a fault that names no code', async () => {
    const one = anExaminee(planId, roomId);
    await store.examinees.create([one]);
    await assert.rejects(
      store.examinees.create([anExaminee(planId, roomId, { code: one.code })]),
      (error: Error & { code?: string }) => {
        return error.code === 'STORE_DUPLICATE' && !error.message.includes(one.code);
      },
    );
  });

  it('refuses a document that lacks something', async () => {
    const { label: _, ...incomplete } = anExaminee(planId, roomId);
    await assert.rejects(store.examinees.create([incomplete as never]), { code: 'STORE_REFUSED' });
  });
});
