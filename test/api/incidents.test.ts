// Incidents over REST: raised by people and machines, joined, listed by who may see them, handled by who was first, counted.
import assert from 'node:assert/strict';
import { derivedId } from '../../api/derived-id.ts';
import { nameRequest } from '../../api/idempotency.ts';
import { createTokens } from '../../api/tokens.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import {
  IncidentCountsReply,
  IncidentList,
  IncidentView,
  PlanView,
  Problem,
  RaisedReply,
  ServiceReply,
} from '../../schema/replies.ts';
import { countIncidents } from '../../workers/incident-counts.ts';
import { aControl, aReport } from '../support/stored.ts';
import { type ExamFixture, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

describe('incidents over REST', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let proctor: string;

  before(async () => {
    api = await startApi('incidents');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    proctor = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
  });
  after(() => api.stop());

  const body = (given: Record<string, unknown> = {}) => {
    const { examineeId } = personAt(exam, 0);
    return { roomId: exam.roomIds[0], examineeId, kind: 'conversation', severity: 0.4, note: 'looked left', ...given };
  };
  const raise = (token: string, given: Record<string, unknown> = {}, key?: string): Promise<Answered> =>
    api.call('POST', `/v1/plans/${exam.planId}/incidents`, {
      token,
      body: body(given),
      ...(key === undefined ? {} : { key }),
    });
  const raised = async (token: string, given: Record<string, unknown> = {}) =>
    RaisedReply.parse((await raise(token, given)).body);
  const handle = (token: string, incidentId: string, given: Record<string, unknown> = {}): Promise<Answered> =>
    api.call('POST', `/v1/incidents/${incidentId}/handling`, {
      token,
      body: { to: 'acknowledged', version: 1, ...given },
    });
  const list = async (token: string, query = '') =>
    IncidentList.parse((await api.call('GET', `/v1/plans/${exam.planId}/incidents${query}`, { token })).body);
  const codeOf = ({ body: problem }: Answered) => Problem.parse(problem).code;

  it('are stored with who raised them, and their rooms are told', async () => {
    const { incident, outcome } = await raised(proctor);
    assert.deepEqual([outcome, incident.state, incident.version, incident.count], ['raised', 'raised', 1, 1]);
    assert.deepEqual([incident.source, incident.evidence[0]?.note], ['proctor', 'looked left']);
    assert.ok(api.changedIncidents.includes(incident.incidentId));
    const stored = await api.call('GET', `/v1/incidents/${incident.incidentId}`, { token: proctor });
    assert.deepEqual(IncidentView.parse(stored.body), incident);
  });

  it('are raised once for an Idempotency-Key, and joined for another request of the same cause', async () => {
    const key = newId();
    const first = RaisedReply.parse((await raise(proctor, {}, key)).body);
    assert.deepEqual(RaisedReply.parse((await raise(proctor, {}, key)).body), first);
    const second = await raised(exam.admin, { severity: 0.9, note: 'I saw it too' });
    assert.deepEqual(
      [second.outcome, second.incident.incidentId, second.incident.count, second.incident.severity],
      ['joined', first.incident.incidentId, 2, 0.9],
    );
    assert.deepEqual(
      second.incident.evidence.map(({ source, note }) => [source, note]),
      [
        ['proctor', 'looked left'],
        ['admin', 'I saw it too'],
      ],
    );
    assert.equal((await raised(proctor, { kind: 'material' })).outcome, 'raised');
  });

  it('are raised once also where the answer of the first request was lost in between', async () => {
    const [key, subjectId] = [newId(), newId()];
    const token = await api.session({ role: 'admin', subjectId });
    const first = RaisedReply.parse((await raise(token, {}, key)).body);
    await api.store.idempotency.forget(`${subjectId}.${key}`);
    assert.deepEqual(RaisedReply.parse((await raise(token, {}, key)).body), first);
  });

  it('are refused for good where their id names an incident of another cause, which stays as it is', async () => {
    const [key, subjectId] = [newId(), newId()];
    const token = await api.session({ role: 'admin', subjectId });
    const tokens = createTokens(api.config.secret);
    const name = nameRequest(tokens, subjectId, key, ['POST', `/v1/plans/${exam.planId}/incidents`, {}, body()]);
    assert.ok('hash' in name);
    const reportId = derivedId(tokens.digest(`${name.id} ${name.hash}`).toString('base64url'));
    const { planId, roomIds } = exam;
    const there = aReport({ reportId, planId, roomId: roomIds[0], examineeId: '', kind: 'voice' });
    await api.store.incidents.report(there, DEFAULT_INCIDENT_RULES, Date.now());
    const before = await api.store.incidents.get(reportId);
    const refused = await raise(token, {}, key);
    assert.deepEqual(
      [refused.status, codeOf(refused), Problem.parse(refused.body).retry],
      [409, 'INCIDENT_REUSED', 'never'],
    );
    assert.deepEqual(await api.store.incidents.get(reportId), before);
    assert.equal((await list(token)).incidents.length, 1);
  });

  it('are raised by a machine with evidence, whose token an admin makes and ends', async () => {
    const key = newId();
    const made = await api.call('POST', '/v1/services', { token: exam.admin, body: {}, key });
    const { token, serviceId } = ServiceReply.parse(made.body);
    const repeated = await api.call('POST', '/v1/services', { token: exam.admin, body: {}, key });
    assert.deepEqual(ServiceReply.parse(repeated.body), made.body);
    const evidence = { model: 'gaze', frames: 12, confidence: 0.93, faces: true };
    const { incident } = await raised(token, { kind: 'camera', severity: 0.93, evidence, at: 1_700_000_000_000 });
    assert.deepEqual(
      [incident.source, incident.at, incident.evidence[0]?.data, incident.evidence[0]?.actorId],
      ['service', 1_700_000_000_000, evidence, serviceId],
    );
    assert.equal((await handle(token, incident.incidentId)).status, 403);
    assert.equal((await api.call('DELETE', `/v1/services/${serviceId}`, { token: exam.admin })).status, 204);
    assert.equal((await raise(token, { kind: 'camera' })).status, 401);
  });

  it('never happened later than now', async () => {
    const { incident } = await raised(proctor, { at: Date.now() + 3_600_000 });
    assert.ok(incident.at <= Date.now());
  });

  it('need an examinee of the room, a room of the plan, and a kind that people raise', async () => {
    assert.equal(codeOf(await raise(exam.admin, { examineeId: personAt(exam, 2).examineeId })), 'EXAMINEE_UNKNOWN');
    assert.equal(codeOf(await raise(exam.admin, { examineeId: newId() })), 'EXAMINEE_UNKNOWN');
    const other = await makeExam(api);
    assert.equal(codeOf(await raise(exam.admin, { roomId: other.roomIds[0] })), 'ROOM_UNKNOWN');
    assert.equal(codeOf(await raise(exam.admin, { kind: 'focus-lost' })), 'REQUEST_INVALID');
    for (const severity of [-0.1, 1.1]) assert.equal(codeOf(await raise(exam.admin, { severity })), 'REQUEST_INVALID');
    const much = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`value${index}`, index]));
    assert.equal(codeOf(await raise(exam.admin, { evidence: much })), 'REQUEST_INVALID');
    assert.equal((await raised(exam.admin, { examineeId: undefined })).incident.examineeId, null);
  });

  it('are handled step by step, by whoever was first, and the other hears the new state', async () => {
    const { incident } = await raised(exam.admin);
    const { incidentId } = incident;
    const { control } = await api.store.controls.issue(aControl(exam.planId, { roomId: exam.roomIds[0] }));
    const acknowledged = IncidentView.parse((await handle(proctor, incidentId)).body);
    assert.deepEqual([acknowledged.state, acknowledged.version], ['acknowledged', 2]);
    const late = await handle(exam.admin, incidentId);
    assert.deepEqual(
      [late.status, codeOf(late), Problem.parse(late.body).state],
      [409, 'INCIDENT_CHANGED', 'acknowledged'],
    );
    const given = { to: 'confirmed', version: 2, note: 'a slip of paper', controlId: control._id };
    const decided = IncidentView.parse((await handle(proctor, incidentId, given)).body);
    assert.deepEqual(
      decided.handling.map(({ to, actorRole, note, controlId }) => [to, actorRole, note, controlId]),
      [
        ['acknowledged', 'proctor', '', null],
        ['confirmed', 'proctor', 'a slip of paper', control._id],
      ],
    );
    const again = await handle(proctor, incidentId, { to: 'acknowledged', version: 3 });
    assert.deepEqual([codeOf(again), Problem.parse(again.body).state], ['TRANSITION_REFUSED', 'confirmed']);
    assert.ok(api.changedIncidents.filter((one) => one === incidentId).length >= 3);
  });

  it('name only a control of their own plan', async () => {
    const { incident } = await raised(exam.admin);
    const { control } = await api.store.controls.issue(aControl(newId()));
    for (const controlId of [newId(), control._id])
      assert.equal(codeOf(await handle(proctor, incident.incidentId, { controlId })), 'CONTROL_UNKNOWN');
    assert.equal(codeOf(await handle(proctor, newId())), 'INCIDENT_UNKNOWN');
  });

  it('are listed page by page, by state, room and kind; a proctor sees the own rooms alone', async () => {
    const third = personAt(exam, 2).examineeId;
    const mine = [await raised(exam.admin), await raised(exam.admin, { kind: 'material' })];
    const others = await raised(exam.admin, { roomId: exam.roomIds[1], examineeId: third });
    await handle(exam.admin, mine[1]?.incident.incidentId ?? '');
    const ids = ({ incidents }: IncidentListed) => incidents.map(({ incidentId }) => incidentId).toSorted();
    const own = mine.map(({ incident }) => incident.incidentId).toSorted();
    assert.deepEqual(ids(await list(exam.admin)), [...own, others.incident.incidentId].toSorted());
    assert.deepEqual(ids(await list(proctor)), own);
    assert.deepEqual(ids(await list(proctor, '?state=acknowledged')), [mine[1]?.incident.incidentId]);
    assert.deepEqual(ids(await list(exam.admin, `?roomId=${exam.roomIds[1]}`)), [others.incident.incidentId]);
    assert.equal((await list(exam.admin, '?kind=conversation')).incidents.length, 2);
    const first = await list(exam.admin, '?limit=2');
    const rest = await list(exam.admin, `?limit=2&after=${first.next}`);
    assert.deepEqual([...ids(first), ...ids(rest)].toSorted(), [...own, others.incident.incidentId].toSorted());
    const foreign = await api.call('GET', `/v1/incidents/${others.incident.incidentId}`, { token: proctor });
    assert.equal(foreign.status, 403);
    assert.equal((await handle(proctor, others.incident.incidentId)).status, 403);
  });

  it('are counted by kind, severity, room, minute, state and time of handling, in the store and live', async () => {
    const { incident } = await raised(exam.admin, { severity: 0.9 });
    await raised(exam.admin, { kind: 'material', severity: 0.3 });
    await handle(proctor, incident.incidentId);
    const counts = async (query = '') => {
      const path = `/v1/plans/${exam.planId}/incidents/statistics${query}`;
      return IncidentCountsReply.parse((await api.call('GET', path, { token: exam.admin })).body);
    };
    const { figures, source } = await counts();
    assert.deepEqual(
      [source, figures.incidentCount, figures.kinds.length, figures.acknowledged.incidentCount, figures.decided.meanMs],
      ['store', 2, 2, 1, null],
    );
    assert.equal((await counts('?source=live')).figures.incidentCount, 0);
    await countIncidents(
      api.redis,
      exam.planId,
      Math.ceil(Date.now() / 1_000) + 60,
      await api.store.incidents.byPlan(exam.planId, {}, { limit: 10 }),
    );
    assert.deepEqual((await counts('?source=live')).figures, figures);
  });

  it('follow rules that the plan has, with the defaults for what it leaves out', async () => {
    const rules = { clockJumpMs: 60_000, kinds: { paste: 'off' } };
    const plan = { name: 'ruled', paperId: exam.paperId, durationMs: 60_000, incidentRules: rules };
    const made = await api.call('POST', '/v1/plans', { token: exam.admin, body: plan });
    const { planId, incidentRules } = PlanView.parse(made.body);
    assert.deepEqual(
      [incidentRules.clockJumpMs, incidentRules.kinds.paste, incidentRules.joinMs],
      [60_000, 'off', 600_000],
    );
    const stored = await api.call('GET', `/v1/plans/${planId}`, { token: exam.admin });
    assert.deepEqual(PlanView.parse(stored.body).incidentRules, incidentRules);
    const bad = { ...plan, incidentRules: { kinds: { paste: { from: 0, withinMs: 1, severity: 2 } } } };
    assert.equal(codeOf(await api.call('POST', '/v1/plans', { token: exam.admin, body: bad })), 'REQUEST_INVALID');
  });
});

type IncidentListed = { incidents: { incidentId: string }[] };
