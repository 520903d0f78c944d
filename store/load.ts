// How full MongoDB is, by what its serverStatus says. Asks alone. Called by store-load.ts.
import type { Connection } from 'mongoose';
import { asFault } from './fault.ts';
import { connect } from './open-store.ts';

/** Shares, 0 to 1; undefined where this server does not say it. */
export type StoreLoad = {
  readonly cache: number | undefined;
  readonly unwritten: number | undefined;
  readonly connections: number | undefined;
};

/** A connection for asking, to be closed. Throws StoreFault STORE_UNAVAILABLE. */
export function openLoad(url: string): Promise<Connection> {
  return connect(url, 1);
}

/** Throws StoreFault where it does not answer. */
export async function askLoad(connection: Connection): Promise<StoreLoad> {
  try {
    return loadIn(await connection.getClient().db('admin').command({ serverStatus: 1 }));
  } catch (error) {
    throw asFault('store.load', error);
  }
}

/** The shares in what serverStatus has said. */
export function loadIn(status: Readonly<Record<string, unknown>>): StoreLoad {
  const cache = membersOf(membersOf(status.wiredTiger).cache);
  const most = numberIn(cache, 'maximum bytes configured');
  const { current, available } = membersOf(status.connections);
  return {
    cache: share(numberIn(cache, 'bytes currently in the cache'), most),
    unwritten: share(numberIn(cache, 'tracked dirty bytes in the cache'), most),
    connections: share(Number(current), Number(current) + Number(available)),
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numberIn(members: Readonly<Record<string, unknown>>, name: string): number {
  return Number(members[name]);
}

function share(part: number, of: number): number | undefined {
  return Number.isFinite(part) && of > 0 ? part / of : undefined;
}
