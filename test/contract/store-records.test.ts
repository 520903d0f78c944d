// The contract of people, sessions, idempotency, results, files, logs and the clock.

import assert from 'node:assert/strict';
import { SYSTEM } from '../../exam/audit-facts.ts';
import type { SessionDocument } from '../../schema/documents/people.ts';
import type { ResultDocument } from '../../schema/documents/sheet.ts';
import { newId } from '../../schema/ids.ts';
import type { LogEntry } from '../../schema/jobs.ts';
import { LISTS } from '../../schema/lists.ts';
import { cursorAfter, orderOf } from '../../schema/sorting.ts';
import type { ProctorState } from '../../schema/states.ts';
import type { Store } from '../../store/open-store.ts';
import { statisticsId } from '../../store/results.ts';
import { newStore } from '../support/stored.ts';

describe('contract of the store: people and sessions', () => {
  let store: Store;

  before(async () => {
    store = await newStore('contract-people');
  });
  after(() => store.close());

  const session = (given: Partial<SessionDocument> = {}): SessionDocument => {
    const expiresAt = Date.now() + 60_000;
    return {
      _id: newId(),
      kind: 'session',
      subjectId: newId(),
      role: 'admin',
      expiresAt,
      createdAt: new Date(0),
      ...given,
    };
  };

  it('counts admins, finds one by his login, and refuses the same login', async () => {
    assert.equal(await store.admins.count(), 0);
    const admin = { _id: newId(), login: 'kim', passwordHash: 'hash', createdAt: new Date(0) };
    await store.admins.create(admin);
    assert.equal(await store.admins.count(), 1);
    assert.deepEqual(await store.admins.byLogin('kim'), admin);
    assert.deepEqual(await store.admins.get(admin._id), admin);
    await assert.rejects(store.admins.create({ ...admin, _id: newId() }), { name: 'RefusalError' });
  });

  it('finds proctors by id, login, plan and room, and changes their presence by compare-and-set', async () => {
    const proctor = {
      _id: newId(),
      planId: newId(),
      roomIds: [newId()],
      chief: false,
      version: 1,
      login: 'lee',
      label: 'Lee',
      passwordHash: 'hash',
      createdAt: new Date(0),
    };
    await store.proctors.create(proctor);
    assert.deepEqual(await store.proctors.get(proctor._id), proctor);
    assert.deepEqual(await store.proctors.byLogin('lee'), proctor);
    assert.deepEqual(await store.proctors.byPlan(proctor.planId), [proctor]);
    const [roomId = ''] = proctor.roomIds;
    const { login: _login, passwordHash: _hash, createdAt: _createdAt, ...assigned } = proctor;
    assert.deepEqual(await store.proctors.ofRoom(proctor.planId, roomId), [assigned]);
    assert.deepEqual(await store.proctors.ofRoom(proctor.planId, newId()), []);
    const become = (state: ProctorState, from: ProctorState[], epoch: number, room = roomId) =>
      store.proctors.setPresence(proctor._id, room, from, { state, at: 5, epoch });
    const present = { [roomId]: { state: 'present', at: 5, epoch: 2 } };
    assert.equal(await become('away', ['present'], 2), null, 'who was never there is not away');
    assert.deepEqual(await become('present', ['assigned', 'away'], 2), { ...assigned, presence: present });
    assert.equal(await become('present', ['assigned', 'away'], 2), null);
    assert.equal(await become('away', ['present'], 1), null, 'an owner that was replaced');
    assert.equal(await become('present', ['assigned'], 2, newId()), null, 'no room of the own');
    assert.deepEqual((await store.proctors.get(proctor._id))?.presence, present);
    const before = await store.proctors.get(proctor._id);
    assert.ok(before !== null);
    const wishes = [true, false].map((chief) => store.proctors.assign(before, { roomIds: [roomId], chief }, 9, SYSTEM));
    assert.equal((await Promise.all(wishes)).filter((one) => one === null).length, 1, 'of two one is too late');
    assert.equal((await store.proctors.get(proctor._id))?.version, 2);
    assert.equal((await become('away', ['present'], 3))?.presence?.[roomId]?.state, 'away');
    await assert.rejects(store.proctors.create({ ...proctor, _id: newId() }), { name: 'RefusalError' });
  });

  it('finds a session until it expires, is ended, or is swept', async () => {
    const [live, expired, ended] = [session(), session({ expiresAt: Date.now() - 1 }), session()];
    for (const one of [live, expired, ended]) await store.sessions.create(one);
    assert.deepEqual(await store.sessions.get(live._id), live);
    assert.equal(await store.sessions.get(expired._id), null);
    await store.sessions.remove(ended._id);
    assert.equal(await store.sessions.get(ended._id), null);
    assert.equal(await store.sessions.sweep(Date.now(), 10), 1);
    assert.equal(await store.sessions.get(expired._id, 0), null);
    assert.deepEqual(await store.sessions.get(live._id), live);
  });

  it('sweeps at most as many rows as it is told', async () => {
    const expired = Array.from({ length: 5 }, () => session({ kind: 'link', expiresAt: 1_000 }));
    for (const one of expired) await store.sessions.create(one);
    const left = async () => {
      const found = await Promise.all(expired.map(({ _id }) => store.sessions.get(_id, 0)));
      return found.filter((one) => one !== null).length;
    };
    assert.equal(await store.sessions.sweep(1_000, 3), 3);
    assert.equal(await left(), 2);
    assert.equal(await store.sessions.sweep(1_000, 3), 2);
    assert.equal(await left(), 0);
    assert.equal(await store.sessions.sweep(1_000, 3), 0);
  });

  it('takes no filter in the place of a value', async () => {
    const one = session();
    await store.sessions.create(one);
    await assert.rejects(store.sessions.get({ $ne: null } as never), { code: 'STORE_REFUSED' });
    await assert.rejects(store.admins.byLogin({ $gt: '' } as never), { code: 'STORE_REFUSED' });
    assert.deepEqual(await store.sessions.get(one._id), one);
  });
});

describe('contract of the store: idempotency', () => {
  let store: Store;

  before(async () => {
    store = await newStore('contract-idempotency');
  });
  after(() => store.close());

  it('is new for one of many at once, running for the others, and done with the answer later', async () => {
    const id = newId();
    const begun = await Promise.all(Array.from({ length: 6 }, () => store.idempotency.begin(id, 'hash', 60_000)));
    assert.equal(begun.filter((one) => one === 'new').length, 1);
    assert.ok(begun.every((one) => one === 'new' || (one.state === 'running' && one.requestHash === 'hash')));
    await store.idempotency.done(id, 201, { planId: 'x', none: {} });
    const again = await store.idempotency.begin(id, 'other', 60_000);
    assert.ok(again !== 'new');
    assert.deepEqual(
      [again.state, again.requestHash, again.status, again.body],
      ['done', 'hash', 201, { planId: 'x', none: {} }],
    );
  });

  it('is new again when it is forgotten, expired, or swept', async () => {
    const [forgotten, expired, swept] = [newId(), newId(), newId()];
    for (const id of [forgotten, expired, swept]) {
      assert.equal(await store.idempotency.begin(id, 'hash', -1), 'new');
      await store.idempotency.done(id, 200, {});
    }
    await store.idempotency.forget(forgotten);
    const taken = await Promise.all(Array.from({ length: 4 }, () => store.idempotency.begin(expired, 'hash', 60_000)));
    assert.equal(taken.filter((one) => one === 'new').length, 1);
    assert.equal(await store.idempotency.sweep(Date.now(), 10), 1);
    assert.equal(await store.idempotency.begin(forgotten, 'hash', 60_000), 'new');
    assert.equal(await store.idempotency.begin(swept, 'hash', 60_000), 'new');
  });
});

describe('contract of the store: records', () => {
  let store: Store;

  before(async () => {
    store = await newStore('contract-records');
  });
  after(() => store.close());

  it('inserts a log once and lists a plan by time, page by page, also many of one instant', async () => {
    const planId = newId();
    const entries = Array.from({ length: 9 }, (_, index): LogEntry => {
      return {
        logId: `log ${9 - index}`,
        planId,
        stream: 'system',
        subject: 'room',
        kind: 'opened',
        at: 1_000 + (index % 2),
        data: { index },
      };
    });
    await store.logs.insert(entries);
    await store.logs.insert([
      ...entries.slice(0, 3),
      { ...(entries[0] as LogEntry), logId: 'log 0', at: 999, data: {} },
    ]);
    const seen: string[] = [];
    for (let page = await store.logs.byPlan(planId, { limit: 4 }); page.length > 0; ) {
      seen.push(...page.map(({ _id }) => _id));
      page = await store.logs.byPlan(planId, {
        limit: 4,
        after: cursorAfter(orderOf(LISTS.logs.sorts, undefined), page.at(-1) ?? {}),
      });
    }
    const expected = [...entries].sort((a, b) => a.at - b.at || (a.logId < b.logId ? -1 : 1)).map(({ logId }) => logId);
    assert.deepEqual(seen, ['log 0', ...expected]);
    assert.deepEqual(await store.logs.byPlan(planId, { limit: 4, after: 'unknown' }), []);
  });

  it('replaces a result of the same scoring, and lists by scoring, by room and by what it changed', async () => {
    const planId = newId();
    const result = (scoringId: string, points: number, given: Partial<ResultDocument> = {}): ResultDocument => {
      const of = { planId, roomId: 'red', examineeId: 'ada', scoringId, keyVersion: 1 };
      return { _id: `ada.${scoringId}`, ...of, points, itemPoints: [points, null], at: new Date(0), ...given };
    };
    const change = { before: -500, items: [{ item: 1, before: -500, after: 9 }] };
    const ben = result('one', 9, { _id: 'ben.one', examineeId: 'ben', roomId: 'blue', change });
    await store.results.put([result('one', 500), result('two', 1_000), ben]);
    await store.results.put([result('one', 700)]);
    await store.results.put([]);
    const listed = (scoringId: string, filter = {}) =>
      store.results.byScoring(planId, scoringId, { limit: 5, ...filter });
    assert.deepEqual(await listed('one'), [result('one', 700), ben]);
    assert.deepEqual(await listed('two'), [result('two', 1_000)]);
    assert.deepEqual(await listed('one', { roomId: 'blue' }), [ben]);
    assert.deepEqual(await listed('one', { isChanged: true }), [ben]);
    assert.deepEqual(await store.results.of('one', ['ben', 'cyd']), [ben]);
  });

  it('keeps statistics of a plan and of its rooms by scoring, and files by their ids', async () => {
    const planId = newId();
    const statistics = (scoringId: string, roomId: string, mean: number | null) => {
      const of = { planId, roomId, scoringId, keyVersion: 1, examineeCount: 3 };
      return {
        _id: statisticsId(planId, scoringId, roomId),
        ...of,
        figures: { mean, items: [] },
        more: [],
        at: new Date(0),
      };
    };
    await store.statistics.put([statistics('one', '', 5), statistics('one', 'red', 6), statistics('two', '', 7)]);
    await store.statistics.put([statistics('one', '', null)]);
    assert.deepEqual(await store.statistics.of(planId, 'one'), statistics('one', '', null));
    assert.deepEqual(await store.statistics.of(planId, 'one', 'red'), statistics('one', 'red', 6));
    assert.equal(await store.statistics.of(planId, 'two', 'red'), null);
    const file = {
      _id: `sheet.${newId()}`,
      planId,
      kind: 'sheet' as const,
      subjectId: newId(),
      path: 'a/b.json',
      sha256: 'x',
      bytes: 1,
      at: new Date(0),
    };
    await store.files.put({ ...file, bytes: 9 });
    await store.files.put(file);
    assert.deepEqual(await store.files.get(file._id), file);
    assert.deepEqual(await store.files.byPlan(planId, { limit: 5 }), [file]);
  });

  it('tells the offset of its clock, which on one machine is within the round trip', async () => {
    const { offsetMs, roundTripMs } = await store.clock.offset();
    assert.ok(roundTripMs > 0 && roundTripMs < 1_000);
    assert.ok(Math.abs(offsetMs) <= roundTripMs / 2 + 2, `${offsetMs} ms at ${roundTripMs} ms`);
  });

  it('answers a ping, and throws a fault after it is closed; closing twice is fine', async () => {
    const other = await newStore('contract-closed');
    await other.ping();
    await other.close();
    await other.close();
    await assert.rejects(other.ping(), { name: 'StoreFault', code: 'STORE_UNAVAILABLE' });
    await assert.rejects(other.answers.insert(newId(), [[newId(), 1, 1_000_001, 'A', 'hash', 1]]), {
      code: 'STORE_UNAVAILABLE',
    });
  });
});
