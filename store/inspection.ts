// What MongoDB says of itself: collections with their sizes, how often each index was used, the largest documents, and slow
// queries with the line of ours that their comment names. Changes nothing, but for the profiler's level where that is asked for,
// which it sets back. Must never show what a document holds. Called by `bin/examhall inspect`.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { asFault } from './fault.ts';
import { connect } from './open-store.ts';

export type CollectionFacts = {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
  readonly indexBytes: number;
  /** Of the documents looked at, the largest first. */
  readonly largest: readonly { readonly id: string; readonly bytes: number }[];
  readonly indexes: readonly { readonly name: string; readonly uses: number; readonly since: Date }[];
};

/** `source` is the query's comment; '' where it has none. */
export type SlowQuery = {
  readonly collection: string;
  readonly operation: string;
  readonly source: string;
  readonly count: number;
  readonly longestMs: number;
  readonly plan: string;
  readonly examined: number;
  readonly returned: number;
};

export type StoreInspection = {
  readonly version: string;
  readonly residentBytes: number;
  readonly collections: readonly CollectionFacts[];
  /** The slowest first; a sentence where this server keeps none. */
  readonly slow: readonly SlowQuery[] | string;
};

/** Queries that take longer than `slowerThanMs` are noted for so long, and then no more. */
export type Profiling = { readonly slowerThanMs: number; readonly seconds: number };

const LARGEST = 3;
/** Documents whose size is looked at, a collection: it reads them all. */
const LOOKED_AT = 10_000;
const SLOW_ENTRIES = 1_000;
const MIB = 1024 * 1024;

/** Asks all of it. Throws StoreFault where the store does not answer. */
export async function inspectStore(url: string, profiling?: Profiling): Promise<StoreInspection> {
  const connection = await connect(url, 2);
  try {
    const slow = profiling === undefined ? await slowQueries(connection) : await profiled(connection, profiling);
    const { version, mem } = await connection.getClient().db('admin').command({ serverStatus: 1 });
    const names = (await databaseOf(connection).listCollections({}, { nameOnly: true }).toArray())
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('system.'));
    const collections: CollectionFacts[] = [];
    for (const name of names.sort()) collections.push(await collectionFacts(connection, name));
    const residentBytes = Number((mem as { resident?: number } | undefined)?.resident ?? 0) * MIB;
    return {
      version: String(version),
      residentBytes,
      collections: collections.sort((a, b) => b.bytes - a.bytes),
      slow,
    };
  } catch (error) {
    throw asFault('store.inspect', error);
  } finally {
    await connection.close();
  }
}

const databaseOf = (connection: Connection) => connection.getClient().db(connection.name);

async function collectionFacts(connection: Connection, name: string): Promise<CollectionFacts> {
  const collection = databaseOf(connection).collection<{ _id: string }>(name);
  const [stats] = await collection
    .aggregate<{ storageStats: { count: number; size: number; totalIndexSize: number } }>([
      { $collStats: { storageStats: {} } },
      { $project: { 'storageStats.count': 1, 'storageStats.size': 1, 'storageStats.totalIndexSize': 1 } },
    ])
    .toArray();
  const uses = await collection
    .aggregate<{ name: string; accesses: { ops: number; since: Date } }>([{ $indexStats: {} }])
    .toArray();
  const largest = await collection
    .aggregate<{ _id: string; bytes: number }>(
      [
        { $match: { _id: { $gt: '' } } }, // in the order of an index: a server may refuse to go through a collection
        { $limit: LOOKED_AT },
        { $project: { bytes: { $bsonSize: '$$ROOT' } } },
        { $sort: { bytes: -1 } },
        { $limit: LARGEST },
      ],
      { hint: { _id: 1 } },
    )
    .toArray();
  const { count = 0, size = 0, totalIndexSize = 0 } = stats?.storageStats ?? {};
  return {
    ...{ name, count, bytes: size, indexBytes: totalIndexSize },
    largest: largest.map(({ _id, bytes }) => ({ id: String(_id), bytes })),
    indexes: uses.map(({ name: index, accesses }) => ({
      ...{ name: index, uses: Number(accesses.ops), since: accesses.since },
    })),
  };
}

/** Turns the profiler on for a while, and sets it as it was. */
async function profiled(connection: Connection, { slowerThanMs, seconds }: Profiling): Promise<SlowQuery[] | string> {
  const database = databaseOf(connection);
  let before: { was?: number; slowms?: number };
  try {
    before = await database.command({ profile: 1, slowms: slowerThanMs });
  } catch (error) {
    return noProfiler(error);
  }
  try {
    await sleep(seconds * 1_000);
  } finally {
    await database.command({ profile: before.was ?? 0, slowms: before.slowms ?? 100 });
  }
  return slowQueries(connection);
}

type ProfileEntry = {
  readonly ns: string;
  readonly op: string;
  readonly millis: number;
  readonly planSummary?: string;
  readonly docsExamined?: number;
  readonly nreturned?: number;
  readonly command?: { readonly comment?: unknown };
};

async function slowQueries(connection: Connection): Promise<SlowQuery[] | string> {
  const database = databaseOf(connection);
  try {
    await database.command({ profile: -1 });
  } catch (error) {
    return noProfiler(error);
  }
  const entries = await database
    .collection<ProfileEntry>('system.profile')
    .find({}, { sort: { $natural: -1 }, limit: SLOW_ENTRIES })
    .toArray();
  return groupedQueries(entries.filter(({ ns }) => !ns.endsWith('.system.profile')));
}

/** By where they come from and what they ask. */
export function groupedQueries(entries: readonly ProfileEntry[]): SlowQuery[] {
  const found = Map.groupBy(entries, ({ ns, op, command }) => `${ns} ${op} ${String(command?.comment ?? '')}`);
  const rows = [...found.values()].flatMap((all): SlowQuery[] => {
    const [slowest] = all.toSorted((a, b) => b.millis - a.millis);
    if (slowest === undefined) return [];
    const { ns, op, millis, planSummary = '', docsExamined = 0, nreturned = 0, command } = slowest;
    const source = typeof command?.comment === 'string' ? command.comment : '';
    const what = { collection: ns.slice(ns.indexOf('.') + 1), operation: op, source };
    return [
      {
        ...what,
        ...{ count: all.length, longestMs: millis, plan: planSummary, examined: docsExamined, returned: nreturned },
      },
    ];
  });
  return rows.sort((a, b) => b.longestMs - a.longestMs);
}

function noProfiler(error: unknown): string {
  return `this server keeps no slow queries (${error instanceof Error ? error.message : String(error)})`;
}
