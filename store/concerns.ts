// Which write and read concern a server needs, and the start's refusal of a URL that says another. A single server's
// `majority` may not wait for its disk; a set's `w=1` may be rolled back. Both lose acknowledged answers.
// The concern comes from the URL alone: no operation in store/ names its own. Called by open-store.ts and look.ts.
import mongoose, { type Connection } from 'mongoose';
import { StoreFault } from './fault.ts';

/** What the URL asks for; undefined where it says nothing. */
export type Concerns = {
  readonly w: string | number | undefined;
  readonly journal: boolean | undefined;
  readonly timeoutMs: number | undefined;
  readonly readLevel: string | undefined;
  readonly readMode: string | undefined;
};

/** A replica set (or a cluster of them behind mongos), or one server alone. */
export type Topology = 'set' | 'single';

/** Refuses, with StoreFault STORE_CONCERN, a URL that does not fit the server that the connection leads to. */
export async function checkConcerns(connection: Connection, url: string): Promise<void> {
  const problem = await concernProblemAt(connection, url);
  if (problem !== undefined) throw new StoreFault('STORE_CONCERN', problem);
}

/** What does not fit between this URL and the server that the connection leads to; undefined where all fits. */
export async function concernProblemAt(connection: Connection, url: string): Promise<string | undefined> {
  const hello = await connection.getClient().db('admin').command({ hello: 1 });
  return concernProblem(topologyOf(hello), concernsOf(url));
}

/** What a server's answer to `hello` says about it. */
export function topologyOf(hello: { setName?: unknown; msg?: unknown }): Topology {
  return hello.setName !== undefined || hello.msg === 'isdbgrid' ? 'set' : 'single';
}

/** The concerns of this URL as the driver itself reads them. Throws StoreFault STORE_CONCERN for no URL of MongoDB's. */
export function concernsOf(url: string): Concerns {
  try {
    const { writeConcern, readConcern, readPreference } = new mongoose.mongo.MongoClient(url).options;
    return {
      w: writeConcern?.w,
      journal: writeConcern?.journal ?? writeConcern?.j,
      timeoutMs: writeConcern?.wtimeoutMS,
      readLevel: readConcern?.level,
      readMode: readPreference?.mode,
    };
  } catch (error) {
    throw new StoreFault('STORE_CONCERN', 'MONGODB_URL is not a URL that the driver takes', error);
  }
}

/** The sentence that says what does not fit and what is needed; undefined where all fits. */
export function concernProblem(topology: Topology, concerns: Concerns): string | undefined {
  const { readMode, timeoutMs } = concerns;
  if (readMode !== undefined && readMode !== 'primary')
    return `readPreference=${readMode} would read what may be rolled back; remove it`;
  if (timeoutMs !== undefined) return 'wtimeoutMS would give up waiting for durability; remove it';
  return topology === 'set' ? setProblem(concerns) : singleProblem(concerns);
}

function setProblem({ w, journal, readLevel }: Concerns): string | undefined {
  if (w === 'majority' && journal === true && readLevel === 'majority') return undefined;
  return 'a replica set needs w=majority&journal=true&readConcernLevel=majority in MONGODB_URL';
}

function singleProblem({ w, journal, readLevel }: Concerns): string | undefined {
  if (w === 1 && journal === true && readLevel === undefined) return undefined;
  return 'a server that is no replica set needs w=1&journal=true and no other concern in MONGODB_URL';
}
