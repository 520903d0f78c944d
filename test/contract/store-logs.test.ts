// The contract of stored logs: filters and pages, and counts by minute that are exact however often entries come, and
// whoever dies between an insert and its count.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { newId } from '../../schema/ids.ts';
import { LOG_STREAMS, type LogEntry } from '../../schema/jobs.ts';
import { LISTS } from '../../schema/lists.ts';
import { pagesOf } from '../../store/listing.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl } from '../support/parts.ts';

const MINUTE_MS = 60_000;
const SEED = process.env.TEST_SEED === undefined ? Date.now() % 2_147_483_647 : Number(process.env.TEST_SEED);

describe(`contract of the store: logs, TEST_SEED=${SEED}`, () => {
  let store: Store;
  let client: mongoose.mongo.MongoClient;
  let planId: string;

  before(async () => {
    const url = await mongodbUrl(`contract-logs-${newId()}`);
    store = await openStore({ url, autoIndex: true });
    client = new mongoose.mongo.MongoClient(url);
  });
  beforeEach(() => {
    planId = newId();
  });
  after(async () => {
    await client.close();
    await store.close();
  });

  const entry = (given: Partial<LogEntry> = {}): LogEntry => {
    return { logId: newId(), planId, stream: 'system', subject: 'room', kind: 'opened', at: 1, data: {}, ...given };
  };
  const counted = async (plan = planId) =>
    (await store.logs.countsByMinute(plan, { limit: 1_000 })).map(({ minute, total, counts }) => [
      minute,
      total,
      counts,
    ]);

  /** What the counts have to be, from the entries alone. */
  function expectedOf(entries: readonly LogEntry[]): unknown[] {
    const byMinute = Map.groupBy(entries, ({ at }) => Math.floor(at / MINUTE_MS) * MINUTE_MS);
    return [...byMinute]
      .sort(([a], [b]) => a - b)
      .map(([minute, found]) => {
        const groups = Map.groupBy(found, ({ stream, kind }) => `${stream} ${kind}`);
        const counts = [...groups]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { length: count }]) => {
            const [stream, kind] = name.split(' ');
            return { stream, kind, count };
          });
        return [minute, found.length, counts];
      });
  }

  it('counts each minute exactly, in whatever jobs entries come, how often, and at once', async () => {
    const one = fc.record({
      at: fc.integer({ min: 0, max: 3 * MINUTE_MS }),
      stream: fc.constantFrom(...LOG_STREAMS),
      kind: fc.constantFrom('a', 'b', 'c'),
    });
    const places = fc.array(fc.nat(), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { minLength: 1, maxLength: 12 }),
        fc.array(places, { maxLength: 5 }),
        async (rows, jobs) => {
          const plan = newId();
          const entries = rows.map((row) => entry({ planId: plan, ...row }));
          const picked = jobs.map((job) => [...new Set(job.map((place) => place % entries.length))]);
          const chosen = picked.map((job) => job.map((place) => entries[place] as LogEntry));
          await Promise.all([...chosen, entries].map((job) => store.logs.insert(job)));
          assert.deepEqual(await counted(plan), expectedOf(entries));
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('counts again what somebody inserted and died before counting, and touches nobody who still inserts', async () => {
    const minute = 5 * MINUTE_MS;
    const counts = client.db().collection<{ _id: string }>('logcounts');
    await store.logs.insert([entry({ at: minute })]);
    await client
      .db()
      .collection<{ _id: string }>('logs')
      .insertOne({ _id: newId(), planId, stream: 'examinee', subject: 'x', kind: 'entered', at: minute + 1 } as never);
    const mark = (at: number) =>
      counts.updateOne({ _id: `${planId}.${minute}` }, { $push: { marks: { id: newId(), at } } as never });
    const stale = [[minute, 1, [{ stream: 'system', kind: 'opened', count: 1 }]]];
    assert.deepEqual(await counted(), stale);
    await mark(2_000);
    assert.equal(await store.logs.recount(1_000, 10), 0);
    assert.deepEqual(await counted(), stale);
    await mark(500);
    assert.equal(await store.logs.recount(1_000, 10), 1);
    const exact = [
      { stream: 'examinee', kind: 'entered', count: 1 },
      { stream: 'system', kind: 'opened', count: 1 },
    ];
    assert.deepEqual(await counted(), [[minute, 2, exact]]);
    assert.equal(await store.logs.recount(1_000, 10), 0);
    assert.equal(await store.logs.recount(3_000, 10), 1);
  });

  it('leaves no mark behind after an insert, and one after an insert that failed', async () => {
    await store.logs.insert([entry({ at: 1 }), entry({ at: MINUTE_MS })]);
    assert.equal(await store.logs.recount(Number.MAX_SAFE_INTEGER, 10), 0);
    await assert.rejects(store.logs.insert([entry({ subject: '' })]), { code: 'STORE_REFUSED' });
    assert.equal(await store.logs.recount(Number.MAX_SAFE_INTEGER, 10), 1);
    assert.deepEqual(
      (await counted()).map(([minute, total]) => [minute, total]),
      [
        [0, 1],
        [MINUTE_MS, 1],
      ],
    );
  });

  it('lists what fits every filter that is named, from an instant on, page by page', async () => {
    const rooms = [newId(), newId()];
    const entries = Array.from({ length: 24 }, (_, index) =>
      entry({
        at: 100 + index,
        stream: LOG_STREAMS[index % 3] ?? 'system',
        subject: `s${index % 2}`,
        kind: `k${index % 4}`,
        roomId: rooms[index % 2] ?? '',
      }),
    );
    await store.logs.insert(entries);
    const cases = [
      [{}, () => true],
      [{ since: 110 }, (one: LogEntry) => one.at >= 110],
      [{ subject: 's1' }, (one: LogEntry) => one.subject === 's1'],
      [{ roomId: rooms[0], since: 103 }, (one: LogEntry) => one.roomId === rooms[0] && one.at >= 103],
      [{ kind: 'k2', stream: 'proctor' }, (one: LogEntry) => one.kind === 'k2' && one.stream === 'proctor'],
      [{ stream: 'examinee', subject: undefined }, (one: LogEntry) => one.stream === 'examinee'],
    ] as const;
    for (const [filter, fits] of cases) {
      const seen: string[] = [];
      for await (const page of pagesOf(LISTS.logs.sorts, (at) => store.logs.byPlan(planId, { ...filter, ...at }), 3))
        seen.push(...page.map(({ _id }) => _id));
      assert.deepEqual(
        seen,
        entries.filter(fits).map(({ logId }) => logId),
        JSON.stringify(filter),
      );
    }
  });

  it('[S23] an entry that is a decision waits for the audit chain, once', async () => {
    const decision = { source: `entered.${newId()}.1`, actorId: 'x', actorRole: 'examinee' } as const;
    const decided = entry({ stream: 'examinee', kind: 'examinee.entered', decision, roomId: newId() });
    await store.logs.insert([decided, entry()]);
    await store.logs.insert([decided]);
    const waiting = (await store.audit.waiting(100)).filter((one) => one.planId === planId);
    const { at, kind, subject, data, roomId } = decided;
    assert.deepEqual(
      waiting.map(({ facts }) => facts),
      [{ ...decision, at, kind, subject, data, roomId }],
    );
    assert.ok((await store.logs.byPlan(planId, { limit: 9 })).every((log) => !('unchained' in log)));
  });
});
