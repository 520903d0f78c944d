// Erasing a person: a scan of every collection, every Redis key and every file for the name, the answers and the code finds
// them before, and nothing after. What others have stays.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import mongoose from 'mongoose';
import { contentHash } from '../../exam/content-hash.ts';
import { ErasureList, ErasureView } from '../../schema/erasures.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { AuditCheck, AuditList, type Problem } from '../../schema/replies.ts';
import { setRows } from '../../workers/live-rows.ts';
import { scorePlan } from '../../workers/scoring.ts';
import { aCall, aHeldAnswer, anImport, aReport } from '../support/stored.ts';
import { queuedAnswer, until } from '../workers/worker-parts.ts';
import { type ExamFixture, forceState, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const NAME = `Ada Lovelace ${newId()}`;
const ANSWER = `an answer ${newId()}`;
const OTHERS = `an answer of Ben ${newId()}`;
const SAID = `I saw ${NAME} with a phone`;
const WHY = `${NAME} cannot hear ${newId()}`;
const OTHERS_WHY = `Ben cannot hear ${newId()}`;

describe('erasing a person', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let id: string;
  let other: string;
  let evidence: string;
  let othersEvidence: string;

  before(async () => {
    api = await startApi('erasures');
    exam = await makeExam(api);
    id = personAt(exam, 0).examineeId;
    other = personAt(exam, 1).examineeId;
    await api.call('PUT', `/v1/examinees/${id}`, { token: exam.admin, body: { label: NAME } });
    await fill();
  });
  after(() => api.stop());

  /** Whatever may hold something of hers, through the ways that write it. */
  async function fill(): Promise<void> {
    const { store } = api;
    const [roomId] = exam.roomIds;
    for (const [examineeId, text] of [
      [id, ANSWER],
      [other, OTHERS],
    ] as const) {
      const queued = [queuedAnswer(examineeId, 1, 1_000_001, 'B', 1), queuedAnswer(examineeId, 2, 1_000_002, text, 2)];
      await store.answers.insert(exam.planId, queued);
      await store.sheets.end(
        examineeId,
        'submitted',
        [
          [1, 1_000_001],
          [2, 1_000_002],
        ],
        9_000,
      );
    }
    await store.heldAnswers.keep([aHeldAnswer(exam.planId, roomId, id, { response: ANSWER })]);
    await store.imports.note(anImport(exam.planId, roomId, id));
    await store.photos.put({ _id: id, planId: exam.planId, type: 'image/png', bytes: Buffer.from(NAME), at: 1 });
    await store.calls.raise(aCall({ planId: exam.planId, roomId, examineeId: id, question: `I am ${NAME}` }));
    const report = aReport({
      planId: exam.planId,
      roomId,
      examineeId: id,
      kind: 'conversation',
      source: 'proctor',
      note: SAID,
    });
    const reported = await store.incidents.report(report, DEFAULT_INCIDENT_RULES, Date.now());
    assert.ok('incident' in reported);
    evidence = await bringEvidence(reported.incident);
    othersEvidence = await bringEvidence(undefined);
    for (const examineeId of [id, other]) await writeSheet(examineeId);
    await fillRedis();
    await writeOfHer(roomId);
  }

  /** What people write freely: for her alone, about others with her name in it, and about others without it. */
  async function writeOfHer(roomId: string): Promise<void> {
    const { planId } = exam;
    await forceState(api, planId, 'open');
    const order = { action: 'notice', mustConfirm: true, roomId };
    for (const [examineeIds, reason] of [
      [[id], WHY],
      [[other], `Ben talks with ${NAME.toUpperCase()}`],
      [[other], OTHERS_WHY],
    ] as const) {
      const body = { ...order, controlId: newId(), examineeIds, reason, text: `${reason}, please` };
      const { status, text } = await api.call('POST', `/v1/plans/${planId}/controls`, { token: exam.admin, body });
      assert.equal(status, 202, text);
    }
    await takeUp();
    // What waits when she is erased: of her photo, and a room that is for all of them.
    const path = `/v1/examinees/${id}/photo?reason=${encodeURIComponent(WHY)}`;
    await api.store.photos.put({ _id: id, planId, type: 'image/png', bytes: Buffer.from(NAME), at: 1 });
    assert.equal((await api.call('DELETE', path, { token: exam.admin })).status, 204);
    await api.store.photos.put({ _id: id, planId, type: 'image/png', bytes: Buffer.from(NAME), at: 1 });
    const ofRoom = { ...order, controlId: newId(), reason: '', text: `${NAME} goes to the door` };
    assert.equal(
      (await api.call('POST', `/v1/plans/${planId}/controls`, { token: exam.admin, body: ofRoom })).status,
      202,
    );
    const report = { roomId, examineeId: other, kind: 'conversation', severity: 0.5, at: Date.now(), note: SAID };
    const raised = await api.call('POST', `/v1/plans/${planId}/incidents`, {
      token: exam.admin,
      body: { ...report, evidence: {} },
    });
    assert.equal(raised.status, 201, raised.text);
  }

  /** What the audit worker does each second. */
  async function takeUp(): Promise<void> {
    const carried = (await api.store.audit.waiting(1_000)).filter(({ planId }) => planId === exam.planId);
    await api.store.audit.append(
      exam.planId,
      carried.map(({ facts }) => facts),
    );
    await api.store.audit.taken(carried);
  }

  async function bringEvidence(incident: { readonly _id: string } | undefined): Promise<string> {
    const bytes = Buffer.from(incident === undefined ? 'a door' : SAID);
    const { status, body } = await api.call('POST', `/v1/plans/${exam.planId}/uploads`, {
      token: exam.admin,
      body: {
        use: 'evidence',
        roomId: exam.roomIds[0],
        ...(incident === undefined ? {} : { incidentId: incident._id }),
        name: incident === undefined ? 'door.txt' : `${NAME}.txt`,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    });
    assert.equal(status, 201);
    const { uploadId } = body as { uploadId: string };
    const put = { token: exam.admin, body: bytes, headers: { 'content-type': 'application/octet-stream' } };
    assert.equal((await api.call('PUT', `/v1/uploads/${uploadId}/bytes?offset=0`, put)).status, 200);
    return uploadId;
  }

  async function writeSheet(examineeId: string): Promise<void> {
    const bytes = Buffer.from(JSON.stringify({ examineeId, label: examineeId === id ? NAME : 'Ben' }));
    const path = `sheets/${examineeId}.json`;
    await mkdir(dirname(join(api.config.dataDir, path)), { recursive: true });
    await writeFile(join(api.config.dataDir, path), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const about = { planId: exam.planId, kind: 'sheet' as const, subjectId: examineeId, path };
    await api.store.files.put({ _id: `sheet.${examineeId}`, ...about, sha256, bytes: bytes.length, at: new Date() });
  }

  /** The live sheet, and an answers job of both that has finished. */
  async function fillRedis(): Promise<void> {
    await api.redis.hset(redisKeys.sheet(exam.planId, id), '2', `1000002:${JSON.stringify(ANSWER)}`);
    await roomSays(1);
    await api.redis.hset(redisKeys.masterExaminees(exam.planId), id, '{}', other, '{}');
    // The database of this api: each `redisUrl` is another one.
    const [own, workers] = [0, 1].map(() => api.redis.duplicate({ maxRetriesPerRequest: null }));
    assert.ok(own && workers);
    const prefix = redisKeys.queues();
    const queue = new Queue('answers', { connection: own, prefix });
    const answers = [
      [id, 2, 1_000_002, ANSWER, contentHash(ANSWER), 2],
      [other, 2, 1_000_002, OTHERS, contentHash(OTHERS), 2],
    ];
    const worker = new Worker('answers', async () => 'done', { connection: workers, prefix });
    const job = await queue.add('answers', { kind: 'answers', channel: '-', number: 1, planId: exam.planId, answers });
    await until('the job has finished', async () => (await job.getState()) === 'completed');
    await worker.close(true);
    await queue.close();
    for (const redis of [own, workers]) redis.disconnect();
  }

  /** What the room shows of both, as the worker sets it. */
  async function roomSays(sequence: number): Promise<void> {
    const [roomId] = exam.roomIds;
    const fields = { status: 'submitted', link: 'offline', savedCount: 2, lastSeenAt: 1 };
    const rows = [id, other].map((examineeId) => ({ roomId, examineeId, epoch: 1, sequence, fields }));
    await setRows(api.redis, exam.planId, 4_000_000_000, rows, 'earlier');
  }

  /** Where these words are: collections, Redis keys, files. */
  async function placesOf(...words: string[]): Promise<string[]> {
    const has = (text: string) => words.some((word) => text.includes(word));
    const places: string[] = [];
    const connection = await mongoose.createConnection(api.storeUrl).asPromise();
    for (const { name } of (await connection.db?.listCollections().toArray()) ?? []) {
      const rows = await connection
        .collection(name)
        .find({ _id: { $gt: '' as never } })
        .toArray();
      const text = rows.map((row) =>
        JSON.stringify(row, (_, value) => (value?._bsontype === 'Binary' ? value.toString('latin1') : value)),
      );
      const bytes = rows.flatMap((row) => (row.bytes === undefined ? [] : [String(row.bytes.buffer ?? '')]));
      if (has([...text, ...bytes].join('\n'))) places.push(name);
    }
    await connection.close();
    for (const key of await api.redis.keys('*')) if (has(key) || has(await dumped(key))) places.push(`redis ${key}`);
    for (const path of globSync('**/*', { cwd: api.config.dataDir, withFileTypes: true }))
      if (path.isFile() && has(readFileSync(join(path.parentPath, path.name), 'utf8')))
        places.push(`file ${path.name}`);
    return places.sort();
  }

  async function dumped(key: string): Promise<string> {
    switch (await api.redis.type(key)) {
      case 'hash':
        return JSON.stringify(await api.redis.hgetall(key));
      case 'string':
        return (await api.redis.get(key)) ?? '';
      case 'list':
        return JSON.stringify(await api.redis.lrange(key, 0, -1));
      case 'zset':
        return JSON.stringify(await api.redis.zrange(key, '0', '-1'));
      case 'set':
        return JSON.stringify(await api.redis.smembers(key));
      case 'stream':
        return JSON.stringify(await api.redis.xrange(key, '-', '+'));
      default:
        return '';
    }
  }

  const erase = (token = exam.admin, reason = 'her wish') =>
    api.call('POST', `/v1/examinees/${id}/erasure`, { token, body: { reason } });
  const codeOf = (answered: { body: unknown }) => (answered.body as Problem).code;

  it('is refused while the exam runs, without a reason, with the name in the reason, and for who is no admin', async () => {
    await forceState(api, exam.planId, 'running');
    assert.equal(codeOf(await erase()), 'TRANSITION_REFUSED');
    await forceState(api, exam.planId, 'ended');
    assert.equal(codeOf(await erase()), 'TRANSITION_REFUSED', 'a room is not settled');
    for (const roomId of exam.roomIds) {
      await api.store.sheets.settleRoom(roomId);
      await api.store.rooms.change(roomId, 0, { status: 'ended', settledAt: 9 });
    }
    assert.equal(await scorePlan(api.store, exam.planId), 'scored');
    assert.equal(codeOf(await erase(exam.admin, ' ')), 'REQUEST_INVALID');
    assert.equal(codeOf(await erase(exam.admin, `${NAME} wants it`)), 'REQUEST_INVALID');
    assert.equal((await erase(await proctorToken(api, exam.planId, exam.roomIds))).status, 403);
    assert.ok(await api.store.examinees.get(id));
  });

  it('leaves nothing that a scan of every collection, every Redis key and every file for the name and the answer finds', async () => {
    const { code } = personAt(exam, 0);
    const before = await placesOf(NAME, ANSWER, code);
    assert.ok(!before.includes('audit'), 'the chain itself has no text');
    for (const place of [
      'answers',
      'auditTexts',
      'calls',
      'controls',
      'idempotency',
      'logs',
      'examinees',
      'heldAnswers',
      'incidents',
      'photos',
      'uploads',
      `file ${id}.json`,
    ])
      assert.ok(before.includes(place), `the scan finds it in ${place}: ${before}`);
    assert.ok(before.some((place) => place.startsWith('redis') && place.includes('sheet')));
    assert.ok(before.some((place) => place.includes('queue:answers:')));
    const chained = (await api.store.audit.waiting(500)).map(({ facts: { source } }) => source);
    const certificate = ErasureView.parse((await erase()).body);
    assert.deepEqual(await placesOf(NAME, ANSWER, code, NAME.toUpperCase()), []);
    assert.ok(certificate.doneAt > 0);
    const { answers, sheets, examinees, photos, incidents, uploads } = certificate.removed;
    assert.deepEqual([answers, sheets, examinees, photos, incidents, uploads], [2, 1, 1, 1, 1, 1]);
    assert.equal((await api.call('GET', `/v1/uploads/${evidence}`, { token: exam.admin })).status, 404);
    assert.deepEqual(globSync(`uploads/*/${evidence}/*`, { cwd: api.config.dataDir }), []);
    const still = new Set((await api.store.audit.waiting(500)).map(({ facts: { source } }) => source));
    assert.deepEqual(
      chained.filter((source) => !still.has(source)),
      [],
      'the chain loses no entry',
    );
    assert.ok(still.has(`erased.${id}`));
  });

  it('leaves what others have: answers, sheet, result, file, and their part of the finished job', async () => {
    assert.equal((await api.store.answers.current(exam.planId, other)).length, 2);
    assert.equal((await api.store.sheets.get(other))?.state, 'scored');
    assert.ok(existsSync(join(api.config.dataDir, `sheets/${other}.json`)));
    assert.equal(globSync(`uploads/*/${othersEvidence}/*`, { cwd: api.config.dataDir }).length, 1);
    const places = await placesOf(OTHERS);
    assert.ok(places.includes('answers') && places.some((place) => place.includes('queue:answers:')), String(places));
    const scoring = (await api.store.plans.get(exam.planId))?.scoring;
    assert.ok((await api.store.results.of(scoring?.scoringId ?? '', [other])).length === 1);
  });

  it('leaves a chain that verifies, whose texts are shown with what proves them, or said to be gone', async () => {
    const { planId, admin: token } = exam;
    await takeUp();
    const { entries } = AuditList.parse((await api.call('GET', `/v1/plans/${planId}/audit?limit=200`, { token })).body);
    const texts = entries.filter(({ kind }) => kind === 'control.issued').map((entry) => entry.texts);
    assert.deepEqual(
      texts.map(({ reason, text }) => [reason?.text, text?.text]),
      [
        [undefined, undefined],
        [undefined, undefined],
        [OTHERS_WHY, `${OTHERS_WHY}, please`],
        [undefined, undefined],
      ],
    );
    assert.equal(texts[0]?.reason, null);
    assert.equal(entries.find(({ kind }) => kind === 'photo.removed')?.texts.reason, null);
    const kept = entries.find((entry) => entry.texts.reason) ?? assert.fail();
    const { text, salt } = kept.texts.reason ?? assert.fail();
    const canonical = JSON.stringify([salt, 'reason', text]);
    assert.deepEqual(kept.data.reason, { salted: createHash('sha256').update(canonical).digest('base64url') });
    const check = AuditCheck.parse((await api.call('GET', `/v1/plans/${planId}/audit/check`, { token })).body);
    assert.deepEqual([check.isWhole, check.verified], [true, entries.length]);
  });

  it('is not undone by a worker that read what waited before, and writes it now', async () => {
    const source = `late.${newId()}`;
    const facts = { source, at: 1, actorId: '', actorRole: 'system', kind: 'x', subject: id, roomId: '' } as const;
    const late = { ...facts, data: { reason: `${WHY} again` } };
    await api.store.plans.edit((await api.store.plans.get(exam.planId)) ?? assert.fail(), {}, [], late);
    // Her row is gone, and with it her name: of what is about her the id is enough.
    await api.store.erasures.remove({ _id: id, planId: exam.planId });
    await api.store.audit.append(exam.planId, [late]);
    assert.deepEqual(await placesOf(NAME), []);
    await takeUp();
    assert.deepEqual(await placesOf(NAME), []);
  });

  it('counts the person in no live data, also where a room that still knows everybody speaks once more', async () => {
    const [roomId] = exam.roomIds;
    const one = { [`status:${roomId}:submitted`]: '1', [`link:${roomId}:offline`]: '1', [`saved:${roomId}`]: '2' };
    assert.deepEqual(await api.redis.hgetall(redisKeys.counts(exam.planId)), one);
    await roomSays(2);
    assert.deepEqual(await api.redis.hgetall(redisKeys.counts(exam.planId)), one);
    assert.deepEqual(await api.redis.zrange(redisKeys.lastSeen(exam.planId), '0', '-1'), [other]);
    assert.deepEqual(await api.redis.hgetall(redisKeys.examinee(exam.planId, id)), {});
  });

  it('keeps a certificate, gives it again to who asks again, and lists it', async () => {
    const again = ErasureView.parse((await erase()).body);
    const { erasures } = ErasureList.parse(
      (await api.call('GET', `/v1/plans/${exam.planId}/erasures`, { token: exam.admin })).body,
    );
    assert.deepEqual(erasures, [again]);
    assert.equal(again.reason, 'her wish');
    assert.equal(codeOf(await api.call('GET', `/v1/examinees/${id}/sheet`, { token: exam.admin })), 'EXAMINEE_UNKNOWN');
  });

  it('goes on where a process died in the middle', async () => {
    const at = Date.now();
    const document = {
      planId: exam.planId,
      roomId: exam.roomIds[0],
      reason: 'her wish',
      by: '-',
      byRole: 'admin' as const,
    };
    const third = personAt(exam, 1).examineeId;
    const facts = {
      source: `erased.${third}`,
      at,
      actorId: '-',
      actorRole: 'admin',
      kind: 'examinee.erased',
      subject: third,
      roomId: '',
      data: {},
    } as const;
    await api.store.erasures.begin({ _id: third, ...document, at, doneAt: 0, removed: {} }, facts);
    const { status, body } = await api.call('POST', `/v1/examinees/${third}/erasure`, {
      token: exam.admin,
      body: { reason: 'again' },
    });
    assert.equal(status, 200);
    assert.equal(ErasureView.parse(body).removed.examinees, 1);
    assert.deepEqual(await placesOf(OTHERS), []);
  });
});
