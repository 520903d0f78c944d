// The audit worker over a real store: it takes up what documents carry, whoever died in between and however many run,
// and files where the chains end.
import assert from 'node:assert/strict';
import { headKey } from '../../exam/audit-chain.ts';
import { newId } from '../../schema/ids.ts';
import { checkChain } from '../../store/audit-check.ts';
import { filedHeads } from '../../store/audit-files.ts';
import { StoreFault } from '../../store/fault.ts';
import type { Store } from '../../store/open-store.ts';
import { type AuditOptions, type AuditWorker, startAudit } from '../../workers/audit.ts';
import { testFolder } from '../support/parts.ts';
import { aControl, anEntry, aPlan, newStore, SECRET } from '../support/stored.ts';
import { collectingLog, until } from './worker-parts.ts';

describe('audit worker', () => {
  const { log, alarms } = collectingLog();
  let store: Store;
  let dataDir: string;
  let planId: string;
  const running: AuditWorker[] = [];

  before(async () => {
    store = await newStore('audit-worker');
    dataDir = await testFolder();
  });
  beforeEach(() => {
    planId = newId();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.stop()));
  });
  after(() => store.close());

  function start(given: Partial<AuditOptions> = {}): AuditWorker {
    const often = { sweepEveryMs: 10, signEveryMs: 10 };
    const worker = startAudit({ store, dataDir, secret: SECRET, log, now: () => 7_000, ...often, ...given });
    running.push(worker);
    return worker;
  }
  const issue = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, at) => store.controls.issue(aControl(planId, { storedAt: 1 + at }))));
  const entries = () => store.audit.byPlan(planId, 0, 1_000);
  const check = () => checkChain(store, dataDir, headKey(SECRET), planId);

  it('[S23] takes up controls in the order of their sequences, each once, also with several workers at once', async () => {
    await issue(20);
    for (let worker = 0; worker < 3; worker++) start();
    await until('all are in the chain', async () => (await entries()).length === 20);
    await issue(5);
    await until('the later ones too', async () => (await entries()).length === 25);
    const found = await entries();
    assert.deepEqual(
      found.map(({ data }) => data.sequence),
      Array.from({ length: 25 }, (_, at) => at + 1),
    );
    assert.ok(found.every(({ kind, _id }) => kind === 'control.issued' && _id.startsWith('control.')));
    assert.equal((await check()).flaw, undefined);
  });

  it('[S23] loses and repeats nothing when it dies between the chain and the mark', async () => {
    await issue(3);
    let dies = true;
    const audit: Store['audit'] = {
      ...store.audit,
      async taken(carried) {
        if (dies) throw new StoreFault('STORE_UNAVAILABLE', 'killed');
        await store.audit.taken(carried);
      },
    };
    start({ store: { ...store, audit } });
    await until('they are in the chain', async () => (await entries()).length === 3);
    assert.equal((await store.audit.waiting(1_000)).filter((one) => one.planId === planId).length, 3);
    dies = false;
    await until('nothing waits', async () => (await store.audit.waiting(1_000)).length === 0);
    assert.equal((await entries()).length, 3);
    assert.equal((await check()).flaw, undefined);
  });

  it('says aloud what cannot go into a chain, and takes up what other plans carry', async () => {
    const poisoned = newId();
    const carried = await store.controls.issue(aControl(poisoned));
    const audit: Store['audit'] = {
      ...store.audit,
      async append(plan, facts) {
        if (plan === poisoned) throw new RangeError('an audit entry holds finite numbers only');
        await store.audit.append(plan, facts);
      },
    };
    start({ store: { ...store, audit } });
    await issue(2);
    await until('the other plan goes on', async () => (await entries()).length === 2);
    await until('it is said', () => alarms().some((line) => line.planId === poisoned));
    const left = (await store.audit.waiting(1_000)).filter((one) => one.planId === poisoned);
    assert.deepEqual(
      left.map(({ documentId }) => documentId),
      [carried.control._id],
    );
    start();
    await until('it is taken up when it can be', async () => (await store.audit.end(poisoned)).sequence === 1);
  });

  it('[S23] signs the end of a chain once, in the store and in a file, and again when it has grown', async () => {
    await store.plans.create(aPlan({ _id: planId, status: 'running' }));
    await store.audit.append(planId, [anEntry(newId()), anEntry(newId())]);
    start();
    await until('a head is kept', async () => (await store.audit.lastHead(planId))?.sequence === 2);
    await store.audit.append(planId, [anEntry(newId())]);
    await until('and the next', async () => (await store.audit.lastHead(planId))?.sequence === 3);
    const { heads } = await filedHeads(dataDir, planId);
    assert.deepEqual(
      heads.map(({ sequence, at }) => [sequence, at]),
      [
        [2, 7_000],
        [3, 7_000],
      ],
    );
    assert.deepEqual(await store.audit.heads(planId), heads);
    assert.deepEqual(await check(), {
      verified: 3,
      headCount: 4,
      flaw: undefined,
      heads: { stored: 2, filed: 2, unreadable: 0 },
    });
  });

  it('stops twice', async () => {
    const worker = start();
    await Promise.all([worker.stop(), worker.stop()]);
    await worker.stop();
  });
});
