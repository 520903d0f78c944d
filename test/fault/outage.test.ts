// A rooms process that is killed and started again, and one that sleeps and wakes: how long nobody served its room is
// proposed, and one control gives it back to everybody.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamSession } from '../../client/session.ts';
import { newId } from '../../schema/ids.ts';
import type { LostMinutesReply } from '../../schema/replies.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

const GONE_MS = 6_000;
/** Until when a room was served is stored each three seconds. */
const NOTED_MS = 3_000;

describe('a room whose only process is gone while it runs', function () {
  this.timeout(90_000);
  let whole: WholeExam;
  let session: ExamSession;
  before(async () => {
    whole = await openWholeExam('outage', { layout: { api: 1, rooms: 1, workers: 1 }, examinees: 2 });
    session = await whole.enter(0);
    await whole.begin();
    session.answer(1, 'A');
    await until('the first answer is saved', () => isSaved(session, 1));
    await sleep(NOTED_MS); // by now the store knows that the room is served
  });
  after(() => whole?.stop());

  async function call(method: 'GET' | 'POST', path: string, body: object | null = null): Promise<Response> {
    const headers = {
      ...{ authorization: `Bearer ${whole.token}`, 'content-type': 'application/json' },
      'idempotency-key': newId(),
    };
    const reply = await fetch(`${whole.system.url}/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(reply.ok, `${path}: ${reply.status} ${reply.ok ? '' : await reply.text()}`);
    return reply;
  }

  async function ofRoom(): Promise<LostMinutesReply['proposals']> {
    const reply = await call('GET', `/rooms/${whole.exam.rooms[0]?.roomId}/lost-minutes`);
    const { proposals } = (await reply.json()) as LostMinutesReply;
    return proposals.filter(({ examineeId }) => examineeId === null);
  }

  async function isProposed(): Promise<LostMinutesReply['proposals'][number]> {
    await until('it is proposed', async () => (await ofRoom()).length > 0, 20_000);
    const [proposal, more] = await ofRoom();
    assert.ok(proposal !== undefined && more === undefined);
    return proposal;
  }

  /** One control gives it to everybody, and nothing is proposed any more. */
  async function isGranted({ controlId, ms }: LostMinutesReply['proposals'][number]): Promise<void> {
    const before = session.room().deadlineAt;
    const roomId = whole.exam.rooms[0]?.roomId ?? '';
    const granted = { controlId, action: 'extend', roomId, extraMs: ms, time: 'incident', reason: 'it was dead' };
    await call('POST', `/plans/${whole.exam.planId}/controls`, granted);
    await until('the deadline has moved', () => session.room().deadlineAt === before + ms);
    assert.deepEqual(await ofRoom(), []);
  }

  it('is killed and started again: the seconds without it are proposed, and given by one control', async () => {
    await whole.system.kill('rooms-1');
    const goneAt = Date.now();
    session.answer(2, 'B');
    await sleep(GONE_MS);
    await whole.system.start('rooms-1');
    await until('what was written meanwhile is saved', () => isSaved(session, 2), 30_000);
    const proposal = await isProposed();
    const { from, to, ms } = proposal;
    assert.ok(goneAt - NOTED_MS - 1_000 <= from && from <= goneAt, `from ${from - goneAt} ms after it was killed`);
    assert.ok(goneAt + GONE_MS <= to && to <= Date.now(), `to ${to - goneAt} ms after it was killed`);
    assert.equal(ms, to - from);
    await isGranted(proposal);
  });

  it('sleeps and wakes, with nobody to take its room meanwhile: the same', async () => {
    await whole.system.kill('rooms-1', 'SIGSTOP');
    const goneAt = Date.now();
    await sleep(GONE_MS);
    await whole.system.kill('rooms-1', 'SIGCONT');
    const proposal = await isProposed();
    const { from, to, ms } = proposal;
    assert.ok(goneAt - 1_500 <= from && from <= goneAt, `from ${from - goneAt} ms after it fell asleep`);
    assert.ok(GONE_MS <= ms && ms <= GONE_MS + 3_000, `${ms} ms`);
    assert.ok(to <= Date.now());
    await isGranted(proposal);
    session.answer(3, 'C');
    await until('it works as before', () => isSaved(session, 3), 30_000);
  });
});
