// Every route that changes something, walked through: each leaves an entry of the audit chain that says who it was, and why
// where a reason was given; a change of what was there says what it was before and after. No entry has a password, an answer
// or what is right. A route that is added fails here until it leaves one, or until it is said why it need not.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AuditFacts } from '../../schema/documents/audit.ts';
import { newId } from '../../schema/ids.ts';
import type { PlanState } from '../../schema/states.ts';
import { scorePlan } from '../../workers/scoring.ts';
import { queuedAnswer } from '../workers/worker-parts.ts';
import { ENTRIES, type ExamFixture, forceState, makeExam } from './exam-fixture.ts';
import { realExamplesFor } from './examples.ts';
import { type RunningApi, startApi } from './running-api.ts';

const REASON = 'a reason of the walk';
const CANARIES = ['canary-of-an-answer', 'canary-of-a-key', 'canary password of ten'];

/** Changes nothing of an exam, or its entry is that of something else, or it takes a whole exam to get there. */
const WITHOUT: Readonly<Record<string, string>> = {
  'POST /logout': 'ends the own session alone',
  'POST /refresh': 'the same session goes on',
  'POST /me/password': 'takes an account with a password: test/api/own-password',
  'POST /examinees/:examineeId/answers': 'answers are a history of their own, behind signed roots',
  'POST /examinees/:examineeId/submit': 'the end of the sheet has it: test/contract/store-audit',
  'POST /examinees/:examineeId/held-answers': 'counts for nothing; what becomes of it is an answer',
  'POST /plans/:planId/roster-imports/check': 'changes nothing',
  'POST /plans/:planId/uploads': 'is nothing before its bytes are there',
  'POST /rooms/:roomId/imports': 'takes a sealed file: test/api/imports',
};
const STATES: Readonly<Record<string, PlanState>> = {
  'POST /plans/:planId/unschedule': 'scheduled',
  'POST /plans/:planId/archive': 'scored',
  'POST /plans/:planId/controls': 'open',
  'POST /enter/proctor': 'open',
  'POST /examinees/:examineeId/erasure': 'ended',
  'POST /plans/:planId/statistics': 'ended',
  'POST /plans/:planId/results/release': 'ended',
  'PUT /examinees/:examineeId/marks/:item': 'ended',
};
/** The reason stays with the certificate, which is what is kept of a person who is gone; and with the mark, which goes with the person. */
const WHY_BESIDE = ['POST /examinees/:examineeId/erasure', 'PUT /examinees/:examineeId/marks/:item'];
/** These say what was there before beside what is now; of names neither, since no name is ever in the chain. */
const BEFORE: readonly string[] = [
  'PATCH /plans/:planId',
  'PUT /plans/:planId/retention',
  'PATCH /rooms/:roomId',
  'PUT /examinees/:examineeId/identity',
  'PUT /plans/:planId/notice-templates',
  'PUT /examinees/:examineeId',
  'PUT /plans/:planId/proctors/:proctorId/assignment',
  'PATCH /plans/:planId/proctors/:proctorId',
  'PATCH /admins/:adminId',
  'PATCH /services/:serviceId',
  'POST /examinees/:examineeId/registered-answers',
];

const BYTES = { body: Buffer.from('bytes'), headers: { 'content-type': 'application/octet-stream' } };

type Request = { path: string; body?: unknown; headers?: Record<string, string> };

describe('the audit chain of every change', function () {
  this.timeout(60_000);
  let api: RunningApi;
  before(async () => {
    api = await startApi('audit-walk');
  });
  after(() => api.stop());

  const carried = async (): Promise<AuditFacts[]> => (await api.store.audit.waiting(20_000)).map(({ facts }) => facts);

  /** Where the example alone would be refused, or change nothing. */
  const PREPARED: Readonly<Record<string, (exam: ExamFixture) => Promise<Partial<Request>>>> = {
    async 'DELETE /papers/:paperId'({ planId, admin: token }) {
      await api.call('DELETE', `/v1/plans/${planId}`, { token });
      return {};
    },
    async 'DELETE /rooms/:roomId'({ planId, admin: token }) {
      const made = await api.call('POST', `/v1/plans/${planId}/rooms`, {
        token,
        body: { rooms: [{ label: 'empty' }] },
      });
      return { path: `/v1/rooms/${(made.body as { rooms: { roomId: string }[] }).rooms.at(-1)?.roomId}` };
    },
    async 'DELETE /exports/:exportId'({ planId, admin: token }) {
      const order = { what: 'answers', format: 'csv', keepMs: 3_600_000 };
      const { status, body } = await api.call('POST', `/v1/plans/${planId}/exports`, { token, body: order });
      assert.equal(status, 201);
      return { path: `/v1/exports/${(body as { exportId: string }).exportId}` };
    },
    'PUT /papers/:paperId/key': async () => ({
      body: { entries: [ENTRIES[0], { ...ENTRIES[1], correct: ['canary-of-a-key'] }] },
    }),
    'PUT /examinees/:examineeId/photo': async () => ({
      body: Buffer.from('89504e470d0a1a0a', 'hex'),
      headers: { 'content-type': 'image/png' },
    }),
    'PATCH /admins/:adminId': async () => ({ body: { password: 'canary password of ten', reason: REASON } }),
    async 'POST /examinees/:examineeId/erasure'({ roomIds }) {
      for (const roomId of roomIds) {
        await api.store.rooms.take(roomId);
        await api.store.rooms.change(roomId, 1, { status: 'ended', settledAt: 1 });
      }
      return {};
    },
    'POST /plans/:planId/roster-imports': async () => ({
      body: Buffer.from('name,room\nDan,one\n'),
      headers: { 'content-type': 'text/csv' },
    }),
    async 'PUT /uploads/:uploadId/bytes'(exam) {
      const uploadId = await announced(exam);
      return { ...BYTES, path: `/v1/uploads/${uploadId}/bytes?offset=0` };
    },
    async 'POST /uploads/:uploadId/link'(exam) {
      const uploadId = await announced(exam);
      const token = exam.admin;
      const { status } = await api.call('PUT', `/v1/uploads/${uploadId}/bytes?offset=0`, { token, ...BYTES });
      assert.equal(status, 200);
      return { path: `/v1/uploads/${uploadId}/link` };
    },
    async 'POST /plans/:planId/results/release'(exam) {
      await settled(exam);
      assert.equal(await scorePlan(api.store, exam.planId), 'scored');
      return {};
    },
    async 'PUT /examinees/:examineeId/marks/:item'(exam) {
      await settled(exam);
      // Of a key that leaves to people what it does not have.
      const entries = [ENTRIES[0], { ...ENTRIES[1], unmatched: 'mark', points: 1_000 }];
      const key = { token: exam.admin, body: { entries } };
      assert.ok((await api.call('PUT', `/v1/papers/${exam.paperId}/key`, key)).status < 300);
      return {};
    },
    async 'POST /examinees/:examineeId/registered-answers'({ roomIds: [roomId] }) {
      await api.store.rooms.take(roomId);
      await api.store.rooms.change(roomId, 1, { status: 'running', startsAt: 1 });
      return { body: { answers: [{ item: 2, response: 'canary-of-an-answer' }], reason: REASON } };
    },
  };

  /** A file of five bytes that somebody else has announced. */
  async function announced({ admin: token, planId, roomIds: [roomId] }: ExamFixture): Promise<string> {
    const sha256 = createHash('sha256').update(BYTES.body).digest('hex');
    const body = { use: 'evidence', roomId, name: 'seen.bin', bytes: BYTES.body.length, sha256 };
    const { status, body: made } = await api.call('POST', `/v1/plans/${planId}/uploads`, { token, body });
    assert.equal(status, 201);
    return (made as { uploadId: string }).uploadId;
  }

  /** One answer to an item that people mark, and everything is over. */
  async function settled({ planId, people, roomIds }: ExamFixture): Promise<void> {
    const { examineeId = '' } = people[0] ?? {};
    await api.store.answers.insert(planId, [queuedAnswer(examineeId, 2, 1_000_001, 'canary-of-an-answer', 1)]);
    await api.store.sheets.end(examineeId, 'submitted', [[2, 1_000_001]], 9_000);
    for (const roomId of roomIds) {
      await api.store.sheets.settleRoom(roomId);
      await api.store.rooms.take(roomId);
      await api.store.rooms.change(roomId, 1, { status: 'ended', settledAt: 1 });
    }
  }

  async function walked(name: string, method: string, isVersioned: boolean) {
    const exam = await makeExam(api);
    const examples = await realExamplesFor(api, exam);
    const example = examples[name] ?? assert.fail(name);
    const state = STATES[name];
    if (state !== undefined) await forceState(api, exam.planId, state);
    const { path, body, headers = {} } = { ...example, ...(await PREPARED[name]?.(exam)) } as Request;
    const subjectId = name === 'POST /enter/proctor' ? proctorIn(examples) : newId();
    const token = await api.session({ role: name === 'POST /enter/proctor' ? 'proctor' : 'admin', subjectId });
    const known = new Set((await carried()).map(({ source }) => source));
    const why = method === 'DELETE' ? `?reason=${encodeURIComponent(REASON)}` : '';
    const takesReason = typeof body === 'object' && body !== null && 'reason' in body;
    const sent = takesReason ? { ...body, reason: REASON } : body;
    const match = isVersioned ? { 'If-Match': '*' } : {};
    const { status, text } = await api.call(method, `${path}${why}`, {
      token,
      body: sent,
      headers: { ...headers, ...match },
    });
    assert.ok(status < 300, `${name} → ${status} ${text.slice(0, 300)}`);
    const entries = (await carried()).filter(({ source, actorId }) => !known.has(source) && actorId === subjectId);
    return { entries, saysWhy: takesReason || why !== '' };
  }

  function proctorIn(examples: Awaited<ReturnType<typeof realExamplesFor>>): string {
    return examples['GET /plans/:planId/proctors/:proctorId']?.path.split('/').at(-1) ?? '';
  }

  it('has an entry with who, why, and before and after, of each route that changes something', async () => {
    const left: string[] = [];
    for (const { route } of api.routes) {
      const method = route.method.toUpperCase();
      const name = `${method} ${route.path}`;
      if (route.method === 'get' || route.access === 'public' || WITHOUT[name] !== undefined) continue;
      const { entries, saysWhy } = await walked(name, method, route.version === 'needed');
      const text = JSON.stringify(entries);
      if (entries.length === 0) left.push(`${name} has no entry`);
      if (saysWhy && !WHY_BESIDE.includes(name) && !text.includes(REASON)) left.push(`${name} has no reason`);
      if (BEFORE.includes(name) && !/before/i.test(text)) left.push(`${name} does not say what it was before`);
      for (const canary of CANARIES) if (text.includes(canary)) left.push(`${name} has ${canary}`);
    }
    assert.deepEqual(left, []);
  });

  it('leaves out no route but those that there are', () => {
    const names = api.routes.map(({ route }) => `${route.method.toUpperCase()} ${route.path}`);
    assert.deepEqual(
      [...Object.keys(WITHOUT), ...BEFORE].filter((name) => !names.includes(name)),
      [],
    );
  });
});
