// The contract of stored calls: one hand an examinee, one end a call, and lists that read what they show.
import assert from 'node:assert/strict';
import type { CallEnd } from '../../schema/calls.ts';
import { newId } from '../../schema/ids.ts';
import { isRefusal, refuse } from '../../schema/refusals.ts';
import type { Store } from '../../store/open-store.ts';
import { aCall, newStore } from '../support/stored.ts';

describe('contract of the store: calls', () => {
  let store: Store;
  before(async () => {
    store = await newStore('contract-calls');
  });
  after(() => store.close());

  const end = (by: string, given: Partial<CallEnd> = {}): CallEnd => ({
    ...{ status: 'answered', answer: `by ${by}`, by, byRole: 'proctor', endedAt: 9, ...given },
  });

  it('stores a hand once for its id, and one of each examinee, also of many at once', async () => {
    const call = aCall();
    const others = Array.from({ length: 5 }, () => ({ ...call, _id: newId() }));
    const raised = await Promise.all([call, call, ...others].map((one) => store.calls.raise(one)));
    const stored = raised.filter((one) => !isRefusal(one));
    assert.ok(stored.length >= 1 && new Set(stored.map((one) => '_id' in one && one._id)).size === 1);
    assert.ok(raised.filter(isRefusal).every(({ refused }) => refused === 'CALL_OPEN'));
    assert.equal((await store.calls.waitingIn(call.roomId)).length, 1);
  });

  it('ends a call once, of many at once for one of them, and repeats that', async () => {
    const call = aCall();
    await store.calls.raise(call);
    const people = Array.from({ length: 12 }, (_, index) => `proctor ${index}`);
    const all = await Promise.all(people.map((by) => store.calls.end(call._id, call.roomId, end(by))));
    const [won] = all.filter((one) => one !== null && !isRefusal(one));
    assert.ok(won && 'by' in won && all.filter(isRefusal).length === 11);
    assert.deepEqual(await store.calls.end(call._id, call.roomId, end(won.by)), won);
    assert.ok(isRefusal(await store.calls.end(call._id, call.roomId, end('choi'))));
    assert.ok(!isRefusal(await store.calls.raise(aCall({ examineeId: call.examineeId }))), 'the hand may go up again');
  });

  it('that is named like somebody else keeps that hand neither up nor down', async () => {
    const [theirs, named] = [aCall(), aCall()];
    const call = { ...named, _id: theirs.examineeId };
    await store.calls.raise(theirs);
    await store.calls.raise(call);
    assert.ok(!isRefusal((await store.calls.end(call._id, call.roomId, end('kim'))) ?? refuse('CALL_UNKNOWN')));
    assert.ok(!isRefusal((await store.calls.end(theirs._id, theirs.roomId, end('kim'))) ?? refuse('CALL_UNKNOWN')));
    assert.ok(!isRefusal(await store.calls.raise(aCall({ examineeId: theirs.examineeId }))));
  });

  it('is of its room, and taken back by its examinee alone', async () => {
    const call = aCall();
    await store.calls.raise(call);
    assert.equal(await store.calls.end(call._id, newId(), end('kim')), null);
    const withdraw = (by: string) =>
      store.calls.end(call._id, call.roomId, end(by, { status: 'withdrawn', byRole: 'examinee', answer: '' }));
    assert.equal(await withdraw('somebody else'), null);
    const withdrawn = await withdraw(call.examineeId);
    assert.ok(withdrawn !== null && !isRefusal(withdrawn) && !withdrawn.waiting);
  });

  it('waits until the examinee has what became of it, and not for anybody else', async () => {
    const call = aCall();
    await store.calls.raise(call);
    await store.calls.received(call.examineeId, [call._id], 5);
    assert.equal((await store.calls.waitingIn(call.roomId)).length, 1, 'one that is up is not received');
    await store.calls.end(call._id, call.roomId, end('kim'));
    await store.calls.received(newId(), [call._id], 5);
    assert.equal((await store.calls.waitingIn(call.roomId)).length, 1);
    await store.calls.received(call.examineeId, [call._id], 7);
    assert.deepEqual(await store.calls.waitingIn(call.roomId), []);
  });

  it('lists by time, page by page, of some rooms or states, and goes with its plan', async () => {
    const [planId, roomId] = [newId(), newId()];
    for (const at of [3, 1, 2]) await store.calls.raise(aCall({ planId, at, roomId: at === 2 ? roomId : newId() }));
    const [first] = await store.calls.byPlan(planId, {}, { limit: 1 });
    const rest = await store.calls.byPlan(planId, {}, { limit: 9, after: `${first?.at}.${first?._id}` });
    assert.deepEqual([first?.at, ...rest.map(({ at }) => at)], [1, 2, 3]);
    assert.equal((await store.calls.byPlan(planId, { roomIds: [roomId] }, { limit: 9 })).length, 1);
    assert.deepEqual(await store.calls.byPlan(planId, { states: ['closed'] }, { limit: 9 }), []);
  });
});
