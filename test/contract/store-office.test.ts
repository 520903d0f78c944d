// The contract of what the office changes: of two who decide from the same reading one is refused, and somebody is left in charge.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { Store } from '../../store/open-store.ts';
import { anEntry, aPlan, newStore } from '../support/stored.ts';

describe('contract of the store: the office', () => {
  let store: Store;

  before(async () => {
    store = await newStore('contract-office');
  });
  after(() => store.close());

  it('lets one of those through who change a plan from the same reading, and carries its entry alone', async () => {
    const plan = aPlan();
    await store.plans.create(plan);
    const found = await store.plans.get(plan._id);
    assert.ok(found !== null);
    const edits = await Promise.all(
      [1, 2, 3, 4].map((graceMs) => store.plans.edit(found, { graceMs }, [], anEntry(`edit-${graceMs}`))),
    );
    const through = edits.filter((edited) => edited !== null);
    assert.equal(through.length, 1);
    const stored = await store.plans.get(plan._id);
    assert.deepEqual([stored?.graceMs, stored?.version], [through[0]?.graceMs, found.version + 1]);
    assert.ok(stored !== null && (await store.plans.edit(stored, { graceMs: 9 }, [], anEntry('edit-9'))) !== null);
  });

  it('never removes the last admin, also where two remove each other at once', async () => {
    const admin = () => ({ _id: newId(), login: newId(), passwordHash: 'none', createdAt: new Date() });
    for (let round = 0; round < 20; round++) {
      const two = [admin(), admin()];
      for (const one of two) await store.admins.create(one);
      await Promise.all(two.map(({ _id }) => store.admins.remove(_id)));
      const left = await store.admins.list({ limit: 10 });
      assert.ok(left.length >= 1, 'nobody is left');
      const [last, ...others] = left;
      for (const { _id } of others) assert.equal(await store.admins.remove(_id), true);
      assert.ok(last !== undefined);
      assert.equal(await store.admins.remove(last._id), false);
      assert.deepEqual(await store.admins.byLogin(last.login), last);
      await store.admins.create(admin());
      assert.equal(await store.admins.remove(last._id), true);
      for (const { _id } of (await store.admins.list({ limit: 10 })).slice(1)) await store.admins.remove(_id);
    }
  });
});
