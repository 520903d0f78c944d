// An admin writes answers in for a person: whose session is taken, what is refused before anybody is fenced, what the chain
// says of it, and what becomes of a sheet that has ended. What the room does with them is tested in test/rooms/.
import assert from 'node:assert/strict';
import { contentHash } from '../../exam/content-hash.ts';
import { receiptHash } from '../../exam/receipt.ts';
import { revisionOf } from '../../exam/revision.ts';
import type { AuditFacts } from '../../schema/documents/audit.ts';
import { newId } from '../../schema/ids.ts';
import type { RegisterReply } from '../../schema/registering.ts';
import type { Problem } from '../../schema/replies.ts';
import { type ExamFixture, examineeToken, makeExam, personAt } from './exam-fixture.ts';
import { type Answered, type RunningApi, type Sent, startApi } from './running-api.ts';

const SECRET_WORD = 'because-of-the-canary';

describe('answers that an admin registers', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let liveForMs = 0;

  before(async () => {
    api = await startApi('registering', { road: { session: async () => ({ liveForMs }) } });
  });
  beforeEach(async () => {
    liveForMs = 0;
    exam = await makeExam(api);
    const [roomId] = exam.roomIds;
    await api.store.rooms.take(roomId);
    await api.store.rooms.change(roomId, 1, { status: 'running', startsAt: Date.now() });
    api.travelled.length = 0;
  });
  after(() => api.stop());

  const id = () => personAt(exam, 0).examineeId;
  const path = () => `/v1/examinees/${id()}/registered-answers`;
  const ANSWERS = [
    { item: 1, response: 'B' },
    { item: 2, response: SECRET_WORD },
  ];
  const register = (
    answers: object[] = ANSWERS,
    given: Partial<Sent> & { reason?: string } = {},
  ): Promise<Answered> => {
    const { reason = 'the keyboard broke', ...sent } = given;
    return api.call('POST', path(), { token: exam.admin, body: { answers, reason }, ...sent });
  };
  const code = ({ status, body }: Answered) => [status, (body as Problem).code];
  const fence = async () => (await api.store.examinees.get(id()))?.fence;
  const chained = async (): Promise<AuditFacts[]> =>
    (await api.store.audit.waiting(500)).map(({ facts }) => facts).filter(({ subject }) => subject === id());
  const end = async (vector: [number, number][]) => {
    await api.store.answers.insert(
      exam.planId,
      vector.map(([item, revision]) => [id(), item, revision, 'A', contentHash('A'), 1]),
    );
    return api.store.sheets.end(id(), 'submitted', vector, 5);
  };

  it('go to the room under the fence of a session that is taken for them, whose device stays the person’s own', async () => {
    await api.store.examinees.enter(id(), 'a page', 'a device');
    const { status, body } = await register();
    assert.equal(status, 201);
    const names = [
      [1, revisionOf(2, 1)],
      [2, revisionOf(2, 2)],
    ];
    assert.deepEqual(body as RegisterReply, { fence: 2, saved: names, superseded: [], refusals: [] });
    const [first] = api.travelled as [string, unknown, { requestId?: string }][];
    const requestId = first?.[2].requestId ?? assert.fail('it carries the id of the request');
    const asker = { examineeId: id(), fence: 2, deviceKey: 'a device', byOffice: true, requestId };
    const sent = ANSWERS.map((answer, index) => ({ ...answer, revision: revisionOf(2, index + 1) }));
    assert.deepEqual(api.travelled, [['answers', { roomId: exam.roomIds[0], isSettled: false }, asker, sent]]);
  });

  it('fence every earlier session: a later word of it is SESSION_FENCED', async () => {
    await api.store.examinees.enter(id(), 'a page', 'a device');
    await register();
    const body = { answers: [{ item: 1, revision: revisionOf(1, 9), response: 'A' }] };
    const late = await api.call('POST', `/v1/examinees/${id()}/answers`, { token: examineeToken(api, exam, 0), body });
    assert.deepEqual(code(late), [409, 'SESSION_FENCED']);
  });

  it('are refused while a session of the person is live, with when to come back, and nobody is fenced', async () => {
    liveForMs = 12_000;
    const refused = await register();
    assert.deepEqual(code(refused), [409, 'SESSION_ONGOING']);
    assert.deepEqual([(refused.body as Problem).retry, refused.headers.get('retry-after')], ['later', '12']);
    assert.deepEqual([await fence(), await chained()], [0, []]);
    liveForMs = 0;
    assert.equal((await register()).status, 201);
  });

  it('are refused before anybody is fenced where they do not fit, or the room does not run', async () => {
    const [roomId] = exam.roomIds;
    assert.deepEqual(code(await register([{ item: 9, response: 'A' }])), [404, 'ITEM_UNKNOWN']);
    assert.deepEqual(code(await register([{ item: 1, response: 'Z' }])), [422, 'ANSWER_INVALID']);
    assert.deepEqual(code(await register(ANSWERS, { reason: ' ' })), [422, 'REQUEST_INVALID']);
    assert.deepEqual(code(await register([...ANSWERS, ANSWERS[0] ?? {}])), [422, 'REQUEST_INVALID']);
    await api.store.rooms.change(roomId, 1, { status: 'paused' });
    assert.deepEqual(code(await register()), [409, 'ROOM_NOT_RUNNING']);
    await api.store.rooms.change(roomId, 1, { status: 'ended' });
    assert.deepEqual(code(await register()), [503, 'BUSY']);
    await api.store.rooms.change(roomId, 1, { status: 'running' });
    await api.store.examinees.setStatus([id()], ['registered'], 'removed');
    assert.deepEqual(code(await register()), [403, 'EXAMINEE_REMOVED']);
    assert.deepEqual([await fence(), api.travelled], [0, []]);
  });

  it('are in the chain with actor, reason and fence, before and after, and without what they say', async () => {
    await register();
    const entries = await chained();
    const [taken, registered] = ['session.taken', 'answers.registered'].map((kind) =>
      entries.find((one) => one.kind === kind),
    );
    assert.deepEqual(taken?.data, {
      ...{ before: { fence: 0 }, after: { fence: 1 } },
      ...{ items: '1 2', reason: 'the keyboard broke' },
    });
    assert.deepEqual(registered?.data, { fence: 1, items: '1 2', refused: '', reason: 'the keyboard broke' });
    assert.ok([taken, registered].every((one) => one?.actorRole === 'admin' && one.actorId !== ''));
    assert.ok(!JSON.stringify([entries, api.logs]).includes(SECRET_WORD));
  });

  it('take one session for a request, however often it is sent, and another one for another request', async () => {
    const key = newId();
    const first = await register(ANSWERS, { key });
    const again = await register(ANSWERS, { key });
    assert.deepEqual([again.status, again.body], [201, first.body]);
    assert.equal(await fence(), 1);
    assert.equal(((await register()).body as RegisterReply).fence, 2);
  });

  it('of a request whose answer was lost go on under the fence that it took', async () => {
    const found = await api.store.examinees.get(id());
    assert.ok(found);
    let isAway = true;
    const slow = await startApi('registering-slow', {
      beside: api,
      road: {
        answers: async (_place, _asker, answers) => ({
          ...{ saved: [], superseded: [], refusals: [], retryAfterMs: 1 },
          pending: isAway ? answers.map(({ item, revision }): [number, number] => [item, revision]) : [],
        }),
      },
    });
    try {
      const sent = { token: exam.admin, key: newId(), body: { answers: ANSWERS, reason: 'a test' } };
      assert.deepEqual(code(await slow.call('POST', path(), sent)), [503, 'BUSY']);
      isAway = false;
      assert.equal(((await slow.call('POST', path(), sent)).body as RegisterReply).fence, 1);
    } finally {
      await slow.stop();
    }
  });

  it('amend a sheet that has ended: another vector counts, its file is written again, and the chain has digests alone', async () => {
    const first = await end([[1, 1_000_001]]);
    await api.store.sheets.filed(id(), 5);
    const { status, body } = await register([{ item: 2, response: SECRET_WORD }]);
    const revision = revisionOf(1, 1);
    assert.deepEqual([status, (body as RegisterReply).saved], [201, [[2, revision]]]);
    const sheet = await api.store.sheets.get(id());
    assert.deepEqual(
      [sheet?.state, sheet?.endedAt, sheet?.filedAt, sheet?.vector],
      [
        'submitted',
        5,
        0,
        [
          [1, 1_000_001],
          [2, revision],
        ],
      ],
    );
    const [one, two] = [contentHash('A'), contentHash(SECRET_WORD)];
    assert.equal(
      sheet?.receipt,
      receiptHash([
        [1, 1_000_001, one],
        [2, revision, two],
      ]),
    );
    assert.deepEqual(api.travelled, [['written', exam.planId, id()]]);
    const shown = (await api.call('GET', `/v1/examinees/${id()}/sheet`, { token: exam.admin })).body as {
      answers: object[];
    };
    assert.deepEqual(shown.answers.at(-1), { item: 2, revision, response: SECRET_WORD });
    const [late] = (await api.store.answers.history(exam.planId, id(), 2)).map((answer) => answer.late);
    assert.equal(late, true);
    const entry = (await chained()).find(({ kind }) => kind === 'sheet.amended');
    const { before, after } = (entry ?? assert.fail()).data as Record<string, { items: number }>;
    assert.deepEqual([before?.items, after?.items, entry?.data.reason], [1, 2, 'the keyboard broke']);
    assert.ok(!JSON.stringify(await chained()).includes(SECRET_WORD));
    assert.equal(first.filedAt, 0);
  });

  it('change nothing that counts once the room has settled, and say what comes first', async () => {
    await end([[1, 1_000_001]]);
    await api.store.sheets.settleRoom(exam.roomIds[0]);
    const refused = await register();
    assert.deepEqual(code(refused), [409, 'SHEET_SETTLED']);
    assert.match((refused.body as Problem).detail, /readmit the examinee or reopen the room/);
    assert.equal(await fence(), 0);
  });

  it('lose against who settles the room meanwhile: what counts stays', async () => {
    const sheet = await end([[1, 1_000_001]]);
    await api.store.sheets.settleRoom(exam.roomIds[0]);
    const to = { vector: [[1, 2_000_001]] as [number, number][], receipt: '-' };
    const facts = { ...((await chained())[0] as AuditFacts), source: newId() };
    assert.equal(await api.store.sheets.amend(sheet, to, facts), null);
    assert.deepEqual((await api.store.sheets.get(id()))?.vector, [[1, 1_000_001]]);
  });
});
