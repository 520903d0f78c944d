// Copies of plans: what they keep, what they do not, and that a half one is nowhere, whatever dies.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { newId } from '../../schema/ids.ts';
import type { PlanView, Problem } from '../../schema/replies.ts';
import { IMPORT_STALE_MS } from '../../schema/roster-imports.ts';
import { sweepRosters } from '../../workers/roster-sweep.ts';
import { type ExamFixture, forceState, makeExam, personAt } from './exam-fixture.ts';
import { mortal } from './mortal-store.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('a copy of a plan', () => {
  const life = mortal();
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('plan-copies', { decorate: life.decorate });
    exam = await makeExam(api);
    const token = exam.admin;
    const edit = { graceMs: 7_000, rules: 'No phones.', plannedAt: Date.now() + 60_000, reason: 'a test' };
    const headers = { 'if-match': '*' };
    await api.call('PATCH', `/v1/plans/${exam.planId}`, { token, body: edit, headers });
    await api.call('PUT', `/v1/plans/${exam.planId}/notice-templates`, {
      token,
      body: { noticeTemplates: [{ name: 'quiet', text: 'Quiet, please.' }], freeNotices: false },
    });
    const seat = { seat: '7' };
    await api.call('PUT', `/v1/examinees/${personAt(exam, 0).examineeId}`, { token, body: seat });
    await forceState(api, exam.planId, 'ended');
  });
  after(() => api.stop());
  beforeEach(() => {
    life.death = undefined;
  });

  const copy = (body: object, key = newId()) =>
    api.call('POST', `/v1/plans/${exam.planId}/copies`, { token: exam.admin, body, key });
  const plans = async () => (await api.store.plans.list({ limit: 500 })).length;

  it('has policies, templates, rooms and the same paper, and nobody in it; it is a draft that may be scheduled anew', async () => {
    const answer = await copy({ name: 'again' });
    assert.equal(answer.status, 201, answer.text);
    const made = answer.body as PlanView;
    const source = (await api.call('GET', `/v1/plans/${exam.planId}`, { token: exam.admin })).body as PlanView;
    const fresh = { planId: made.planId, name: 'again', status: 'draft', plannedAt: null, endedAt: 0 };
    assert.deepEqual(made, { ...source, ...fresh });
    assert.deepEqual([made.graceMs, made.rules, made.notices.free], [7_000, 'No phones.', false]);
    const rooms = await api.store.rooms.byPlan(made.planId);
    assert.deepEqual(rooms.map(({ label }) => label).sort(), ['one', 'two']);
    assert.ok(rooms.every(({ _id, sealedKey }) => !exam.roomIds.includes(_id) && sealedKey !== undefined));
    assert.deepEqual(await api.store.examinees.byPlan(made.planId, { limit: 10 }), []);
    const noted = (await api.store.audit.waiting(500)).filter(({ planId }) => planId === made.planId);
    const created = noted.find(({ facts }) => facts.kind === 'plan.created')?.facts;
    assert.deepEqual([created?.data.copiedFrom, created?.actorRole], [exam.planId, 'admin']);
  });

  it('has the people where they are asked for, in the same rooms and seats, with ids and codes of their own', async () => {
    const { planId } = (await copy({ name: 'with people', roster: true })).body as PlanView;
    const people = await api.store.examinees.byPlan(planId, { sort: 'label', limit: 10 });
    const rooms = new Map((await api.store.rooms.byPlan(planId)).map(({ _id, label }) => [_id, label]));
    assert.deepEqual(
      people.map(({ label, roomId, seats, extraMs, status, fence }) => [
        ...[label, rooms.get(roomId), seats?.[0]?.seat, extraMs, status, fence],
      ]),
      [
        ['Ada', 'one', '7', 0, 'registered', 0],
        ['Ben', 'one', undefined, 60_000, 'registered', 0],
        ['Cyd', 'two', undefined, 0, 'registered', 0],
      ],
    );
    const known = new Set(exam.people.flatMap(({ examineeId, code }) => [examineeId, code]));
    assert.ok(people.every(({ _id, code }) => !known.has(_id) && !known.has(code)));
    const scheduled = await api.call('POST', `/v1/plans/${planId}/schedule`, { token: exam.admin, body: {} });
    assert.equal(scheduled.status, 200, scheduled.text);
  });

  it('is one, however often it is asked for under one key', async () => {
    const [before, key] = [await plans(), newId()];
    const [first, again] = [await copy({ name: 'one' }, key), await copy({ name: 'one' }, key)];
    assert.deepEqual([first.status, again.body, await plans()], [201, first.body, before + 1]);
    assert.equal(((await copy({ name: 'two' }, key)).body as Problem).code, 'KEY_REUSED');
  });

  it('is made by the line of docs/api.md', async () => {
    const page = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
    const [line = ''] = /^curl .*\/copies".*$/m.exec(page) ?? [];
    const env = { ...process.env, URL: api.url, TOKEN: exam.admin, PLAN: exam.planId, KEY: newId() };
    const { stdout } = await promisify(execFile)('sh', ['-euc', line], { env });
    assert.match(stdout, /"name":"The same again"/);
  });

  for (const [step, when] of [
    ['create', 'after'],
    ['addRooms', 'after'],
    ['addPeople', 'after'],
    ['commit', 'after'],
    ['finish', 'after'],
  ] as const)
    it(`is whole or nowhere where the process dies ${when} ${step}`, async () => {
      const [before, key] = [await plans(), newId()];
      const known = new Set((await api.store.plans.list({ limit: 500 })).map(({ _id }) => _id));
      life.death = { step: `rosterImports.${step}`, when, left: 1, isDead: false };
      assert.equal((await copy({ name: 'dead', roster: true }, key)).status, 503);
      assert.equal(await plans(), step === 'finish' ? before + 1 : before);
      life.death = undefined;
      const later = () => Date.now() + IMPORT_STALE_MS + 1_000;
      await sweepRosters(api.store, pino({ level: 'silent' }), later, new AbortController().signal);
      const isCommitted = step === 'commit' || step === 'finish';
      assert.equal(await plans(), isCommitted ? before + 1 : before);
      const { planId } = (await copy({ name: 'dead', roster: true }, key)).body as PlanView;
      const fresh = (await api.store.plans.list({ limit: 500 })).filter(({ _id }) => !known.has(_id));
      assert.deepEqual(
        fresh.map(({ _id }) => _id),
        [planId],
      );
      assert.equal((await api.store.examinees.byPlan(planId, { limit: 10 })).length, 3);
      assert.equal((await api.store.sheets.statesByPlan(planId, { limit: 10 })).length, 3);
    });
});
