// A mongod from the path, as a replica set of one member, so that majority and the journal mean what they say.
// Never the system's own mongod: a free port, a folder of ours. Called by engine.ts.

import { join } from 'node:path';
import mongoose from 'mongoose';
import type { Store } from './engine.ts';
import { readLauncherSettings } from './settings.ts';

const SET = 'examhall';

/** The child and its URL. It is ready once the set has a primary; the first start makes the set. */
export function mongodSpec(mongod: string, folder: string, port: number, database: string): Store {
  const host = `127.0.0.1:${port}`;
  const { tableScans } = readLauncherSettings();
  return {
    url: `mongodb://${host}/${database}?replicaSet=${SET}&w=majority&journal=true&readConcernLevel=majority`,
    spec: {
      name: 'mongodb',
      stage: 0,
      command: mongod,
      args: [
        '--replSet',
        SET,
        '--port',
        String(port),
        '--bind_ip',
        '127.0.0.1',
        '--dbpath',
        join(folder, 'mongodb'),
        '--nounixsocket',
        ...(tableScans === 'refused' ? ['--setParameter', 'notablescan=true'] : []),
      ],
      env: process.env,
      output: { kind: 'file', path: join(folder, 'mongodb.log') },
      ready: { kind: 'probe', probe: () => becomesPrimary(host) },
      readyLimitMs: 60_000,
      stopLimitMs: 15_000,
    },
  };
}

async function becomesPrimary(host: string): Promise<boolean> {
  const client = new mongoose.mongo.MongoClient(`mongodb://${host}/admin?directConnection=true`, {
    serverSelectionTimeoutMS: 500,
  });
  try {
    const hello = await client.db('admin').command({ hello: 1 });
    if (hello.isWritablePrimary === true) return true;
    // A data folder of an earlier start names the port it had then, so the set is made anew with this one.
    if (hello.setName === undefined) await makeSet(client, host);
    return false;
  } catch {
    return false; // Not up yet: the caller asks again until its limit.
  } finally {
    await client.close();
  }
}

async function makeSet(client: mongoose.mongo.MongoClient, host: string): Promise<void> {
  const admin = client.db('admin');
  const members = [{ _id: 0, host }];
  try {
    await admin.command({ replSetInitiate: { _id: SET, members } });
  } catch {
    // An earlier start has made the set, under the port that it had. Where something else was wrong, this fails as well.
    const { config } = await admin.command({ replSetGetConfig: 1 });
    await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
  }
}
