// Every list of schema/lists.ts that the store reads, in each of its orders: its pages together have each row once while
// rows come in between, and each page is read along an index.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { newId } from '../../schema/ids.ts';
import { LISTS, type ListName } from '../../schema/lists.ts';
import { compared, cursorAfter, namesOf, orderOf, positionOf, type SortKey } from '../../schema/sorting.ts';
import type { ListPage } from '../../store/listing.ts';
import { makeStore, type Store } from '../../store/open-store.ts';
import { seed } from '../exam/seed.ts';
import { mongodbUrl } from '../support/parts.ts';

type Read = (store: Store, planId: string, page: ListPage) => Promise<readonly object[]>;
type Listing = { readonly in: string; readonly read: Read; readonly row?: (id: string, index: number) => object };

const scoringId = 'scoring';
/** By the name of the list; what is read as a whole and ordered beside the store has no entry. */
const LISTINGS: Partial<Record<ListName, Listing>> = {
  plans: { in: 'plans', read: (store, _, page) => store.plans.list(page) },
  rooms: { in: 'rooms', read: (store, planId, page) => store.rooms.list(planId, page) },
  examinees: {
    in: 'examinees',
    read: (store, planId, page) => store.examinees.byPlan(planId, page),
    row: (code) => ({ code }),
  },
  admins: { in: 'admins', read: (store, _, page) => store.admins.list(page) },
  services: {
    in: 'sessions',
    read: (store, _, page) => store.sessions.services(page, 1),
    row: () => ({ role: 'service', expiresAt: 9 }),
  },
  papers: { in: 'papers', read: (store, _, page) => store.papers.list(page) },
  keys: {
    in: 'keys',
    read: (store, planId, page) => store.keys.versions(planId, page),
    row: () => ({}),
  },
  rosterImports: { in: 'rosterImports', read: (store, planId, page) => store.rosterImports.byPlan(planId, page) },
  incidents: {
    in: 'incidents',
    read: (store, planId, page) => store.incidents.byPlan(planId, {}, page),
    row: (open, index) => ({ open, status: ['raised', 'acknowledged', 'confirmed'][index % 3] }),
  },
  calls: {
    in: 'calls',
    read: (store, planId, page) => store.calls.byPlan(planId, {}, page),
    row: (open, index) => ({ open, status: ['open', 'answered', 'closed'][index % 3] }),
  },
  logs: { in: 'logs', read: (store, planId, page) => store.logs.byPlan(planId, page) },
  minutes: { in: 'logcounts', read: (store, planId, page) => store.logs.countsByMinute(planId, page) },
  audit: { in: 'audit', read: (store, planId, page) => store.audit.list(planId, page) },
  heldAnswers: { in: 'heldAnswers', read: (store, planId, page) => store.heldAnswers.byPlan(planId, page) },
  files: { in: 'files', read: (store, planId, page) => store.files.byPlan(planId, page) },
  uploads: { in: 'uploads', read: (store, planId, page) => store.uploads.byPlan(planId, undefined, page) },
  keptExports: {
    in: 'uploads',
    read: (store, planId, page) => store.keptExports.byPlan(planId, page),
    row: () => ({ use: 'export' }),
  },
  results: {
    in: 'results',
    read: (store, planId, page) => store.results.byScoring(planId, scoringId, page),
    row: () => ({ scoringId }),
  },
  marks: { in: 'marks', read: (store, planId, page) => store.marks.byPlan(planId, page) },
  erasures: { in: 'erasures', read: (store, planId, page) => store.erasures.byPlan(planId, page) },
};
const BESIDE: readonly ListName[] = [
  ...(['proctors', 'roomLogs', 'ownLogs', 'itemResults', 'unmarked'] as const),
  ...(['timeline', 'roomControls', 'ownIncidents'] as const),
];

describe('lists of the store', () => {
  let connection: mongoose.Connection;
  let store: Store;
  const finds: Record<string, unknown>[] = [];

  before(async () => {
    const own = new mongoose.Mongoose({ sanitizeFilter: true, strictQuery: 'throw', autoIndex: false });
    const url = await mongodbUrl(`listing-${newId()}`);
    connection = await own.createConnection(url, { monitorCommands: true }).asPromise();
    connection.getClient().on('commandStarted', ({ command }: { command: Record<string, unknown> }) => {
      if ('find' in command) finds.push(command);
    });
    store = makeStore(connection);
    await store.ensureIndexes();
  });
  after(() => connection.close());

  it('are all tried here, or made beside the store', () => {
    assert.deepEqual([...Object.keys(LISTINGS), ...BESIDE].sort(), Object.keys(LISTS).sort());
  });

  for (const [name, listing] of Object.entries(LISTINGS) as [ListName, Listing][])
    for (const sort of namesOf(LISTS[name].sorts)) {
      if (orderOf(LISTS[name].sorts, sort).needs !== undefined) continue;
      it(`${name} by ${sort} have each row once, in order, while others come, along an index`, () =>
        pages(name, sort, listing));
    }

  async function pages(name: ListName, sort: string, listing: Listing): Promise<void> {
    const order = orderOf(LISTS[name].sorts, sort);
    const collection = connection.collection(listing.in);
    // So that each order has many ties: few values.
    const value = fc.option(fc.integer({ min: 0, max: 4 }), { nil: null, freq: 6 });
    const values = fc.array(value, { minLength: 1, maxLength: 14 });
    const property = fc.asyncProperty(values, values, fc.integer({ min: 1, max: 5 }), async (early, late, limit) => {
      const planId = newId();
      let count = 0;
      const put = async (given: readonly (number | null)[]) => {
        const rows = given.map((one) => rowOf(order, listing, planId, one, count++));
        await collection.insertMany(rows as never[]);
        return rows as unknown as { _id: string }[];
      };
      await collection.deleteMany({ _id: { $gt: '' as never } });
      const coming = [...late];
      const before = await put(early);
      const seen: { _id: string }[] = [];
      for (let after: string | undefined; ; ) {
        const page = (await listing.read(store, planId, { sort, limit, after })) as { _id: string }[];
        assert.ok(page.length <= limit);
        seen.push(...page);
        const last = page.length < limit ? undefined : page.at(-1);
        if (last === undefined) break;
        after = cursorAfter(order, last);
        if (coming.length > 0) await put(coming.splice(0, 3));
      }
      const ids = seen.map(({ _id }) => _id);
      assert.equal(new Set(ids).size, ids.length, 'no row comes twice');
      for (const { _id } of before) assert.ok(ids.includes(_id), 'no row is left out');
      const places = seen.map((row) => positionOf(order, row));
      for (const [index, place] of places.entries()) {
        const previous = places[index - 1];
        assert.ok(previous === undefined || compared(order, previous, place) < 0, 'in order');
      }
    });
    finds.length = 0;
    await fc.assert(property, { seed, numRuns: 4 });
    await alongAnIndex(finds.filter(({ find }) => find === listing.in).slice(-3));
  }

  async function alongAnIndex(commands: readonly Record<string, unknown>[]): Promise<void> {
    assert.ok(commands.length > 0);
    for (const { find, filter, sort, limit, projection } of commands) {
      const bare = { find, filter, sort, limit, ...(projection === undefined ? {} : { projection }) };
      const explained = await connection
        .getClient()
        .db(connection.name)
        .command({ explain: bare, verbosity: 'queryPlanner' });
      const { queryPlanner } = explained as { queryPlanner: { winningPlan: object; rejectedPlans: object[] } };
      const plans = [queryPlanner.winningPlan, ...queryPlanner.rejectedPlans].map((plan) => JSON.stringify(plan));
      assert.match(plans[0] ?? '', /"IXSCAN"/);
      // Of a few rows the server may sort faster than it merges; that an index has their order is what counts.
      const ordered = plans.filter((plan) => !/"COLLSCAN"|"SORT"/.test(plan));
      assert.ok(ordered.length > 0, `${JSON.stringify(bare)}: ${plans[0]}`);
    }
  }
});

function rowOf(order: SortKey, { row }: Listing, planId: string, value: number | null, index: number): object {
  const _id = newId();
  const member = memberOf(order, value, index);
  return {
    _id,
    planId,
    paperId: planId,
    login: _id,
    label: _id,
    sequence: index,
    version: index,
    subjectId: _id,
    ...member,
    ...row?.(_id, index),
  };
}

/** What the order compares; each its own where there may be one of each alone. */
function memberOf({ by, kind, isUnique, mayMiss }: SortKey, value: number | null, index: number): object {
  if (by === '_id') return {};
  if (isUnique)
    return { [by]: kind === 'number' ? (index * 7) % 1_009 : `${kind === 'id' ? 'x' : 'ä '}${(index * 7) % 1_009}` };
  if (value === null) return mayMiss ? {} : { [by]: kind === 'number' ? 0 : '' };
  return { [by]: kind === 'number' ? value / 4 : `v ${value}` };
}
