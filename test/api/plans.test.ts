// Plans, papers, keys, rooms and rosters: what an exam is made of, and what may change when.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../../schema/ids.ts';
import { ExamineesReply, type PlanView, type Problem } from '../../schema/replies.ts';
import { ENTRIES, type ExamFixture, forceState, ITEMS, makeExam, OPTIONS } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('plans', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('plans');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const post = (path: string, body: unknown = {}) => api.call('POST', path, { token: exam.admin, body });
  const get = (path: string) => api.call('GET', path, { token: exam.admin });
  const codeOf = (answer: { body: unknown }): string => (answer.body as Problem).code;
  const remove = (planId: string) => api.call('DELETE', `/v1/plans/${planId}`, { token: exam.admin });

  it('are drafts, and then scheduled, once', async () => {
    const path = `/v1/plans/${exam.planId}/schedule`;
    assert.equal(((await get(`/v1/plans/${exam.planId}`)).body as PlanView).status, 'draft');
    assert.equal(((await post(path)).body as PlanView).status, 'scheduled');
    assert.equal(codeOf(await post(path)), 'TRANSITION_REFUSED');
    assert.equal(api.logs.filter((log) => log.planId === exam.planId && log.kind === 'plan.scheduled').length, 1);
  });

  it('are not scheduled without key, rooms, examinees, or after their window', async () => {
    const paper = await post('/v1/papers', { name: 'keyless', items: ITEMS });
    const { paperId } = paper.body as { paperId: string };
    const empty = await post('/v1/plans', {
      name: 'empty',
      paperId,
      durationMs: 1_000,
      windowEndsAt: 1_600_000_000_000,
    });
    const { planId } = empty.body as PlanView;
    const { status, body } = await post(`/v1/plans/${planId}/schedule`);
    assert.deepEqual([status, codeOf({ body })], [409, 'PLAN_INCOMPLETE']);
    assert.match((body as Problem).detail, /a key of its paper, rooms, examinees, a window that ends in the future/);
    assert.equal(
      codeOf(await post('/v1/plans', { name: 'no paper', paperId: newId(), durationMs: 1_000 })),
      'PAPER_UNKNOWN',
    );
  });

  it('say what proctors choose from as a reason: nothing, unless it is said, and each once', async () => {
    const plan = { name: 'reasoned', paperId: exam.paperId, durationMs: 1_000 };
    const reasons = ['화재 경보', 'a late bus'];
    assert.deepEqual(((await post('/v1/plans', { ...plan, reasons })).body as PlanView).reasons, reasons);
    assert.deepEqual(((await get(`/v1/plans/${exam.planId}`)).body as PlanView).reasons, []);
    for (const wrong of [['a', 'a'], [''], Array.from({ length: 31 }, (_, at) => `reason ${at}`)])
      assert.equal(codeOf(await post('/v1/plans', { ...plan, reasons: wrong })), 'REQUEST_INVALID');
  });

  it('say until when somebody may enter for the first time: always, unless it is said', async () => {
    const plan = { name: 'punctual', paperId: exam.paperId, durationMs: 1_000 };
    const lateEntry = { allowedForMs: 900_000 };
    assert.deepEqual(((await post('/v1/plans', { ...plan, lateEntry })).body as PlanView).lateEntry, lateEntry);
    assert.equal(((await get(`/v1/plans/${exam.planId}`)).body as PlanView).lateEntry, 'always');
    assert.equal(codeOf(await post('/v1/plans', { ...plan, lateEntry: { allowedForMs: -1 } })), 'REQUEST_INVALID');
  });

  it('say after how long a silent link is offline: a minute, unless it is said, and always later than it is dropped', async () => {
    const { paperId } = (await post('/v1/papers', { name: 'links', items: ITEMS })).body as { paperId: string };
    const plan = (given: object) => post('/v1/plans', { name: 'links', paperId, durationMs: 1_000, ...given });
    assert.equal(((await plan({})).body as PlanView).offlineMs, 60_000);
    const { planId } = (await plan({ offlineMs: 8_000 })).body as PlanView;
    assert.equal(((await get(`/v1/plans/${planId}`)).body as PlanView).offlineMs, 8_000);
    assert.equal((await api.store.plans.get(planId))?.offlineMs, 8_000);
    assert.equal(codeOf(await plan({ offlineMs: 4_000 })), 'REQUEST_INVALID');
  });

  it('come in pages that together have each once', async () => {
    const seen: string[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: { plans: PlanView[]; next: string | null } = (
        await get(`/v1/plans?limit=2${after && `&after=${after}`}`)
      ).body;
      assert.ok(page.plans.length <= 2);
      seen.push(...page.plans.map((plan) => plan.planId));
      after = page.next;
    }
    assert.ok(seen.length >= 3 && seen.includes(exam.planId));
    assert.equal(new Set(seen).size, seen.length);
  });

  it('take rooms and examinees only as drafts', async () => {
    await forceState(api, exam.planId, 'scheduled');
    assert.equal(
      codeOf(await post(`/v1/plans/${exam.planId}/rooms`, { rooms: [{ label: 'late' }] })),
      'PLAN_NOT_DRAFT',
    );
    const late = { examinees: [{ label: 'late', roomId: exam.roomIds[0] }] };
    assert.equal(codeOf(await post(`/v1/plans/${exam.planId}/examinees`, late)), 'PLAN_NOT_DRAFT');
  });

  it('take all rows of an import or none', async () => {
    const rooms = `/v1/plans/${exam.planId}/rooms`;
    assert.equal(codeOf(await post(rooms, { rooms: [{ label: 'new' }, { label: 'one' }] })), 'NAME_TAKEN');
    assert.equal(codeOf(await post(rooms, { rooms: [{ label: 'same' }, { label: ' same ' }] })), 'REQUEST_INVALID');
    assert.equal(((await get(rooms)).body as { rooms: unknown[] }).rooms.length, 2);
    const people = `/v1/plans/${exam.planId}/examinees`;
    const [roomId] = exam.roomIds;
    assert.equal(
      codeOf(
        await post(people, {
          examinees: [
            { label: 'Dee', roomId },
            { label: 'Ada', roomId },
          ],
        }),
      ),
      'NAME_TAKEN',
    );
    assert.equal(
      codeOf(
        await post(people, {
          examinees: [
            { label: 'Dee', roomId },
            { label: 'Eve', roomId: newId() },
          ],
        }),
      ),
      'ROOM_UNKNOWN',
    );
    const seated = await post(people, {
      examinees: [
        { label: 'Dee', roomId, seat: 'A1' },
        { label: 'Eve', roomId: exam.roomIds[1], seat: 'A1' },
        { label: 'Fay', roomId, seat: 'A2' },
        { label: 'Gil', roomId, seat: ' A1 ' },
      ],
    });
    assert.equal(codeOf(seated), 'SEAT_TAKEN');
    assert.match((seated.body as Problem).detail ?? '', /Rows from 0: [03]\./);
    assert.equal(((await get(people)).body as { examinees: unknown[] }).examinees.length, 3);
  });

  it('seat at most 500 in a room, however many imports', async () => {
    const path = `/v1/plans/${exam.planId}/examinees`;
    const rows = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ label: `person ${from + index}`, roomId: exam.roomIds[1] }));
    const full = await post(path, { examinees: rows(0, 499) });
    assert.equal(full.status, 201);
    const { examinees } = ExamineesReply.parse(full.body);
    assert.equal(new Set(examinees.map((row) => row.code)).size, 499);
    assert.match(examinees[0]?.code ?? '', /^[2-9A-HJKMNP-Z]{10}$/);
    const { body } = await post(path, { examinees: rows(499, 1) });
    assert.match((body as Problem).detail, /Room two would have 501 examinees; at most 500/);
  });

  it('make an empty sheet for each examinee', async () => {
    const sheets = await api.store.sheets.byPlan(exam.planId, { limit: 10 });
    assert.deepEqual(
      sheets.map((sheet) => sheet._id),
      exam.people.map((row) => row.examineeId).toSorted(),
    );
    assert.ok(sheets.every((sheet) => sheet.state === 'empty'));
  });

  it('show the roster in pages, whole or of a room', async () => {
    const path = `/v1/plans/${exam.planId}/examinees`;
    type Page = { examinees: { label: string; status: string; extraMs: number }[]; next: string | null };
    const first: Page = (await get(`${path}?limit=2`)).body;
    const rest: Page = (await get(`${path}?limit=2&after=${first.next}`)).body;
    assert.deepEqual([...first.examinees, ...rest.examinees].map((row) => row.label).toSorted(), ['Ada', 'Ben', 'Cyd']);
    assert.equal(rest.next, null);
    const ofRoom: Page = (await get(`${path}?roomId=${exam.roomIds[1]}`)).body;
    assert.deepEqual(
      ofRoom.examinees.map((row) => row.label),
      ['Cyd'],
    );
    const paged: Page = (await get(`${path}?roomId=${exam.roomIds[0]}&limit=1`)).body;
    assert.equal(paged.examinees.length, 1);
    assert.ok(paged.next);
  });

  it('are removed with everything while they are drafts, and then are unknown', async () => {
    const folder = join(api.config.dataDir, exam.planId);
    await mkdir(folder);
    await writeFile(join(folder, 'a.json'), '{}');
    assert.equal((await remove(exam.planId)).status, 204);
    assert.equal(codeOf(await get(`/v1/plans/${exam.planId}`)), 'PLAN_UNKNOWN');
    assert.deepEqual(await api.store.rooms.byPlan(exam.planId), []);
    assert.equal(existsSync(folder), false);
    assert.equal(codeOf(await remove(exam.planId)), 'PLAN_UNKNOWN');
  });

  it('take paper and key along when they are rehearsals that alone use them, and leave those of drafts', async () => {
    const paperStatus = async (paperId: string) => (await get(`/v1/papers/${paperId}`)).status;
    assert.equal((await remove(exam.planId)).status, 204);
    assert.equal(await paperStatus(exam.paperId), 200);
    const rehearsal = await makeExam(api, true);
    const real = await post('/v1/plans', { name: 'real', paperId: rehearsal.paperId, durationMs: 60_000 });
    assert.equal((await remove(rehearsal.planId)).status, 204);
    assert.equal(await paperStatus(rehearsal.paperId), 200);
    assert.equal((await remove((real.body as PlanView).planId)).status, 204);
    const again = { name: 'again', paperId: rehearsal.paperId, durationMs: 60_000, rehearsal: true };
    const last = (await post('/v1/plans', again)).body as PlanView;
    assert.equal((await remove(last.planId)).status, 204);
    assert.equal(await paperStatus(rehearsal.paperId), 404);
    assert.equal(await api.store.keys.newest(rehearsal.paperId), null);
  });

  it('leave a paper that somebody put on by hand, also where they are rehearsals that alone use it', async () => {
    const body = { name: 'by hand', paperId: exam.paperId, durationMs: 60_000, rehearsal: true };
    const { planId } = (await post('/v1/plans', body)).body as PlanView;
    assert.equal((await remove(exam.planId)).status, 204);
    assert.equal((await remove(planId)).status, 204);
    assert.equal((await get(`/v1/papers/${exam.paperId}`)).status, 200);
    assert.notEqual(await api.store.keys.newest(exam.paperId), null);
  });

  it('are not removed while their rooms have not all taken what opens or ends them', async () => {
    const { planId, roomIds, admin: token } = await makeExam(api, true);
    const call = (path: string, body: object) => api.call('POST', `/v1/plans/${planId}/${path}`, { token, body });
    await call('schedule', {});
    const controlId = newId();
    assert.equal((await call('controls', { controlId, action: 'open' })).status, 202);
    await forceState(api, planId, 'scheduled');
    const receipt = async (roomId: string) => {
      await api.store.controls.receipt({
        ...{ _id: `${controlId}.${roomId}`, controlId, roomId, planId, state: 'applied' },
        ...{ code: '', message: '', at: Date.now(), ledger: {} },
      });
      await api.store.rooms.applied(roomId, 0, controlId, {});
    };
    for (const roomId of roomIds) {
      const refused = await remove(planId);
      assert.deepEqual([refused.status, codeOf(refused), refused.headers.has('retry-after')], [503, 'BUSY', true]);
      assert.equal((await api.store.plans.get(planId))?.status, 'scheduled');
      await receipt(roomId);
    }
    assert.equal((await remove(planId)).status, 204);
  });

  it('are not made of a paper that goes with its rehearsal in between', async () => {
    let goes: string | undefined;
    const racing = await startApi('plans-race', {
      decorate: (store) => ({
        ...store,
        plans: {
          ...store.plans,
          async create(plan) {
            if (goes !== undefined) await store.plans.remove(goes);
            await store.plans.create(plan);
          },
        },
      }),
    });
    try {
      const { planId, paperId, admin } = await makeExam(racing, true);
      goes = planId;
      const body = { name: 'real', paperId, durationMs: 60_000 };
      assert.equal(codeOf(await racing.call('POST', '/v1/plans', { token: admin, body })), 'PAPER_UNKNOWN');
      assert.deepEqual(await racing.store.plans.list({ limit: 5 }), []);
    } finally {
      await racing.stop();
    }
  });

  it('are kept once they are no draft, unless they are rehearsals that do not run', async () => {
    for (const state of ['scheduled', 'running', 'scored'] as const) {
      await forceState(api, exam.planId, state);
      assert.equal(codeOf(await remove(exam.planId)), 'PLAN_NOT_DRAFT', state);
    }
    const rehearsal = await makeExam(api, true);
    await forceState(api, rehearsal.planId, 'running');
    assert.equal(codeOf(await remove(rehearsal.planId)), 'TRANSITION_REFUSED');
    await forceState(api, rehearsal.planId, 'scored');
    assert.equal((await remove(rehearsal.planId)).status, 204);
  });

  describe('keys of papers', () => {
    const put = (entries: unknown[], paperId = exam.paperId) =>
      api.call('PUT', `/v1/papers/${paperId}/key`, { token: exam.admin, body: { entries } });

    it('are a new version each time they change, and are read back by nobody', async () => {
      assert.deepEqual((await put(ENTRIES)).body, { paperId: exam.paperId, version: 1, entryCount: 2 });
      const changed = await put([{ item: 1, kind: 'singleChoice', correct: 'C' }]);
      assert.deepEqual(changed.body, { paperId: exam.paperId, version: 2, entryCount: 1 });
      const { body, text } = await get(`/v1/papers/${exam.paperId}`);
      assert.equal((body as { keyVersion: number }).keyVersion, 2);
      assert.ok(!text.includes('correct'));
    });

    it('fit the paper', async () => {
      assert.equal(codeOf(await put(ENTRIES, newId())), 'PAPER_UNKNOWN');
      assert.equal(codeOf(await put([{ item: 3, kind: 'number', correct: 1 }])), 'ITEM_UNKNOWN');
      const unfit = [
        [{ item: 1, kind: 'shortText', correct: ['A'] }],
        [{ item: 1, kind: 'singleChoice', correct: 'D' }],
        [{ item: 1, kind: 'singleChoice', correct: '__proto__' }],
        [ENTRIES[0], ENTRIES[0]],
        [{ item: 1, kind: 'singleChoice', correct: 'A', points: -1 }],
      ];
      for (const entries of unfit) assert.equal(codeOf(await put(entries)), 'REQUEST_INVALID', JSON.stringify(entries));
    });

    it('belong to papers whose items are each once, and choices have options', async () => {
      const [first, second] = ITEMS;
      const bad = [
        [first, first],
        [{ ...first, options: [] }],
        [{ ...second, options: OPTIONS }],
        [{ ...first, number: 0 }],
        [],
      ];
      for (const items of bad)
        assert.equal(codeOf(await post('/v1/papers', { name: 'bad', items })), 'REQUEST_INVALID');
      const { body } = await post('/v1/papers', { name: 'good', items: [second, first] });
      assert.deepEqual(
        (body as { items: { number: number }[] }).items.map((item) => item.number),
        [1, 2],
      );
    });
  });
});
