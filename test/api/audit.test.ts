// What happened, as the api shows it: the audit chain and its check, the log with its filters, and the log's counts.
import assert from 'node:assert/strict';
import { headKey, signedHead } from '../../exam/audit-chain.ts';
import { newId } from '../../schema/ids.ts';
import type { LogEntry } from '../../schema/jobs.ts';
import { fileHead } from '../../store/audit-files.ts';
import { anEntry } from '../support/stored.ts';
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
    const waiting = (await api.store.audit.waiting(100)).filter((one) => one.planId === exam.planId);
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

  it('logs whose doings it was, and makes entering a decision', async () => {
    await api.store.plans.change(exam.planId, ['draft'], { status: 'open' });
    const { code, examineeId } = personAt(exam, 0);
    const body = { code, deviceKey: 'device-0001', entryId: newId() };
    for (let time = 0; time < 2; time++) assert.equal((await api.call('POST', '/v1/enter', { body })).status, 200);
    const entered = api.logs.filter(({ subject }) => subject === examineeId);
    const source = `entered.${examineeId}.1`;
    assert.deepEqual(
      entered.map(({ stream, decision }) => [stream, decision?.source]),
      [
        ['examinee', source],
        ['examinee', source],
      ],
    );
    const roomId = exam.roomIds[0];
    const token = await proctorToken(api, exam.planId, [roomId], { _id: 'p7' });
    assert.equal((await api.call('POST', '/v1/enter/proctor', { token, body: { roomId } })).status, 200);
    const [log] = api.logs.filter(({ subject }) => subject === 'p7');
    assert.deepEqual([log?.stream, log?.kind, log?.decision?.actorRole], ['proctor', 'proctor.entered', 'proctor']);
  });
});
