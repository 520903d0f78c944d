// Retention: for how long people of a plan are kept is said by the office, and carried out by the workers' sweep. Nobody is
// touched of a plan that is not archived, or whose date has moved; whatever dies in the middle is gone on with.
import assert from 'node:assert/strict';
import { ErasureList } from '../../schema/erasures.ts';
import { PlanView, type Problem } from '../../schema/replies.ts';
import { StoreFault } from '../../store/fault.ts';
import { openBlobs } from '../../store/open-blobs.ts';
import type { Store } from '../../store/open-store.ts';
import { eraseDue, type RetentionOptions } from '../../workers/retention.ts';
import { collectingLog } from '../workers/worker-parts.ts';
import { type ExamFixture, forceState, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const DAY_MS = 86_400_000;
/** What the sweep writes, in its order; each of three people has the four in the middle. */
const WRITES = ['beginErasing', 'begin', 'removeOf', 'remove', 'done', 'erased'];
const DEATHS = 1 + 4 * 3 + 1;

describe('retention', () => {
  const { log, lines } = collectingLog();
  let api: RunningApi;
  let exam: ExamFixture;
  let ahead = 0;
  const now = () => Date.now() + ahead;

  before(async () => {
    api = await startApi('retention', { now });
  });
  beforeEach(async () => {
    ahead = 0;
    exam = await makeExam(api);
  });
  afterEach(async () => {
    // What is left of one test is not to be due in the next.
    ahead = 40_000 * DAY_MS;
    await sweep();
  });
  after(() => api.stop());

  /** With a session of that day: an earlier one has ended by then. */
  const send = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const token = await api.adminToken();
    return api.call(method, `/v1/plans/${exam.planId}${path}`, { token, ...(body ? { body } : {}), headers });
  };
  const keep = (retentionDays: unknown, headers = {}) =>
    send('PUT', '/retention', { retentionDays, reason: 'the rule of the house' }, headers);
  const planNow = async () => PlanView.parse((await send('GET', '')).body);
  const codeOf = ({ status, body }: { status: number; body: unknown }) => [status, (body as Problem).code];

  async function archive(retentionDays: number | null): Promise<PlanView> {
    if (retentionDays !== null) assert.equal((await keep(retentionDays)).status, 200);
    await forceState(api, exam.planId, 'scored');
    return PlanView.parse((await send('POST', '/archive', { reason: '' })).body);
  }

  const options = (store: Store = api.store, given: Partial<RetentionOptions> = {}): RetentionOptions => ({
    store,
    blobs: openBlobs({ dataDir: api.config.dataDir, bucket: undefined }),
    redis: api.redis,
    dataDir: api.config.dataDir,
    log,
    now,
    ...given,
  });
  const sweep = (given: Partial<RetentionOptions> = {}) =>
    eraseDue(options(api.store, given), new AbortController().signal);
  const people = async () =>
    (await api.store.examinees.byPlan(exam.planId, { limit: 100 })).map(({ _id }) => _id).sort();
  const everybody = () => exam.people.map(({ examineeId }) => examineeId).sort();
  const certificates = async () => ErasureList.parse((await send('GET', '/erasures')).body).erasures;
  const entries = async (kind: string) =>
    (await api.store.audit.waiting(5_000)).map(({ facts }) => facts).filter((facts) => facts.kind === kind);

  it('is none unless it is said, has bounds, and is shown with the date once the plan is archived', async () => {
    assert.deepEqual([(await planNow()).retentionDays, (await planNow()).eraseAt], [null, null]);
    for (const wrong of [0, -1, 1.5, 10_951, '30'])
      assert.deepEqual(codeOf(await keep(wrong)), [422, 'REQUEST_INVALID'], String(wrong));
    const kept = PlanView.parse((await keep(30)).body);
    assert.deepEqual([kept.retentionDays, kept.eraseAt], [30, null]);
    const archived = await archive(null);
    assert.ok(archived.archivedAt);
    assert.equal(archived.eraseAt, archived.archivedAt + 30 * DAY_MS);
  });

  it('comes with a new plan and with a copy, whose date it is not', async () => {
    const body = { name: 'kept', paperId: exam.paperId, durationMs: 60_000, retentionDays: 7 };
    const made = PlanView.parse((await api.call('POST', '/v1/plans', { token: exam.admin, body })).body);
    assert.equal(made.retentionDays, 7);
    await archive(9);
    const copy = PlanView.parse((await send('POST', '/copies', { name: 'copy' })).body);
    assert.deepEqual([copy.retentionDays, copy.archivedAt, copy.eraseAt], [9, null, null]);
  });

  it('erases everybody of an archived plan when its time has come, each with a certificate and an entry, and nobody before', async () => {
    await archive(30);
    ahead = 30 * DAY_MS - 60_000;
    await sweep();
    assert.deepEqual(await people(), everybody());
    ahead = 30 * DAY_MS + 1_000;
    await sweep();
    assert.deepEqual(await people(), []);
    const given = await certificates();
    assert.deepEqual(given.map(({ examineeId }) => examineeId).sort(), everybody());
    for (const { by, byRole, reason, doneAt, removed } of given) {
      assert.deepEqual([by, byRole, removed.examinees], ['retention', 'system', 1]);
      assert.ok(doneAt > 0 && reason.includes('30 days'));
    }
    const erased = (await entries('examinee.erased')).filter(({ subject }) => everybody().includes(subject));
    assert.deepEqual(
      erased.map(({ actorId, actorRole }) => [actorId, actorRole]),
      Array(3).fill(['retention', 'system']),
    );
    for (const kind of ['plan.erasing', 'plan.erased'])
      assert.equal((await entries(kind)).filter(({ subject }) => subject === exam.planId).length, 1, kind);
    const { eraseAt, erasingAt, erasedAt } = await planNow();
    assert.ok(eraseAt === null && erasingAt !== null && erasedAt !== null);
    await sweep();
    assert.equal((await entries('plan.erased')).filter(({ subject }) => subject === exam.planId).length, 1);
  });

  it('leaves people of a plan that says nothing, and of one that is not archived, however long ago', async () => {
    await archive(null);
    const archived = exam;
    exam = await makeExam(api);
    await keep(1);
    await forceState(api, exam.planId, 'scored');
    ahead = 20_000 * DAY_MS;
    await sweep();
    assert.equal((await people()).length, 3);
    exam = archived;
    assert.equal((await people()).length, 3);
  });

  it('may be changed until it begins, by what was seen, never to less than a day from now; each change is an entry', async () => {
    await archive(30);
    const tag = (await send('GET', '')).headers.get('etag') ?? '';
    const later = PlanView.parse((await keep(60, { 'If-Match': tag })).body);
    assert.equal(later.eraseAt, (later.archivedAt ?? 0) + 60 * DAY_MS);
    assert.deepEqual(codeOf(await keep(61, { 'If-Match': tag })), [412, 'VERSION_CHANGED']);
    ahead = 31 * DAY_MS;
    await sweep();
    assert.equal((await people()).length, 3, 'its date has moved');
    const soon = await keep(31);
    assert.deepEqual(codeOf(soon), [409, 'TRANSITION_REFUSED']);
    assert.match((soon.body as Problem).detail, /33 days or more|32 days or more/);
    assert.equal(PlanView.parse((await keep(null)).body).eraseAt, null);
    ahead = 1_000 * DAY_MS;
    await sweep();
    assert.equal((await people()).length, 3, 'kept until somebody erases');
    const changes = (await entries('plan.changed')).filter(({ subject }) => subject === exam.planId);
    const days = changes.map(({ data }) => {
      const { before, after } = data as Record<string, Record<string, number | null>>;
      return [before?.retentionDays, after?.retentionDays ?? null];
    });
    assert.deepEqual(days, [
      [null, 30],
      [30, 60],
      [60, null],
    ]);
    assert.ok(changes.every(({ data, actorRole }) => data.reason === 'the rule of the house' && actorRole === 'admin'));
  });

  it('touches nobody where the date moves between the look and the first step', async () => {
    await archive(2);
    ahead = 3 * DAY_MS;
    const beginErasing: Store['plans']['beginErasing'] = async (found, at) => {
      await api.store.plans.edit(found, { eraseAt: now() + 9 * DAY_MS }, [], {
        ...FACTS,
        source: `moved.${found._id}`,
      });
      return api.store.plans.beginErasing(found, at);
    };
    const store = { ...api.store, plans: { ...api.store.plans, beginErasing } };
    await eraseDue(options(store), new AbortController().signal);
    assert.deepEqual(await people(), everybody());
    assert.deepEqual(await certificates(), []);
  });

  it('is not taken back once it has begun', async () => {
    await archive(2);
    ahead = 3 * DAY_MS;
    await sweep({ peopleATurn: 1, peopleAtOnce: 1 });
    assert.equal((await people()).length, 2, 'a turn is bounded');
    assert.equal((await planNow()).erasedAt, null);
    assert.deepEqual(codeOf(await keep(null)), [409, 'TRANSITION_REFUSED']);
    await sweep({ peopleATurn: 1, peopleAtOnce: 1 });
    await sweep({ peopleATurn: 1, peopleAtOnce: 1 });
    assert.deepEqual([(await people()).length, (await certificates()).length], [0, 3]);
  });

  it('goes on after a death behind each of its writes, and leaves one certificate a person and one entry', async function () {
    this.timeout(60_000);
    for (let deadAfter = 1; deadAfter <= DEATHS; deadAfter++) {
      ahead = 0;
      exam = await makeExam(api);
      await archive(2);
      ahead = 3 * DAY_MS;
      await assert.rejects(
        eraseDue(options(dying(deadAfter)), new AbortController().signal),
        /dead/,
        String(deadAfter),
      );
      await sweep();
      assert.deepEqual(await people(), []);
      const given = await certificates();
      assert.deepEqual(given.map(({ examineeId }) => examineeId).sort(), everybody());
      assert.ok(given.every(({ doneAt }) => doneAt > 0));
      assert.ok((await planNow()).erasedAt, `after the ${deadAfter}. write`);
      const erased = (await entries('examinee.erased')).filter(({ subject }) => everybody().includes(subject));
      assert.equal(erased.length, 3);
    }
  });

  it('is held up by nobody who cannot be erased: all others are, and it says who is left', async () => {
    await archive(2);
    ahead = 3 * DAY_MS;
    const { examineeId } = personAt(exam, 0);
    const file = { planId: exam.planId, kind: 'sheet', subjectId: examineeId, path: '../out', sha256: '-' } as const;
    await api.store.files.put({ _id: `sheet.${examineeId}`, ...file, bytes: 1, at: new Date() });
    await sweep({ peopleAtOnce: 1 });
    assert.deepEqual(await people(), [examineeId]);
    assert.equal((await planNow()).erasedAt, null);
    assert.ok(lines.some((line) => line.msg === 'a person could not be erased' && line.examineeId === examineeId));
    await api.store.files.put({
      _id: `sheet.${examineeId}`,
      ...file,
      path: 'sheets/none.json',
      bytes: 1,
      at: new Date(),
    });
    await sweep();
    assert.deepEqual(await people(), []);
    assert.ok((await planNow()).erasedAt);
  });

  const FACTS = { at: 1, actorId: '', actorRole: 'system', kind: 'x', subject: 'x', roomId: '', data: {} } as const;

  /** A store whose process dies right after its n-th write, and reads and writes nothing more. */
  function dying(n: number): Store {
    let [left, isDead] = [n, false];
    const mortal = <T extends object>(calls: T): T => {
      const wrapped = Object.entries(calls).map(([name, call]) => [
        name,
        async (...args: unknown[]) => {
          if (isDead) throw new StoreFault('STORE_UNAVAILABLE', 'dead');
          const result = await (call as (...args: unknown[]) => unknown)(...args);
          if (!WRITES.includes(name) || --left > 0) return result;
          isDead = true;
          throw new StoreFault('STORE_UNAVAILABLE', 'dead');
        },
      ]);
      return Object.fromEntries(wrapped) as T;
    };
    const { plans, examinees, erasures, uploads, files } = api.store;
    const all = { plans: mortal(plans), examinees: mortal(examinees), erasures: mortal(erasures) };
    return { ...api.store, ...all, uploads: mortal(uploads), files: mortal(files) };
  }
});
