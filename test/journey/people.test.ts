// People at the door and at their devices: a crowd that enters at once, a programme that is killed while nothing is being
// saved, a second device, and essays as long as they may be.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ExamSession } from '../../client/session.ts';
import { fenceOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import type { MachineKind } from '../../schema/incidents.ts';
import { LIMITS } from '../../schema/limits.ts';
import type { EnterReply, Problem } from '../../schema/replies.ts';
import { ESSAY, isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import type { News, Order } from './examinee-fixture.ts';
import '../support/parts.ts';

const CROWD = 160;
const FIXTURE = fileURLToPath(new URL('./examinee-fixture.ts', import.meta.url));

describe('people', function () {
  this.timeout(90_000);
  let whole: WholeExam;
  const children: ChildProcess[] = [];
  before(async () => {
    // A narrow door: with the usual one, how many of the crowd are told to come back is a matter of the machine's speed.
    const env = { EXAMHALL_ENTER_IN_FLIGHT: '8' };
    whole = await openWholeExam('people', { rooms: 4, examinees: CROWD / 4, env });
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await whole?.stop();
  });

  function knock(index: number, entryId = newId()): Promise<Response> {
    const { code, examineeId } = whole.exam.roster[index] ?? {};
    return fetch(`${whole.system.url}/v1/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, deviceKey: `device-${examineeId}`, entryId }),
    });
  }

  it('[S20] that enter with the same entry id have the same fence, with another one the next', async () => {
    const entryId = newId();
    const replies = await Promise.all([knock(0, entryId), knock(0, entryId), knock(0, entryId)]);
    const bodies = (await Promise.all(replies.map((reply) => reply.json()))) as EnterReply[];
    const [fence = 0] = bodies.map(({ examinee }) => examinee.fence);
    assert.ok(fence > 0 && bodies.every(({ examinee }) => examinee.fence === fence));
    assert.equal(((await (await knock(0)).json()) as EnterReply).examinee.fence, fence + 1);
  });

  it(`[S20] that enter all ${CROWD} at once are told to come back, and are all in at last`, async () => {
    const replies = await Promise.all(Array.from({ length: CROWD }, (_, index) => knock(index)));
    const busy = replies.filter(({ status }) => status === 503);
    assert.ok(busy.length > 0 && replies.some(({ status }) => status === 200), `${busy.length} were told so`);
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200, 503]));
    assert.ok(busy.every(({ headers }) => Number(headers.get('retry-after')) >= 1));
    assert.equal(((await busy[0]?.json()) as Problem | undefined)?.code, 'BUSY');
    const waits: string[] = [];
    const waiting = ({ reason }: { reason: string }) => void waits.push(reason);
    const sessions = await Promise.all(whole.exam.roster.map((_, index) => whole.enter(index, { waiting })));
    assert.ok(sessions.every((session) => session.link() === 'online'));
    assert.ok(
      waits.every((reason) => reason === 'BUSY' || reason === 'ROOM_ELSEWHERE'),
      waits.join(),
    );
    await Promise.all(sessions.map((session) => session.leave()));
  });

  describe('in a running exam', () => {
    before(() => whole.begin());

    it('[S3] with an essay of 22,000 Hangul letters learn on their device that it is too long; 64 KiB are saved', async () => {
      const session = await whole.enter(1);
      session.answer(ESSAY, '가'.repeat(22_000));
      const view = session.answers().get(ESSAY);
      assert.deepEqual([view?.state, view?.code, session.outbox()], ['refused', 'ANSWER_TOO_LARGE', []]);
      const longest = '가'.repeat(Math.floor(LIMITS.answerBytes / 3)) + 'x'.repeat(LIMITS.answerBytes % 3);
      assert.equal(Buffer.byteLength(longest), LIMITS.answerBytes);
      session.answer(ESSAY, longest);
      await until('it is saved', () => isSaved(session, ESSAY));
      assert.equal((await whole.stored(1)).get(ESSAY), longest);
      assert.equal(session.link(), 'online');
    });

    it('[S1] whose programme is killed while the queue stands still have everything saved after its next start', async () => {
      const first = await startProgramme(2);
      await whole.system.kill('workers-1', 'SIGSTOP');
      try {
        first.answer(1, 'B');
        first.answer(2, 'C');
        await until('both are sent', () => first.has(1, 'sent') && first.has(2, 'sent'));
        await first.kill();
        const second = await startProgramme(2);
        assert.deepEqual(second.unsaved(), [
          { item: 1, fence: first.fence() + 1 },
          { item: 2, fence: first.fence() + 1 },
        ]);
        second.answer(1, 'A');
        await sleep(1_500);
        assert.ok(!second.has(1, 'saved') && !second.has(2, 'saved'), 'nothing is said to be saved');
        await whole.system.kill('workers-1', 'SIGCONT');
        await until('both are saved', () => second.has(1, 'saved') && second.has(2, 'saved'), 20_000);
      } finally {
        await whole.system.kill('workers-1', 'SIGCONT');
      }
      assert.deepEqual(Object.fromEntries(await whole.stored(2)), { 1: 'A', 2: 'C' });
    });

    it('[S1] [S11] who go on at another device while the queue stands still lose neither answer', async () => {
      const first = await whole.enter(3);
      await whole.system.kill('workers-1', 'SIGSTOP');
      const current: unknown[] = [];
      let second: Awaited<ReturnType<typeof whole.enter>>;
      try {
        first.answer(1, 'B');
        first.answer(2, 'C');
        const isSent = (item: number) => first.answers().get(item)?.state === 'sent';
        await until('both are sent', () => isSent(1) && isSent(2));
        await sleep(200); // for the room to take them: nothing tells so before they are saved
        const { examineeId } = first.info.examinee;
        await whole.admin.control(whole.exam.planId, { action: 'release', examineeIds: [examineeId] });
        second = await whole.enter(3, { deviceKey: 'device-two' });
        second.on('current', ({ item, revision, response }) => current.push([item, fenceOf(revision), response]));
        assert.equal(second.answers().size, 0, 'the store has nothing yet');
        second.answer(1, 'D');
        await until('the first device knows', () => first.link() === 'fenced');
      } finally {
        await whole.system.kill('workers-1', 'SIGCONT');
      }
      await until('the second is saved', () => isSaved(second, 1), 20_000);
      await until('it is shown what the first had sent', () => second.answers().get(2)?.response === 'C', 20_000);
      assert.deepEqual(current, [[2, first.info.examinee.fence, 'C']]);
      assert.deepEqual(Object.fromEntries(await whole.stored(3)), { 1: 'D', 2: 'C' });
      const examineeId = second.info.examinee.examineeId;
      const history = await whole.store.answers.history(whole.exam.planId, examineeId, 1);
      assert.deepEqual(
        history.map(({ response }) => response),
        ['B', 'D'],
      );
      assert.match(first.export(), /"C"/, 'the first device keeps what it had');
    });

    describe('[S11] who go on at another device', () => {
      const incidentsOf = async (examineeId: string, kind: MachineKind = 'two-devices') =>
        (await whole.store.incidents.byPlan(whole.exam.planId, { kind }, { limit: 100 })).filter(
          (incident) => incident.examineeId === examineeId,
        );
      /** By a proctor; the first device hears of it when the room lets another one in. */
      async function released(first: ExamSession): Promise<void> {
        const told = new Promise<void>((resolve) =>
          first.on('control', ({ action }) => action === 'release' && resolve()),
        );
        const { examineeId } = first.info.examinee;
        await whole.admin.control(whole.exam.planId, { action: 'release', examineeIds: [examineeId] });
        await told;
      }
      const atAnother = (index: number, given: typeof fetch = fetch) =>
        whole.enter(index, { deviceKey: `another-device-of-${index}`, fetch: given });

      /** What the room noticed before is an incident, or a report more of one, when this is: the same of one cause goes on later. */
      async function isNoticed(session: ExamSession): Promise<void> {
        const { examineeId } = session.info.examinee;
        await until('the exam runs', () => session.room().status === 'running');
        for (const count of [1, 2]) {
          session.report({ kind: 'second-screen' });
          const isCounted = async () => (await incidentsOf(examineeId, 'second-screen'))[0]?.count === count;
          await until('the other screen is noticed', isCounted, 20_000);
        }
      }

      let lost = 0;
      /** The first answer to `enter` is lost on its way back. */
      const losingFirst: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        if (String(input).includes('/enter') && lost++ === 0) throw new TypeError('the answer was lost');
        return response;
      };

      it('because a proctor lets them in are no incident, also where the first answer was lost', async () => {
        for (const [index, enter] of [
          [4, fetch],
          [5, losingFirst],
        ] as const) {
          const first = await whole.enter(index);
          const { examineeId } = first.info.examinee;
          await released(first);
          const second = await atAnother(index, enter);
          await until('the first device knows', () => first.link() === 'fenced');
          await isNoticed(second);
          assert.deepEqual(await incidentsOf(examineeId), []);
        }
      });

      it('and had to wait for it are the incident that they were when they waited, and no other', async () => {
        const first = await whole.enter(6);
        const { examineeId } = first.info.examinee;
        const second = atAnother(6);
        await until('it is an incident', async () => (await incidentsOf(examineeId)).length === 1);
        await released(first);
        await until('the first device knows', () => first.link() === 'fenced');
        await isNoticed(await second);
        const seen = (await incidentsOf(examineeId)).map(({ count, status }) => [count, status]);
        assert.deepEqual(seen, [[1, 'raised']]);
      });
    });
  });

  async function startProgramme(index: number) {
    const { code = '', examineeId = '' } = whole.exam.roster[index] ?? {};
    const env = {
      EXAM_URL: whole.system.url,
      EXAM_CODE: code,
      EXAM_DEVICE: `device-${examineeId}`,
      EXAM_OUTBOX: join(whole.folder, `${examineeId}.outbox`),
    };
    const child = spawn(process.execPath, [FIXTURE], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    const heard: News[] = [];
    child.on('message', (news: News) => heard.push(news));
    const entered = () => heard.find((news) => news.kind === 'entered');
    await until('the programme is in', () => entered() !== undefined, 30_000);
    return {
      fence: () => entered()?.fence ?? 0,
      unsaved: () => entered()?.unsaved,
      has: (item: number, state: string) =>
        heard.some((news) => news.kind === 'answer' && news.item === item && news.state === state),
      answer: (item: number, response: string) => child.send({ item, response } satisfies Order),
      async kill() {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
    };
  }
});
