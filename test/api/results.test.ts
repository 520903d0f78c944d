// What the office does with scores: marks what no key decides, scores, looks what a new key changed for whom, releases.
// The worker's scoring runs here as it is; only the queue between is left out.
import assert from 'node:assert/strict';
import { contentHash } from '../../exam/content-hash.ts';
import { MarkView, UnmarkedList } from '../../schema/marks.ts';
import { type Problem, ResultList, ResultView, StatisticsReply } from '../../schema/replies.ts';
import { ItemResultList, ScoringList } from '../../schema/results.ts';
import { scorePlan } from '../../workers/scoring.ts';
import {
  type ExamFixture,
  examineeToken,
  forceState,
  makeExam,
  OPTIONS,
  personAt,
  proctorToken,
} from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const ESSAY = 'Because of the rain.';

describe('results over REST', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let service: string;

  before(async () => {
    api = await startApi('results');
    exam = await makeExam(api);
    service = await api.session({ role: 'service' });
    await endWithAnswers();
  });
  after(() => api.stop());

  /** Ada is right and explains, Ben is wrong and says nothing more, Cyd is wrong and explains. */
  async function endWithAnswers(): Promise<void> {
    const said: [string, string][] = [
      ['B', ESSAY],
      ['A', ''],
      ['A', 'No idea.'],
    ];
    for (const [index, texts] of said.entries()) {
      const { examineeId } = personAt(exam, index);
      const given = texts.map((text, place) => [place + 1, text] as const).filter(([, text]) => text !== '');
      await api.store.answers.insert(
        exam.planId,
        given.map(([item, text]) => [examineeId, item, 1_000_000 + item, text, contentHash(text), 5_000 + item]),
      );
      await api.store.sheets.end(
        examineeId,
        'submitted',
        given.map(([item]) => [item, 1_000_000 + item]),
        9_000,
      );
    }
    for (const roomId of exam.roomIds) {
      await api.store.sheets.settleRoom(roomId);
      await api.store.rooms.change(roomId, 0, { status: 'ended', settledAt: 9 });
    }
    await forceState(api, exam.planId, 'ended');
  }

  const plan = () => `/v1/plans/${exam.planId}`;
  const get = async (path: string, token = exam.admin) => (await api.call('GET', path, { token })).body as unknown;
  const codeOf = (body: unknown) => (body as Problem).code;
  const putKey = (first: object, second: object) =>
    api.call('PUT', `/v1/papers/${exam.paperId}/key`, {
      token: exam.admin,
      body: {
        entries: [
          { item: 1, kind: 'singleChoice', correct: 'B', ...first },
          { item: 2, kind: 'shortText', correct: ['because'], ...second },
        ],
      },
    });
  const mark = (index: number, points: number, token: string, given: object = {}) =>
    api.call('PUT', `/v1/examinees/${personAt(exam, index).examineeId}/marks/2`, {
      token,
      body: { revision: 1_000_002, points, reason: 'as it reads', ...given },
    });
  const score = () => api.call('POST', `${plan()}/statistics`, { token: exam.admin, body: {} });
  const release = (version: number, token = exam.admin) =>
    api.call('POST', `${plan()}/results/release`, { token, body: { version } });

  it('name what waits for a mark, how many, and where the list is, before anything is scored', async () => {
    await putKey({}, { points: 2_000, unmatched: 'mark' });
    const refused = (await score()).body as Problem;
    assert.equal(refused.code, 'ITEMS_UNMARKED');
    assert.match(refused.detail ?? '', new RegExp(`There are 2; GET ${plan()}/unmarked lists them`));
    assert.equal(await scorePlan(api.store, exam.planId), 'unmarked');
    const { answers, next } = UnmarkedList.parse(await get(`${plan()}/unmarked`, service));
    assert.deepEqual(
      answers.map(({ item, response, max, state }) => [item, response, max, state]).toSorted(),
      [
        [2, ESSAY, 2_000, 'waiting'],
        [2, 'No idea.', 2_000, 'waiting'],
      ].toSorted(),
    );
    const first = UnmarkedList.parse(await get(`${plan()}/unmarked?limit=1`));
    const rest = UnmarkedList.parse(await get(`${plan()}/unmarked?limit=1&after=${first.next}`));
    assert.deepEqual([next, first.answers.length, rest.answers.length, rest.next], [null, 1, 1, null]);
    assert.ok(!JSON.stringify(answers).includes('Ada'), 'who marks sees no names');
  });

  it('take marks of admins and services, and refuse what is no mark', async () => {
    assert.equal(codeOf((await mark(0, 2_001, service)).body), 'REQUEST_INVALID');
    assert.equal(codeOf((await mark(0, 1, service, { revision: 1_000_009 })).body), 'MARK_CHANGED');
    assert.equal(codeOf((await mark(1, 1, service)).body), 'MARK_REFUSED', 'nothing was said');
    assert.equal(codeOf((await mark(0, 1, service, { decides: true })).body), 'MARK_REFUSED', 'an admin decides');
    const proctor = await proctorToken(api, exam.planId, exam.roomIds);
    assert.equal((await mark(0, 1, proctor)).status, 403);
    assert.equal(MarkView.parse((await mark(0, 1_500, service)).body).points, 1_500);
    assert.equal(MarkView.parse((await mark(0, 1_000, exam.admin)).body).points, null, 'two that differ');
    const [contested] = UnmarkedList.parse(await get(`${plan()}/unmarked`)).answers.filter(
      ({ state }) => state === 'contested',
    );
    assert.deepEqual(
      contested?.marks.map(({ points }) => points),
      [1_500, 1_000],
    );
    assert.equal(MarkView.parse((await mark(0, 1_250, exam.admin, { decides: true })).body).points, 1_250);
    assert.equal(MarkView.parse((await mark(2, 0, exam.admin)).body).points, 0);
    assert.equal((await score()).status, 202);
    assert.equal(await scorePlan(api.store, exam.planId), 'scored');
  });

  it('are read by admins alone before they are released, by person, by room and by item', async () => {
    const { results } = ResultList.parse(await get(`${plan()}/results`));
    const pointsOf = (index: number) =>
      results.find(({ examineeId }) => examineeId === personAt(exam, index).examineeId)?.points;
    assert.deepEqual([pointsOf(0), pointsOf(1), pointsOf(2)], [2_250, 0, 0]);
    const room = ResultList.parse(await get(`${plan()}/results?roomId=${exam.roomIds[1]}`));
    assert.deepEqual(
      room.results.map(({ examineeId }) => examineeId),
      [personAt(exam, 2).examineeId],
    );
    const item = ItemResultList.parse(await get(`${plan()}/items/2/results`));
    assert.deepEqual(item.results.map(({ points }) => points).toSorted(), [0, 0, 1_250]);
    assert.equal(codeOf(await get(`${plan()}/items/3/results`)), 'ITEM_UNKNOWN');
    const { figures, more } = StatisticsReply.parse(await get(`${plan()}/statistics?roomId=${exam.roomIds[0]}`));
    assert.deepEqual([figures.examineeCount, figures.items[1]?.mean, more.length], [2, 0.625, 2]);
    const own = `/v1/examinees/${personAt(exam, 0).examineeId}/result`;
    for (const path of [`${plan()}/results`, `${plan()}/statistics`, `${plan()}/items/2/results`, own])
      assert.equal(codeOf(await get(path, service)), 'RESULT_UNRELEASED', path);
    assert.equal(codeOf(await get(own, examineeToken(api, exam, 0))), 'RESULT_UNRELEASED');
    assert.equal(ResultView.parse(await get(own)).points, 2_250);
  });

  it('are released as a step of their own, by the version that was seen', async () => {
    assert.equal(codeOf((await release(2)).body), 'TRANSITION_REFUSED');
    assert.equal((await release(1, service)).status, 403);
    assert.equal(ScoringList.parse((await release(1)).body).released?.version, 1);
    const own = `/v1/examinees/${personAt(exam, 0).examineeId}/result`;
    assert.equal(ResultView.parse(await get(own, examineeToken(api, exam, 0))).points, 2_250);
    assert.equal((await api.call('GET', own, { token: examineeToken(api, exam, 1) })).status, 403);
    assert.equal(ResultList.parse(await get(`${plan()}/results`, service)).results.length, 3);
  });

  it('say what a change of the key changed for whom, and show others the released version until the next release', async () => {
    await putKey({ voided: 'everybody' }, { points: 2_000, unmatched: 'mark' });
    assert.equal(await scorePlan(api.store, exam.planId), 'scored');
    const { results } = ResultList.parse(await get(`${plan()}/results?changed=true`));
    const change = { before: 0, items: [{ item: 1, before: 0, after: 1_000 }] };
    assert.deepEqual(
      results.map(({ points, version, change: what }) => [points, version, what]),
      [
        [1_000, 2, change],
        [1_000, 2, change],
      ],
    );
    assert.deepEqual(
      ResultList.parse(await get(`${plan()}/results?version=1`))
        .results.map(({ points }) => points)
        .toSorted(),
      [0, 0, 2_250],
    );
    const shown = ResultList.parse(await get(`${plan()}/results`, service)).results;
    assert.ok(shown.every(({ version }) => version === 1));
    assert.equal(codeOf(await get(`${plan()}/results?version=2`, service)), 'RESULT_UNRELEASED');
    assert.equal((await release(2)).status, 200);
    const { scorings, released } = ScoringList.parse(await get(`${plan()}/scorings`));
    assert.deepEqual(
      [scorings.map(({ version, keyVersion }) => [version, keyVersion]), released?.version],
      [
        [
          [2, 3],
          [1, 2],
        ],
        2,
      ],
    );
  });

  it('leave who marked, what counts and what was released in the audit chain, and no answer', async () => {
    const facts = (await api.store.audit.waiting(500))
      .filter(({ planId }) => planId === exam.planId)
      .map(({ facts: one }) => one);
    const kinds = facts.map(({ kind }) => kind);
    for (const kind of ['answer.marked', 'plan.scored', 'results.released']) assert.ok(kinds.includes(kind), kind);
    assert.ok(!JSON.stringify(facts).includes(ESSAY));
  });

  it('refuse an entry of the key that its item has no option for', async () => {
    const { body } = await putKey({ alsoCorrect: ['Z'] }, {});
    assert.equal(codeOf(body), 'REQUEST_INVALID');
    assert.equal((await putKey({ alsoCorrect: [OPTIONS[2]?.id] }, {})).status, 200);
  });
});
