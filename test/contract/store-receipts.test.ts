// The contract of signed receipts in the store: no answer is there without a signed root that covers it, whatever way it came,
// how often it came, whoever has the keys, and whatever died.

import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { answerId, rootRange } from '../../exam/answer-id.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { isSignedBy, keyIdOf, rootText } from '../../exam/signed-root.ts';
import type { Response } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import type { QueuedAnswer } from '../../schema/jobs.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { freshMongodb, mongodbUrl } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

const REV = 1_000_000;

describe('contract of the store: signed receipts', () => {
  let store: Store;
  let url: string;
  let planId: string;
  let client: mongoose.mongo.MongoClient;

  before(async () => {
    url = await mongodbUrl(`receipts-${newId()}`);
    store = await openStore({ url, autoIndex: true, paperKey: TEST_PAPER_KEY });
    client = await mongoose.mongo.MongoClient.connect(url);
  });
  beforeEach(() => {
    planId = newId();
  });
  after(async () => {
    await client.close();
    await store.close();
  });

  const queued = (examineeId: string, item: number, counter: number, response: Response): QueuedAnswer => {
    return [examineeId, item, REV + counter, response, contentHash(response), 1];
  };
  const answers = () => client.db().collection<{ _id: string; root?: number; response?: unknown }>('answers');
  const roots = () => answers().countDocuments({ _id: rootRange(planId) as never });

  /** What is not proved, by item; every root that is given is looked at, too. */
  async function unproved(examineeId: string, of: Store = store): Promise<[number, string][]> {
    const proofs = await of.answers.proofs(planId, examineeId, null);
    const keys = new Map((await of.receiptKeys.all()).map(({ keyId, publicKey }) => [keyId, publicKey]));
    for (const root of proofs.roots) {
      const text = rootText({ planId, rootNumber: root.number, ...root });
      assert.ok(isSignedBy(keys.get(root.keyId) ?? '', text, root.signature));
    }
    return proofs.answers.flatMap((one) => ('unproved' in one ? [[one.item, one.unproved] as [number, string]] : []));
  }

  it('covers each answer of a batch, of every kind, with one signed root', async () => {
    const people = [newId(), newId(), newId()];
    const responses: Response[] = ['한국어 $ne', ['B', 'A'], 2.5, null, '', 'half of a pair: \ud800'];
    await store.answers.insert(
      planId,
      people.flatMap((person) => responses.map((response, index) => queued(person, index + 1, index + 1, response))),
    );
    for (const person of people) {
      assert.deepEqual(await unproved(person), []);
      const { answers: proved, roots: named } = await store.answers.proofs(planId, person, null);
      assert.deepEqual([proved.length, named.length], [responses.length, 1]);
    }
    assert.equal(await roots(), 1);
  });

  it('covers what is repeated, and what two workers save in the same moment', async () => {
    const person = newId();
    const batch = Array.from({ length: 40 }, (_, index) => queued(person, index + 1, index + 1, `${index}`));
    await Promise.all([1, 2, 3].map(() => store.answers.insert(planId, batch)));
    await store.answers.insert(planId, batch.slice(0, 7));
    assert.deepEqual(await unproved(person), []);
  });

  it('covers what was kept where another content came under the same revision, and not what was refused', async () => {
    const person = newId();
    await store.answers.insert(planId, [queued(person, 1, 1, 'kept')]);
    assert.deepEqual(await store.answers.insert(planId, [queued(person, 1, 1, 'other'), queued(person, 2, 2, 'B')]), {
      conflicts: [0],
    });
    assert.deepEqual(await unproved(person), []);
    const { answers: proved } = await store.answers.proofs(planId, person, [[1, REV + 1]]);
    const [one] = proved;
    assert.ok(one && 'digest' in one);
    assert.ok(one.digest.startsWith(contentHash('kept')));
  });

  it('names what an older version saved, and covers it as soon as it is sent again', async () => {
    const person = newId();
    await store.answers.insert(planId, [queued(person, 1, 1, 'A'), queued(person, 2, 2, 'B')]);
    await answers().updateMany({ _id: { $gte: `${planId}.` } }, { $unset: { root: 1 } });
    assert.deepEqual(await unproved(person), [
      [1, 'unsigned'],
      [2, 'unsigned'],
    ]);
    const again = [queued(person, 1, 1, 'A'), queued(person, 2, 2, 'another content'), queued(person, 3, 3, 'C')];
    assert.deepEqual(await store.answers.insert(planId, again), { conflicts: [1] });
    assert.deepEqual(await unproved(person), [[2, 'unsigned']]);
  });

  it('proves nothing that was changed in the database, and nothing whose root is gone', async () => {
    const person = newId();
    await store.answers.insert(planId, [queued(person, 1, 1, 'A'), queued(person, 2, 2, 'B')]);
    await store.answers.insert(planId, [queued(person, 3, 3, 'C')]);
    const idOf = (item: number) => answerId(planId, person, item, REV + item);
    await answers().updateOne({ _id: idOf(1) }, { $set: { response: 'B' } });
    const third = await answers().findOne({ _id: idOf(3) });
    await answers().deleteOne({ _id: rootRange(planId) as never, root: { $exists: false } });
    const { length } = await unproved(person);
    assert.ok(third?.root !== undefined && length >= 2);
    assert.ok((await unproved(person)).some(([item, why]) => item === 1 && why === 'altered'));
  });

  it('goes on with another number where the number of a root is taken, and points no answer to a foreign root', async () => {
    const own = await openStore({ url, paperKey: TEST_PAPER_KEY });
    const person = newId();
    await own.answers.insert(planId, [queued(person, 1, 1, 'A')]);
    const [first] = (await own.answers.proofs(planId, person, null)).roots;
    assert.ok(first);
    // The next two numbers of this process are taken by another one.
    const taken = (await answers().findOne({ _id: rootRange(planId) as never })) ?? { _id: '' };
    const id = (number: number) => `.${planId}.${String(number).padStart(16, '0')}`;
    await answers().insertOne({ ...taken, _id: id(first.number + 1) });
    await own.answers.insert(planId, [queued(person, 2, 2, 'B'), queued(person, 3, 3, 'C')]);
    assert.deepEqual(await unproved(person, own), []);
    await answers().insertMany([1, 2].map((more) => ({ ...taken, _id: id(first.number + 2 + more) })));
    await assert.rejects(own.answers.insert(planId, [queued(person, 4, 4, 'D')]), { code: 'STORE_UNAVAILABLE' });
    await own.close();
  });

  it('signs with a new key after a rotation, in each process soon, and what older keys signed stays good', async () => {
    const other = await openStore({ url, paperKey: TEST_PAPER_KEY });
    const person = newId();
    await store.answers.insert(planId, [queued(person, 1, 1, 'before')]);
    await other.answers.insert(planId, [queued(person, 2, 2, 'before')]);
    const rotated = await store.receiptKeys.rotate();
    assert.equal(rotated.keyId, keyIdOf(rotated.publicKey));
    assert.equal((await store.receiptKeys.all()).at(-1)?.keyId, rotated.keyId);
    await store.answers.insert(planId, [queued(person, 3, 3, 'after')]);
    await other.answers.insert(planId, [queued(person, 4, 4, 'with the key that this process knows')]);
    assert.deepEqual(await unproved(person), []);
    const { roots: named } = await store.answers.proofs(planId, person, null);
    assert.equal(new Set(named.map(({ keyId }) => keyId)).size, 2);
    assert.equal(named.filter(({ keyId }) => keyId === rotated.keyId).length, 1);
    await other.close();
  });

  it('has one key where many processes begin at once, and another one under another key of the environment', async () => {
    const fresh = await mongodbUrl(`receipts-${newId()}`);
    const first = await openStore({ url: fresh, autoIndex: true, paperKey: TEST_PAPER_KEY });
    const stores = await Promise.all([1, 2, 3].map(() => openStore({ url: fresh, paperKey: TEST_PAPER_KEY })));
    const person = newId();
    await Promise.all(
      stores.map((one, index) => one.answers.insert(planId, [queued(person, index + 1, index + 1, 'A')])),
    );
    const lost = await openStore({ url: fresh, paperKey: new Uint8Array(32).fill(8) });
    await lost.answers.insert(planId, [queued(person, 9, 9, 'under another secret')]);
    assert.deepEqual(await unproved(person, lost), []);
    const keys = await first.receiptKeys.all();
    assert.equal(new Set(keys.map(({ keyId }) => keyId)).size, keys.length);
    for (const one of [first, lost, ...stores]) await one.close();
  });

  it('saves nothing in a process that has no key of the environment, which is no fault of an answer', async () => {
    const none = await openStore({ url });
    const person = newId();
    await assert.rejects(none.answers.insert(planId, [queued(person, 1, 1, 'A')]), { code: 'STORE_KEY' });
    assert.deepEqual(await store.answers.current(planId, person), []);
    await none.close();
  });

  it('has every private half sealed', async () => {
    await store.answers.insert(planId, [queued(newId(), 1, 1, 'A')]);
    const rows = await client
      .db()
      .collection('receiptKeys')
      .find({ number: { $gte: 0 } })
      .toArray();
    assert.ok(rows.length > 0);
    for (const { sealedKey } of rows) assert.equal(sealedKey.buffer.subarray(0, 4).toString(), 'EHS1');
  });

  it('has a root before each answer, also where the server dies in the middle of it', async () => {
    const server = await freshMongodb();
    const own = await openStore({ url: server.url, autoIndex: true, paperKey: TEST_PAPER_KEY });
    const people = Array.from({ length: 4 }, newId);
    let counter = 0;
    for (let death = 0; death < 2; death++) {
      let dead = false;
      const write = async (person: string) => {
        while (!dead) {
          const batch = Array.from({ length: 60 }, () =>
            queued(person, 1 + (++counter % 9_000), counter, `${counter}`),
          );
          await own.answers.insert(planId, batch).catch(() => {
            dead = true; // told so, and nothing is promised of this batch
          });
        }
      };
      const writers = people.map(write);
      await new Promise((resolve) => setTimeout(resolve, 150 + 100 * death));
      await server.kill();
      dead = true;
      await Promise.all(writers);
      await server.start();
    }
    await untilAnswering(own);
    const found = await Promise.all(people.map((person) => unproved(person, own)));
    assert.deepEqual(found.flat(), []);
    assert.ok((await own.answers.current(planId, people[0] ?? '')).length > 0);
    await own.close();
    await server.stop();
  }).timeout(60_000);
});

async function untilAnswering(store: Store): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const isThere = await store.ping().then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the store did not come back');
}
