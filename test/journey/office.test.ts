// A whole exam as an office's own programme runs it, over REST alone: from the first login to the erasing, on production's
// processes. Only the examinees come by the programme that examinees have. What happens meanwhile is told by a monitor's
// stream, which is open from before the start until the end.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import type { ExamSession } from '../../client/session.ts';
import { createAdminLink } from '../../operations.ts';
import type { Item, KeyEntry } from '../../schema/answers.ts';
import { ErasureList, ErasureView } from '../../schema/erasures.ts';
import { EXPORT_COLUMNS, EXPORTS } from '../../schema/exports.ts';
import { newId } from '../../schema/ids.ts';
import { MarkView, UnmarkedList } from '../../schema/marks.ts';
import type { MonitorIncident, MonitorRoom } from '../../schema/monitor.ts';
import * as replies from '../../schema/replies.ts';
import { ScoringList } from '../../schema/results.ts';
import { UploadList, UploadView } from '../../schema/uploads.ts';
import { allBytes } from '../support/all-bytes.ts';
import { type EventReader, readEvents } from '../support/event-reader.ts';
import { mongodbUrl, testFolder } from '../support/parts.ts';
import { isSaved } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { type Caller, callerOf } from './office-caller.ts';

const PEOPLE = ['Kim', 'Lee', 'Park', 'Choi'].map((name) => `${name} ${randomUUID()}`);
const [KIM = '', LEE = '', PARK = '', CHOI = ''] = PEOPLE;
const OFFICE = { login: `office-${randomUUID()}`, password: randomUUID() };
const options = ['A', 'B', 'C'].map((id) => ({ id, text: `choose ${id}` }));
const ITEMS: Item[] = [
  { number: 1, name: 'capital', kind: 'singleChoice', text: 'Which?', options },
  { number: 2, name: 'rivers', kind: 'multipleChoice', text: 'Which ones?', options },
  { number: 3, name: 'essay', kind: 'essay', text: 'Why?', options: [] },
];
/** Points in thousandths. */
const keyWith = (capital: string): KeyEntry[] => [
  { item: 1, kind: 'singleChoice', correct: capital, points: 1_000 },
  { item: 2, kind: 'multipleChoice', correct: ['A', 'C'], points: 2_000 },
  { item: 3, kind: 'essay', points: 5_000 },
];
const EVIDENCE = Buffer.from(`seen by the camera ${randomUUID()}`);

describe('the office of an exam, over REST alone', function () {
  this.timeout(60_000);
  let folder: string;
  let system: System;
  let office: Caller;
  let camera: Caller;
  let token = '';
  let cameraId = '';
  let planId = '';
  let paperId = '';
  let rooms: { roomId: string; label: string }[] = [];
  let roster: { examineeId: string; label: string; code: string }[] = [];
  let stream: EventReader;
  const sessions = new Map<string, ExamSession>();

  before(async () => {
    folder = await testFolder();
    const url = await mongodbUrl(`office-${newId()}`);
    const env = { NODE_ENV: 'production' };
    system = await startSystem({ folder, mongodbUrl: url, layout: 'one', restart: false, env });
  });
  after(async () => {
    stream?.close();
    await Promise.all([...sessions.values()].map((session) => session.leave()));
    await system?.stop();
  });

  const plan = (path = '') => `/plans/${planId}${path}`;
  const idOf = (label: string) => roster.find((row) => row.label === label)?.examineeId ?? '';
  const roomOf = (index: number) => rooms[index]?.roomId ?? '';
  const sessionOf = (label: string): ExamSession => {
    const session = sessions.get(label);
    assert.ok(session);
    return session;
  };
  const statusOf = async () => (await office.ask(replies.PlanView, 'GET', plan())).status;

  async function control(body: Record<string, unknown>): Promise<replies.ControlReply> {
    const controlId = newId();
    const issued = { controlId, reason: 'as planned', ...body };
    let reply = await office.ask(replies.ControlReply, 'POST', plan('/controls'), { body: issued });
    await until(`${body.action} is applied`, async () => {
      reply = await office.ask(replies.ControlReply, 'GET', `/controls/${controlId}`);
      return reply.state === 'applied';
    });
    return reply;
  }

  async function enter(label: string): Promise<void> {
    const { code = '' } = roster.find((row) => row.label === label) ?? {};
    const device = { url: system.url, code, deviceKey: `device-${newId()}`, storage: memoryOutbox() };
    sessions.set(label, await enterExam(device));
    await until('the link is up', () => sessionOf(label).link() === 'online');
  }

  /** The rows that the stream has set so far, oldest first. */
  function told<T>(topic: string): T[] {
    const of = stream.events.filter(({ event }) => event === topic) as { data: { set: T[] } }[];
    return of.flatMap(({ data }) => data.set);
  }

  const toldOf = (roomId: string) => told<MonitorRoom>('rooms').filter((row) => row.roomId === roomId);

  async function scoredAs(version: number): Promise<void> {
    await until(`version ${version} counts`, async () => {
      const { scorings } = await office.ask(ScoringList, 'GET', plan('/scorings'));
      return scorings[0]?.version === version;
    });
  }

  async function pointsOf(label: string): Promise<{ points: number; change: unknown }> {
    const path = `/examinees/${idOf(label)}/result`;
    const { points, change } = await office.ask(replies.ResultView, 'GET', path);
    return { points, change };
  }

  it('logs in, and makes a token for the machine that watches', async () => {
    const stranger = callerOf(system.url);
    const [host = '', port = ''] = new URL(system.url).host.split(':');
    const first = await createAdminLink(
      { mongodbUrl: system.mongodbUrl, publicUrl: '', secure: false, host, port: Number(port) },
      'first',
    );
    assert.ok('link' in first);
    await stranger.ask(replies.AdminView, 'POST', new URL(first.link).pathname.slice('/v1'.length), { body: OFFICE });
    token = (await stranger.ask(replies.LoginReply, 'POST', '/login', { body: OFFICE })).token;
    office = callerOf(system.url, token);
    const scopes = ['incident.raise', 'result.read'];
    const made = await office.ask(replies.ServiceReply, 'POST', '/services', { body: { label: 'camera', scopes } });
    cameraId = made.serviceId;
    camera = callerOf(system.url, made.token);
    assert.equal((await camera.refused('GET', '/plans')).code, 'PERMISSION_DENIED');
  });

  it('plans: a paper and its key, a plan that is mended before it is shut, rooms, a roster, a proctor', async () => {
    const written = { name: 'geography', items: ITEMS, rehearsal: true };
    paperId = (await office.ask(replies.PaperView, 'POST', '/papers', { body: written })).paperId;
    const body = { name: 'finals', paperId, durationMs: 1_800_000, graceMs: 0, rehearsal: true };
    planId = (await office.ask(replies.PlanView, 'POST', '/plans', { body })).planId;
    const etag = (await office.raw('GET', plan())).headers.get('etag') ?? '';
    const longer = { durationMs: 3_600_000, reason: 'half an hour was a slip' };
    await office.ask(replies.PlanView, 'PATCH', plan(), { body: longer, ifMatch: etag });
    assert.equal((await office.refused('PATCH', plan(), { body: longer, ifMatch: etag })).code, 'VERSION_CHANGED');
    const labels = { rooms: [{ label: 'north' }, { label: 'south' }] };
    rooms = (await office.ask(replies.RoomsReply, 'POST', plan('/rooms'), { body: labels })).rooms;
    const rows = PEOPLE.map((label, index) => ({ label, roomId: roomOf(index === 3 ? 1 : 0), seat: `A${index + 1}` }));
    const sent = { body: { examinees: rows }, key: newId() };
    roster = (await office.ask(replies.ExamineesReply, 'POST', plan('/examinees'), sent)).examinees;
    const again = await office.ask(replies.ExamineesReply, 'POST', plan('/examinees'), sent);
    assert.deepEqual(again.examinees, roster, 'a roster that is sent twice is one');
    assert.equal((await office.refused('POST', plan('/schedule'), { body: {} })).code, 'PLAN_INCOMPLETE');
    await office.ask(replies.KeyReply, 'PUT', `/papers/${paperId}/key`, { body: { entries: keyWith('A') } });
    const proctor = { label: 'somebody', login: `proctor-${planId}`, password: randomUUID(), roomIds: [roomOf(0)] };
    await office.ask(replies.ProctorView, 'POST', plan('/proctors'), { body: proctor });
    await office.ask(replies.PlanView, 'POST', plan('/schedule'), { body: {} });
    assert.equal((await office.refused('DELETE', `/papers/${paperId}`)).status, 409);
  });

  it('opens a monitor, the rooms, and starts', async () => {
    await control({ action: 'open' });
    stream = await readEvents(`${system.url}/v1/monitor${plan('/stream')}`, token);
    // A start is seconds ahead: they come in meanwhile, as people do.
    await Promise.all([control({ action: 'start' }), ...[KIM, LEE, CHOI].map(enter)]);
    const isRunning = () => [...sessions.values()].every((session) => session.room().status === 'running');
    await until('it runs for everybody', isRunning);
  });

  it('watches the answers come, deals with an incident, and gives more time to one person', async () => {
    sessionOf(KIM).answer(1, 'A');
    sessionOf(KIM).answer(2, ['A', 'C']);
    sessionOf(KIM).answer(3, 'Because.');
    sessionOf(LEE).answer(1, 'B');
    sessionOf(CHOI).answer(1, 'B');
    const raised = { roomId: roomOf(0), examineeId: idOf(LEE), kind: 'camera', severity: 0.7 };
    const { incident } = await camera.ask(replies.RaisedReply, 'POST', plan('/incidents'), { body: raised });
    const path = `/incidents/${incident.incidentId}/handling`;
    const upload = {
      ...{ use: 'evidence', roomId: roomOf(0), incidentId: incident.incidentId, name: 'frame.txt' },
      ...{ bytes: EVIDENCE.length, sha256: createHash('sha256').update(EVIDENCE).digest('hex') },
    };
    const { uploadId } = await office.ask(UploadView, 'POST', plan('/uploads'), { body: upload });
    await office.ask(UploadView, 'PUT', `/uploads/${uploadId}/bytes?offset=0`, { body: EVIDENCE });
    const seen = { to: 'acknowledged', version: incident.version };
    const { version } = await office.ask(replies.IncidentView, 'POST', path, { body: seen });
    const { control: given, ledger } = await control({
      ...{ action: 'extend', roomId: roomOf(0), examineeIds: [idOf(LEE)], extraMs: 600_000, time: 'incident' },
    });
    const decided = { to: 'unfounded', version, controlId: given.controlId };
    await office.ask(replies.IncidentView, 'POST', path, { body: decided });
    assert.deepEqual([ledger.concerned, ledger.missing.length <= 1], [1, true]);
    await until('what was answered is saved', () => {
      return isSaved(sessionOf(KIM), 1, 2, 3) && isSaved(sessionOf(LEE), 1) && isSaved(sessionOf(CHOI), 1);
    });
    assert.ok(sessionOf(LEE).remainingMs() - sessionOf(KIM).remainingMs() > 590_000, 'Lee has ten minutes more');
    await until('the stream tells that both rooms run', () =>
      rooms.every(({ roomId }) => toldOf(roomId).some(({ status }) => status === 'running')),
    );
    const live = await office.ask(replies.ProgressReply, 'GET', plan('/progress'));
    assert.deepEqual([live.roomCount, live.rooms.running, live.examineeCount], [2, 2, 4]);
  });

  it('ends: some submit, the office ends the rest', async () => {
    await Promise.all([sessionOf(KIM).submit(), sessionOf(CHOI).submit()]);
    await control({ action: 'end' });
    await until('Lee is told', () => sessionOf(LEE).status() === 'timed-out');
    await until('the plan has ended', async () => (await statusOf()) === 'ended');
    // What is displayed comes some seconds late, and later a person is erased with what it counts.
    await until('the stream tells what was saved', () => toldOf(roomOf(0)).at(-1)?.answersSaved === 4);
  });

  it('marks the essay, without which nothing is scored', async () => {
    await until('it waits for a mark', async () => {
      const { answers } = await office.ask(UnmarkedList, 'GET', plan('/unmarked'));
      return answers.length === 1;
    });
    assert.equal((await office.refused('POST', plan('/statistics'), { body: {} })).code, 'ITEMS_UNMARKED');
    const { answers } = await office.ask(UnmarkedList, 'GET', plan('/unmarked'));
    const [{ examineeId = '', item = 0, revision = 0, response = '' } = {}] = answers;
    assert.deepEqual([examineeId, item, response], [idOf(KIM), 3, 'Because.']);
    const body = { revision, points: 4_000, reason: 'short, but right' };
    const mark = await office.ask(MarkView, 'PUT', `/examinees/${examineeId}/marks/${item}`, { body });
    assert.equal(mark.points, 4_000);
    await office.ask(replies.StatisticsDue, 'POST', plan('/statistics'), { body: {} });
    await scoredAs(1);
    assert.deepEqual(await pointsOf(KIM), { points: 7_000, change: null });
    assert.deepEqual((await pointsOf(LEE)).points, 0);
  });

  it('mends the key: a new version, with what it changed for whom', async () => {
    await office.ask(replies.KeyReply, 'PUT', `/papers/${paperId}/key`, { body: { entries: keyWith('B') } });
    await office.ask(replies.StatisticsDue, 'POST', plan('/statistics'), { body: {} });
    await scoredAs(2);
    const { results } = await office.ask(replies.ResultList, 'GET', plan('/results?changed=true'));
    const changes = new Map(results.map(({ examineeId, points, change }) => [examineeId, { points, change }]));
    const first = (before: number, after: number) => [{ item: 1, before, after }];
    assert.deepEqual(changes.get(idOf(KIM)), { points: 6_000, change: { before: 7_000, items: first(1_000, 0) } });
    for (const label of [LEE, CHOI])
      assert.deepEqual(changes.get(idOf(label)), { points: 1_000, change: { before: 0, items: first(0, 1_000) } });
    const earlier = await office.ask(replies.ResultList, 'GET', plan('/results?version=1'));
    assert.equal(earlier.results.find(({ examineeId }) => examineeId === idOf(KIM))?.points, 7_000);
  });

  it('releases the results, which nobody else has read before', async () => {
    assert.equal((await camera.refused('GET', plan('/results'))).code, 'RESULT_UNRELEASED');
    assert.equal((await office.refused('POST', plan('/results/release'), { body: { version: 1 } })).status, 409);
    await office.ask(ScoringList, 'POST', plan('/results/release'), { body: { version: 2 } });
    const { results } = await camera.ask(replies.ResultList, 'GET', plan('/results'));
    const points = (label: string) => results.find(({ examineeId }) => examineeId === idOf(label))?.points;
    assert.deepEqual([KIM, LEE, CHOI, PARK].map(points), [6_000, 1_000, 1_000, undefined]);
    const form = await office.ask(replies.StatisticsReply, 'GET', plan('/statistics'));
    const north = await office.ask(replies.StatisticsReply, 'GET', plan(`/statistics?roomId=${roomOf(0)}`));
    assert.deepEqual([form.examineeCount, form.version, north.examineeCount], [3, 2, 2]);
    const { figures } = await office.ask(replies.IncidentCountsReply, 'GET', plan('/incidents/statistics'));
    assert.deepEqual([figures.incidentCount, figures.kinds[0]?.kind, figures.decided.incidentCount], [1, 'camera', 1]);
  });

  it('takes everything away: results, answers, incidents, logs, the audit chain, sheets, evidence', async () => {
    const text = async (path: string) => (await office.raw('GET', plan(path))).bytes.toString();
    const texts = EXPORTS.flatMap((what) => [text(`/exports/${what}.csv`), text(`/exports/${what}.ndjson`)]);
    const taken = await Promise.all(texts);
    for (const [index, what] of EXPORTS.entries()) {
      const [csv = '', ndjson = ''] = taken.slice(2 * index);
      const rows = ndjson.trim().split('\n');
      assert.ok(csv.startsWith(EXPORT_COLUMNS[what].slice(0, 3).join(',')), what);
      assert.ok(rows.length >= 1 && rows.every((row) => Object.keys(JSON.parse(row)).length >= 7), what);
      if (what === 'answers') assert.equal(rows.length, 5);
      if (what === 'results') assert.ok(csv.includes(KIM) && csv.includes('6000'));
    }
    const { bytes } = await office.raw('GET', `/rooms/${roomOf(0)}/sheets.tar`);
    assert.ok(bytes.includes(`sheets/${idOf(KIM)}.json`) && bytes.includes('Because.'));
    const { uploads } = await office.ask(UploadList, 'GET', plan('/uploads'));
    const evidence = await office.raw('GET', `/uploads/${uploads[0]?.uploadId}/content`);
    assert.deepEqual(evidence.bytes, EVIDENCE);
    const proof = await office.ask(replies.AuditCheck, 'GET', plan('/audit/check'));
    assert.deepEqual([proof.isWhole, proof.flaw], [true, null]);
    assert.ok(proof.verified >= 10, `${proof.verified} entries`);
  });

  it('archives the plan, after which nothing of it changes', async () => {
    assert.equal((await office.ask(replies.PlanView, 'POST', plan('/archive'), { body: {} })).status, 'archived');
    assert.equal((await office.refused('POST', plan('/statistics'), { body: {} })).code, 'TRANSITION_REFUSED');
    assert.equal((await office.ask(replies.ResultList, 'GET', plan('/results'))).results.length, 3);
  });

  it('erases a person, of whom only the certificate is left', async () => {
    const everything = async () => Buffer.concat([await allBytes(system.mongodbUrl), ...filesOf(folder)]);
    assert.ok((await everything()).includes(KIM), 'a scan before finds the name');
    const path = `/examinees/${idOf(KIM)}/erasure`;
    const erased = await office.ask(ErasureView, 'POST', path, { body: { reason: 'asked for by letter' } });
    assert.ok(erased.doneAt > 0 && (erased.removed.answers ?? 0) === 3);
    const left = await everything();
    assert.ok(!left.includes(KIM) && !left.includes('Because.') && left.includes(LEE));
    assert.equal((await office.refused('GET', `/examinees/${idOf(KIM)}`)).status, 404);
    const { erasures } = await office.ask(ErasureList, 'GET', plan('/erasures'));
    assert.deepEqual(
      erasures.map(({ examineeId }) => examineeId),
      [idOf(KIM)],
    );
    assert.equal((await office.ask(replies.AuditCheck, 'GET', plan('/audit/check'))).isWhole, true);
  });

  it('has been told all of it by the stream', async () => {
    await until('both rooms are told to have ended', () =>
      rooms.every(({ roomId }) => toldOf(roomId).at(-1)?.status === 'ended'),
    );
    const before = toldOf(roomOf(0)).filter(({ examineeCount }) => examineeCount === 3);
    assert.equal(before.at(-1)?.answersSaved, 4);
    await until('the erased person counts no more', () => toldOf(roomOf(0)).at(-1)?.examineeCount === 2);
    assert.equal(toldOf(roomOf(0)).at(-1)?.answersSaved, 1);
    assert.equal(told<MonitorIncident>('incidents').at(-1)?.state, 'unfounded');
    assert.ok(stream.events[0]?.event === 'snapshot' && !stream.events.some(({ event }) => event === 'reset'));
    assert.ok(!PEOPLE.some((label) => JSON.stringify(stream.events).includes(label)), 'it names nobody');
    stream.close();
  });

  it('erases the plan, and ends the token of the machine', async () => {
    await office.ask(z.undefined(), 'DELETE', `${plan()}?reason=kept+long+enough`);
    assert.equal((await office.refused('GET', plan())).code, 'PLAN_UNKNOWN');
    const left = Buffer.concat([await allBytes(system.mongodbUrl), ...filesOf(folder)]);
    for (const label of PEOPLE) assert.ok(!left.includes(label), label);
    await office.ask(z.undefined(), 'DELETE', `/services/${cameraId}`);
    assert.equal((await camera.refused('GET', '/plans')).code, 'LOGIN_REQUIRED');
    await until('the chain says why', async () => {
      const { entries } = await office.ask(replies.AuditList, 'GET', '/audit?limit=500');
      return entries.some(({ kind, texts }) => kind === 'plan.removed' && texts.reason?.text === 'kept long enough');
    });
    const { isWhole } = await office.ask(replies.AuditCheck, 'GET', '/audit/check');
    assert.equal(isWhole, true);
  });
});

function filesOf(folder: string): Buffer[] {
  const paths = globSync(join(folder, 'files', '**', '*'), { withFileTypes: true }).filter((entry) => entry.isFile());
  return paths.map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}
