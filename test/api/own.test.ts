// What people read of themselves, and a proctor of the own rooms, and that nobody reads it of anybody else.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import type { LogEntry } from '../../schema/jobs.ts';
import type { OwnIncidents, PresenceReply } from '../../schema/own-reads.ts';
import { aReport } from '../support/stored.ts';
import { type ExamFixture, examineeToken, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('what people read of themselves', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('own');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const get = (path: string, token: string) => api.call('GET', `/v1${path}`, { token });
  const entry = (given: Partial<LogEntry>): LogEntry => {
    const about = { subject: 'x', kind: 'room.opened', stream: 'system' } as const;
    return { logId: newId(), planId: exam.planId, ...about, at: 1, data: {}, ...given };
  };
  const kinds = (body: never) => (body as { logs: { kind: string }[] }).logs.map(({ kind }) => kind);

  async function decided(examineeId: string, to: 'unfounded' | 'confirmed' | undefined, at: number): Promise<string> {
    const about = { planId: exam.planId, roomId: exam.roomIds[0], examineeId };
    const kind = (['camera', 'voice', 'conversation'] as const)[at] ?? 'camera';
    const report = aReport({ ...about, kind, at, note: 'she looks left' });
    await api.store.incidents.report(report, DEFAULT_INCIDENT_RULES, at);
    const handling = { actorId: 'p', actorRole: 'proctor', note: 'seen', controlId: '' } as const;
    if (to === undefined) return report.reportId;
    const known = await api.store.incidents.get(report.reportId);
    const acknowledged = await api.store.incidents.handle(
      report.reportId,
      { ...handling, to: 'acknowledged', version: known?.version ?? 0 },
      at,
    );
    const version = (acknowledged as { version: number }).version;
    await api.store.incidents.handle(report.reportId, { ...handling, to, version }, at + 5);
    return report.reportId;
  }

  it('[S13] tells an examinee what was decided once the own sheet has ended, and never of a suspicion or who noticed', async () => {
    const { examineeId } = personAt(exam, 0);
    const ids = [await decided(examineeId, 'unfounded', 0), await decided(examineeId, 'confirmed', 1)];
    await decided(examineeId, undefined, 2);
    await decided(personAt(exam, 1).examineeId, 'confirmed', 0);
    const path = `/examinees/${examineeId}/incidents`;
    const own = async (query = '') => (await get(`${path}${query}`, examineeToken(api, exam, 0))).body as OwnIncidents;
    assert.deepEqual(await own(), { incidents: [], next: null });
    await api.store.sheets.end(examineeId, 'submitted', [], 5);
    const { incidents } = await own();
    assert.deepEqual(incidents, [
      { incidentId: ids[0], kind: 'camera', state: 'unfounded', at: 0, decidedAt: 5 },
      { incidentId: ids[1], kind: 'voice', state: 'confirmed', at: 1, decidedAt: 6 },
    ]);
    const first = await own('?limit=1');
    assert.deepEqual([first.incidents.length, first.next], [1, `0.${ids[0]}`]);
    assert.deepEqual(await own(`?limit=1&after=${first.next}`), { incidents: incidents.slice(1), next: null });
    for (const token of [examineeToken(api, exam, 1), await proctorToken(api, exam.planId, [exam.roomIds[0]])])
      assert.equal((await get(path, token)).status, 403);
  });

  it('shows an examinee the own log alone, and of it what the own device and room wrote', async () => {
    const [{ examineeId: subject, roomId }, { examineeId: other }] = [personAt(exam, 0), personAt(exam, 1)];
    await api.store.logs.insert([
      entry({ subject, roomId, stream: 'examinee', kind: 'examinee.entered', at: 1 }),
      entry({ subject, roomId, stream: 'system', kind: 'answers.registered', at: 2 }),
      entry({ subject, roomId, stream: 'examinee', kind: 'link.lost', at: 3 }),
      entry({ subject: other, roomId, stream: 'examinee', kind: 'device.waiting', at: 4 }),
      entry({ subject: 'p', roomId, stream: 'proctor', kind: 'examinee.taken', at: 5, data: { examineeId: subject } }),
    ]);
    const own = (query: string, index = 0) => get(`/examinees/${subject}/log${query}`, examineeToken(api, exam, index));
    assert.deepEqual(kinds((await own('')).body), ['examinee.entered', 'link.lost']);
    assert.deepEqual(kinds((await own('?since=2')).body), ['link.lost']);
    assert.deepEqual(kinds((await own('?kind=link.lost')).body), ['link.lost']);
    assert.equal((await own('', 1)).status, 403);
    assert.equal((await get(`/examinees/${subject}/log`, exam.admin)).status, 403);
  });

  it('shows a proctor the own presence and log, and the log of the own rooms alone', async () => {
    const [one, two] = exam.roomIds;
    const token = await proctorToken(api, exam.planId, [one], { _id: 'proctor000000001', label: 'P' });
    const presence = { state: 'present', at: 7, epoch: 0 } as const;
    await api.store.proctors.setPresence('proctor000000001', one, ['assigned'], presence);
    const me = (await get('/me/presence', token)).body as PresenceReply;
    assert.deepEqual(me, {
      proctorId: 'proctor000000001',
      status: 'present',
      rooms: [{ roomId: one, state: 'present', at: 7 }],
    });
    await api.store.logs.insert([
      entry({ subject: 'proctor000000001', roomId: one, stream: 'proctor', kind: 'proctor.entered', at: 1 }),
      entry({ subject: 'another', roomId: one, stream: 'proctor', kind: 'proctor.away', at: 2 }),
      entry({ roomId: one, at: 3 }),
      entry({ roomId: two, at: 4 }),
      entry({ at: 5, kind: 'plan.scheduled' }),
    ]);
    assert.deepEqual(kinds((await get('/me/log', token)).body), ['proctor.entered']);
    const room = (query = '', roomId: string = one) => get(`/rooms/${roomId}/logs${query}`, token);
    assert.deepEqual(kinds((await room()).body), ['proctor.entered', 'proctor.away', 'room.opened']);
    assert.deepEqual(kinds((await room('?stream=system')).body), ['room.opened']);
    assert.equal((await room('', two)).status, 403);
    assert.equal((await get(`/plans/${exam.planId}/logs`, token)).status, 403);
    assert.equal((await get('/me/presence', exam.admin)).status, 403);
  });
});
