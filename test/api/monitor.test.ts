// The monitor over real HTTP and Redis: what a snapshot has, what a stream tells and to whom, and how it goes on after the
// process, the reader or Redis was gone. Rows are written as the workers write them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createMonitorPlan } from '../../api/monitor-plan.ts';
import { startProcessReport } from '../../process-report.ts';
import { newId } from '../../schema/ids.ts';
import { MonitorReply, type MonitorServer } from '../../schema/monitor.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { Problem } from '../../schema/replies.ts';
import { setRows } from '../../workers/live-rows.ts';
import { type EventReader, readEvents } from '../support/event-reader.ts';
import { aProctor } from '../support/stored.ts';
import { until } from '../workers/worker-parts.ts';
import { type ExamFixture, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** In place of two seconds. */
const SOON_MS = 200;
const FAR = 4_000_000_000;
const silent = pino({ level: 'silent' });
type Delta = { set: { examineeId?: string; savedCount?: number; roomId?: string }[]; gone: string[] };

describe('the monitor', function () {
  this.timeout(60_000);
  let api: RunningApi;
  let other: RunningApi;
  let exam: ExamFixture;
  const readers: EventReader[] = [];
  before(async () => {
    api = await startApi('monitor', { monitorEveryMs: SOON_MS });
    other = await startApi('monitor-2', { beside: api, monitorEveryMs: SOON_MS });
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await seed();
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close();
  });
  after(async () => {
    await other.stop();
    await api.stop();
  });

  /** As the workers leave it. */
  async function seed(): Promise<void> {
    const { planId, roomIds } = exam;
    await api.redis.hset(redisKeys.masterRooms(planId), { [roomIds[0]]: 'one', [roomIds[1]]: 'two' });
    for (const index of [0, 1, 2]) await saved(index, 0);
    await api.redis.hset(redisKeys.proctors(planId), { [`somebody:${roomIds[0]}`]: 'present' });
    const counts = { reports: 2, 'kind:paste': 1, [`room:${roomIds[1]}`]: 1, 'state:raised': 1, 'severity:0.4': 1 };
    await api.redis.hset(redisKeys.incidents(planId), 'theirs', JSON.stringify({ version: 1, joins: 0, counts }));
    await api.redis.hset(redisKeys.plan(planId), 'built', 'now');
  }

  let sequence = 0;
  async function saved(index: number, savedCount: number): Promise<void> {
    const { examineeId, roomId } = personAt(exam, index);
    const fields = { status: 'answering', link: 'online', savedCount, lastSeenAt: Date.now() };
    sequence++;
    await setRows(api.redis, exam.planId, FAR, [{ roomId, examineeId, epoch: 1, sequence, fields }], 'earlier');
  }

  const path = (query = '') => `/v1/monitor/plans/${exam.planId}${query}`;
  async function watch(token: string, at: RunningApi = api, lastId = '', query = ''): Promise<EventReader> {
    const reader = await readEvents(`${at.url}${path('/stream')}${query}`, token, lastId);
    readers.push(reader);
    assert.equal(reader.status, 200);
    return reader;
  }
  const isSaved = (index: number, count: number) => (data: Delta) =>
    data.set.some((row) => row.examineeId === personAt(exam, index).examineeId && row.savedCount === count);

  async function proctor(roomIds: readonly string[]): Promise<{ token: string; proctorId: string }> {
    const made = aProctor(exam.planId, [...roomIds]);
    await api.store.proctors.create(made);
    return { token: await api.session({ role: 'proctor', subjectId: made._id }), proctorId: made._id };
  }

  it('shows a snapshot of rooms, links, progress, people, proctors, incidents, processes and queues', async () => {
    await api.redis.hset(redisKeys.processes(), 'p1', serverText('p1', Date.now()), 'p2', serverText('p2', 1));
    await api.redis.lpush(`${redisKeys.queues()}:answers:wait`, '7');
    await api.redis.hset(`${redisKeys.queues()}:answers:7`, 'timestamp', Date.now() - 5_000);
    const reply = MonitorReply.parse((await api.call('GET', path(), { token: exam.admin })).body);
    assert.deepEqual([reply.source, reply.sockets?.links.online, reply.progress?.examinees.answering], ['live', 3, 3]);
    assert.deepEqual([reply.rooms?.length, reply.examinees?.length, reply.proctors?.[0]?.presence], [2, 3, 'present']);
    assert.deepEqual([reply.incidents?.[0]?.kind, reply.incidents?.[0]?.reportCount], ['paste', 2]);
    assert.deepEqual(
      reply.servers?.map(({ processId }) => processId),
      ['p1'],
      'who is silent is gone',
    );
    const answers = reply.queues?.find(({ queue }) => queue === 'answers');
    assert.ok(answers?.waiting === 1 && answers.oldestMs >= 5_000 && answers.oldestMs < 60_000);
    const few = MonitorReply.parse((await api.call('GET', path('?topics=sockets'), { token: exam.admin })).body);
    assert.deepEqual(Object.keys(few), ['planId', 'at', 'source', 'sockets']);
    assert.equal((await api.call('GET', path('?topics=nothing'), { token: exam.admin })).status, 422);
  });

  it('reads the store while Redis has no live data', async () => {
    await api.redis.hdel(redisKeys.plan(exam.planId), 'built');
    const reply = MonitorReply.parse((await api.call('GET', path(), { token: exam.admin })).body);
    assert.deepEqual([reply.source, reply.rooms?.length, reply.examinees?.length], ['store', 2, 3]);
  });

  it('reads the store where Redis does not answer about one room, and shows no room as closed for that', async () => {
    const key = redisKeys.room(exam.planId, exam.roomIds[0]);
    await api.redis.del(key);
    await api.redis.set(key, 'no answer that a hash would give');
    const reply = MonitorReply.parse((await api.call('GET', path(), { token: exam.admin })).body);
    assert.deepEqual([reply.source, reply.rooms?.length, reply.examinees?.length], ['store', 2, 3]);
  });

  it('[S18] tells what changes, and goes on at another process from the last id after one was killed', async () => {
    const reader = await watch(exam.admin);
    await reader.next('snapshot');
    await saved(0, 1);
    await reader.next('examinees', isSaved(0, 1));
    const id = reader.lastId();
    reader.close();
    const there = await watch(exam.admin, other); // somebody else watches on
    await saved(1, 4);
    await there.next('examinees', isSaved(1, 4));
    const again = await watch(exam.admin, other, id);
    await again.next('examinees', isSaved(1, 4));
    assert.ok(!again.events.some(({ event }) => event === 'snapshot' || event === 'reset'));
    await saved(2, 9);
    await again.next('examinees', isSaved(2, 9));
  });

  it('[S18] goes on at a process that has not looked yet since another one told of a change', async () => {
    const slow = await startApi('monitor-slow', { beside: api, monitorEveryMs: 60_000 });
    try {
      const there = await watch(exam.admin, slow);
      await there.next('snapshot');
      const reader = await watch(exam.admin);
      await saved(0, 1);
      await reader.next('examinees', isSaved(0, 1));
      const id = reader.lastId();
      await saved(1, 4);
      await reader.next('examinees', isSaved(1, 4));
      const again = await watch(exam.admin, slow, id);
      await again.next('examinees', isSaved(1, 4));
      assert.ok(!again.events.some(({ event }) => event === 'snapshot' || event === 'reset'));
      await there.next('examinees', isSaved(1, 4));
    } finally {
      await slow.stop();
    }
  });

  it('[S18] tells what changed while nobody looked, also where who looks now has only begun after that', async () => {
    const first = await startApi('monitor-first', { beside: api, monitorEveryMs: 60_000 });
    const reader = await watch(exam.admin, first);
    await reader.next('snapshot');
    await first.stop();
    await saved(1, 4);
    await api.redis.del(redisKeys.monitorLead(exam.planId)); // as after three seconds
    const there = await watch(exam.admin);
    const { data } = await there.next('snapshot');
    const row = (data as MonitorReply).examinees?.find(({ examineeId }) => examineeId === personAt(exam, 1).examineeId);
    assert.equal(row?.savedCount, 4);
    const again = await watch(exam.admin, api, reader.lastId());
    await again.next('examinees', isSaved(1, 4));
    assert.ok(!again.events.some(({ event }) => event === 'snapshot' || event === 'reset'));
  });

  it('[S18] shows nobody the log’s old rows while it looks what has changed since', async () => {
    const { store, redis } = api;
    const planOf = () => createMonitorPlan({ store, redis, log: silent, now: Date.now }, exam.planId, newId());
    await planOf().begin();
    await saved(1, 4);
    await redis.del(redisKeys.monitorLead(exam.planId)); // as after three seconds
    const plan = planOf();
    const begun = plan.begin();
    while (plan.state() === undefined) await new Promise((resolve) => setImmediate(resolve));
    const { text = '' } = plan.state()?.rows.examinees.get(personAt(exam, 1).examineeId) ?? {};
    assert.equal((JSON.parse(text) as { savedCount: number }).savedCount, 4);
    await begun;
  });

  it('[S18] begins anew for an id that nobody knows, and when Redis was wiped', async () => {
    const unknown = await watch(exam.admin, api, '1700000000000-0.abcdefgh');
    assert.equal(((await unknown.next('reset')).data as { reason: string }).reason, 'unknown-id');
    await unknown.next('snapshot');
    await api.redis.flushall();
    await seed();
    await saved(0, 33);
    await unknown.next('reset', ({ reason }: { reason: string }) => reason === 'wiped');
    const { data } = await unknown.next('snapshot');
    assert.equal(
      (data as MonitorReply).examinees?.find(({ savedCount }) => savedCount === 33)?.examineeId,
      personAt(exam, 0).examineeId,
    );
  });

  it('shows a proctor the own rooms alone, and nothing of the installation', async () => {
    const { token } = await proctor([exam.roomIds[0]]);
    const reply = MonitorReply.parse((await api.call('GET', path(), { token })).body);
    assert.deepEqual(
      [reply.rooms?.length, reply.examinees?.length, reply.incidents, reply.servers],
      [1, 2, [], undefined],
    );
    assert.equal(reply.sockets?.examineeCount, 2);
    const reader = await watch(token);
    const office = await watch(exam.admin);
    await reader.next('snapshot');
    await saved(2, 5); // of the other room
    await saved(0, 6);
    await reader.next('examinees', isSaved(0, 6));
    await office.next('examinees', isSaved(2, 5));
    assert.ok(!JSON.stringify(reader.events).includes(personAt(exam, 2).examineeId));
    assert.ok(!JSON.stringify(reader.events).includes(exam.roomIds[1]));
    const id = office.lastId();
    const smuggled = await watch(token, api, id);
    await smuggled.next('reset'); // the id of what somebody else sees
  });

  it('shows other rooms from when they are assigned, and ends when the right is taken away', async () => {
    const { token, proctorId } = await proctor([exam.roomIds[0]]);
    const reader = await watch(token);
    await reader.next('snapshot');
    await api.call('PUT', `/v1/plans/${exam.planId}/proctors/${proctorId}/assignment`, {
      ...{ token: exam.admin, body: { roomIds: [exam.roomIds[1]], chief: false } },
    });
    await reader.next('reset', ({ reason }: { reason: string }) => reason === 'rights');
    const { data } = await reader.next('snapshot', ({ rooms }: MonitorReply) => rooms?.[0]?.roomId === exam.roomIds[1]);
    assert.equal((data as MonitorReply).rooms?.length, 1);
    await api.call('POST', '/v1/logout', { token });
    assert.equal(((await reader.next('ended')).data as { code: string }).code, 'LOGIN_REQUIRED');
    await reader.ended;
  });

  it('beats while nothing happens, so that nobody in between takes it for dead', async () => {
    const reader = await watch(exam.admin);
    await reader.next('snapshot');
    await until('two heartbeats have come', () => reader.comments.length >= 2);
    assert.deepEqual(new Set(reader.comments), new Set([': alive']));
  });

  it('refuses a stream too many with when to come again, and has room again when one has gone', async () => {
    const few = await startApi('monitor-few', { beside: api, monitorEveryMs: SOON_MS, monitorStreams: 2 });
    try {
      const first = await watch(exam.admin, few);
      await watch(exam.admin, few);
      const refused = await few.call('GET', path('/stream'), { token: exam.admin });
      const { code, detail, retryAfterMs } = refused.body as Problem;
      assert.deepEqual([refused.status, code, retryAfterMs], [503, 'BUSY', 5_000]);
      assert.match(detail, /2 streams are open here/);
      assert.equal(refused.headers.get('retry-after'), '5');
      first.close();
      await until(
        'there is room',
        async () => (await few.call('GET', path('/stream'), { token: exam.admin })).status === 200,
      );
    } finally {
      await few.stop();
    }
  });

  it('shows a process from its first report on, as it is, and no more when it has stopped', async () => {
    const reader = await watch(exam.admin);
    await reader.next('snapshot');
    const rooms = { roomCount: () => 3, clientCount: () => 17 };
    const report = startProcessReport({ redis: api.redis, roles: ['rooms'], log: silent, now: Date.now, rooms });
    const isOurs = ({ pid, clients }: MonitorServer) => pid === process.pid && clients === 17;
    const { data } = await reader.next('servers', ({ set }: { set: MonitorServer[] }) => set.some(isOurs));
    const shown = (data as { set: MonitorServer[] }).set.find(isOurs);
    assert.deepEqual([shown?.roles, shown?.rooms], [['rooms'], 3]);
    assert.ok((shown?.memoryBytes ?? 0) > 1e6 && (shown?.startedAt ?? 0) > 1e12);
    await report.stop();
    const id = shown?.processId ?? '';
    assert.equal(await api.redis.hexists(redisKeys.processes(), id), 0);
    await reader.next('servers', ({ gone }: { gone: string[] }) => gone.includes(id));
  });

  it('is read by the command line of its documents', async () => {
    const [command = ''] = /^curl .*$/m.exec(await readFile(`${ROOT}docs/monitor.md`, 'utf8')) ?? [];
    const env = { PATH: process.env.PATH, TOKEN: exam.admin, URL: api.url, PLAN: exam.planId };
    const curl = spawn('sh', ['-c', `exec ${command}`], { env });
    let text = '';
    for await (const chunk of curl.stdout) {
      text += String(chunk);
      if (text.includes('event: snapshot')) break;
    }
    curl.kill();
    assert.match(text, /^retry: \d+\n\nid: \S+\nevent: snapshot\ndata: \{"planId"/);
  });

  it('cuts off who does not read, and lets them go on', async () => {
    const reader = await watch(exam.admin);
    const office = await watch(exam.admin);
    await reader.next('snapshot');
    reader.pause();
    const label = 'x'.repeat(2_000_000);
    for (let round = 1; round <= 6; round++) {
      await api.redis.hset(redisKeys.masterRooms(exam.planId), exam.roomIds[0], `${round}${label}`);
      await office.next(
        'rooms',
        ({ set }: { set: { label: string }[] }) => set[0]?.label.startsWith(String(round)) === true,
      );
    }
    const id = reader.lastId();
    reader.resume();
    await reader.ended;
    const again = await watch(exam.admin, api, id);
    assert.equal(((await again.next('reset')).data as { reason: string }).reason, 'behind');
    const { data } = await again.next('snapshot');
    assert.equal((data as MonitorReply).rooms?.find(({ roomId }) => roomId === exam.roomIds[0])?.label[0], '6');
    const few = await watch(exam.admin, api, office.lastId());
    await saved(0, 3);
    await few.next('examinees', isSaved(0, 3));
    assert.ok(!few.events.some(({ event }) => event === 'snapshot'));
  });
});

function serverText(processId: string, at: number): string {
  const about = { processId, host: 'h', pid: 1, version: '1', roles: ['api'], startedAt: 1, at };
  return JSON.stringify({ ...about, cpu: 0.1, lagP99Ms: 1, memoryBytes: 1, rooms: 0, clients: 0 });
}
