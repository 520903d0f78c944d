// The contract of the audit chain over a real store: several may append at once, a source is one entry, what decides
// carries its entry, and the check names what somebody has done to the rows of the database.
import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { headKey, signedHead } from '../../exam/audit-chain.ts';
import type { AuditDocument } from '../../schema/documents/audit.ts';
import { newId } from '../../schema/ids.ts';
import { checkChain } from '../../store/audit-check.ts';
import { filedHeads, fileHead, headsPath } from '../../store/audit-files.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl, testFolder } from '../support/parts.ts';
import { aControl, anEntry, anExaminee, aPlan, aRoom, SECRET } from '../support/stored.ts';

const KEY = headKey(SECRET);
const SEED = process.env.TEST_SEED === undefined ? Date.now() % 2_147_483_647 : Number(process.env.TEST_SEED);

describe(`contract of the store: audit chain, TEST_SEED=${SEED}`, () => {
  let store: Store;
  let client: mongoose.mongo.MongoClient;
  let rows: mongoose.mongo.Collection<AuditDocument>;
  let dataDir: string;
  let planId: string;

  before(async () => {
    const url = await mongodbUrl(`contract-audit-${newId()}`);
    store = await openStore({ url, autoIndex: true });
    client = new mongoose.mongo.MongoClient(url);
    rows = client.db().collection('audit');
    dataDir = await testFolder();
  });
  beforeEach(() => {
    planId = newId();
  });
  after(async () => {
    await client.close();
    await store.close();
  });

  const entriesOf = (plan: string) => store.audit.byPlan(plan, 0, 1_000);
  const sourcesOf = async (plan: string) => (await entriesOf(plan)).map(({ _id }) => _id);
  async function flawOf(plan = planId): Promise<string | undefined> {
    const { flaw } = await checkChain(store, dataDir, KEY, plan);
    return flaw && `${flaw.sequence} ${flaw.why}`;
  }
  /** A chain of five, with a head of it in a file. */
  async function five(plan = planId): Promise<void> {
    await store.audit.append(
      plan,
      ['a', 'b', 'c', 'd', 'e'].map((name) => anEntry(`${plan}.${name}`, { data: { name } })),
    );
    await fileHead(dataDir, signedHead(KEY, plan, await store.audit.end(plan), 5));
  }

  it('[S23] has each source once and no fork, however many append the same and other things at once', async () => {
    const sources = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(sources, { minLength: 2, maxLength: 5 }), async (workers) => {
        const plan = newId();
        await Promise.all(
          workers.map((names) =>
            store.audit.append(
              plan,
              names.map((name) => anEntry(`${plan}.${name}`)),
            ),
          ),
        );
        const found = await sourcesOf(plan);
        const expected = new Set(workers.flat().map((name) => `${plan}.${name}`));
        assert.deepEqual(found.toSorted(), [...expected].toSorted());
        assert.equal(await flawOf(plan), undefined);
        // Each has kept the order that it was given in, where nobody else was first.
        const [first = []] = workers;
        if (workers.length === 1) assert.deepEqual(found, [...new Set(first)]);
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('[S23] appends in the order given, and the same again changes nothing', async () => {
    await five();
    const before = await entriesOf(planId);
    await five();
    assert.deepEqual(await entriesOf(planId), before);
    assert.deepEqual(
      before.map(({ sequence, data }) => [sequence, data.name]),
      [1, 2, 3, 4, 5].map((sequence, index) => [sequence, 'abcde'[index]]),
    );
    assert.deepEqual(await store.audit.end(planId), { sequence: 5, hash: before[4]?.hash });
    assert.deepEqual(await store.audit.end(newId()), { sequence: 0, hash: '' });
    assert.equal(await flawOf(), undefined);
  });

  it('[S23] keeps what it hashes: also half letters, nested data and numbers of every kind', async () => {
    const data = {
      text: 'a\ud800',
      nested: { list: [1, -0, 1.5, 2 ** 40, -(2 ** 53), null, true] },
      'a.b': {},
      $c: [],
    };
    await store.audit.append(planId, [anEntry(newId(), { data }), anEntry(newId())]);
    assert.equal(await flawOf(), undefined);
  });

  it('[S23] the check names a changed field', async () => {
    await five();
    await rows.updateOne({ _id: `${planId}.c` }, { $set: { 'data.name': 'x' } });
    assert.equal(await flawOf(), '3 changed');
  });

  it('[S23] the check names a removed entry, and one of which only the sequence is left', async () => {
    await five();
    await rows.deleteOne({ _id: `${planId}.b` });
    assert.equal(await flawOf(), '2 missing');
    await rows.updateOne({ _id: `${planId}.c` }, { $set: { sequence: 2 } });
    assert.equal(await flawOf(), '2 changed');
  });

  it('[S23] the check names entries that changed places', async () => {
    await five();
    for (const [name, sequence] of [
      ['b', 99],
      ['c', 2],
      ['b', 3],
    ] as const) {
      await rows.updateOne({ _id: `${planId}.${name}` }, { $set: { sequence } });
    }
    assert.equal(await flawOf(), '2 changed');
  });

  it('[S23] the store refuses a fork; where its index was taken away, the check names it', async () => {
    await five();
    const third = await rows.findOne({ _id: `${planId}.c` });
    assert.ok(third !== null);
    const fork = { ...third, _id: `${planId}.fork` };
    await assert.rejects(rows.insertOne(fork), { code: 11_000 });
    await rows.dropIndex('planId_1_sequence_1');
    try {
      await rows.createIndex({ planId: 1, sequence: 1 });
      await rows.insertOne(fork);
      assert.equal(await flawOf(), '3 forked');
    } finally {
      await rows.deleteOne({ _id: fork._id });
      await rows.dropIndex('planId_1_sequence_1');
      await store.ensureIndexes();
    }
    assert.equal(await flawOf(), undefined);
  });

  it('[S23] the check names a tail that was cut off, and a chain that was written anew, by the head beside the database', async () => {
    await five();
    await rows.deleteMany({ _id: { $in: [`${planId}.d`, `${planId}.e`] } });
    assert.equal(await flawOf(), '4 truncated');
    await store.audit.append(planId, [anEntry(`${planId}.other`), anEntry(`${planId}.more`)]);
    assert.equal(await flawOf(), '5 head-differs');
  });

  it('[S23] a line that a crash cut short spoils no other, and a forged one is named', async () => {
    await five();
    const path = headsPath(dataDir, planId);
    const whole = await readFile(path, 'utf8');
    await appendFile(path, whole.slice(0, 30));
    await store.audit.append(planId, [anEntry(newId())]);
    const head = signedHead(KEY, planId, await store.audit.end(planId), 9);
    await fileHead(dataDir, head);
    const { heads, unreadable } = await filedHeads(dataDir, planId);
    assert.deepEqual([heads.at(-1), heads.length, unreadable], [head, 2, 1]);
    assert.equal(await flawOf(), undefined);
    await writeFile(path, whole.replace('"sequence":5', '"sequence":4'));
    assert.equal(await flawOf(), '4 head-forged');
    await assert.rejects(filedHeads(dataDir, '../other'), RangeError);
  });

  it('[S23] controls, receipts, plans, rooms, examinees and sheets carry their entries from the write that decides', async () => {
    const [plan, room, examineeId] = [aPlan({ _id: planId }), aRoom(planId, { epoch: 1 }), newId()];
    await store.plans.create(plan);
    await store.rooms.create([room]);
    await store.sheets.create([{ examineeId, planId, roomId: room._id }]);
    const { control } = await store.controls.issue(aControl(planId, { reason: 'because' }));
    await store.controls.issue(control);
    const by = { actorId: control.actorId, actorRole: control.actorRole };
    await store.plans.change(planId, ['draft'], { status: 'scheduled' }, by);
    await store.plans.change(planId, ['draft'], { status: 'scheduled' }, by);
    const ids = { _id: `${control._id}.${room._id}`, controlId: control._id, roomId: room._id, planId };
    const receipt = { ...ids, message: '', ledger: {} } as const;
    await store.controls.receipt({ ...receipt, state: 'applied', code: '', at: 1_500 });
    await store.controls.receipt({ ...receipt, state: 'failed', code: 'X', at: 1_600 });
    await store.rooms.applied(room._id, 1, control._id, { status: 'open' });
    await store.rooms.applied(room._id, 1, control._id, { status: 'open' });
    await store.rooms.change(room._id, 1, { status: 'open' });
    await store.rooms.change(room._id, 1, { status: 'running' });
    await store.rooms.change(room._id, 1, { status: 'running', startsAt: 5 });
    await store.sheets.end(examineeId, 'timed-out', [[1, 1_000_001]], 2_000);
    await store.sheets.end(examineeId, 'submitted', [], 3_000);
    const decision = { confirmed: true, note: '', by: 'p', byRole: 'proctor', at: 1_200, version: 1 } as const;
    await store.examinees.create([anExaminee(planId, room._id, { _id: examineeId })]);
    await store.examinees.decideIdentity(examineeId, decision);
    await store.examinees.decideIdentity(examineeId, decision);
    await store.rooms.change(room._id, 1, { status: 'ended', settledAt: 4_000 });
    await store.rooms.change(room._id, 1, { status: 'ended', settledAt: 5_000 });
    const waiting = (await store.audit.waiting(1_000)).filter((one) => one.planId === planId);
    assert.deepEqual(
      waiting.map(({ facts }) => [facts.kind, facts.actorId, facts.roomId]).toSorted(),
      [
        ['control.applied', '', room._id],
        ['control.issued', control.actorId, ''],
        ['identity.decided', 'p', room._id],
        ['plan.scheduled', control.actorId, ''],
        ['room.open', '', room._id],
        ['room.running', '', room._id],
        ['room.settled', '', room._id],
        ['sheet.timed-out', '', room._id],
      ].toSorted(),
    );
    await store.audit.append(
      planId,
      waiting.map(({ facts }) => facts),
    );
    await store.audit.taken(waiting);
    assert.deepEqual(
      (await store.audit.waiting(1_000)).filter((one) => one.planId === planId),
      [],
    );
    assert.deepEqual(await store.controls.get(control._id), control);
  });

  it('keeps what people write beside the chain, once, and takes away what names somebody, in whatever script', async () => {
    const room = aRoom(planId);
    const said: Record<string, string> = {
      short: 'Al and Alice talk',
      inside: 'Alice talks',
      korean: '허준이 손을 들었다',
      signs: 'ANNE-MARIE (O’Neil) is ill',
      other: 'nobody is named',
    };
    const facts = Object.entries(said).map(([name, reason]) => ({ ...anEntry(`${planId}.${name}`), data: { reason } }));
    await Promise.all([store.audit.append(planId, facts), store.audit.append(planId, facts)]);
    const shown = async () => {
      const found = await store.audit.textsFor(await entriesOf(planId));
      return Object.keys(said).filter((name) => found.get(`${planId}.${name}`)?.reason?.text === said[name]);
    };
    assert.deepEqual(await shown(), Object.keys(said));
    assert.ok(!JSON.stringify(await entriesOf(planId)).includes('talk'));
    for (const [label, left] of [
      ['Al', ['inside', 'korean', 'signs', 'other']],
      ['허준', ['inside', 'signs', 'other']],
      ['Anne-Marie (O’Neil)', ['inside', 'other']],
      ['7', ['inside', 'other']],
    ] as const) {
      const person = anExaminee(planId, room._id, { label });
      await store.examinees.create([person]);
      await store.erasures.remove({ _id: person._id, planId });
      assert.deepEqual(await shown(), left, label);
    }
    assert.equal(await flawOf(), undefined);
  });
});
