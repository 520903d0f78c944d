// Edits of somebody's row once the roster is no draft.
import assert from 'node:assert/strict';
import type { Problem } from '../../schema/replies.ts';
import { type ExamFixture, forceState, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('a row of the roster', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('roster');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
  });
  after(() => api.stop());

  const idOf = (index = 0) => personAt(exam, index).examineeId;
  const edit = (body: object, index = 0) =>
    api.call('PUT', `/v1/examinees/${idOf(index)}`, { token: exam.admin, body: body as Record<string, unknown> });
  const stored = async () => (await api.store.examinees.get(idOf())) ?? assert.fail();

  it('is edited while the exam is open, and its room is told', async () => {
    const before = await stored();
    const hints = api.hints.length;
    const answer = await edit({ extraMs: 600_000 });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { examineeId: idOf(), label: before.label, extraMs: 600_000, seat: null });
    assert.equal((await stored()).extraMs, 600_000);
    assert.deepEqual(api.hints.slice(hints), [exam.planId]);
    const [waiting] = (await api.store.audit.waiting(500)).filter(({ facts }) => facts.kind === 'roster.edited');
    assert.deepEqual(
      [waiting?.facts.subject, waiting?.facts.actorRole, waiting?.facts.data],
      [idOf(), 'admin', { before: { extraMs: before.extraMs }, after: { extraMs: 600_000 }, renamed: false }],
    );
  });

  it('stays as it is where it is asked for what it is, and nobody is told', async () => {
    const { label, editedAt } = await stored();
    const hints = api.hints.length;
    assert.equal((await edit({ label })).status, 200);
    assert.equal((await stored()).editedAt, editedAt);
    assert.equal(api.hints.length, hints);
  });

  it('has a seat that nobody else of the room has, until it is taken away', async () => {
    const first = await edit({ seat: ' A\u0301 1 ' });
    assert.deepEqual([first.status, (first.body as { seat: string }).seat], [200, '\u00c1 1']);
    const taken = await edit({ seat: '\u00c1 1' }, 1);
    assert.deepEqual([taken.status, (taken.body as Problem).code], [409, 'SEAT_TAKEN']);
    assert.equal((await edit({ seat: '\u00c1 1' }, 2)).status, 200, 'that one sits in another room');
    const [entry] = (await api.store.audit.waiting(500)).filter(({ facts }) => facts.subject === idOf());
    assert.deepEqual(entry?.facts.data.after, { extraMs: 0, seat: '\u00c1 1' });
    assert.equal(((await edit({ seat: null })).body as { seat: unknown }).seat, null);
    assert.equal((await edit({ seat: '\u00c1 1' }, 1)).status, 200);
    for (const seat of ['', '  ', 'a\nb', 'x'.repeat(17), '\u200b']) assert.equal((await edit({ seat })).status, 422);
  });

  it('gives one seat to one of two who get it at once', async () => {
    const answers = await Promise.all([0, 1].map((index) => edit({ seat: 'B2' }, index)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
  });

  it('never loses time after the start, and takes no name of another', async () => {
    await edit({ extraMs: 60_000 });
    const room = await api.store.rooms.get((await stored()).roomId);
    await api.store.rooms.change(room?._id ?? '', room?.epoch ?? 0, { status: 'running', startsAt: 1_000 });
    const less = await edit({ extraMs: 30_000 });
    assert.deepEqual([less.status, (less.body as Problem).code], [409, 'TRANSITION_REFUSED']);
    const taken = await edit({ label: (await api.store.examinees.get(idOf(1)))?.label });
    assert.deepEqual([taken.status, (taken.body as Problem).code], [409, 'NAME_TAKEN']);
    assert.equal((await edit({ extraMs: 90_000 })).status, 200);
    assert.equal((await stored()).extraMs, 90_000);
  });

  it('takes every edit of many at once, one after the other', async () => {
    const answers = await Promise.all([1, 2, 3].map((minutes) => edit({ extraMs: minutes * 60_000 })));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    const edits = (await api.store.audit.waiting(500)).filter(({ facts }) => facts.subject === idOf());
    assert.equal(new Set(edits.map(({ facts }) => facts.source)).size, 3);
  });

  it('is not edited by nothing at all', async () => {
    assert.equal((await edit({})).status, 422);
    assert.equal((await edit({ extraMs: -1 })).status, 422);
    assert.equal((await edit({ code: 'another' })).status, 422);
  });
});
