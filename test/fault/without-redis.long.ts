// An exam whose Redis is away for some seconds and comes back empty: who sits in it goes on in everything that is his, staff
// go on, and who has to wait is told so and gets in by himself. Nothing of it is missing afterwards.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RoomWatch, watchRoom } from '../../client/proctor.ts';
import type { ExamSession } from '../../client/session.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { EnterReply } from '../../schema/replies.ts';
import { join, type Sitting } from '../support/hall.ts';
import { assertLikeStore, within } from '../support/live-data.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

/** Longer than a lease, so that everything that hangs on one has to be decided without it, and than a silence that counts. */
const AWAY_MS = 4_000;
const WRONG_TRIES = 10;

describe('an exam without its Redis', function () {
  this.timeout(60_000);
  let whole: WholeExam;
  let watch: RoomWatch;
  let one: ExamSession;
  let two: ExamSession;
  /** Says when its heart beats. */
  let silent: Sitting;
  /** When Redis went away, and when it was started again. */
  let awayAt = 0;
  let backAt = 0;
  const account = { login: `proctor-${newId()}`, password: `password-${newId()}` };
  const wrong = { code: 'WRNGWRNGWR', deviceKey: 'device-of-a-guesser' };
  before(async () => {
    whole = await openWholeExam('without-redis', { examinees: 6 });
    await request('POST', `/plans/${whole.exam.planId}/proctors`, {
      ...{ label: 'proctor', roomIds: [roomId()] },
      ...account,
    });
    watch = await watchRoom({ url: whole.system.url, token: await login(), roomId: roomId() });
    one = await whole.enter(0);
    two = await whole.enter(1);
    silent = await join(whole.system.url, ((await enterAs(5)).body as unknown as EnterReply).reservation);
    await whole.begin();
    for (const session of [one, two]) session.answer(1, 'A');
    await until('both work', () => isSaved(one, 1) && isSaved(two, 1));
    for (let n = 0; n <= WRONG_TRIES; n++) await enter(wrong);
    silent.send('heartbeat', { sentAt: 1 });
    await silent.next('heartbeat');
  });
  after(async () => {
    await watch?.leave();
    await silent?.leave();
    await whole?.stop();
  });

  const roomId = () => whole.exam.rooms[0]?.roomId ?? '';
  const person = (index: number) => whole.exam.roster[index] ?? { code: '', examineeId: '' };

  type Reply = { status: number; retryAfter: string | null; body: Record<string, never> };

  async function request(method: string, path: string, body?: object, token = whole.token): Promise<Reply> {
    const headers = {
      ...{ 'content-type': 'application/json', 'idempotency-key': newId() },
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const reply = await fetch(`${whole.system.url}/v1${path}`, init);
    return { status: reply.status, retryAfter: reply.headers.get('retry-after'), body: (await reply.json()) as never };
  }

  async function login(): Promise<string> {
    const { status, body } = await request('POST', '/login', account, '');
    assert.equal(status, 200);
    return body.token ?? '';
  }

  function enter(who: { code: string; deviceKey: string }): Promise<Reply> {
    return request('POST', '/enter', { ...who, entryId: newId() }, '');
  }

  const enterAs = (index: number) =>
    enter({ code: person(index).code, deviceKey: `device-${person(index).examineeId}` });

  describe('while it is away', () => {
    let killedAt = 0;
    let late: Promise<ExamSession>;
    const waits: string[] = [];
    before(async () => {
      await whole.system.kill('redis');
      awayAt = Date.now();
      killedAt = performance.now();
      const waiting = ({ reason }: { reason: string }) => void waits.push(reason);
      late = whole.enter(2, { waiting });
      late.catch(() => undefined); // its test says so
    });

    it('[S24] saves answers, and ends a sheet that is submitted', async () => {
      one.answer(2, 'B');
      two.answer(2, 'C');
      await until('both are saved', () => isSaved(one, 2) && isSaved(two, 2), 5_000);
      const { revisions } = await two.submit();
      assert.equal(revisions.length, 2);
      assert.equal((await whole.store.examinees.get(person(1).examineeId))?.status, 'submitted');
    });

    it('lets staff log in, and carries out what they order over the socket and over HTTP', async () => {
      const token = await login();
      const extended = await watch.issue({ action: 'extend', extraMs: 60_000, examineeIds: [person(0).examineeId] });
      assert.equal(extended.state, 'applied');
      const before = one.room().deadlineAt;
      const order = { action: 'extend', roomId: roomId(), extraMs: 120_000, reason: 'redis', controlId: newId() };
      const { status } = await request('POST', `/plans/${whole.exam.planId}/controls`, order, token);
      assert.ok(status === 201 || status === 202, `${status}`);
      await until('the deadline has moved', () => one.room().deadlineAt === before + 120_000);
    });

    it('shows the room on the board, and the plan from the store', async () => {
      await until('the board shows it', () => {
        const rows = watch.board();
        return (
          rows.get(person(0).examineeId)?.savedCount === 2 && rows.get(person(1).examineeId)?.status === 'submitted'
        );
      });
      const progress = await whole.admin.progress(whole.exam.planId);
      assert.equal(progress.examinees.submitted, 1);
      const ready = await fetch(`${whole.system.url}/ready`);
      assert.deepEqual([ready.status, (await ready.json()).redis], [503, 'away']);
    });

    it('tells who comes now to try again, within seconds, and does so until he is in', async () => {
      const { status, retryAfter, body } = await enterAs(3);
      assert.deepEqual([status, body.code, body.retry], [503, 'ROOM_ELSEWHERE', 'later']);
      assert.ok(Number(retryAfter) >= 1);
      await until('the programme was told so, too', () => waits.includes('ROOM_ELSEWHERE'));
      await sleep(Math.max(0, killedAt + AWAY_MS + 500 - performance.now()));
      silent.send('heartbeat', { sentAt: 2 });
      await silent.next('heartbeat', ({ sentAt }) => sentAt === 2);
      await sleep(1_200); // a log goes on each second
      assert.ok(performance.now() - killedAt > AWAY_MS, 'it was away for longer than a lease');
    });

    it('[S18] comes back empty: nobody was disconnected, and who waited gets in by himself', async () => {
      backAt = Date.now();
      await whole.wipeRedis();
      const session = await late;
      session.answer(1, 'D');
      await until('he works', () => isSaved(session, 1), 10_000);
      assert.equal(one.link(), 'online');
      assert.equal(watch.link(), 'online');
      one.answer(3, 'A');
      await until('and so does who was here', () => isSaved(one, 3));
      assert.deepEqual(await whole.stored(0), new Map([1, 2, 3].map((item, index) => [item, 'ABA'[index]])));
    });
  });

  describe('that has just forgotten everything', () => {
    it('[S18] still seats who had a reservation', async () => {
      const { status, body } = await enterAs(4);
      assert.equal(status, 200);
      const { reservation } = body as unknown as EnterReply;
      await whole.redis.flushall();
      const sitting = await join(whole.system.url, reservation);
      await sitting.leave();
    });

    it('[S18] has leases, the list of rooms and the live data again, as the store has them', async () => {
      await until('the lease is back', async () => (await whole.redis.get(redisKeys.lease(roomId()))) !== null);
      await until('the row is back', async () => (await whole.redis.hexists('roomcaches', roomId())) === 1);
      await within(12_000, () => assertLikeStore(whole.redis, whole.store, whole.exam.planId));
    });

    it('has lost no more than how often somebody guessed, and lets nobody in for it', async () => {
      const { status, body } = await enter(wrong);
      assert.deepEqual([status, body.code], [429, 'TOO_MANY_TRIES']);
    });

    it('has the log of what happened meanwhile', async () => {
      const { body } = await request('GET', `/plans/${whole.exam.planId}/logs?limit=100`);
      const { logs } = body as unknown as { logs: { kind: string; subject: string; at: number }[] };
      const subjectsOf = (wanted: string) => logs.filter(({ kind }) => kind === wanted).map(({ subject }) => subject);
      const isOfThen = ({ kind, at }: { kind: string; at: number }) =>
        kind === 'link.lost' && awayAt < at && at < backAt;
      assert.ok(logs.some((one) => isOfThen(one) && one.subject === person(5).examineeId));
      assert.deepEqual(
        new Set(subjectsOf('examinee.entered')),
        new Set([0, 1, 2, 4, 5].map((index) => person(index).examineeId)),
      );
    });
  });
});
