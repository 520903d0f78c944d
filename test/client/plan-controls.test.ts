// A chief proctor's controls for a whole plan, through the SDK over the whole system: two rooms, and a network and a process
// that fail in between.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { type PlanControlResult, type PlanControls, planControls } from '../../client/plan-controls.ts';
import { type Administrator, createAdministrator, login } from '../../loadtest/administrator.ts';
import { createRehearsal, openRooms, type Rehearsal } from '../../loadtest/rehearsal.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';

const LIMIT_MS = 30_000;

describe('controls for a plan, through the SDK', function () {
  this.timeout(90_000);
  let system: System;
  let admin: Administrator;
  let exam: Rehearsal;
  const open: PlanControls[] = [];

  before(async () => {
    const folder = await testFolder();
    system = await startSystem({ folder, mongodbUrl: await mongodbUrl('plan-controls'), redisUrl: await redisUrl() });
    admin = createAdministrator({ url: system.url, token: await system.admin() });
  });
  beforeEach(async () => {
    const rooms = ['Room 1', 'Room 2'].map((label) => ({ label, examinees: [{ label: `of ${label}` }] }));
    const items = [{ number: 1, name: 'sum', kind: 'number' as const, text: '', options: [] }];
    const key = [{ item: 1, kind: 'number' as const, correct: 5, tolerance: 0, points: 1_000 }];
    exam = await createRehearsal(admin, { name: 'plan controls', items, key, rooms, durationMs: 600_000 });
    await openRooms(admin, exam);
  });
  afterEach(() => {
    for (const controls of open.splice(0)) controls.stop();
  });
  after(() => system.stop());

  async function tokenOf(chief: boolean, roomIds: string[] = []): Promise<string> {
    const account = { login: `proctor-${randomUUID().slice(0, 8)}`, password: randomUUID() };
    await admin.addProctor(exam.planId, { label: 'Choi', roomIds, chief, ...account });
    return login(system.url, account.login, account.password);
  }

  function controlsOf(token: string, given: { fetch?: typeof fetch } = {}): PlanControls {
    const controls = planControls({ url: system.url, token, planId: exam.planId, ...given });
    open.push(controls);
    return controls;
  }

  it('reach every room, and are told as applied with each room’s outcome', async () => {
    const controls = controlsOf(await tokenOf(true));
    const heard: PlanControlResult[] = [];
    controls.on('control', (result) => heard.push(result));
    const result = await controls.issue({ action: 'lock', reason: 'fire alarm' });
    assert.equal(result.state, 'applied');
    assert.deepEqual(result.reply?.rooms, { applied: 2, failed: 0, over: 0, total: 2 });
    assert.deepEqual(heard, [result]);
    assert.deepEqual((await controls.look(result.controlId))?.control.reason, 'fire alarm');
    const again = await controls.issue({ action: 'lock' });
    assert.equal(again.state, 'failed');
    assert.deepEqual(
      again.reply?.outcomes.map(({ code }) => code),
      ['TRANSITION_REFUSED', 'TRANSITION_REFUSED'],
    );
  });

  it('are refused to a proctor of some rooms, who may name people of them all the same', async () => {
    const [first, second] = exam.rooms.map(({ roomId }) => roomId);
    const controls = controlsOf(await tokenOf(false, [first ?? '']));
    const refused = await controls.issue({ action: 'lock' });
    assert.deepEqual([refused.state, refused.code, refused.reply], ['failed', 'PERMISSION_DENIED', undefined]);
    const [own = '', others = ''] = exam.roster.map(({ examineeId }) => examineeId);
    const notice = { action: 'notice', text: 'Your desk lamp is on.' } as const;
    assert.equal((await controls.issue({ ...notice, examineeIds: [own, others] })).code, 'PERMISSION_DENIED');
    const both = controlsOf(await tokenOf(false, [first ?? '', second ?? '']));
    assert.equal((await both.issue({ ...notice, examineeIds: [own, others] })).state, 'applied');
  });

  it('are one control, however often the answer is lost on the way', async () => {
    let lost = 0;
    const losing: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      if (request[1]?.method === 'POST' && lost++ < 2) throw new TypeError('the answer is lost');
      return response;
    };
    const controls = controlsOf(await tokenOf(true), { fetch: losing });
    const start = await controls.issue({ action: 'start' });
    assert.equal(start.state, 'applied');
    const extended = await controls.issue({ action: 'extend', extraMs: 60_000, reason: 'a late bus' });
    assert.equal(extended.state, 'applied');
    assert.equal(lost, 4);
    assert.equal(start.reply?.rooms.applied, 2);
  });

  it('[S7] are pending after five seconds where no room answers, and told when they are final', async () => {
    const controls = controlsOf(await tokenOf(true));
    const final = Promise.withResolvers<PlanControlResult>();
    controls.on('control', final.resolve);
    await system.kill('rooms-1', 'SIGSTOP');
    const startedAt = performance.now();
    const result = await controls.issue({ action: 'lock' });
    await system.kill('rooms-1', 'SIGCONT');
    assert.equal(result.state, 'pending');
    assert.ok(Math.abs(performance.now() - startedAt - 5_000) < 2_000);
    const told = await Promise.race([final.promise, sleep(LIMIT_MS, undefined, { ref: false })]);
    assert.deepEqual([told?.controlId, told?.state, told?.reply?.rooms.applied], [result.controlId, 'applied', 2]);
  });
});
