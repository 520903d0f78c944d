// The client over the whole system: its own processes, stores and sockets, some of which are killed or stopped.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { type EnterOptions, enterExam } from '../../client/enter-exam.ts';
import { fileOutbox } from '../../client/outbox-file.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import { type RoomWatch, watchRoom } from '../../client/proctor.ts';
import type { ExamSession } from '../../client/session.ts';
import { colyseusSocket, type OpenSocket } from '../../client/socket.ts';
import { fenceOf } from '../../exam/revision.ts';
import { checkReceipt } from '../../exam/signed-receipt.ts';
import { type Administrator, createAdministrator } from '../../loadtest/administrator.ts';
import { createRehearsal, endRooms, openRooms, type Rehearsal, startRooms } from '../../loadtest/rehearsal.ts';
import type { Item } from '../../schema/answers.ts';
import { RefusalError } from '../../schema/refusals.ts';
import type { ReceiptKeys } from '../../schema/signed-receipt.ts';
import { openNetwork } from '../support/network.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';

const ITEMS: Item[] = [
  {
    number: 1,
    name: 'choice',
    kind: 'singleChoice',
    text: '',
    options: [
      { id: 'A', text: '' },
      { id: 'B', text: '' },
    ],
  },
  { number: 2, name: 'essay', kind: 'essay', text: '', options: [] },
  { number: 3, name: 'sum', kind: 'number', text: '', options: [] },
  {
    number: 4,
    name: 'report',
    kind: 'file',
    text: '',
    options: [],
    file: { types: ['text/plain'], maxBytes: 1_000_000, count: 1 },
  },
];
const KEY = [{ kind: 'singleChoice' as const, item: 1, correct: 'A', points: 1_000 }];
const LIMIT_MS = 30_000;

describe('the client over the whole system', function () {
  this.timeout(90_000);
  let system: System;
  let token: string;
  let admin: Administrator;
  let exam: Rehearsal;
  let folder: string;
  const open: { leave(): Promise<void> }[] = [];

  before(async () => {
    folder = await testFolder();
    system = await startSystem({ folder, mongodbUrl: await mongodbUrl('client-system'), redisUrl: await redisUrl() });
    token = await system.admin();
    admin = createAdministrator({ url: system.url, token });
  });
  beforeEach(async () => {
    exam = await rehearsal();
  });
  async function rehearsal(graceMs = 30_000): Promise<Rehearsal> {
    const rooms = [{ label: 'Room 1', examinees: [{ label: 'Kim' }, { label: 'Lee', extraMs: 60_000 }] }];
    const name = `client ${randomUUID().slice(0, 8)}`;
    const made = await createRehearsal(admin, { name, items: ITEMS, key: KEY, rooms, durationMs: 600_000, graceMs });
    await openRooms(admin, made);
    return made;
  }
  afterEach(async () => {
    for (const one of open.splice(0)) await one.leave();
  });
  after(() => system.stop());

  async function enter(index = 0, options: Partial<EnterOptions> = {}): Promise<ExamSession> {
    const code = exam.roster[index]?.code ?? '';
    const session = await enterExam({
      url: system.url,
      code,
      deviceKey: `device-${index}`,
      storage: memoryOutbox(),
      ...options,
    });
    open.push(session);
    await until(() => session.link() === 'online', 'the link is up');
    return session;
  }
  const isSaved =
    (session: ExamSession, ...items: number[]) =>
    () =>
      items.every((item) => session.answers().get(item)?.state === 'saved');
  const stored = async (index: number) =>
    (await admin.sheet(exam.roster[index]?.examineeId ?? '')).answers.map(({ item, response }) => [item, response]);

  /** The readable file of this sheet, once it is written. */
  async function fileOf(examineeId: string): Promise<{ receipt: unknown }> {
    for (const limit = performance.now() + LIMIT_MS; performance.now() < limit; ) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${system.url}/v1/files/sheet.${examineeId}`, { headers });
      if (response.ok) return (await response.json()) as { receipt: unknown };
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('the file was not written');
  }

  it('[S17] behind a network that cuts every WebSocket loses nothing, is held by a pause, and goes back to the socket', async () => {
    await startRooms(admin, exam);
    const network = await openNetwork(system.url);
    open.push({ leave: () => network.close() });
    network.room.blockSockets();
    const { code = '' } = exam.roster[0] ?? {};
    const device = { code, deviceKey: 'device-0', storage: memoryOutbox() };
    const session = await enterExam({ ...device, url: network.url, open: network.open });
    open.push(session);
    const saved: number[] = [];
    session.on('answer', ({ revision, state }) => state === 'saved' && saved.push(revision));
    const revisions = [session.answer(1, 'A'), session.answer(2, 'an essay'), session.answer(3, 7)];
    await until(isSaved(session, 1, 2, 3), 'all are saved over HTTP');
    // Its status comes with the next look at how things stand, which may have been just before the start.
    await until(() => session.status() === 'answering', 'its status is known without a socket');
    assert.deepEqual([session.road(), session.link()], ['http', 'reconnecting']);
    await admin.control(exam.planId, { action: 'pause', reason: 'a test' });
    await until(() => session.room().heldSince !== 0, 'the pause is known without a socket');
    revisions.push(session.answer(1, 'B'));
    await admin.control(exam.planId, { action: 'resume', reason: 'a test' });
    await until(isSaved(session, 1), 'it is saved when the room goes on');
    await network.mend();
    await until(() => session.link() === 'online' && session.road() === 'socket', 'the socket is back');
    revisions.push(session.answer(3, 8));
    const submitted = await session.submit();
    assert.equal(submitted.revisions.length, 3);
    assert.deepEqual(saved.toSorted(), revisions.toSorted(), 'each is said to be saved, and once');
    assert.deepEqual(await stored(0), [
      [1, 'B'],
      [2, 'an essay'],
      [3, 8],
    ]);
  });

  it('brings a file as an answer, which is saved like every other, goes on where the same one had got to, and is replaced', async () => {
    await startRooms(admin, exam);
    const session = await enter();
    const seen: number[] = [];
    const text = 'a line of a long report\n'.repeat(30_000);
    const first = await session.answerFile(4, new Blob([text]), 'report.txt', {
      progress: (offset) => seen.push(offset),
    });
    await until(isSaved(session, 4), 'the file is saved');
    assert.deepEqual([seen[0], seen.at(-1), seen.length > 3], [0, text.length, true], 'in pieces');
    const response = String(session.answers().get(4)?.response);
    assert.deepEqual(await session.fileOf(response).then((file) => [file?.name, file?.bytes]), [
      'report.txt',
      text.length,
    ]);
    const again: number[] = [];
    await session.answerFile(4, new Blob([text]), 'report.txt', { progress: (offset) => again.push(offset) });
    assert.deepEqual(again, [text.length], 'no byte of it is sent twice');
    const other = await session.answerFile(4, new Blob(['shorter']), 'report.txt');
    assert.ok(other > first);
    await until(isSaved(session, 4), 'the other one is saved');
    const [[, stands] = []] = await stored(0);
    assert.equal(stands, session.answers().get(4)?.response);
    assert.notEqual(stands, response);
    const wrong = session.answerFile(4, new Blob([new Uint8Array([0, 1, 2])]), 'report.txt');
    await assert.rejects(wrong, (error) => error instanceof RefusalError && error.refusal.refused === 'UPLOAD_TYPE');
    const gone = session.answerFile(4, new Blob(['never']), 'late.txt', { signal: AbortSignal.abort() });
    await assert.rejects(gone, { code: 'LEFT' });
    assert.equal(session.answers().get(4)?.response, stands);
  });

  it('carries an exam from entering to the submitted sheet', async () => {
    const session = await enter();
    const [roomEvents, states]: [string[], string[]] = [[], []];
    session.on('room', ({ status }) => roomEvents.push(status));
    session.on('status', ({ status }) => states.push(status));
    session.ready();
    await until(() => session.status() === 'ready', 'readiness is confirmed');
    const paper = session.paper();
    await startRooms(admin, exam);
    await until(() => session.room().status === 'running', 'the room runs');
    // A patch carries it, so it may come after the message that the room runs; submitted would overtake it.
    await until(() => session.status() === 'answering', 'the own status follows');
    assert.deepEqual(
      (await paper).items.map(({ number }) => number),
      [1, 2, 3, 4],
    );
    assert.ok(Math.abs(session.remainingMs() - 600_000) < 5_000, `${session.remainingMs()}`);
    session.answer(1, 'B');
    session.answer(1, 'A');
    session.answer(2, '한'.repeat(21_000), { debounce: true });
    session.answer(3, 42);
    const { submittedAt, revisions } = await session.submit();
    assert.ok(Math.abs(submittedAt - Date.now()) < 10_000);
    assert.deepEqual(
      revisions.map(([item]) => item),
      [1, 2, 3],
    );
    await until(() => session.status() === 'submitted', 'the status is told');
    assert.deepEqual(await stored(0), [
      [1, 'A'],
      [2, '한'.repeat(21_000)],
      [3, 42],
    ]);
    assert.deepEqual(session.outbox(), []);
    const { count, at, hash, agrees } = await session.submit();
    assert.deepEqual([count, at, agrees], [3, submittedAt, true], 'this device comes to the same');
    const { examineeId = '' } = exam.roster[0] ?? {};
    assert.deepEqual((await admin.sheet(examineeId)).receipt, { count, at, hash });
    assert.deepEqual((await fileOf(examineeId)).receipt, { count, hash }, 'and so does the readable file');
    const signed = await session.signedReceipt();
    const { keys } = (await (await fetch(`${system.url}/v1/receipt-keys`)).json()) as ReceiptKeys;
    const answers = (await admin.sheet(examineeId)).answers;
    assert.deepEqual(checkReceipt(signed, { keys, answers }), { findings: [], proved: 3, keys: 'given' });
    assert.deepEqual([signed.sheet.state, signed.sheet.count, signed.sheet.hash], ['submitted', count, hash]);
    assert.ok(roomEvents.includes('running') && states.includes('answering'));
    await assert.rejects(enter(), (error) => error instanceof RefusalError && error.refusal.refused === 'EXAM_ENDED');
  });

  it('gives an examinee with extra time the own deadline', async () => {
    const [plain, extra] = [await enter(0), await enter(1)];
    await startRooms(admin, exam);
    await until(
      () => plain.remainingMs() > 0 && extra.room().deadlineAt - plain.room().deadlineAt === 60_000,
      'both deadlines are known',
    );
  });

  it('tells of an answer that will never be accepted, and submits the others', async () => {
    const session = await enter();
    await startRooms(admin, exam);
    session.answer(1, 'Z');
    session.answer(3, 7);
    await until(() => session.answers().get(1)?.state === 'refused', 'the refusal is shown');
    assert.equal(session.answers().get(1)?.code, 'ANSWER_INVALID');
    assert.deepEqual(
      (await session.submit()).revisions.map(([item]) => item),
      [3],
    );
  });

  it('loses nothing when the process of the room is killed, and comes back by itself', async () => {
    const session = await enter();
    const links: string[] = [];
    session.on('link', ({ state }) => links.push(state));
    await startRooms(admin, exam);
    session.answer(1, 'A');
    await until(isSaved(session, 1), 'the first answer is saved');
    await system.kill('rooms-1');
    await until(() => session.link() === 'reconnecting', 'the loss is seen');
    session.answer(2, 'written while the room was dead');
    await until(isSaved(session, 2), 'what waited is saved, by whichever way is open first');
    await until(() => links.at(-1) === 'online', 'the socket is back');
    assert.deepEqual(await stored(0), [
      [1, 'A'],
      [2, 'written while the room was dead'],
    ]);
    assert.equal((await session.submit()).revisions.length, 2);
  });

  it('sees a link that is only half open, and comes back when the process goes on', async () => {
    const session = await enter();
    await startRooms(admin, exam);
    session.answer(1, 'A');
    await until(isSaved(session, 1), 'the first answer is saved');
    const states: { state: string; at: number }[] = [];
    session.on('link', ({ state }) => states.push({ state, at: performance.now() }));
    const stoppedAt = performance.now();
    await system.kill('rooms-1', 'SIGSTOP');
    session.answer(3, 3);
    await until(() => session.link() === 'reconnecting', 'the silence is seen');
    const [trouble, lost] = states.map(({ at }) => at - stoppedAt);
    assert.deepEqual(
      states.map(({ state }) => state),
      ['trouble', 'reconnecting'],
    );
    assert.ok((trouble ?? 0) < 3_500 && (lost ?? 0) < 6_000, `${trouble} ms, ${lost} ms`);
    await system.kill('rooms-1', 'SIGCONT');
    await until(isSaved(session, 3), 'what waited is saved');
  });

  it('[S1] brings unsaved answers over a new start of the programme while nothing is being saved', async () => {
    const path = join(folder, 'client.outbox');
    const before = await enter(0, { storage: fileOutbox(path) });
    await startRooms(admin, exam);
    await until(() => before.room().status === 'running', 'the room runs');
    await system.kill('workers-1', 'SIGSTOP');
    try {
      before.answer(1, 'B');
      await until(() => before.answers().get(1)?.state === 'sent', 'the answer is sent');
      before.answer(2, 'half a sen', { debounce: true });
      await before.leave();
      const after = await enter(0, { storage: fileOutbox(path) });
      assert.deepEqual(
        after.outbox().map(({ item, response }) => [item, response]),
        [
          [1, 'B'],
          [2, 'half a sen'],
        ],
      );
      assert.ok(after.outbox().every(({ revision }) => fenceOf(revision) === 2));
      after.answer(1, 'A');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      assert.ok(after.outbox().length > 0, 'nothing is said to be saved');
      await system.kill('workers-1', 'SIGCONT');
      await until(isSaved(after, 1, 2), 'everything is saved');
      assert.deepEqual(await stored(0), [
        [1, 'A'],
        [2, 'half a sen'],
      ]);
    } finally {
      await system.kill('workers-1', 'SIGCONT');
    }
  });

  it('[S11] waits on another device until a proctor releases it, and then stops on the first one', async () => {
    const first = await enter(0, { deviceKey: 'device-one' });
    await startRooms(admin, exam);
    first.answer(1, 'A');
    await until(isSaved(first, 1), 'the answer is saved');
    const reasons: string[] = [];
    const entering = enter(0, { deviceKey: 'device-two', waiting: ({ reason }) => reasons.push(reason) });
    await until(() => reasons.length > 1, 'the second one waits, and tries again by itself');
    assert.deepEqual([...new Set(reasons)], ['DEVICE_WAITING']);
    assert.equal(first.link(), 'online');
    await admin.control(exam.planId, { action: 'release', examineeIds: [first.info.examinee.examineeId] });
    const second = await entering;
    await until(() => first.link() === 'fenced', 'the first device knows');
    first.answer(2, 'kept here');
    assert.equal(second.answers().get(1)?.response, 'A');
    second.answer(1, 'B');
    await until(isSaved(second, 1), 'the second device goes on');
    assert.deepEqual(await stored(0), [[1, 'B']]);
    assert.match(first.export(), /kept here/);
  });

  it('[S11] brings what a device held without a link to the device that goes on: applied, or offered to choose', async () => {
    const network = createNetwork(system.url);
    const first = await enter(0, { ...network, deviceKey: 'device-one' });
    await startRooms(admin, exam);
    await until(() => first.room().status === 'running', 'the room runs');
    network.cut();
    first.answer(1, 'A');
    first.answer(2, 'written without a link');
    first.answer(3, 7);
    await admin.control(exam.planId, { action: 'release', examineeIds: [first.info.examinee.examineeId] });
    const second = await enter(0, { deviceKey: 'device-two' });
    second.answer(1, 'B');
    await until(isSaved(second, 1), 'the second device goes on');
    const offered: unknown[] = [];
    second.on('offered', ({ item, response }) => offered.push([item, response]));
    network.mend();
    await until(() => first.link() === 'fenced', 'the first device knows');
    await until(() => second.answers().get(2)?.response === 'written without a link', 'what is unchanged applies');
    await until(() => offered.length > 0 && second.answers().get(3)?.response === 7, 'what is changed is offered');
    assert.deepEqual(offered, [[1, 'A']]);
    assert.deepEqual(await stored(0), [
      [1, 'B'],
      [2, 'written without a link'],
      [3, 7],
    ]);
    second.chooseOffered(second.offered()[0]?.revision ?? 0, 'take');
    await until(() => second.answers().get(1)?.response === 'A' && isSaved(second, 1)(), 'the choice is an answer');
    assert.deepEqual((await stored(0))[0], [1, 'A']);
    assert.deepEqual(second.offered(), []);
    assert.match(first.export(), /written without a link/, 'the first device keeps its copy');
  });

  it('learns from the store what the exam made of its sheet when it ended without a link', async () => {
    exam = await rehearsal(0);
    const network = createNetwork(system.url);
    const session = await enter(0, network);
    await startRooms(admin, exam);
    await until(() => session.room().status === 'running', 'the room runs');
    const errors: string[] = [];
    session.on('error', (error) => errors.push('refusal' in error ? error.refusal.refused : error.fault.code));
    session.answer(1, 'A');
    network.cut();
    session.answer(2, 'written without a link');
    await endRooms(admin, exam);
    assert.deepEqual(
      [...session.answers().values()].map(({ state }) => state),
      ['sent', 'draft'],
    );
    network.mend();
    await until(isSaved(session, 1), 'what was sent is found in the sheet');
    assert.deepEqual([session.link(), session.status(), errors], ['ended', 'timed-out', ['EXAM_ENDED']]);
    assert.deepEqual(
      session.outbox().map(({ item }) => item),
      [2],
    );
    assert.deepEqual(await stored(0), [[1, 'A']]);
  });

  it('[S8] brings in the grace what it held when the exam ended without a link, and is not waited for any longer', async () => {
    const network = createNetwork(system.url);
    const [session, other] = [await enter(0, network), await enter(1)];
    await startRooms(admin, exam);
    await until(() => session.room().status === 'running', 'the room runs');
    network.cut();
    session.answer(2, 'written without a link');
    await endRooms(admin, exam);
    const endedAt = performance.now();
    await until(() => other.status() === 'timed-out', 'who was there and had nothing to bring has ended');
    assert.ok(performance.now() - endedAt < 5_000);
    network.mend();
    await until(isSaved(session, 2), 'it was taken');
    await until(() => session.status() === 'timed-out', 'and that was all');
    assert.ok(performance.now() - endedAt < 20_000);
    assert.deepEqual(await stored(0), [[2, 'written without a link']]);
  });

  it('[S8] brings what was under way when time ran out, and nothing that was written afterwards', async () => {
    const session = await enter();
    await startRooms(admin, exam);
    await until(() => session.room().status === 'running', 'the room runs');
    await system.kill('workers-1', 'SIGSTOP');
    try {
      session.answer(1, 'A'); // a batch whose answer does not come: what follows has to wait
      session.answer(3, 5);
      await endRooms(admin, exam);
      await until(() => session.room().status === 'ended', 'the end is known');
      session.answer(2, 'written afterwards');
      await until(() => session.answers().get(2)?.state === 'refused', 'it is refused');
    } finally {
      await system.kill('workers-1', 'SIGCONT');
    }
    await until(() => session.status() === 'timed-out', 'the sheet has ended');
    assert.deepEqual(await stored(0), [
      [1, 'A'],
      [3, 5],
    ]);
  });

  describe('for a proctor', () => {
    let watch: RoomWatch;
    beforeEach(async () => {
      const roomId = exam.rooms[0]?.roomId ?? '';
      const login = `proctor-${randomUUID().slice(0, 8)}`;
      const password = randomUUID();
      await post(`/plans/${exam.planId}/proctors`, { label: 'Park', login, password, roomIds: [roomId] }, token);
      const session = await post('/login', { login, password });
      watch = await watchRoom({ url: system.url, token: String(session.token), roomId });
      open.push(watch);
    });

    it('[S11] tells that another device wants in, and releases it', async () => {
      const waits: [string, boolean][] = [];
      watch.on('device', ({ label, waitingSince }) => waits.push([label, waitingSince > 0]));
      const first = await enter();
      const entering = enter(0, { deviceKey: 'device-two' });
      await until(() => waits.length > 0, 'the proctor knows');
      const { examineeId } = first.info.examinee;
      assert.equal((await watch.issue({ action: 'release', examineeIds: [examineeId] })).state, 'applied');
      await entering;
      await until(() => waits.length > 1, 'nobody waits any more');
      assert.deepEqual(waits, [
        ['Kim', true],
        ['Kim', false],
      ]);
      assert.equal(first.link(), 'fenced');
    });

    it('sends an examinee out, who keeps what is not saved, and lets in again, who brings it', async () => {
      const path = join(folder, `${randomUUID()}.outbox`);
      const session = await enter(0, { storage: fileOutbox(path) });
      const { examineeId } = session.info.examinee;
      const examineeIds = [examineeId];
      await startRooms(admin, exam);
      await until(() => session.status() === 'answering', 'the exam has begun');
      session.answer(1, 'B');
      await until(isSaved(session, 1), 'it is saved');
      const refused: string[] = [];
      session.on('error', (event) => 'refusal' in event && refused.push(event.refusal.refused));
      const removed = await watch.issue({ action: 'remove', examineeIds, reason: 'a phone' });
      await until(() => session.status() === 'removed', 'the examinee knows');
      session.answer(3, 42);
      await until(() => session.link() === 'ended', 'the session is over');
      assert.deepEqual([refused, session.outbox().map(({ item }) => item)], [['EXAMINEE_REMOVED'], [3]]);
      assert.equal(watch.ledger(removed.controlId)?.delivered, 1);
      await session.leave();
      const back = await watch.issue({ action: 'readmit', examineeIds, undoes: removed.controlId });
      assert.equal(back.state, 'applied');
      const again = await enter(0, { storage: fileOutbox(path) });
      await until(isSaved(again, 3), 'what was kept is saved');
      assert.equal((await watch.issue({ action: 'submit', examineeIds })).state, 'applied');
      await until(() => again.status() === 'submitted', 'it is submitted');
      assert.deepEqual(await stored(0), [
        [1, 'B'],
        [3, 42],
      ]);
    });

    it('shows the board as it changes, and takes controls', async () => {
      const kinds: string[] = [];
      watch.on('board', ({ kind }) => kinds.push(kind));
      const session = await enter();
      const { examineeId } = session.info.examinee;
      await until(() => watch.board().get(examineeId)?.link === 'online', 'the examinee is on the board');
      assert.deepEqual([...watch.board().values()].map(({ label }) => label).toSorted(), ['Kim', 'Lee']);
      const started = await watch.issue({ action: 'start', reason: 'all are here' });
      assert.equal(started.state, 'applied');
      await until(() => watch.room().status === 'running' && session.room().status === 'running', 'the room runs');
      session.answer(1, 'A');
      await until(() => watch.board().get(examineeId)?.savedCount === 1, 'the board counts the saved answer');
      const shown: string[] = [];
      session.on('control', ({ action, text = '' }) => shown.push(`${action} ${text}`.trim()));
      const paused = await watch.issue({ action: 'pause', reason: 'fire alarm' });
      await until(() => watch.room().heldSince > 0 && session.room().heldSince > 0, 'both clocks stand');
      assert.equal((await watch.issue({ action: 'resume' })).state, 'applied');
      await until(() => session.room().status === 'running' && session.room().heldSince === 0, 'the clock goes on');
      const notice = await watch.issue({ action: 'notice', text: 'five more minutes', mustConfirm: true });
      await until(() => shown.includes('notice five more minutes'), 'the notice is shown');
      session.confirm(notice.controlId);
      await until(() => watch.ledger(notice.controlId)?.confirmed === 1, 'the proctor sees the confirmation');
      assert.deepEqual(watch.ledger(paused.controlId)?.missing, []);
      assert.deepEqual(shown, ['pause', 'resume', 'notice five more minutes']);
      assert.equal((await watch.issue({ action: 'open', reason: 'by mistake' })).state, 'failed');
      assert.equal((await watch.issue({ action: 'end', reason: 'enough' })).state, 'applied');
      await until(() => session.status() === 'timed-out', 'the examinee knows the end');
      await until(() => watch.board().get(examineeId)?.status === 'timed-out', 'the board shows the end');
      assert.ok(kinds.includes('added') && kinds.includes('changed'));
    });

    it('tells of a start before it is there, to proctors and examinees alike', async () => {
      const session = await enter();
      const at = Math.round(watch.serverNow()) + 6_000;
      assert.equal((await watch.issue({ action: 'start', at, reason: 'now' })).state, 'applied');
      await until(() => watch.room().startsAt === at && session.room().startsAt === at, 'both count down to it');
      assert.deepEqual([watch.room().status, session.room().status], ['open', 'open']);
      assert.ok(session.now() < at && watch.serverNow() < at, 'and it is still to come');
      await until(() => watch.room().status === 'running' && session.room().status === 'running', 'it has begun');
      assert.ok(session.now() >= at - 100);
    });

    it('shows incidents: what a client signals, what a machine raises, and what becomes of them', async () => {
      const session = await enter();
      assert.equal((await watch.issue({ action: 'start', reason: '' })).state, 'applied');
      await until(() => session.room().status === 'running', 'the room runs');
      const { examineeId } = session.info.examinee;
      for (let times = 0; times < 3; times++) session.report({ kind: 'second-screen' });
      const of = (kind: string) => [...watch.incidents().values()].find((incident) => incident.kind === kind);
      await until(() => of('second-screen')?.count === 3, 'the signals are one incident');
      assert.equal(of('second-screen')?.examineeId, examineeId);
      const service = await post('/services', {}, token);
      const found = { roomId: session.info.room.roomId, examineeId, kind: 'camera', severity: 0.8 };
      await post(`/plans/${exam.planId}/incidents`, { ...found, evidence: { faces: 2 } }, String(service.token));
      await until(() => of('camera') !== undefined, 'the machine’s incident is shown');
      assert.deepEqual(of('camera')?.evidence[0]?.data, { faces: 2 });
      const own = await watch.raiseIncident({ examineeId, kind: 'conversation', severity: 0.3, note: 'whispered' });
      assert.ok(own.state === 'done');
      const { incidentId, version } = own.incident;
      const handled = await watch.handleIncident({ incidentId, to: 'acknowledged', version });
      assert.equal(handled.state, 'done');
      const late = await watch.handleIncident({ incidentId, to: 'unfounded', version });
      assert.equal(late.state === 'refused' && late.code, 'INCIDENT_CHANGED');
      await watch.handleIncident({ incidentId, to: 'unfounded', version: version + 1 });
      assert.equal(watch.incidents().get(incidentId)?.state, 'unfounded');
    });

    it('sees a raised hand and answers it, hands the room over, and is let go when his assignment ends', async () => {
      const session = await enter();
      const callId = session.raiseHand('which page?');
      await until(() => watch.calls().get(callId)?.question === 'which page?', 'the hand is seen');
      const answered = await watch.answerCall(callId, 'page 4');
      assert.equal(answered.state, 'done');
      await until(() => session.calls().get(callId)?.answer === 'page 4', 'the answer is the examinee’s');
      const late = await watch.closeCall(callId);
      assert.equal(late.state === 'refused' && late.code, 'CALL_CHANGED');

      const [roomId] = exam.rooms.map((room) => room.roomId);
      const account = { login: `chief-${randomUUID().slice(0, 8)}`, password: randomUUID() };
      const chief = await post(
        `/plans/${exam.planId}/proctors`,
        { label: 'Choi', roomIds: [], chief: true, ...account },
        token,
      );
      const second = await post('/login', account);
      const other = await watchRoom({ url: system.url, token: String(second.token), roomId: roomId ?? '' });
      open.push(other);
      await until(() => watch.proctors().get(String(chief.proctorId))?.state === 'present', 'the chief is seen');
      await until(() => watch.charge()?.proctorId !== '' && other.charge()?.proctorId !== '', 'somebody is in charge');
      watch.lookAt(session.info.examinee.examineeId);
      const own = watch.charge()?.proctorId ?? '';
      await until(() => other.proctors().get(own)?.watching === session.info.examinee.examineeId, 'it is seen at whom');
      const offered = await watch.handOver(String(chief.proctorId), 'row 3 is loud');
      assert.equal(offered.state, 'done');
      await until(() => other.charge()?.offer?.note === 'row 3 is loud', 'the other is told');
      const confirmed = await other.answerHandover(other.charge()?.offer?.handoverId ?? '', 'confirm');
      assert.equal(confirmed.state, 'done');
      await until(() => watch.charge()?.proctorId === chief.proctorId, 'both know');

      const errors: string[] = [];
      watch.on('error', ({ refusal }) => errors.push(refusal.refused));
      const gone: unknown[] = [];
      other.on('gone', (one) => gone.push(one));
      await send('PUT', `/plans/${exam.planId}/proctors/${own}/assignment`, { chief: false }, token);
      await until(() => watch.link() === 'ended', 'the socket has ended');
      assert.deepEqual(errors, ['ASSIGNMENT_ENDED']);
      await until(() => !other.proctors().has(own), 'the others do not see him any more');
      assert.deepEqual(gone, [{ of: 'proctor', id: own }]);
    });

    it('comes back when the process of the room is killed', async () => {
      await until(() => watch.link() === 'online', 'the link is up');
      await system.kill('rooms-1');
      await until(() => watch.link() === 'reconnecting', 'the loss is seen');
      await until(() => watch.link() === 'online' && watch.board().size === 2, 'the board is back');
      assert.equal((await watch.issue({ action: 'start', reason: 'now' })).state, 'applied');
    });
  });

  const post = (path: string, body: unknown, bearer?: string) => send('POST', path, body, bearer);

  async function send(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    bearer?: string,
  ): Promise<Record<string, unknown>> {
    const response = await fetch(`${system.url}/v1${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }
});

/** A network that the test can cut: sockets break without a word, and no request arrives. */
function createNetwork(url: string) {
  let isCut = false;
  let breakSocket = (): void => {};
  const openReal = colyseusSocket(url);
  const open: OpenSocket = (reservation, handlers) => {
    const socket = openReal(reservation, handlers);
    breakSocket = () => {
      socket.close('drop');
      handlers.closed(1006);
    };
    return socket;
  };
  return {
    open,
    fetch: (...request: Parameters<typeof fetch>) =>
      isCut ? Promise.reject(new TypeError('the network is cut')) : fetch(...request),
    cut() {
      isCut = true;
      breakSocket();
    },
    mend() {
      isCut = false;
    },
  };
}

/** Looks every 20 ms. Throws after 30 s with what was waited for. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  while (!isSo()) {
    if (performance.now() > limit) throw new Error(`not within ${LIMIT_MS / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
