// The contract of stored controls, plans, papers and keys: one order of a plan's controls, one receipt of each room,
// changes by compare-and-set, versions of a key, and the removal of drafts and rehearsals alone.

import assert from 'node:assert/strict';
import mongoose, { type Model } from 'mongoose';
import type { Delivery, ReceiptDocument } from '../../schema/documents/control.ts';
import type { PaperDocument, PlanDocument } from '../../schema/documents/plan.ts';
import { newId } from '../../schema/ids.ts';
import { makeStore, openStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl } from '../support/parts.ts';
import { aControl, anExaminee, aPlan, aRoom, newStore, TEST_PAPER_KEY } from '../support/stored.ts';

describe('contract of the store: controls', () => {
  let store: Store;

  before(async () => {
    store = await newStore('contract-controls');
  });
  after(() => store.close());

  const receipt = (given: Partial<ReceiptDocument> = {}): ReceiptDocument => {
    const [controlId, roomId] = [newId(), newId()];
    return {
      _id: `${controlId}.${roomId}`,
      controlId,
      roomId,
      planId: newId(),
      state: 'applied',
      code: '',
      message: '',
      ledger: {},
      at: 1,
      ...given,
    };
  };

  it('orders the controls of a plan from 1 without gaps, also those that come at once', async () => {
    const planId = newId();
    const issued = await Promise.all(Array.from({ length: 12 }, () => store.controls.issue(aControl(planId))));
    const expected = Array.from({ length: 12 }, (_, index) => index + 1);
    assert.deepEqual(
      issued.map(({ control }) => control.sequence).sort((a, b) => a - b),
      expected,
    );
    assert.deepEqual(
      (await store.controls.forPlan(planId, 0)).map(({ sequence }) => sequence),
      expected,
    );
    assert.deepEqual(
      (await store.controls.forPlan(planId, 9)).map(({ sequence }) => sequence),
      [10, 11, 12],
    );
  });

  it('stores a control once, and returns the stored one for its repeat, also at once', async () => {
    const planId = newId();
    const control = aControl(planId);
    const issued = await Promise.all(Array.from({ length: 6 }, () => store.controls.issue(control)));
    assert.equal(issued.filter(({ repeated }) => !repeated).length, 1);
    const other = await store.controls.issue({ ...control, action: 'end' });
    assert.deepEqual([other.repeated, other.control], [true, { ...control, sequence: 1 }]);
    assert.deepEqual(await store.controls.get(control._id), other.control);
    assert.equal((await store.controls.forPlan(planId, 0)).length, 1);
  });

  it('stores what hundreds of rooms issue at once in few requests, though another process does the same', async () => {
    const url = await mongodbUrl(`contract-controls-${newId()}`);
    const own = await openStore({ url, autoIndex: true });
    const beside = await openStore({ url });
    const watching = await mongoose.mongo.MongoClient.connect(url);
    const inserts = async (): Promise<number> =>
      Number((await watching.db('admin').command({ serverStatus: 1 })).metrics.commands.insert.total);
    try {
      const before = await inserts();
      const [planId, otherPlanId] = [newId(), newId()];
      const all = Array.from({ length: 400 }, (_, index) => aControl(index % 8 === 0 ? otherPlanId : planId));
      const issue = (control: (typeof all)[number], index: number) =>
        (index % 2 === 0 ? own : beside).controls.issue(control);
      const issued = await Promise.all(all.map(issue));
      assert.ok(issued.every(({ repeated }) => !repeated));
      for (const id of [planId, otherPlanId]) {
        const stored = await own.controls.forPlan(id, 0);
        const expected = all.filter((control) => control.planId === id).length;
        assert.deepEqual(
          stored.map(({ sequence }) => sequence),
          Array.from({ length: expected }, (_, index) => index + 1),
        );
      }
      const asked = (await inserts()) - before;
      assert.ok(asked <= 100, `${asked} inserts for 400 controls`);
    } finally {
      await Promise.all([own.close(), beside.close(), watching.close()]);
    }
  });

  it('refuses a control that its schema refuses, and stores those that came with it', async () => {
    const planId = newId();
    const bad = { ...aControl(planId), action: 'explode' } as unknown as ReturnType<typeof aControl>;
    const [good, refused, another] = await Promise.allSettled(
      [aControl(planId), bad, aControl(planId)].map((control) => store.controls.issue(control)),
    );
    assert.deepEqual([good?.status, another?.status], ['fulfilled', 'fulfilled']);
    assert.equal(refused?.status === 'rejected' && refused.reason.code, 'STORE_REFUSED');
    assert.equal((await store.controls.forPlan(planId, 0)).length, 2);
  });

  it('keeps the first receipt of a room: failed stays failed', async () => {
    const failed = receipt({ state: 'failed', code: 'CONTROL_EXPIRED' });
    assert.deepEqual(await store.controls.receipt(failed), failed);
    assert.deepEqual(await store.controls.receipt({ ...failed, state: 'applied', code: '' }), failed);
    assert.deepEqual(await store.controls.receipts(failed.controlId), [failed]);
  });
});

describe('contract of the store: what became of a control', () => {
  let store: Store;
  before(async () => {
    store = await newStore('contract-ledgers');
  });
  after(() => store.close());

  it('lets a ledger grow: each note adds to what is there, and nothing else of the receipt changes', async () => {
    const [controlId, roomId, ada, ben] = [newId(), newId(), newId(), newId()];
    const nothing = { sentAt: 0, deliveredAt: 0, confirmedAt: 0 };
    const ids = { _id: `${controlId}.${roomId}`, controlId, roomId, planId: newId() };
    const receipt: ReceiptDocument = {
      ...ids,
      state: 'applied',
      code: '',
      message: '',
      at: 1,
      ledger: { [ada]: nothing, [ben]: nothing },
    };
    await store.controls.receipt(receipt);
    await store.controls.noteDelivery(ids._id, new Map([[ada, { sentAt: 5 }]]));
    const later = new Map<string, Partial<Delivery>>([
      [ada, { deliveredAt: 6 }],
      [ben, { sentAt: 5, deliveredAt: 6, confirmedAt: 7 }],
    ]);
    await store.controls.noteDelivery(ids._id, later);
    await store.controls.noteDelivery(ids._id, new Map());
    const waiting = (await store.audit.waiting(100)).filter(({ documentId }) => documentId === ids._id);
    const confirmed = waiting.filter(({ facts }) => facts.kind === 'control.confirmed').map(({ facts }) => facts);
    assert.deepEqual(
      confirmed.map(({ subject, at, actorRole }) => [subject, at, actorRole]),
      [[ben, 7, 'examinee']],
    );
    assert.deepEqual(await store.controls.receiptsOfRoom(roomId), [
      {
        ...receipt,
        ledger: {
          [ada]: { sentAt: 5, deliveredAt: 6, confirmedAt: 0 },
          [ben]: { sentAt: 5, deliveredAt: 6, confirmedAt: 7 },
        },
      },
    ]);
    assert.deepEqual(await store.controls.receiptsOfRoom(newId()), []);
  });

  it('moves a plan by the newest control alone: the repeat of an older one changes nothing', async () => {
    const plan = aPlan({ status: 'running' });
    await store.plans.create(plan);
    const by = (sequence: number) => ({ planId: plan._id, sequence, actorId: newId(), actorRole: 'admin' as const });
    assert.equal((await store.plans.move(by(3), ['running'], { status: 'paused' }))?.status, 'paused');
    assert.equal((await store.plans.move(by(4), ['paused'], { status: 'running' }))?.status, 'running');
    assert.equal(await store.plans.move(by(3), ['running'], { status: 'paused' }), null);
    assert.equal(await store.plans.move(by(5), ['paused'], { status: 'running' }), null);
    assert.equal((await store.plans.get(plan._id))?.movedBy, 4);
  });

  it('finds examinees by their ids, and only those that there are', async () => {
    const [one, other] = [anExaminee(newId(), newId()), anExaminee(newId(), newId())];
    await store.examinees.create([one, other]);
    const found = await store.examinees.byIds([other._id, newId(), one._id]);
    assert.deepEqual(found.map(({ _id }) => _id).sort(), [one._id, other._id].sort());
  });
});

describe('contract of the store: plans', () => {
  let store: Store;

  before(async () => {
    store = await newStore('contract-plans');
  });
  after(() => store.close());

  it('changes a plan in a named state, raises its version, and leaves it in another', async () => {
    const plan = aPlan();
    await store.plans.create(plan);
    const changed = await store.plans.change(plan._id, ['draft'], { status: 'scheduled' });
    assert.deepEqual(changed, { ...plan, status: 'scheduled', version: 2 });
    assert.equal(await store.plans.change(plan._id, ['draft'], { name: 'other' }), null);
    assert.deepEqual(await store.plans.get(plan._id), changed);
    assert.equal(await store.plans.change(newId(), ['draft'], {}), null);
  });

  it('lets one of many concurrent changes win', async () => {
    const plan = aPlan();
    await store.plans.create(plan);
    const changes = await Promise.all(
      Array.from({ length: 8 }, () => store.plans.change(plan._id, ['draft'], { status: 'scheduled' })),
    );
    assert.equal(changes.filter((change) => change !== null).length, 1);
  });

  it('finds plans by their states, and lists them page by page', async () => {
    const plans = [aPlan({ status: 'paused' }), aPlan({ status: 'archived' }), aPlan({ status: 'running' })];
    for (const plan of plans) await store.plans.create(plan);
    const found = await store.plans.byStates(['paused', 'running']);
    assert.deepEqual(found.map(({ _id }) => _id).sort(), [plans[0]?._id, plans[2]?._id].sort());
    const first = await store.plans.list({ limit: 2 });
    const rest = await store.plans.list({ limit: 100, after: first[1]?._id });
    assert.ok(plans.every(({ _id }) => [...first, ...rest].some((plan) => plan._id === _id)));
  });

  it('removes a rehearsal with everything of it, and nothing of another plan', async () => {
    const [rehearsal, real] = [aPlan({ rehearsal: true, status: 'ended' }), aPlan({ status: 'running' })];
    for (const plan of [rehearsal, real]) await fill(plan._id);
    await store.plans.create(rehearsal);
    await store.plans.create(real);
    await store.plans.remove(rehearsal._id);
    assert.deepEqual(await left(rehearsal._id), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(await left(real._id), [1, 1, 1, 1, 1, 1]);
    await store.plans.remove(rehearsal._id);
  });

  it('refuses a rehearsal in which somebody may sit, and changes nothing of it', async () => {
    for (const status of ['open', 'running', 'paused'] as const) {
      const rehearsal = await withPaper({ rehearsal: true, status });
      await assert.rejects(store.plans.remove(rehearsal._id), { name: 'RefusalError' });
      assert.deepEqual(await store.plans.get(rehearsal._id), rehearsal);
      assert.deepEqual(await paperLeft(rehearsal.paperId), [true, true]);
    }
  });

  it('leaves a paper that was not made for a rehearsal, also where rehearsals alone name it', async () => {
    const paper = { _id: newId(), name: 'real', items: [], createdAt: new Date(0) };
    await store.papers.create(paper);
    await store.keys.put(paper._id, []);
    const rehearsal = aPlan({ rehearsal: true, status: 'scored', paperId: paper._id });
    await store.plans.create(rehearsal);
    await store.plans.remove(rehearsal._id);
    assert.equal(await store.plans.get(rehearsal._id), null);
    assert.deepEqual(await paperLeft(paper._id), [true, true]);
  });

  it('removes a draft, and refuses any other plan', async () => {
    const [draft, scheduled] = [aPlan(), aPlan({ status: 'scheduled' })];
    await store.plans.create(draft);
    await store.plans.create(scheduled);
    await store.plans.remove(draft._id);
    assert.equal(await store.plans.get(draft._id), null);
    await assert.rejects(store.plans.remove(scheduled._id), { name: 'RefusalError' });
    assert.deepEqual(await store.plans.get(scheduled._id), scheduled);
  });

  it('removes the paper and the keys of a rehearsal that alone uses them, before the plan itself', async () => {
    const rehearsal = await withPaper({ rehearsal: true, status: 'scored' });
    await store.plans.empty(rehearsal._id);
    assert.equal(
      (await store.plans.get(rehearsal._id))?.status,
      'archived',
      'a crash here leaves what asks for the rest',
    );
    assert.deepEqual(await paperLeft(rehearsal.paperId), [false, false]);
    await store.plans.remove(rehearsal._id);
    assert.equal(await store.plans.get(rehearsal._id), null);
  });

  it('leaves a paper that another plan names, until the last rehearsal of it goes', async () => {
    const rehearsal = await withPaper({ rehearsal: true });
    const second = aPlan({ rehearsal: true, status: 'archived', paperId: rehearsal.paperId });
    await store.plans.create(second);
    await store.plans.remove(rehearsal._id);
    assert.deepEqual(await paperLeft(rehearsal.paperId), [true, true]);
    await store.plans.remove(second._id);
    assert.deepEqual(await paperLeft(rehearsal.paperId), [false, false]);
  });

  it('leaves the paper of a draft, also where a second call finishes what a first began', async () => {
    const draft = await withPaper({});
    await store.plans.empty(draft._id);
    await store.plans.remove(draft._id);
    assert.equal(await store.plans.get(draft._id), null);
    assert.deepEqual(await paperLeft(draft.paperId), [true, true]);
  });

  it('never takes away a paper that another plan names, not for a moment', async () => {
    const rehearsal = await withPaper({ rehearsal: true });
    await store.plans.create(aPlan({ paperId: rehearsal.paperId }));
    let isGoing = true;
    const removal = store.plans.remove(rehearsal._id).finally(() => {
      isGoing = false;
    });
    while (isGoing) assert.deepEqual(await paperLeft(rehearsal.paperId), [true, true]);
    await removal;
  });

  it('brings a paper back that a plan comes to name while it is removed', async () => {
    const connection = await mongoose.createConnection(await mongodbUrl(`contract-race-${newId()}`)).asPromise();
    const racing = makeStore(connection, TEST_PAPER_KEY);
    try {
      await racing.ensureIndexes();
      const rehearsal = await withPaper({ rehearsal: true }, racing);
      const other = aPlan({ paperId: rehearsal.paperId });
      afterRemoval(connection.model<PaperDocument>('paper'), () => racing.plans.create(other));
      await racing.plans.remove(rehearsal._id);
      assert.deepEqual(await racing.plans.get(other._id), other);
      assert.deepEqual(await paperLeft(rehearsal.paperId, racing), [true, true]);
    } finally {
      await racing.close();
    }
  });

  /** Has something done when the model's next removal of one is done, before that is answered. */
  function afterRemoval(model: Model<PaperDocument>, work: () => Promise<void>): void {
    const original = model.findOneAndDelete.bind(model);
    const replaced = (filter: object) => {
      const query = original(filter);
      const exec = query.exec.bind(query);
      const executed = async () => {
        const found = await exec();
        await work();
        return found;
      };
      return Object.assign(query, { exec: executed });
    };
    Object.assign(model, { findOneAndDelete: replaced });
  }

  async function withPaper(given: Partial<PlanDocument>, into = store): Promise<PlanDocument> {
    const plan = aPlan(given);
    await into.papers.create({ _id: plan.paperId, name: 'paper', items: [], rehearsal: true, createdAt: new Date(0) });
    for (const correct of [1, 2])
      await into.keys.put(plan.paperId, [{ item: 1, kind: 'number', correct, tolerance: 0, points: 1_000 }]);
    await into.plans.create(plan);
    return plan;
  }

  async function paperLeft(paperId: string, from = store): Promise<boolean[]> {
    return [(await from.papers.get(paperId)) !== null, (await from.keys.newest(paperId)) !== null];
  }

  async function fill(planId: string): Promise<void> {
    const room = aRoom(planId);
    const examinee = anExaminee(planId, room._id);
    await store.rooms.create([room]);
    await store.examinees.create([examinee]);
    await store.sheets.create([{ examineeId: examinee._id, planId, roomId: room._id }]);
    await store.answers.insert(planId, [[examinee._id, 1, 1_000_001, 'A', 'hash', 1]]);
    await store.controls.issue(aControl(planId));
    await store.logs.insert([
      { logId: newId(), planId, stream: 'system', subject: 'plan', kind: 'made', at: 1, data: {} },
    ]);
    examineeOf.set(planId, examinee._id);
  }

  const examineeOf = new Map<string, string>();

  async function left(planId: string): Promise<number[]> {
    const found = await Promise.all([
      store.rooms.byPlan(planId),
      store.examinees.byPlan(planId, { limit: 9 }),
      store.sheets.byPlan(planId, { limit: 9 }),
      store.answers.history(planId, examineeOf.get(planId) ?? ''),
      store.controls.forPlan(planId, 0),
      store.logs.byPlan(planId, { limit: 9 }),
    ]);
    return found.map(({ length }) => length);
  }
});

describe('contract of the store: papers and keys', () => {
  let store: Store;

  before(async () => {
    store = await newStore('contract-papers');
  });
  after(() => store.close());

  it('gives a paper back as it was stored', async () => {
    const items = [{ number: 1, name: 'q1', kind: 'essay' as const, text: '', options: [] }];
    const paper = { _id: newId(), name: 'paper', items, createdAt: new Date(5) };
    await store.papers.create(paper);
    assert.deepEqual(await store.papers.get(paper._id), paper);
    assert.equal(await store.papers.get(newId()), null);
  });

  it('stores each change of a key as the next version, and the same entries once', async () => {
    const paperId = newId();
    const entries = (correct: number) => [{ item: 1, kind: 'number' as const, correct, tolerance: 0, points: 1_000 }];
    assert.equal(await store.keys.newest(paperId), null);
    assert.equal((await store.keys.put(paperId, entries(1))).version, 1);
    assert.equal((await store.keys.put(paperId, entries(2))).version, 2);
    assert.equal((await store.keys.put(paperId, entries(2))).version, 2);
    const puts = await Promise.all([3, 4, 5, 6].map((correct) => store.keys.put(paperId, entries(correct))));
    assert.deepEqual(puts.map(({ version }) => version).sort(), [3, 4, 5, 6]);
    assert.equal((await store.keys.newest(paperId))?.version, 6);
  });
});
