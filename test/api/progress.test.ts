// Progress, results, sheets, files and logs: what an exam shows while it runs and when it is over.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTokens } from '../../api/tokens.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { summarise } from '../../exam/item-analysis.ts';
import { add, analysedItems, emptySums } from '../../exam/score-sums.ts';
import { type KeyEntry as ScoringEntry, scoreSheet } from '../../exam/scoring.ts';
import { orderFields } from '../../schema/documents/control.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import {
  FormFigures,
  type Problem,
  type ProgressReply,
  type SheetReply,
  type StatisticsReply,
} from '../../schema/replies.ts';
import { PLAN_STATES } from '../../schema/states.ts';
import { statisticsId } from '../../store/results.ts';
import { aControl, aReport } from '../support/stored.ts';
import { type ExamFixture, examineeToken, forceState, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const CACHE_MS = 1_050;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('progress and results', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('progress');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const get = (path: string, token: string | undefined = exam.admin) => api.call('GET', path, { token });
  const codeOf = (answer: { body: unknown }): string => (answer.body as Problem).code;
  const viewUrl = async (): Promise<URL> => {
    const { body } = await api.call('POST', `/v1/plans/${exam.planId}/view-link`, { token: exam.admin, body: {} });
    return new URL((body as { url: string }).url);
  };

  /** What the statistics worker stores, from the real scoring of two sheets. */
  async function score(keyVersion: number): Promise<FormFigures> {
    const entries: ScoringEntry[] = [{ item: 1, kind: 'singleChoice', correct: 'B', points: 1_000 }];
    const sums = emptySums(analysedItems(entries, new Map([[1, ['A', 'B', 'C']]])));
    for (const response of ['B', 'A']) add(sums, scoreSheet(entries, new Map([[1, response]])));
    const figures = summarise(sums) as FormFigures;
    const at = new Date();
    const scoringId = newId();
    const of = { planId: exam.planId, roomId: '', scoringId, keyVersion };
    const _id = statisticsId(exam.planId, scoringId, '');
    await api.store.statistics.put([{ _id, ...of, examineeCount: 2, figures, more: [], at }]);
    await api.store.results.put(
      exam.people.map(({ examineeId, roomId }, index) => ({
        ...of,
        _id: `${examineeId}.${scoringId}`,
        roomId,
        examineeId,
        points: index * 1_000,
        itemPoints: [index * 1_000],
        at,
      })),
    );
    const scoring = { version: keyVersion, scoringId, keyVersion, at: at.getTime(), earlier: [] };
    await api.store.plans.change(exam.planId, [...PLAN_STATES], { scoring, released: { ...scoring, by: '' } });
    await forceState(api, exam.planId, 'scored');
    return figures;
  }

  it('counts rooms, examinees and links by state, and saved answers', async () => {
    await api.store.examinees.setStatus([personAt(exam, 0).examineeId], ['registered'], 'answering');
    const row = { link: 'online', savedCount: 7, lastSeenAt: 1, epoch: 1, sequence: 1 } as const;
    await api.store.examinees.display([
      { examineeId: personAt(exam, 0).examineeId, ...row },
      { examineeId: personAt(exam, 2).examineeId, ...row, savedCount: 5 },
    ]);
    await api.store.rooms.change(exam.roomIds[0], 0, { status: 'running' });
    const progress: ProgressReply = (await get(`/v1/plans/${exam.planId}/progress`)).body;
    assert.deepEqual([progress.roomCount, progress.rooms.running, progress.rooms.closed], [2, 1, 1]);
    assert.deepEqual([progress.examineeCount, progress.examinees.answering, progress.examinees.registered], [3, 1, 2]);
    assert.deepEqual([progress.answersSaved, progress.links], [12, { online: 2, dropped: 0, offline: 1 }]);
    assert.equal(progress.plan.planId, exam.planId);
  });

  it('goes by the live data where it is whole, and by the store where it is not', async () => {
    const { planId } = exam;
    const [roomId, other] = exam.roomIds;
    await api.redis.hset(redisKeys.masterRooms(planId), { [roomId]: 'first', [other]: 'second' });
    await api.redis.hset(redisKeys.room(planId, roomId), { status: 'running', startsAt: 5, deadlineAt: 9 });
    await api.redis.hset(redisKeys.counts(planId), {
      ...{ [`status:${roomId}:answering`]: 2, [`link:${roomId}:dropped`]: 2, [`saved:${roomId}`]: 7 },
      [`status:${other}:registered`]: 1,
    });
    const progress = async (): Promise<ProgressReply> => (await get(`/v1/plans/${planId}/progress`)).body;
    const stored = await progress();
    assert.deepEqual([stored.examinees.registered, stored.rooms.closed, stored.answersSaved], [3, 2, 0]);
    await api.redis.hset(redisKeys.plan(planId), 'built', 'now');
    await pause(CACHE_MS);
    const { rooms, roomCount, examinees, examineeCount, links, answersSaved } = await progress();
    assert.deepEqual([roomCount, rooms.running, rooms.closed], [2, 1, 1]);
    assert.deepEqual([examineeCount, examinees.answering, examinees.registered], [3, 2, 1]);
    assert.deepEqual([links.dropped, answersSaved], [2, 7]);
  });

  it('has a page that works without a login through its link, and reloads itself', async () => {
    const url = await viewUrl();
    assert.equal(url.origin, api.url);
    const page = await api.call('GET', url.pathname + url.search);
    assert.equal(page.status, 200);
    assert.match(page.text, /<meta http-equiv="refresh" content="2">/);
    assert.match(page.text, /The exam is <strong>draft<\/strong>/);
    assert.ok(!/<script|https?:\/\/|Ada|Ben/.test(page.text));
    const style = /<style>([\s\S]*)<\/style>/.exec(page.text)?.[1] ?? '';
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.ok(policy.includes(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`));
    assert.match(policy, /default-src 'none'/);
  });

  it('shows the page to nobody without a link of this plan that has not expired', async () => {
    const { search } = await viewUrl();
    const path = `/v1/progress/${exam.planId}`;
    const other = await makeExam(api);
    const expired = createTokens(api.config.secret).forView(exam.planId, Date.now() - 1);
    const foreign = createTokens('another secret that is long enough').forView(exam.planId, Date.now() + 60_000);
    const tampered = search.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const url of [
      path,
      `${path}?view=`,
      `${path}?view=${expired}`,
      `${path}?view=${foreign}`,
      path + tampered.slice(0, -3),
      `/v1/progress/${other.planId}${search}`,
    ]) {
      assert.equal((await api.call('GET', url)).status, 401, url);
    }
    assert.equal((await api.call('GET', path + search)).status, 200);
  });

  it('takes no token for a link and no link for a token', async () => {
    const { searchParams } = await viewUrl();
    assert.equal((await get('/v1/plans', searchParams.get('view') ?? '')).status, 401);
    assert.equal(
      (await api.call('GET', `/v1/progress/${exam.planId}?view=${examineeToken(api, exam, 0).slice(2)}`)).status,
      401,
    );
  });

  it('escapes what people have named', async () => {
    const body = { name: '<img src=x onerror=alert(1)>&"', paperId: exam.paperId, durationMs: 60_000 };
    const plan = await api.call('POST', '/v1/plans', { token: exam.admin, body });
    const { planId } = plan.body as { planId: string };
    const view = createTokens(api.config.secret).forView(planId, Date.now() + 60_000);
    const { text } = await api.call('GET', `/v1/progress/${planId}?view=${view}`);
    assert.ok(!text.includes('<img'));
    assert.ok(text.includes('&lt;img src=x onerror=alert(1)&gt;&amp;&quot;'));
  });

  it('shows incidents by kind and state, and controls with whom they have not reached; reasons in a rehearsal alone', async () => {
    const url = await viewUrl();
    const page = async () => (await api.call('GET', url.pathname + url.search)).text;
    const text = await page();
    assert.ok(!text.includes('Incidents') && !text.includes('not reached'), 'nothing has happened yet');
    const [roomId] = exam.roomIds;
    await api.store.incidents.report(aReport({ planId: exam.planId, roomId }), DEFAULT_INCIDENT_RULES, 1_000);
    const { control } = await api.store.controls.issue(
      aControl(exam.planId, { ...orderFields({ action: 'notice', text: 'Hello', reason: 'Ada <b>asked</b>' }) }),
    );
    const ledger = Object.fromEntries(
      exam.people.map(({ examineeId }, index) => [examineeId, { sentAt: 1, deliveredAt: index, confirmedAt: 0 }]),
    );
    const receipt = { _id: `${control._id}.${roomId}`, controlId: control._id, roomId, planId: exam.planId, at: 1 };
    await api.store.controls.receipt({ ...receipt, state: 'applied', code: '', message: '', ledger });
    await pause(CACHE_MS);
    const shown = await page();
    assert.match(shown, /<caption>Incidents by kind<\/caption>.*camera<\/th><td>1</);
    assert.match(shown, /<caption>Incidents by state<\/caption>.*raised<\/th><td>1</);
    assert.match(shown, /notice<\/th><td>[^<]+<\/td><td>1 of 3 not reached<\/td><td><\/td>/);
    assert.ok(!shown.includes('Ada'), 'a reason may name somebody');
    await api.store.plans.change(exam.planId, ['draft'], { rehearsal: true } as never);
    await pause(CACHE_MS);
    assert.match(await page(), /<td>Ada &lt;b&gt;asked&lt;\/b&gt;<\/td>/);
  });

  it('shows the form and the table of items after scoring, and stops reloading', async () => {
    await score(1);
    const url = await viewUrl();
    const { text } = await api.call('GET', url.pathname + url.search);
    assert.ok(!text.includes('http-equiv="refresh"'));
    assert.match(text, /<caption>The form<\/caption>.*<td>0\.500<\/td>/);
    assert.match(text, /<caption>The items<\/caption>.*item 1/);
  });

  it('gives statistics and results of the newest key, and RESULT_UNKNOWN before', async () => {
    for (const what of ['results', 'statistics'])
      assert.equal(codeOf(await get(`/v1/plans/${exam.planId}/${what}`)), 'RESULT_UNKNOWN');
    await score(1);
    const figures = await score(2);
    const statistics: StatisticsReply = (await get(`/v1/plans/${exam.planId}/statistics`)).body;
    assert.deepEqual([statistics.keyVersion, statistics.figures], [2, JSON.parse(JSON.stringify(figures))]);
    assert.deepEqual(FormFigures.parse(figures), figures);
    type Page = { results: { examineeId: string; keyVersion: number; points: number }[]; next: string | null };
    const first: Page = (await get(`/v1/plans/${exam.planId}/results?limit=2`)).body;
    const rest: Page = (await get(`/v1/plans/${exam.planId}/results?limit=2&after=${first.next}`)).body;
    const all = [...first.results, ...rest.results];
    assert.deepEqual(all.map((row) => row.examineeId).toSorted(), exam.people.map((row) => row.examineeId).toSorted());
    assert.ok(all.every((row) => row.keyVersion === 2));
  });

  it('asks for statistics again only once the plan has ended', async () => {
    const ask = () => api.call('POST', `/v1/plans/${exam.planId}/statistics`, { token: exam.admin, body: {} });
    assert.equal(codeOf(await ask()), 'TRANSITION_REFUSED');
    assert.ok(!api.statistics.includes(exam.planId));
    await forceState(api, exam.planId, 'ended');
    assert.equal((await ask()).status, 202);
    assert.ok(api.statistics.includes(exam.planId));
  });

  it('reads a sheet from the store: the highest revisions, or what its vector names', async () => {
    const { examineeId } = personAt(exam, 0);
    const path = `/v1/examinees/${examineeId}/sheet`;
    await api.store.answers.insert(exam.planId, [
      [examineeId, 1, 1_000_001, 'A', contentHash('A'), 1],
      [examineeId, 1, 1_000_002, 'B', contentHash('B'), 2],
      [examineeId, 2, 1_000_003, 'because', contentHash('because'), 3],
    ]);
    const open: SheetReply = (await get(path)).body;
    assert.deepEqual(
      [open.state, open.source, open.answers.map((answer) => answer.revision)],
      ['empty', 'store', [1_000_002, 1_000_003]],
    );
    await api.store.sheets.end(examineeId, 'submitted', [[1, 1_000_001]], 99);
    const ended: SheetReply = (await get(path, examineeToken(api, exam, 0))).body;
    assert.deepEqual(
      [ended.state, ended.endedAt, ended.answers],
      ['submitted', 99, [{ item: 1, revision: 1_000_001, response: 'A' }]],
    );
  });

  it('reads a live sheet from Redis, and from the store where Redis has none', async () => {
    const { examineeId } = personAt(exam, 0);
    const path = `/v1/examinees/${examineeId}/sheet?source=live`;
    assert.equal(((await get(path)).body as SheetReply).source, 'store');
    await api.redis.hset(redisKeys.sheet(exam.planId, examineeId), { 10: '1000002:["A","C"]', 2: '1000001:"a: b"' });
    const live: SheetReply = (await get(path)).body;
    assert.equal(live.source, 'live');
    assert.deepEqual(live.answers, [
      { item: 2, revision: 1_000_001, response: 'a: b' },
      { item: 10, revision: 1_000_002, response: ['A', 'C'] },
    ]);
  });

  it('lists and downloads files, and none from outside its folder', async () => {
    const { examineeId } = personAt(exam, 0);
    const path = `${exam.planId}/${exam.roomIds[0]}/${examineeId}.json`;
    const file = {
      _id: `sheet.${examineeId}`,
      planId: exam.planId,
      kind: 'sheet',
      subjectId: examineeId,
      path,
      sha256: 'abc',
      bytes: 14,
      at: new Date(5),
    } as const;
    await api.store.files.put(file);
    assert.equal(codeOf(await get(`/v1/files/${file._id}`)), 'FILE_UNKNOWN');
    await mkdir(join(api.config.dataDir, exam.planId, exam.roomIds[0]), { recursive: true });
    await writeFile(join(api.config.dataDir, path), '{"answers":[]}');
    const { body } = await get(`/v1/files?planId=${exam.planId}`);
    const { _id, path: _, at: __, ...shown } = file;
    assert.deepEqual(body, { files: [{ fileId: _id, ...shown, at: 5 }], next: null });
    const { text, headers } = await get(`/v1/files/${file._id}`);
    assert.equal(text, '{"answers":[]}');
    assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="sheet\.\w{16}\.json"$/);
    await api.store.files.put({ ...file, path: '../../etc/passwd' });
    assert.equal((await get(`/v1/files/${file._id}`)).status, 500);
  });

  it('shows the log of a plan in the order of time', async () => {
    const entry = (at: number) => ({
      logId: newId(),
      planId: exam.planId,
      stream: 'system' as const,
      subject: 'x',
      kind: 'test',
      at,
      data: { at },
    });
    await api.store.logs.insert([entry(3), entry(1), entry(2)]);
    type Page = { logs: { at: number }[]; next: string | null };
    const first: Page = (await get(`/v1/plans/${exam.planId}/logs?limit=2`)).body;
    const rest: Page = (await get(`/v1/plans/${exam.planId}/logs?after=${first.next}`)).body;
    assert.deepEqual(
      [...first.logs, ...rest.logs].map((log) => log.at),
      [1, 2, 3],
    );
  });

  it('reads the store once a second, however many look', async () => {
    const before: ProgressReply = (await get(`/v1/plans/${exam.planId}/progress`)).body;
    await forceState(api, exam.planId, 'open');
    const soon: ProgressReply = (await get(`/v1/plans/${exam.planId}/progress`)).body;
    assert.deepEqual([before.plan.status, soon.plan.status, soon.now], ['draft', 'draft', before.now]);
    await pause(CACHE_MS);
    assert.equal(((await get(`/v1/plans/${exam.planId}/progress`)).body as ProgressReply).plan.status, 'open');
  });
});
