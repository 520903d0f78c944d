// What counts as "there before" after an insert, and what must throw: a broken connection looks like an error about
// nothing, and was once taken for success.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import mongoose from 'mongoose';
import { contentHash } from '../../exam/content-hash.ts';
import { newId } from '../../schema/ids.ts';
import type { QueuedAnswer } from '../../schema/jobs.ts';
import { asFault, StoreFault } from '../../store/fault.ts';
import { duplicatesOf } from '../../store/insertion.ts';
import { openStore } from '../../store/open-store.ts';
import { freshMongodb } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

const { MongoBulkWriteError } = mongoose.mongo;

type Part = { index: number; code: number; errmsg: string };

/** A bulk error as the driver makes it. */
function bulkError(writeErrors: Part[], writeConcernError?: object): Error {
  const result = { getWriteConcernError: () => writeConcernError };
  return new MongoBulkWriteError(
    { message: 'bulk', code: writeErrors[0]?.code ?? 0, writeErrors } as never,
    result as never,
  );
}

const duplicate = (index: number, key = '_id_'): Part => {
  return {
    index,
    code: 11000,
    errmsg: `E11000 duplicate key error collection: db.answers index: ${key} dup key: { _id: "x" }`,
  };
};

describe('[T47] duplicates of a bulk insert', () => {
  it('are named with their index where every write error is one', () => {
    assert.deepEqual(duplicatesOf(bulkError([duplicate(3), duplicate(5, 'planId_1_label_1')])), [
      { index: 3, key: '_id_' },
      { index: 5, key: 'planId_1_label_1' },
    ]);
  });

  const others: [string, Error][] = [
    ['a bulk error without write errors: the connection broke', bulkError([])],
    [
      'one other write error among duplicates',
      bulkError([duplicate(0), { index: 1, code: 121, errmsg: 'validation' }]),
    ],
    ['a write concern error beside duplicates', bulkError([duplicate(0)], { code: 64 })],
    [
      'a single duplicate that is no bulk error',
      Object.assign(new mongoose.mongo.MongoServerError({ message: 'E11000' }), { code: 11000 }),
    ],
    ['any other error', new TypeError('bug')],
  ];
  for (const [name, error] of others) {
    it(`throws ${name}`, () => {
      assert.throws(() => duplicatesOf(error), error);
    });
  }
});

describe('faults', () => {
  it('tell by their code whether a retry is in vain', () => {
    assert.equal((asFault('x', bulkError([])) as StoreFault).code, 'STORE_UNAVAILABLE');
    assert.equal((asFault('x', bulkError([duplicate(0)])) as StoreFault).code, 'STORE_DUPLICATE');
    assert.equal(
      (asFault('x', bulkError([duplicate(0), { index: 1, code: 121, errmsg: '' }])) as StoreFault).code,
      'STORE_REFUSED',
    );
    assert.equal(
      (asFault('x', bulkError([{ index: 0, code: 10107, errmsg: '' }])) as StoreFault).code,
      'STORE_UNAVAILABLE',
    );
    assert.equal((asFault('x', new mongoose.mongo.MongoNetworkError('gone')) as StoreFault).code, 'STORE_UNAVAILABLE');
    assert.equal((asFault('x', new mongoose.Error.ValidationError()) as StoreFault).code, 'STORE_REFUSED');
  });

  it('stay what they are when they pass through another call', () => {
    const fault = new StoreFault('STORE_MISSING', 'missing');
    assert.equal(asFault('x', fault), fault);
  });
});

describe('answers while the store dies', () => {
  const planId = newId();
  const examineeId = newId();
  const answer = (counter: number): QueuedAnswer => {
    return [examineeId, 1 + (counter % 9_000), 1_000_000 + counter, `${counter}`, contentHash(`${counter}`), 1];
  };

  it('[T47] is never saved without the store: what was saved before a SIGKILL is there after it, and all else threw', async () => {
    const server = await freshMongodb();
    const store = await openStore({ url: server.url, autoIndex: true, paperKey: TEST_PAPER_KEY });
    const saved: QueuedAnswer[] = [];
    const thrown: unknown[] = [];
    let counter = 0;
    // Long enough for every writer to be told; a store that takes a dead server for a success ends here.
    const until = Date.now() + 8_000;
    const write = async () => {
      while (thrown.length === 0 && Date.now() < until) {
        const batch = Array.from({ length: 50 }, () => answer(++counter));
        try {
          await store.answers.insert(planId, batch);
          saved.push(...batch);
        } catch (error) {
          thrown.push(error);
        }
      }
    };
    const writers = [write(), write(), write(), write()];
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.kill();
    await Promise.all(writers);
    assert.ok(thrown.length > 0);
    assert.ok(thrown.every((error) => error instanceof StoreFault && error.code === 'STORE_UNAVAILABLE'));
    assert.ok(saved.length > 0);
    await server.start();
    await assert.doesNotReject(untilAnswering(() => store.ping()));
    const stored = new Set((await store.answers.history(planId, examineeId)).map(({ revision }) => revision));
    assert.deepEqual(
      saved.filter(([, , revision]) => !stored.has(revision)),
      [],
    );
    assert.deepEqual(await store.answers.insert(planId, saved.slice(0, 500)), { conflicts: [] });
    await store.close();
    await server.stop();
  });

  it('[T47] throws for a repeat too while nothing answers, though the answer is stored', async () => {
    const server = await freshMongodb();
    const store = await openStore({ url: server.url, autoIndex: true, paperKey: TEST_PAPER_KEY });
    await store.answers.insert(planId, [answer(1)]);
    await server.kill();
    await assert.rejects(store.answers.insert(planId, [answer(1)]), { name: 'StoreFault', code: 'STORE_UNAVAILABLE' });
    await store.close();
    await server.stop();
  });

  it('does not open on a port where nobody listens', async () => {
    const port = await closedPort();
    await assert.rejects(openStore({ url: `mongodb://127.0.0.1:${port}/x?w=1&journal=true` }), {
      code: 'STORE_UNAVAILABLE',
    });
  });
});

async function untilAnswering(ask: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    try {
      return await ask();
    } catch {
      // The driver has not seen yet that the server is back; each try waits for it.
    }
  }
  await ask();
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 0;
}
