// What happened, as the api shows it: the audit chain and its check, the log with its filters, and the log's counts.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { headKey, signedHead } from '../../exam/audit-chain.ts';
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import { newId } from '../../schema/ids.ts';
import type { LogEntry } from '../../schema/jobs.ts';
import { fileHead } from '../../store/audit-files.ts';
import { startAudit } from '../../workers/audit.ts';
import { anEntry } from '../support/stored.ts';
import { until } from '../workers/worker-parts.ts';
import { type ExamFixture, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('audit and logs', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('audit');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const get = async <T>(path: string): Promise<T> => {
    const { status, body } = await api.call('GET', `/v1/plans/${exam.planId}/${path}`, { token: exam.admin });
    assert.equal(status, 200);
    return body;
  };
  type Chain = { entries: { sequence: number; kind: string; actorId: string | null }[]; next: string | null };

  it('[S23] shows the chain page by page, from a control to who issued it', async () => {
    const token = await api.session({ role: 'admin', subjectId: 'an admin' });
    const post = (path: string, body: object) => api.call('POST', `/v1/plans/${exam.planId}/${path}`, { token, body });
    assert.equal((await post('schedule', {})).status, 200);
    assert.equal((await post('controls', { controlId: newId(), action: 'open', reason: 'it is nine' })).status, 202);
    const waiting = (await api.store.audit.waiting(100)).filter(
      ({ planId, facts }) => planId === exam.planId && facts.actorId === 'an admin',
    );
    const facts = waiting.map((one) => one.facts).toSorted((a, b) => a.at - b.at || (a.kind < b.kind ? -1 : 1));
    await api.store.audit.append(exam.planId, facts);
    const first: Chain = await get('audit?limit=2');
    const rest: Chain = await get(`audit?limit=2&after=${first.next}`);
    assert.deepEqual([first.next, rest.next], ['2', null]);
    const all = [...first.entries, ...rest.entries];
    assert.deepEqual(
      all.map(({ sequence, kind, actorId }) => [sequence, kind, actorId]).toSorted(),
      facts.map(({ kind }, index) => [index + 1, kind, 'an admin']).toSorted(),
    );
    assert.deepEqual(all.map(({ kind }) => kind).toSorted(), ['control.issued', 'plan.open', 'plan.scheduled']);
  });

  it('[S23] checks a chain against the heads beside the database, and names where it no longer fits', async () => {
    const facts = ['a', 'b', 'c'].map((name) => anEntry(`${exam.planId}.${name}`));
    await api.store.audit.append(exam.planId, facts);
    const [stored, filed, unreadable] = [0, 1, 0];
    const heads = { stored, filed, unreadable };
    const key = headKey(api.config.secret);
    await fileHead(api.config.dataDir, signedHead(key, exam.planId, await api.store.audit.end(exam.planId), 1));
    const { planId } = exam;
    assert.deepEqual(await get('audit/check'), { planId, isWhole: true, verified: 3, flaw: null, heads });
    await fileHead(api.config.dataDir, signedHead(key, planId, { sequence: 9, hash: '-' }, 2));
    const flaw = { sequence: 4, why: 'truncated' };
    const told = { planId, isWhole: false, verified: 3, flaw, heads: { ...heads, filed: 2 } };
    assert.deepEqual(await get('audit/check'), told);
  });

  it('shows of the log what fits the filters, and how much of what each minute has', async () => {
    const { examineeId, roomId } = personAt(exam, 0);
    const entry = (at: number, given: Partial<LogEntry> = {}): LogEntry => {
      const about = { subject: 'x', kind: 'room.opened', stream: 'system' } as const;
      return { logId: newId(), planId: exam.planId, ...about, at, data: {}, ...given };
    };
    const [first, second] = [60_000, 120_000];
    await api.store.logs.insert([
      entry(first + 1),
      entry(first + 2, { stream: 'examinee', subject: examineeId, roomId, kind: 'examinee.entered' }),
      entry(first + 3, { stream: 'proctor', subject: 'p', roomId, kind: 'proctor.entered' }),
      entry(second),
    ]);
    type Logs = { logs: { at: number }[] };
    const cases = {
      '': [1, 2, 3, first],
      [`since=${first + 3}`]: [3, first],
      [`subject=${examineeId}`]: [2],
      [`roomId=${roomId}`]: [2, 3],
      [`roomId=${roomId}&stream=proctor`]: [3],
      [`kind=room.opened&since=${first + 2}`]: [first],
    };
    for (const [query, expected] of Object.entries(cases)) {
      const { logs } = await get<Logs>(`logs?${query}`);
      const instants = logs.map(({ at }) => at - first);
      assert.deepEqual(instants, expected, query);
    }
    type Statistics = { minutes: { minute: number; total: number; counts: object[] }[]; next: string | null };
    const page: Statistics = await get('logs/statistics?limit=1');
    assert.deepEqual([page.minutes[0]?.total, page.minutes[0]?.counts.length, page.next], [3, 3, String(first)]);
    assert.deepEqual(await get(`logs/statistics?after=${page.next}`), {
      minutes: [{ minute: second, total: 1, counts: [{ stream: 'system', kind: 'room.opened', count: 1 }] }],
      next: null,
    });
  });

  it('shows how the plan stood in each minute, to its proctors too', async () => {
    for (const minute of [1, 2, 3]) await api.store.monitoring.record(exam.planId, minute * 60_000 + 7);
    type Monitoring = { minutes: { minute: number; examineeCount: number }[]; next: string | null };
    const first: Monitoring = await get('monitoring?limit=2');
    assert.deepEqual([first.minutes.length, first.minutes[0]?.examineeCount, first.next], [2, 3, '120000']);
    const token = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
    const path = `/v1/plans/${exam.planId}/monitoring?after=${first.next}`;
    const { minutes, next }: Monitoring = (await api.call('GET', path, { token })).body;
    assert.deepEqual([minutes.map(({ minute }) => minute), next], [[180_000], null]);
  });

  it('[S23] has all that people write, of no name and no content more than a digest, and finds what is taken out', async () => {
    const { planId, admin: token } = exam;
    const { examineeId } = personAt(exam, 0);
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const put = await fetch(`${api.url}/v1/examinees/${examineeId}/photo`, {
      ...{ method: 'PUT', body: png },
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
    });
    assert.equal(put.status, 200);
    assert.equal((await api.call('DELETE', `/v1/examinees/${examineeId}/photo`, { token })).status, 204);
    const body = { login: 'zelda-login', password: 'a password that is long' };
    assert.equal((await api.call('POST', '/v1/admins', { token, body })).status, 201);
    const service = await api.call('POST', '/v1/services', { token, body: { lifeMs: 60_000 } });
    assert.equal(service.status, 201);
    const { serviceId } = service.body as { serviceId: string };
    assert.equal((await api.call('DELETE', `/v1/services/${serviceId}`, { token })).status, 204);
    const log = pino({ level: 'silent' });
    const parts = { store: api.store, dataDir: api.config.dataDir, secret: api.config.secret, log, now: Date.now };
    const worker = startAudit({ ...parts, sweepEveryMs: 10, signEveryMs: 10 });
    const kinds = async (chain: string) => (await api.store.audit.byPlan(chain, 0, 1_000)).map(({ kind }) => kind);
    const ofPlan = ['photo.removed', 'photo.stored', 'plan.created', 'roster.imported', 'rooms.created'];
    const ofNone = ['admin.created', 'key.created', 'paper.created', 'service.created', 'service.ended'];
    await until('all is in the chains', async () => {
      const [plan, none] = [await kinds(planId), await kinds(INSTALLATION_CHAIN)];
      return ofPlan.every((kind) => plan.includes(kind)) && ofNone.every((kind) => none.includes(kind));
    });
    await until('the heads are signed', async () => (await api.store.audit.lastHead(INSTALLATION_CHAIN)) !== null);
    await worker.stop();
    assert.deepEqual((await kinds(planId)).toSorted(), ofPlan.toSorted());
    const entries = [...(await api.store.audit.byPlan(planId, 0, 1_000))];
    assert.ok(entries.every(({ actorId, actorRole }) => actorId !== '' && actorRole === 'admin'));
    const text = JSON.stringify([entries, await api.store.audit.byPlan(INSTALLATION_CHAIN, 0, 1_000)]);
    const codes = exam.people.map(({ code }) => code);
    for (const secret of ['Ada', 'zelda', 'because', 'Which?', 'a password', png.toString('base64'), ...codes])
      assert.ok(!text.includes(secret), secret);
    const { body: check } = await api.call('GET', '/v1/audit/check', { token });
    assert.equal((check as { isWhole: boolean }).isWhole, true);
    const { body: list } = await api.call('GET', '/v1/audit?limit=1', { token });
    const first = (list as Chain).entries[0];
    assert.deepEqual([first?.sequence, (list as Chain).next], [1, '1']);
    const past = await mongoose.createConnection(api.storeUrl).asPromise();
    await past.collection('audit').deleteOne({ planId: INSTALLATION_CHAIN, sequence: 2 });
    await past.close();
    const { body: broken } = await api.call('GET', '/v1/audit/check', { token });
    assert.deepEqual((broken as { flaw: object }).flaw, { sequence: 2, why: 'missing' });
  });

  it('logs whose doings it was, and makes entering a decision', async () => {
    await api.store.plans.change(exam.planId, ['draft'], { status: 'open' });
    const { code, examineeId } = personAt(exam, 0);
    const body = { code, deviceKey: 'device-0001', entryId: newId() };
    for (let time = 0; time < 2; time++) assert.equal((await api.call('POST', '/v1/enter', { body })).status, 200);
    const entered = api.logs.filter(({ subject }) => subject === examineeId);
    assert.deepEqual(
      entered.map(({ stream, decision }) => [stream, decision]),
      [
        ['examinee', undefined],
        ['examinee', undefined],
      ],
    );
    const carried = (await api.store.audit.waiting(1_000)).filter(({ facts }) => facts.subject === examineeId);
    assert.deepEqual(
      carried.map(({ in: where, facts: { source, kind, data } }) => [where, source, kind, data.fence]),
      [['examinees', `entered.${examineeId}.1`, 'examinee.entered', 1]],
      'with the examinee, from the write that let him in',
    );
    const roomId = exam.roomIds[0];
    const token = await proctorToken(api, exam.planId, [roomId], { _id: 'p7' });
    assert.equal((await api.call('POST', '/v1/enter/proctor', { token, body: { roomId } })).status, 200);
    const [log] = api.logs.filter(({ subject }) => subject === 'p7');
    assert.deepEqual([log?.stream, log?.kind, log?.decision], ['proctor', 'proctor.entered', undefined]);
    const watching = (await api.store.audit.waiting(1_000)).filter(({ facts }) => facts.kind === 'proctor.entered');
    assert.deepEqual(
      watching.map(({ in: where, facts }) => [where, facts.subject, facts.actorId, facts.roomId]),
      [['proctors', 'p7', 'p7', roomId]],
      'with the proctor, before the answer that seats him',
    );
  });

  it('[S23] has what administrators change of a plan, as it was and as it became, and of no text more than a digest', async () => {
    const { planId, admin: token } = exam;
    const put = (body: object) => api.call('PUT', `/v1/plans/${planId}/notice-templates`, { token, body });
    const said = { noticeTemplates: [{ name: 'quiet', text: 'Quiet, please.' }], freeNotices: false };
    assert.equal((await put(said)).status, 200);
    assert.equal((await put({ freeNotices: true })).status, 200);
    const waiting = (await api.store.audit.waiting(1_000)).filter((one) => one.planId === planId);
    const changes = waiting.map(({ facts }) => facts).filter(({ kind }) => kind === 'plan.notices');
    type Notices = { templates: number; texts: string; freeNotices: boolean };
    const told = changes.map(({ data }) => data as { before: Notices; after: Notices });
    assert.deepEqual(
      told.flatMap(({ before, after }) => [before, after]).map((one) => [one.templates, one.freeNotices]),
      [
        [0, true],
        [1, false],
        [1, false],
        [0, true],
      ],
    );
    assert.equal(told[0]?.after.texts, told[1]?.before.texts);
    assert.notEqual(told[0]?.before.texts, told[0]?.after.texts);
    assert.ok(changes.every(({ actorRole, actorId }) => actorRole === 'admin' && actorId !== ''));
    assert.ok(!JSON.stringify(waiting).includes('Quiet'));
  });

  it('[S23] keeps beside a plan that was removed who did that, and where its own chain had come to', async () => {
    const { planId, paperId, admin: token } = exam;
    await api.store.audit.append(planId, [anEntry(newId()), anEntry(newId())]);
    const end = await api.store.audit.end(planId);
    assert.equal((await api.call('DELETE', `/v1/plans/${planId}?reason=over`, { token })).status, 204);
    const [removed] = (await api.store.audit.waiting(1_000)).filter(({ facts }) => facts.subject === planId);
    assert.deepEqual(
      [removed?.planId, removed?.facts.kind, removed?.facts.actorRole, removed?.facts.data],
      [
        INSTALLATION_CHAIN,
        'plan.removed',
        'admin',
        { status: 'draft', rehearsal: false, paperId, entries: 2, end: end.hash, reason: 'over' },
      ],
    );
  });
});
