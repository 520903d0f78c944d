// One exam from its plan to its results, as everybody lives it: production's own processes, real networks in front of an
// examinee and a proctor. What crossed those networks is kept: nothing of the key may be in it, and before the start nothing
// of the paper either, nor in a store, a file or a log; nor may a log have anything by which a person is known or let in.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { type EnterOptions, enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import { type RoomWatch, watchRoom } from '../../client/proctor.ts';
import type { ExamSession } from '../../client/session.ts';
import { paperKeyFrom } from '../../config.ts';
import { checkSystem, createAdminLink, rebuildLive } from '../../operations.ts';
import type { Item, KeyEntry, Response } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { SheetReply } from '../../schema/replies.ts';
import { ofRoom } from '../../schema/sealed-paper.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { unseal } from '../../store/sealing.ts';
import { allBytes } from '../support/all-bytes.ts';
import { type Network, openNetwork } from '../support/network.ts';
import { mongodbUrl, testFolder } from '../support/parts.ts';
import { appendOnlyFolder, type TestCluster } from '../support/redis-cluster.ts';
import { isSaved } from '../support/whole-exam.ts';
import { openQueue, until } from '../workers/worker-parts.ts';
import { journeyRedis } from './journey-redis.ts';

/** Only the key holds these: the text, and the number as text and as eight bytes. */
const SECRET_TEXT = `canary-${randomUUID()}`;
const SECRET_NUMBER = 918_273_645.125;
/** What must be found, so that a scan which finds nothing means something. */
const QUESTION = `question-${randomUUID()}`;
const ROOM_LABEL = `room-${randomUUID()}`;
const ESSAY = `essay-${randomUUID()}`;
/** What people are called; no log may know it. */
const PEOPLE: Readonly<Record<string, string>> = Object.fromEntries(
  ['Kim', 'Lee', 'Park', 'Choi'].map((name) => [name, `${name} ${randomUUID()}`]),
);
const ADMIN = { login: `first-${randomUUID()}`, password: randomUUID() };
const PROCTOR = { login: `choi-${randomUUID()}`, password: randomUUID() };

/** In a name, a text and an option each, and in no answer. */
const OPTION = `choose-${randomUUID()}`;
const ITEM_NAME = `item-${randomUUID()}`;
const PLAN_NAME = `plan-${randomUUID()}`;

const options = ['A', 'B', 'C', 'D'].map((id) => ({ id, text: `${OPTION} ${id}` }));
const ITEMS: Item[] = [
  { number: 1, name: ITEM_NAME, kind: 'singleChoice', text: QUESTION, options },
  { number: 2, name: 'rivers', kind: 'multipleChoice', text: '', options },
  { number: 3, name: 'word', kind: 'shortText', text: '', options: [] },
  { number: 4, name: 'sum', kind: 'number', text: '', options: [] },
  { number: 5, name: 'essay', kind: 'essay', text: '', options: [] },
];
const KEY: KeyEntry[] = [
  { item: 1, kind: 'singleChoice', correct: 'B', points: 1_000 },
  { item: 2, kind: 'multipleChoice', correct: ['A', 'C'], points: 2_000 },
  { item: 3, kind: 'shortText', correct: [SECRET_TEXT, 'seoul'], points: 1_000 },
  { item: 4, kind: 'number', correct: SECRET_NUMBER, tolerance: 0.5, points: 500 },
];
/** Counted by hand from the key above. */
const KIMS_POINTS = { itemPoints: [1_000, 2_000, 1_000, 500, null], points: 4_500 };
const LEES_POINTS = { itemPoints: [0, 0, 0, 0, null], points: 0 };
const DROPPED_MS = 4_000;

const { title, start: startCluster } = journeyRedis();

describe(`an exam, from its plan to its results${title}`, function () {
  this.timeout(60_000);
  let folder: string;
  let system: System;
  let cluster: TestCluster | undefined;
  let store: Store;
  let door: ReturnType<typeof openQueue>;
  let networks: { kim: Network; proctor: Network };
  let token = '';
  /** Whatever lets in whoever has it. */
  const bearers: string[] = [];
  let planId = '';
  let rooms: { roomId: string; label: string }[] = [];
  let roster: { examineeId: string; label: string; code: string }[] = [];
  let kim: ExamSession;
  let lee: ExamSession;
  let watch: RoomWatch;
  let atStart: Awaited<ReturnType<typeof everywhere>>;

  before(async () => {
    folder = await testFolder();
    const url = await mongodbUrl(`journey-${newId()}`);
    const env = { NODE_ENV: 'production', EXAMHALL_LOG_LEVEL: 'debug' }; // whatever can be logged is looked through
    cluster = await startCluster();
    const redis = cluster === undefined ? {} : { redisUrl: cluster.url };
    system = await startSystem({ folder, mongodbUrl: url, ...redis, restart: false, env });
    store = await openStore({ url, paperKey: paperKeyFrom(system.secret) });
    door = openQueue('answers', system.redisUrl);
    networks = { kim: await openNetwork(system.url), proctor: await openNetwork(system.url) };
  });
  after(async () => {
    // Where something did not come up, what did is stopped all the same.
    for (const one of [kim, lee, watch]) await one?.leave();
    await Promise.all([networks?.kim.close(), networks?.proctor.close(), door?.close(), store?.close()]);
    await system?.stop();
    await cluster?.stop();
  });

  const rowOf = (name: string) => roster.find(({ label }) => label === PEOPLE[name]);
  const idOf = (name: string) => rowOf(name)?.examineeId ?? '';
  const config = () => ({ mongodbUrl: system.mongodbUrl, redisUrl: system.redisUrl });

  async function call<T>(method: string, path: string, body?: unknown, url = system.url): Promise<T> {
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID(), 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async function control(action: 'open' | 'start' | 'end', roomId?: string): Promise<void> {
    const controlId = newId();
    await call('POST', `/plans/${planId}/controls`, { controlId, action, roomId, reason: 'as planned' });
    const state = async () => (await call<{ state: string }>('GET', `/controls/${controlId}`)).state;
    await until(`${action} is applied everywhere`, async () => (await state()) === 'applied', 20_000);
  }

  async function enter(name: string, given: Partial<EnterOptions> = {}): Promise<ExamSession> {
    const { code = '' } = rowOf(name) ?? {};
    const device = { url: system.url, code, deviceKey: `device-of-${name}`, storage: memoryOutbox() };
    const session = await enterExam({ ...device, ...given });
    await until('the link is up', () => session.link() === 'online', 20_000);
    return session;
  }

  /** All that has left the system, and all that lies in it, as bytes. */
  async function everywhere(): Promise<Record<'http' | 'sockets' | 'redis' | 'mongodb' | 'files' | 'logs', Buffer>> {
    return {
      // The administrator's own exchanges, which do hold the paper, went past these networks.
      http: Buffer.concat([networks.kim.api.received(), networks.proctor.api.received()]),
      sockets: Buffer.concat([networks.kim.room.received(), networks.proctor.room.received()]),
      redis: Buffer.concat(redisFolders().map(readAll)),
      mongodb: await allBytes(system.mongodbUrl),
      files: readAll(join(folder, 'files')),
      logs: Buffer.concat(globSync(join(folder, '*.log')).map((path) => readFileSync(path))),
    };
  }

  /** Where the append-only files of Redis are. */
  function redisFolders(): string[] {
    if (cluster === undefined) return [appendOnlyFolder(folder, 'redis')];
    const { folder: place, names } = cluster;
    return names.map((name) => appendOnlyFolder(place, name));
  }

  async function sheetOf(label: string, source: 'store' | 'live'): Promise<SheetReply> {
    return call('GET', `/examinees/${idOf(label)}/sheet?source=${source}`);
  }

  /** The live sheet in Redis has exactly what the store has. */
  async function liveEqualsStore(label: string): Promise<void> {
    const fields = await door.redis.hgetall(redisKeys.sheet(planId, idOf(label)));
    const current = await store.answers.current(planId, idOf(label));
    const expected = current.map(({ item, revision, response }) => [item, `${revision}:${JSON.stringify(response)}`]);
    assert.deepEqual(fields, Object.fromEntries(expected));
    assert.ok(expected.length > 0);
  }

  it('[T14] is set up on a system that finds itself in order', async () => {
    const { mongodbUrl: MONGODB_URL, redisUrl: REDIS_URL, secret: EXAMHALL_SECRET } = system;
    const results = await checkSystem({ MONGODB_URL, REDIS_URL, EXAMHALL_SECRET });
    assert.deepEqual(
      results.filter(({ ok }) => !ok),
      [],
    );
    assert.ok(results.some(({ name }) => name === 'Redis appendonly'));
  });

  it('gets its first administrator by a one-time link', async () => {
    const [host = '', port = '0'] = new URL(system.url).host.split(':');
    const at = { ...config(), publicUrl: '', secure: false, host, port: Number(port) };
    const first = await createAdminLink(at, 'first');
    assert.ok('link' in first, 'there is no admin yet');
    const spend = () =>
      fetch(first.link, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ADMIN),
      });
    assert.equal((await spend()).status, 201);
    assert.equal((await spend()).status, 410);
    token = (await call<{ token: string }>('POST', '/login', ADMIN)).token;
    bearers.push(token, first.link.split('/').at(-1) ?? '');
    assert.deepEqual(await createAdminLink(at, 'first'), { adminCount: 1 }, 'who is there can make others');
    const another = await createAdminLink(at, 'another');
    assert.ok('link' in another && another.adminCount === 1);
  });

  it('is planned: paper, key, rooms, roster, proctor', async () => {
    const { paperId } = await call<{ paperId: string }>('POST', '/papers', { name: 'geography', items: ITEMS });
    await call('PUT', `/papers/${paperId}/key`, { entries: KEY });
    const plan = { name: PLAN_NAME, paperId, durationMs: 3_600_000 };
    planId = (await call<{ planId: string }>('POST', '/plans', plan)).planId;
    const labels = [{ label: ROOM_LABEL }, { label: 'the other room' }];
    rooms = (await call<{ rooms: typeof rooms }>('POST', `/plans/${planId}/rooms`, { rooms: labels })).rooms;
    const [first, second] = rooms.map(({ roomId }) => roomId);
    const examinees = [PEOPLE.Kim, PEOPLE.Lee].map((label) => ({ label, roomId: first }));
    const everybody = { examinees: [...examinees, { label: PEOPLE.Park, roomId: second }] };
    roster = (await call<{ examinees: typeof roster }>('POST', `/plans/${planId}/examinees`, everybody)).examinees;
    const proctor = { label: PEOPLE.Choi, ...PROCTOR, roomIds: [first] };
    await call('POST', `/plans/${planId}/proctors`, proctor);
    await assert.rejects(enter('Kim', { signal: AbortSignal.timeout(1_500) }), { code: 'LEFT' });
    await call('POST', `/plans/${planId}/schedule`, {});
    await control('open');
  });

  it('lets people in, and shows the proctor who is there and who is ready', async () => {
    const { url, open } = networks.proctor;
    const session = await call<{ token: string }>('POST', '/login', PROCTOR, url);
    watch = await watchRoom({ url, open, token: session.token, roomId: rooms[0]?.roomId ?? '' });
    kim = await enter('Kim', networks.kim);
    lee = await enter('Lee');
    kim.ready();
    const row = (label: string) => watch.board().get(idOf(label));
    await until('Kim is on the board', () => row('Kim')?.link === 'online' && row('Kim')?.status === 'ready');
    await until('Lee is on the board', () => row('Lee')?.link === 'online' && row('Lee')?.status === 'entered');
    assert.equal(watch.board().size, 2, 'Park sits in another room');
  });

  it('[S12] [S14] shows nothing of the paper before the start: on no wire, in no store, file or log', async () => {
    const isHere = () => networks.kim.api.received().includes('EHS1');
    await until('the sealed paper has come', isHere, 20_000);
    atStart = await everywhere();
    const { http, sockets, redis, mongodb, logs } = atStart;
    assert.ok(http.includes('EHS1') && http.includes(PLAN_NAME), 'the scan of HTTP finds what came');
    assert.ok(sockets.includes(ROOM_LABEL) && redis.includes(planId) && mongodb.includes(PLAN_NAME));
    assert.ok(logs.includes('serving'));
    for (const [where, bytes] of Object.entries(atStart))
      for (const text of [QUESTION, OPTION, ITEM_NAME]) assert.ok(!bytes.includes(text), `${where} has ${text}`);
  });

  it('starts in every room at one instant, and gives the paper out only then', async () => {
    const paper = kim.paper();
    const early = await Promise.race([paper, sleep(300)]);
    assert.equal(early, undefined);
    await control('start');
    await until('it runs for all', () => [kim, lee, watch].every((one) => one.room().status === 'running'), 20_000);
    const { items } = await paper;
    assert.deepEqual(items, ITEMS);
    const started = await Promise.all(rooms.map(({ roomId }) => store.rooms.get(roomId)));
    assert.equal(new Set(started.map((room) => room?.startsAt)).size, 1);
    assert.equal(kim.room().deadlineAt, (started[0]?.startsAt ?? 0) + 3_600_000);
  });

  it('[S12] opened the paper that was there before, with a key that was nowhere before the start', async () => {
    assert.ok(!networks.kim.api.received().includes(QUESTION), 'the start needed no download');
    const released = () => Promise.all(rooms.map(({ roomId }) => store.paperKeys.released(roomId)));
    await until('all rooms have stored that they run', async () => !(await released()).includes(null));
    const keys = (await released()).map((key) => key ?? Buffer.of());
    const [own = Buffer.of(), other = Buffer.of()] = keys;
    const roomId = rooms[0]?.roomId ?? '';
    const sealed = (await store.paperKeys.seal(roomId, Buffer.from('another text'))) ?? Buffer.of();
    assert.equal(unseal(own, sealed, ofRoom(planId, roomId)).toString(), 'another text');
    assert.throws(() => unseal(other, sealed, ofRoom(planId, roomId)), { code: 'STORE_KEY' });
    for (const key of keys)
      for (const form of [Buffer.from(key), Buffer.from(Buffer.from(key).toString('base64url'))])
        for (const [where, bytes] of Object.entries(atStart)) assert.ok(!bytes.includes(form), where);
    const sockets = networks.kim.room.received();
    assert.ok(sockets.includes(Buffer.from(own).toString('base64url')), 'the start brought the own key');
    assert.ok(!sockets.includes(Buffer.from(other).toString('base64url')), "and not another room's");
  });

  it('saves answers and changes of mind, and the board counts them', async () => {
    kim.answer(1, 'A');
    await until('the first is saved', () => isSaved(kim, 1));
    kim.answer(1, 'B');
    kim.answer(2, ['A', 'C']);
    kim.answer(5, ESSAY, { debounce: true });
    lee.answer(1, 'C');
    await until('all are saved', () => isSaved(kim, 1, 2, 5) && isSaved(lee, 1));
    await until('the board counts them', () => watch.board().get(idOf('Kim'))?.savedCount === 3);
    const history = await store.answers.history(planId, idOf('Kim'), 1);
    assert.deepEqual(
      history.map(({ response }) => response),
      ['A', 'B'],
    );
  });

  it('[S22] shows an answer that will never be accepted, and forgets it', async () => {
    const revision = lee.answer(2, ['Z']);
    await until('the refusal is shown', () => lee.answers().get(2)?.state === 'refused');
    assert.deepEqual([lee.answers().get(2)?.code, lee.answers().get(2)?.revision], ['ANSWER_INVALID', revision]);
    assert.deepEqual(lee.outbox(), []);
  });

  it('[T5] shows the proctor a lost link after 4 s, and brings back what was written without it', async () => {
    networks.kim.blackhole();
    const lostAt = performance.now();
    kim.answer(3, 'seoul');
    const link = () => watch.board().get(idOf('Kim'))?.link;
    await until('the board shows it', () => link() === 'dropped', 20_000);
    const afterMs = performance.now() - lostAt;
    assert.ok(afterMs > DROPPED_MS - 1_500 && afterMs < DROPPED_MS + 4_000, `after ${Math.round(afterMs)} ms`);
    kim.answer(4, 918_273_645);
    assert.equal(isSaved(kim, 3) || isSaved(kim, 4), false);
    await networks.kim.mend();
    await until('both are saved', () => isSaved(kim, 3, 4), 30_000);
    await until('the board shows the link again', () => link() === 'online', 20_000);
  });

  it('keeps live sheets in Redis that equal the store, and builds them again after Redis forgot all', async () => {
    await liveEqualsStore('Kim');
    assert.equal((await sheetOf('Kim', 'live')).source, 'live');
    assert.deepEqual((await sheetOf('Kim', 'live')).answers, (await sheetOf('Kim', 'store')).answers);
    await (cluster === undefined ? door.redis.flushall() : cluster.flush());
    const rebuilt = await rebuildLive(config());
    assert.deepEqual(rebuilt, { plans: 1, rooms: 2, examinees: 3, sheets: 2 });
    await liveEqualsStore('Kim');
    await liveEqualsStore('Lee');
    kim.answer(1, 'D');
    kim.answer(1, 'B');
    await until('the exam goes on', () => kim.outbox().length === 0 && isSaved(kim, 1), 20_000);
    await until('the live sheet follows', async () => {
      const [live, stored] = [await sheetOf('Kim', 'live'), await sheetOf('Kim', 'store')];
      return live.source === 'live' && JSON.stringify(live.answers) === JSON.stringify(stored.answers);
    });
  });

  it('ends by submitting, and by the end of the room', async () => {
    const { revisions } = await kim.submit();
    assert.deepEqual(
      revisions.map(([item]) => item),
      [1, 2, 3, 4, 5],
    );
    await until('the board shows it', () => watch.board().get(idOf('Kim'))?.status === 'submitted');
    const ended = await watch.issue({ action: 'end', reason: 'everybody is done' });
    assert.equal(ended.state, 'applied');
    await until('Lee is told', () => lee.status() === 'timed-out', 20_000);
    await until('the board shows it, too', () => watch.board().get(idOf('Lee'))?.status === 'timed-out');
    const other = rooms[1]?.roomId ?? '';
    assert.equal((await store.rooms.get(other))?.status, 'running', 'a proctor ends the own room alone');
    await control('end', other);
    const status = async () => (await call<{ status: string }>('GET', `/plans/${planId}`)).status;
    await until('the plan is scored', async () => (await status()) === 'scored', 30_000);
    assert.equal((await store.examinees.get(idOf('Park')))?.status, 'absent');
  });

  it('is scored as one counts by hand', async () => {
    type Result = { examineeId: string; itemPoints: (number | null)[]; points: number };
    const { results } = await call<{ results: Result[] }>('GET', `/plans/${planId}/results`);
    const of = (label: string) => {
      const { itemPoints, points } = results.find((one) => one.examineeId === idOf(label)) ?? {};
      return { itemPoints, points };
    };
    assert.deepEqual(of('Kim'), KIMS_POINTS);
    assert.deepEqual(of('Lee'), LEES_POINTS);
    const statistics = await call<{ examineeCount: number }>('GET', `/plans/${planId}/statistics`);
    assert.equal(statistics.examineeCount, results.length);
  });

  it('leaves files that a person can read, and that say what the store says', async () => {
    const path = join(folder, 'files', planId, rooms[0]?.roomId ?? '', `${idOf('Kim')}.json`);
    const text = readFileSync(path, 'utf8');
    assert.ok(text.split('\n').length > 20, 'it has lines');
    type Line = { number: number; name: string; response: Response };
    const record = JSON.parse(text) as { examinee: { label: string }; room: { label: string }; items: Line[] };
    assert.deepEqual([record.examinee.label, record.room.label], [PEOPLE.Kim, ROOM_LABEL]);
    const stored = await store.answers.current(planId, idOf('Kim'));
    assert.deepEqual(
      record.items.map(({ number, response }) => [number, response]),
      stored.map(({ item, response }) => [item, response]),
    );
    const { files } = await call<{ files: { fileId: string; subjectId: string }[] }>('GET', `/files?planId=${planId}`);
    const fileId = files.find((one) => one.subjectId === idOf('Kim'))?.fileId ?? '';
    const download = await fetch(`${system.url}/v1/files/${fileId}`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(await download.text(), text);
  });

  it('gives its key to nobody: not over HTTP, not over sockets, not to Redis, files or logs', async () => {
    await call('GET', `/papers/${(await store.plans.get(planId))?.paperId}`, undefined, networks.proctor.url);
    const { http, sockets, redis, files, logs } = await everywhere();
    assert.ok(http.includes(QUESTION), 'the scan of HTTP finds the question');
    assert.ok(sockets.includes(ROOM_LABEL), "the scan of sockets finds the room's label");
    assert.ok(redis.includes(ESSAY) && files.includes(ESSAY), 'the scans of Redis and files find the essay');
    assert.ok(logs.includes('serving'), 'the scan of the logs finds a line');
    const key = await store.keys.newest((await store.plans.get(planId))?.paperId ?? '');
    assert.ok(JSON.stringify(key).includes(SECRET_TEXT), 'the store does have the key');
    for (const [where, bytes] of Object.entries({ http, sockets, redis, files, logs }))
      for (const secret of secrets()) assert.ok(!bytes.includes(secret), `${where} has ${secret.toString('utf8')}`);
    assert.ok(!logs.includes(ESSAY), 'no answer is in a log');
  });

  it('tells its logs nobody: no name, no login, no password, no code, no token, also of who was turned away', async () => {
    const wrong = randomUUID();
    const refused = async (path: string, body: unknown, bearer: string = wrong) => {
      const headers = {
        authorization: `Bearer ${bearer}`,
        'content-type': 'application/json',
        'idempotency-key': wrong,
      };
      const { status } = await fetch(`${system.url}/v1${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      assert.ok(status >= 400, `${path} is refused`);
    };
    await refused('/login', { login: PROCTOR.login, password: wrong });
    await refused('/enter', {
      code: rowOf('Kim')?.code,
      deviceKey: 'device-of-kim',
      entryId: wrong,
      label: PEOPLE.Kim,
    });
    await refused(`/plans/${planId}/examinees`, { examinees: [{ label: PEOPLE.Lee, roomId: newId() }] }, token);
    await refused(`/links/${wrong}`, ADMIN);
    const http = Buffer.concat([networks.kim.api.received(), networks.proctor.api.received()]).toString();
    const given = [...http.matchAll(/"(?:token|sessionId)":"([^"]+)"/g)].map(([, bearer = '']) => bearer);
    assert.ok(given.length >= 4, 'the examinee and the proctor got a token and a seat each');
    const codes = roster.map(({ code }) => code);
    const { login: adminLogin, password: adminPassword } = ADMIN;
    const people = [...Object.values(PEOPLE), adminLogin, PROCTOR.login, adminPassword, PROCTOR.password];
    const logs = Buffer.concat(globSync(join(folder, '*.log')).map((path) => readFileSync(path)));
    assert.ok(logs.includes(planId), 'the logs are those of this exam');
    for (const secret of [...people, ...codes, ...bearers, ...given, wrong]) {
      assert.ok(secret.length >= 9, secret);
      assert.ok(!logs.includes(secret), `a log has ${secret}: ${lineWith(logs, secret)}`);
    }
  });
});

/** The key's canaries in every form in which they could travel. */
function secrets(): Buffer[] {
  const [big, little] = [Buffer.alloc(8), Buffer.alloc(8)];
  big.writeDoubleBE(SECRET_NUMBER);
  little.writeDoubleLE(SECRET_NUMBER);
  return [Buffer.from(SECRET_TEXT), Buffer.from(String(SECRET_NUMBER)), big, little];
}

function lineWith(logs: Buffer, text: string): string {
  return (
    logs
      .toString()
      .split('\n')
      .find((line) => line.includes(text)) ?? ''
  );
}

function readAll(folder: string): Buffer {
  const files = globSync(join(folder, '**/*')).filter((path) => /\.\w+$/.test(path));
  return Buffer.concat(files.map((path) => readFileSync(path)));
}
