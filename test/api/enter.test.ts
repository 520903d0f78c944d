// `enter`: who gets in, who does not, and that a storm of enters and their repeats does no harm.
import assert from 'node:assert/strict';
import { createTokens } from '../../api/tokens.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { revisionOf } from '../../exam/revision.ts';
import type { DeviceVerdict } from '../../schema/device-change.ts';
import { newId } from '../../schema/ids.ts';
import { IncidentRules, SIGNAL_KINDS } from '../../schema/incidents.ts';
import { refuse } from '../../schema/refusals.ts';
import type { EnterReply, ExamineesReply, Problem } from '../../schema/replies.ts';
import type { PlanState } from '../../schema/states.ts';
import {
  type ExamFixture,
  examineeToken,
  forceState,
  ITEMS,
  makeExam,
  personAt,
  proctorToken,
} from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** Plans and rooms are cached for a second. */
const CACHE_MS = 1_050;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('enter', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let hold: Promise<void> | undefined;
  let elsewhere = false;
  let verdict: DeviceVerdict | undefined;

  before(async () => {
    const config = { enterInFlight: 3 };
    api = await startApi('enter', {
      config,
      mayChangeDevice: async () => verdict ?? { verdict: 'waits', retryAfterMs: 3_000 },
      async reserve(roomId) {
        await hold;
        return elsewhere
          ? refuse('ROOM_ELSEWHERE', undefined, 1_000)
          : { name: 'exam', sessionId: newId(), roomId, processId: 'p1', publicAddress: 'rooms.example' };
      },
    });
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
    api.seats.length = 0;
    api.questions.length = 0;
  });
  after(() => api.stop());

  const entry = (index = 0, given: Record<string, unknown> = {}) => ({
    code: personAt(exam, index).code,
    deviceKey: 'device-0001',
    entryId: newId(),
    ...given,
  });
  const enter = (body: unknown) => api.call('POST', '/v1/enter', { body, key: null });
  const codeOf = async (body: unknown): Promise<string> => ((await enter(body)).body as Problem).code;

  it('says the seat to who has one', async () => {
    const { examineeId } = personAt(exam, 1);
    const token = exam.admin;
    await api.call('PUT', `/v1/examinees/${examineeId}`, { token, body: { seat: 'A1' } });
    const reply: EnterReply = (await enter(entry(1))).body;
    assert.equal(reply.examinee.seat, 'A1');
  });

  it('gives token, reservation, examinee, room, plan and an empty sheet', async () => {
    const { status, body } = await enter(entry(1));
    const reply: EnterReply = body;
    const { examineeId } = personAt(exam, 1);
    assert.equal(status, 200);
    assert.deepEqual(reply.examinee, { examineeId, label: 'Ben', status: 'entered', fence: 1, hasPhoto: false });
    assert.deepEqual(reply.room, { roomId: exam.roomIds[0], label: 'one', status: 'closed', startsAt: 0 });
    const warningsMs = [600_000, 300_000, 60_000];
    const policies = { warningsMs, navigation: 'free', rules: '', signals: SIGNAL_KINDS };
    assert.deepEqual(reply.plan, { planId: exam.planId, name: 'plan', durationMs: 600_000, ...policies });
    const key = await api.store.exportKeys.publicOf(exam.planId);
    const proof = createTokens(api.config.secret).exportProof({ planId: exam.planId, examineeId, fence: 1 });
    assert.deepEqual(reply.exportKey, { ...key, proof });
    assert.deepEqual([reply.deadlineAt, reply.sheet], [0, { state: 'empty', answers: [] }]);
    assert.deepEqual([reply.heldSince, reply.locked], [0, false]);
    assert.equal(reply.reservation.publicAddress, 'rooms.example');
    assert.ok(Math.abs(reply.now - Date.now()) < 5_000);
    assert.equal(createTokens(api.config.secret).examineeOf(reply.token, Date.now())?.examineeId, examineeId);
  });

  it('says whether there is a photo, the rules, the way through the paper, and what is recorded of the page', async () => {
    const { examineeId } = personAt(exam, 0);
    const photo = { _id: examineeId, planId: exam.planId, type: 'image/png', bytes: Buffer.of(1), at: 1 } as const;
    await api.store.photos.put(photo);
    const incidentRules = IncidentRules.parse({ kinds: { paste: 'off', 'second-screen': 'off' } });
    await api.store.plans.change(exam.planId, ['open'], { navigation: 'forward', rules: 'No phones.', incidentRules });
    await pause(CACHE_MS);
    const { examinee, plan } = (await enter(entry(0))).body as EnterReply;
    assert.deepEqual([examinee.hasPhoto, plan.navigation, plan.rules], [true, 'forward', 'No phones.']);
    assert.deepEqual(plan.signals, ['focus-lost', 'full-screen-left', 'network-lost', 'clock-jump']);
    assert.equal(((await enter(entry(1))).body as EnterReply).examinee.hasPhoto, false);
  });

  it('tells the room who has the seat, and that nothing is stored, on the first enter alone', async () => {
    const body = entry();
    const requestId = (await enter(body)).headers.get('x-request-id');
    await enter(body);
    await enter(entry());
    const { examineeId } = personAt(exam, 0);
    const seat = { role: 'examinee', examineeId, planId: exam.planId, roomId: exam.roomIds[0], device: 'Node' };
    const readAt = api.seats[0]?.auth.role === 'examinee' ? api.seats[0].auth.readAt : 0;
    assert.ok(Date.now() - readAt < 60_000);
    const { entryId, deviceKey } = body;
    assert.deepEqual(api.seats[0]?.auth, { ...seat, fence: 1, entryId, deviceKey, fresh: true, readAt, requestId });
    assert.deepEqual(
      api.seats.map(({ auth }) => auth.role === 'examinee' && [auth.fence, auth.fresh]),
      [
        [1, true],
        [1, false],
        [2, false],
      ],
    );
  });

  it('[S20] gives the same entryId the same fence, also at once, and another one the next', async () => {
    const body = entry();
    const together = await Promise.all([enter(body), enter(body), enter(body)]);
    assert.deepEqual(
      together.map((answer) => (answer.body as EnterReply).examinee.fence),
      [1, 1, 1],
    );
    assert.equal(((await enter(entry())).body as EnterReply).examinee.fence, 2);
    assert.equal((await api.store.examinees.get(personAt(exam, 0).examineeId))?.fence, 2);
  });

  it('[S1] does not let a session back in that a later one has followed', async () => {
    const first = entry();
    await enter(first);
    await enter({ ...first, fence: 1 });
    const second = entry();
    await enter(second);
    const back = await enter({ ...first, fence: 1 });
    assert.deepEqual([back.status, (back.body as Problem).code], [409, 'SESSION_FENCED']);
    assert.equal((await enter({ ...second, fence: 2 })).status, 200);
    assert.equal((await api.store.examinees.get(personAt(exam, 0).examineeId))?.fence, 2);
  });

  it('[S11] asks the room about another device alone, and tells that one to wait', async () => {
    await enter(entry());
    await enter(entry());
    await enter(entry(1));
    assert.deepEqual(api.questions, [], 'neither about the first device nor about the same');
    const { status, body, headers } = await enter(entry(0, { deviceKey: 'device-0002' }));
    assert.deepEqual([status, (body as Problem).code, headers.get('retry-after')], [423, 'DEVICE_WAITING', '3']);
    assert.match((body as Problem).detail, /ask the proctor/);
    const { examineeId } = personAt(exam, 0);
    const question = { examineeId, deviceKey: 'device-0002', usedRelease: '' };
    assert.deepEqual(api.questions, [{ roomId: exam.roomIds[0], question }]);
    assert.equal((await api.store.examinees.get(examineeId))?.fence, 2, 'nothing has changed');
  });

  it('[S11] lets another device in by a release, notes that it was used, and logs by which', async () => {
    await enter(entry());
    verdict = { verdict: 'in', release: 'control-0001' };
    const other = entry(0, { deviceKey: 'device-0002' });
    assert.equal((await enter(other)).status, 200);
    assert.equal((await enter(other)).status, 200, 'the same entering again');
    verdict = undefined;
    assert.equal(api.questions.length, 1);
    const { deviceKey, usedRelease, fence } = (await api.store.examinees.get(personAt(exam, 0).examineeId)) ?? {};
    assert.deepEqual([deviceKey, usedRelease, fence], ['device-0002', 'control-0001', 2]);
    const logged = api.logs.filter(({ kind, data }) => kind === 'examinee.entered' && data.anotherDevice === true);
    assert.deepEqual(logged.at(-1)?.data, {
      fence: 2,
      repeated: false,
      device: 'Node',
      anotherDevice: true,
      controlId: 'control-0001',
    });
    await enter(entry(0, { deviceKey: 'device-0003' }));
    assert.equal(api.questions.at(-1)?.question.usedRelease, 'control-0001');
  });

  it('[S11] lets any device in at once where the plan says so, and asks nobody', async () => {
    await api.store.plans.change(exam.planId, ['open'], { deviceChange: { afterMs: 0 } });
    await enter(entry());
    assert.equal((await enter(entry(0, { deviceKey: 'device-0002' }))).status, 200);
    assert.deepEqual(api.questions, []);
  });

  it('[S20] lets so many in at once, as many wait in line, and the others are told to come back after a second', async () => {
    let release = (): void => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const held = [0, 1, 2].map((index) => enter(entry(index)));
    while (api.seats.length < 3) await pause(5);
    const inLine: ReturnType<typeof enter>[] = [];
    let over: Awaited<ReturnType<typeof enter>> | undefined;
    while (over === undefined) {
      const one = enter(entry(inLine.length % 3));
      over = await Promise.race([one, pause(300).then(() => undefined)]);
      if (over === undefined) inLine.push(one);
    }
    assert.equal(inLine.length, 3);
    assert.deepEqual([over.status, (over.body as Problem).code, over.headers.get('retry-after')], [503, 'BUSY', '1']);
    assert.match((await api.call('GET', '/metrics')).text, /examhall_enters_in_flight 3/);
    hold = undefined;
    release();
    assert.deepEqual(
      (await Promise.all([...held, ...inLine])).map((answer) => answer.status),
      [200, 200, 200, 200, 200, 200],
    );
    assert.equal((await enter(entry())).status, 200);
  });

  it('[S20] keeps no token, code or seat in an idempotency record', async () => {
    const { body } = await enter(entry());
    const { token, reservation }: EnterReply = body;
    const records = JSON.stringify(
      await api.store.idempotency.begin(`${personAt(exam, 0).examineeId}.${newId()}`, '?', 1),
    );
    assert.equal(records, '"new"');
    const entered = api.logs.filter((log) => log.kind === 'examinee.entered');
    for (const secret of [token, reservation.sessionId, personAt(exam, 0).code])
      assert.ok(!JSON.stringify([entered, api.logged]).includes(secret));
  });

  it('takes a code as people type it', async () => {
    const { code } = personAt(exam, 0);
    const typed = `${code.slice(0, 5).toLowerCase()} - ${code.slice(5)}`;
    assert.equal((await enter(entry(0, { code: typed }))).status, 200);
  });

  it('shows the answers that are stored', async () => {
    await enter(entry());
    const { examineeId } = personAt(exam, 0);
    const answers = [
      ['A', 1],
      ['C', 2],
    ] as const;
    await api.store.answers.insert(
      exam.planId,
      answers.map(([response, counter]) => [
        examineeId,
        1,
        revisionOf(1, counter),
        response,
        contentHash(response),
        Date.now(),
      ]),
    );
    const { body } = await enter(entry());
    assert.deepEqual((body as EnterReply).sheet, {
      state: 'in-progress',
      answers: [{ item: 1, revision: revisionOf(1, 2), response: 'C' }],
    });
  });

  it("names the deadline of the room's start, with this examinee's extra time", async () => {
    const startsAt = Date.now() + 5_000;
    await api.store.rooms.change(exam.roomIds[0], 0, { startsAt, status: 'open' });
    assert.equal(((await enter(entry(0))).body as EnterReply).deadlineAt, startsAt + 600_000);
    assert.equal(((await enter(entry(1))).body as EnterReply).deadlineAt, startsAt + 660_000);
  });

  const doors: [PlanState, string | undefined][] = [
    ['draft', 'ROOM_NOT_OPEN'],
    ['scheduled', 'ROOM_NOT_OPEN'],
    ['open', undefined],
    ['running', undefined],
    ['paused', undefined],
    ['ended', 'EXAM_ENDED'],
    ['scored', 'EXAM_ENDED'],
    ['archived', 'EXAM_ENDED'],
  ];
  for (const [state, code] of doors) {
    it(`${code === undefined ? 'lets in' : `answers ${code}`} while the plan is ${state}`, async () => {
      await forceState(api, exam.planId, state);
      assert.equal(await codeOf(entry()), code);
    });
  }

  it('answers EXAM_ENDED with the state for a sheet that has ended, and for an ended room', async () => {
    for (const state of ['submitted', 'timed-out'] as const) {
      await api.store.examinees.setStatus([personAt(exam, 0).examineeId], ['registered', 'submitted'], state);
      const { body } = await enter(entry());
      assert.deepEqual([(body as Problem).code, (body as Problem).state], ['EXAM_ENDED', state]);
    }
    await api.store.rooms.change(exam.roomIds[1], 0, { status: 'ended' });
    assert.equal(await codeOf(entry(2)), 'EXAM_ENDED');
  });

  it('does not let in who was removed, nor raises the fence', async () => {
    const { examineeId } = personAt(exam, 0);
    await api.store.examinees.setStatus([examineeId], ['registered'], 'removed');
    assert.equal(await codeOf(entry()), 'EXAMINEE_REMOVED');
    assert.equal((await api.store.examinees.get(examineeId))?.fence, 0);
    assert.equal((await api.call('GET', '/v1/paper', { token: examineeToken(api, exam, 0) })).status, 403);
  });

  it('keeps out who comes for the first time later than the plan allows, and lets everybody else in', async () => {
    await enter(entry(0));
    await api.store.plans.change(exam.planId, ['open'], { lateEntry: { allowedForMs: 60_000 } });
    await api.store.rooms.change(exam.roomIds[0], 0, { startsAt: Date.now() - 61_000, status: 'running' });
    await api.store.rooms.change(exam.roomIds[1], 0, { startsAt: Date.now() - 30_000, status: 'running' });
    await pause(CACHE_MS);
    const { status, body } = await enter(entry(1));
    assert.deepEqual([status, (body as Problem).code], [409, 'ENTRY_TOO_LATE']);
    assert.equal((await api.store.examinees.get(personAt(exam, 1).examineeId))?.fence, 0);
    assert.equal((await enter(entry(0))).status, 200, 'who has been in comes back');
    assert.equal((await enter(entry(2))).status, 200, 'who is in time comes in');
  });

  it('gives who waits for a proctor a seat and no paper, and tells who was refused why, without the words of the proctor', async () => {
    const { examineeId } = personAt(exam, 0);
    await api.store.plans.change(exam.planId, ['open'], { admission: 'by-proctor' });
    await api.store.paperKeys.make(exam.planId, exam.roomIds);
    await api.store.rooms.change(exam.roomIds[0], 0, { startsAt: Date.now() - 1_000, status: 'running' });
    await pause(CACHE_MS);
    const paper = () => api.call('GET', '/v1/paper', { token: examineeToken(api, exam, 0) });
    const waits = (await enter(entry())).body as EnterReply;
    assert.deepEqual([waits.examinee.admission, waits.paperKey], ['waiting', undefined]);
    assert.equal(((await paper()).body as Problem).code, 'ADMISSION_PENDING');
    await api.store.examinees.admit([examineeId], newId(), { is: 'refused', ground: 'identity' });
    const { status, body, headers } = await enter(entry());
    const problem = body as Problem;
    assert.deepEqual(
      [status, problem.code, problem.retry, headers.get('retry-after')],
      [403, 'ENTRY_REFUSED', 'later', '10'],
    );
    assert.match(problem.detail, /Who you are could not be confirmed/);
    await api.store.examinees.admit([examineeId], newId(), { is: 'admitted' });
    const isIn = (await enter(entry())).body as EnterReply;
    assert.equal(isIn.examinee.admission, undefined);
    assert.equal(typeof isIn.paperKey, 'string');
    assert.equal((await paper()).status, 200);
  });

  it('passes on that the room is moving', async () => {
    elsewhere = true;
    const { body, headers } = await enter(entry());
    elsewhere = false;
    assert.deepEqual([(body as Problem).code, headers.get('retry-after')], ['ROOM_ELSEWHERE', '1']);
  });

  it('slows down who tries wrong codes on one device, and nobody else behind the address', async () => {
    const wrong = () =>
      entry(0, {
        code: `22${newId()
          .replace(/[^2-9A-HJKMNP-Z]/g, '')
          .padEnd(8, '3')
          .slice(0, 8)}`,
        deviceKey: 'guessing-device',
      });
    for (let tries = 0; tries < 10; tries++) assert.equal(await codeOf(wrong()), 'CODE_UNKNOWN');
    const { status, body, headers } = await enter(wrong());
    assert.deepEqual([status, (body as Problem).code, headers.get('retry-after')], [429, 'TOO_MANY_TRIES', '60']);
    assert.equal((await enter(entry(1, { deviceKey: 'guessing-device' }))).status, 200, 'the right code always enters');
    assert.equal((await enter(entry())).status, 200);
    const keys = await api.redis.keys('eh:tries:*');
    assert.ok(keys.length > 0 && keys.every((key) => !key.includes('guessing-device')));
    for (const key of keys) assert.ok((await api.redis.ttl(key)) > 0);
  });

  it('lets in a whole hall behind one address, whatever its people typed before, on machines of one image too', async function () {
    this.timeout(60_000);
    const examinees = Array.from({ length: 300 }, (_, index) => ({
      label: `person ${index}`,
      roomId: exam.roomIds[0],
    }));
    await forceState(api, exam.planId, 'draft');
    const path = `/v1/plans/${exam.planId}/examinees`;
    const { body } = await api.call('POST', path, { token: exam.admin, body: { examinees } });
    await forceState(api, exam.planId, 'open');
    await pause(CACHE_MS);
    const people = (body as ExamineesReply).examinees;
    const deviceKey = (index: number) => (index < 150 ? 'one-image-for-all' : `device-of-${index}`);
    /** No more at once than the door of this api takes. */
    async function all(codeOfOne: (index: number) => string): Promise<number[]> {
      const statuses: number[] = [];
      const left = people.map((_, index) => index).values();
      const one = async () => {
        for (const index of left) {
          const given = { code: codeOfOne(index), deviceKey: deviceKey(index) };
          statuses.push((await enter(entry(0, given))).status);
        }
      };
      await Promise.all([one(), one(), one()]);
      return statuses;
    }
    const mistyped = await all(() => '3333333333');
    assert.equal(mistyped.length, 300);
    assert.ok(mistyped.includes(429) && mistyped.every((status) => status === 404 || status === 429));
    assert.deepEqual(new Set(await all((index) => people[index]?.code ?? '')), new Set([200]));
  });

  it('tells who comes too early when the exam is planned, where the plan says so', async () => {
    await forceState(api, exam.planId, 'scheduled');
    await pause(CACHE_MS);
    const unsaid = (await enter(entry())).body as Problem;
    assert.deepEqual([unsaid.code, unsaid.retry, unsaid.at], ['ROOM_NOT_OPEN', 'later', undefined]);
    const plannedAt = Date.UTC(2030, 0, 1, 9);
    await api.store.plans.change(exam.planId, ['scheduled'], { plannedAt });
    await pause(CACHE_MS);
    const said = (await enter(entry())).body as Problem;
    assert.deepEqual([said.code, said.at], ['ROOM_NOT_OPEN', plannedAt]);
    assert.match(said.detail, /planned for 2030-01-01T09:00:00.000Z/);
    await forceState(api, exam.planId, 'open');
    await pause(CACHE_MS);
    assert.equal(((await enter(entry())).body as EnterReply).plan.plannedAt, plannedAt);
  });

  it('tells who comes too late until when it was possible, and who comes after the end when that was, and how the sheet stands', async () => {
    const startsAt = Date.now() - 3_600_000;
    await api.store.plans.change(exam.planId, ['open'], { lateEntry: { allowedForMs: 60_000 }, status: 'running' });
    await api.store.rooms.change(exam.roomIds[0], 0, { status: 'running', startsAt });
    await pause(CACHE_MS);
    const late = (await enter(entry())).body as Problem;
    assert.deepEqual([late.code, late.at], ['ENTRY_TOO_LATE', startsAt + 60_000]);
    await api.store.plans.change(exam.planId, ['running'], { status: 'ended', endedAt: 5_000 });
    await api.store.rooms.change(exam.roomIds[0], 0, { status: 'ended', endsAt: 4_000, settledAt: 4_500 });
    await pause(CACHE_MS);
    const over = (await enter(entry())).body as Problem;
    assert.deepEqual([over.code, over.at, over.state], ['EXAM_ENDED', 4_000, 'registered']);
  });

  it('tells who comes to another room where to go, and enters nobody there', async () => {
    const [, otherRoom] = exam.roomIds;
    const token = exam.admin;
    await api.call('PUT', `/v1/examinees/${personAt(exam, 0).examineeId}`, { token, body: { seat: 'A 7' } });
    const { status, body } = await enter(entry(0, { roomId: otherRoom }));
    const { code, retry, room, detail } = body as Problem;
    assert.deepEqual([status, code, retry], [409, 'ROOM_OTHER', 'never']);
    assert.deepEqual(room, { roomId: exam.roomIds[0], label: 'one', seat: 'A 7' });
    assert.match(detail, /Your room is one, your seat A 7/);
    assert.equal((await api.store.examinees.get(personAt(exam, 0).examineeId))?.fence, 0);
    assert.equal((await enter(entry(0, { roomId: exam.roomIds[0] }))).status, 200);
  });

  it('slows down who tries one wrong code with ever new devices', async () => {
    const code = '2222222222';
    for (let tries = 0; tries < 10; tries++) await enter(entry(0, { code, deviceKey: newId() }));
    assert.equal(await codeOf(entry(0, { code, deviceKey: newId() })), 'TOO_MANY_TRIES');
  });

  it('gives the paper once the room has its start, and the key never', async () => {
    const token = examineeToken(api, exam, 0);
    const paper = () => api.call('GET', '/v1/paper', { token });
    assert.equal(((await paper()).body as Problem).code, 'ROOM_NOT_RUNNING');
    await api.store.rooms.change(exam.roomIds[0], 0, { startsAt: Date.now() + 400, status: 'open' });
    await pause(CACHE_MS);
    const { status, text, body } = await paper();
    assert.equal(status, 200);
    assert.deepEqual(
      (body as { items: { name: string }[] }).items.map((item) => item.name),
      ITEMS.map((item) => item.name),
    );
    assert.ok(!text.includes('because') && !text.includes('correct'));
  });

  it('does not give the paper before the instant of the start', async () => {
    await api.store.rooms.change(exam.roomIds[0], 0, { startsAt: Date.now() + 60_000, status: 'open' });
    const { body, headers } = await api.call('GET', '/v1/paper', { token: examineeToken(api, exam, 0) });
    assert.deepEqual([(body as Problem).code, headers.get('retry-after')], ['ROOM_NOT_RUNNING', '1']);
  });

  it("gives a proctor a seat in an own room of a live plan, of the proctor's plan", async () => {
    const token = await proctorToken(api, exam.planId, [exam.roomIds[1]]);
    const sit = (roomId: string) => api.call('POST', '/v1/enter/proctor', { token, body: { roomId }, key: null });
    assert.equal((await sit(exam.roomIds[1])).status, 200);
    assert.deepEqual(api.seats.at(-1)?.auth.role === 'proctor' && api.seats.at(-1)?.auth, {
      ...api.seats.at(-1)?.auth,
      role: 'proctor',
      planId: exam.planId,
    });
    assert.equal((await sit(exam.roomIds[0])).status, 403);
    await forceState(api, exam.planId, 'ended');
    await pause(CACHE_MS);
    assert.equal((await sit(exam.roomIds[1])).status, 200, 'late arrivals come, and an end may be taken back');
    await forceState(api, exam.planId, 'scored');
    await pause(CACHE_MS);
    assert.equal(((await sit(exam.roomIds[1])).body as Problem).code, 'ROOM_NOT_OPEN');
  });

  it('lets everybody try while Redis is away: a counter is no reason to miss an exam', async () => {
    const away = await startApi('enter-away');
    const other = await makeExam(away);
    await forceState(away, other.planId, 'open');
    away.redis.disconnect();
    const body = { code: personAt(other, 0).code, deviceKey: 'device-0001', entryId: newId() };
    assert.equal((await away.call('POST', '/v1/enter', { body, key: null })).status, 200);
    await away.stop();
  });
});
