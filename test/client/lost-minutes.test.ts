// Minutes that somebody lost, granted by proctors over the whole system: proposed after a link was down, given by an ordinary
// control under the proposal's id, and given once, whoever else grants it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import { type RoomWatch, watchRoom } from '../../client/proctor.ts';
import { type LostMinutes, login, type Staff, staff } from '../../client/staff.ts';
import { createAdministrator } from '../../loadtest/administrator.ts';
import { createRehearsal, openRooms, type Rehearsal, startRooms } from '../../loadtest/rehearsal.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';

/** Longer than a link may be silent before it counts as lost. */
const AWAY_MS = 5_000;
const LIMIT_MS = 30_000;

describe('lost minutes, through the SDK', function () {
  this.timeout(90_000);
  let system: System;
  let exam: Rehearsal;
  let roomId: string;
  const open: { leave(): Promise<void> }[] = [];

  before(async () => {
    const folder = await testFolder();
    system = await startSystem({
      ...{ folder, layout: 'one' as const },
      mongodbUrl: await mongodbUrl('lost'),
      redisUrl: await redisUrl(),
    });
    const admin = createAdministrator({ url: system.url, token: await system.admin() });
    const rooms = [{ label: 'Room 1', examinees: [{ label: 'Kim' }] }];
    const items = [{ number: 1, name: 'sum', kind: 'number' as const, text: '', options: [] }];
    const key = [{ item: 1, kind: 'number' as const, correct: 5, tolerance: 0, points: 1_000 }];
    exam = await createRehearsal(admin, { name: 'lost', items, key, rooms, durationMs: 600_000 });
    roomId = exam.rooms[0]?.roomId ?? '';
    await openRooms(admin, exam);
    await startRooms(admin, exam);
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.leave();
  });
  after(() => system.stop());

  async function aProctor(label: string): Promise<{ watch: RoomWatch; own: Staff }> {
    const admin = createAdministrator({ url: system.url, token: await system.admin() });
    const account = { login: `proctor-${randomUUID().slice(0, 8)}`, password: randomUUID() };
    await admin.addProctor(exam.planId, { label, roomIds: [roomId], ...account });
    const { token } = await login({ url: system.url, ...account });
    const watch = await watchRoom({ url: system.url, token, roomId });
    open.push(watch);
    return { watch, own: staff({ url: system.url, token }) };
  }

  async function sit(): Promise<{ leave(): Promise<void> }> {
    const code = exam.roster[0]?.code ?? '';
    const session = await enterExam({ url: system.url, code, deviceKey: 'device-0001', storage: memoryOutbox() });
    await until(() => session.link() === 'online' && session.status() === 'answering', 'the examinee answers');
    return session;
  }

  it('are proposed after a link was down, and given once, by whichever of two proctors', async () => {
    const [one, other] = [await aProctor('Choi'), await aProctor('Park')];
    await (await sit()).leave();
    await sleep(AWAY_MS);
    open.push(await sit());
    let proposals: readonly LostMinutes[] = [];
    await until(async () => {
      proposals = await one.own.lostMinutes(roomId);
      return proposals.length > 0;
    }, 'the loss is proposed');
    const [{ controlId, ms, examineeIds } = assert.fail()] = proposals;
    assert.ok(ms >= 4_000 && ms < 30_000, `${ms}`);
    const deadlineOf = ({ watch }: { watch: RoomWatch }) => [...watch.board().values()][0]?.deadlineAt ?? 0;
    await until(() => deadlineOf(one) > 0, 'the board is there');
    const before = deadlineOf(one);
    const whom = { examineeIds: [...(examineeIds ?? [])] };
    const grant = { action: 'extend', controlId, extraMs: ms, time: 'incident', ...whom } as const;
    const results = await Promise.all([
      one.watch.issue({ ...grant, reason: 'the cable' }),
      other.watch.issue({ ...grant, reason: '케이블' }),
    ]);
    assert.deepEqual(
      results.map((result) => [result.controlId, result.state]),
      [
        [controlId, 'applied'],
        [controlId, 'applied'],
      ],
    );
    await until(() => deadlineOf(one) > before, 'the board shows it');
    assert.equal((await other.watch.issue({ ...grant, reason: 'once more' })).state, 'applied');
    assert.deepEqual(await other.own.lostMinutes(roomId), []);
    assert.equal(deadlineOf(one), before + ms);
    const given = (await other.own.controls(roomId)).filter(({ action }) => action === 'extend');
    assert.deepEqual(
      given.map(({ extraMs, time }) => [extraMs, time]),
      [[ms, 'incident']],
    );
    const refused = await one.watch.issue({ ...grant, extraMs: ms + 60_000 });
    assert.deepEqual([refused.state, refused.code], ['failed', 'CONTROL_REUSED']);
  });

  async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (let waited = 0; !(await holds()); waited += 100) {
      assert.ok(waited < LIMIT_MS, `in vain: ${what}`);
      await sleep(100);
    }
  }
});
