// What a control is for an examinee's programme: shown once, acknowledged by itself, confirmed until it is stored; a clock
// that stands; and warnings before the end.
import assert from 'node:assert/strict';
import { createWarnings } from '../../client/warnings.ts';
import type { ControlTold } from '../../schema/messages.ts';
import { createFakeRoom, type FakeRoom } from './fake-room.ts';
import { createTestClock } from './test-clock.ts';

async function sitting() {
  const room = createFakeRoom();
  const session = await room.enter();
  await room.clock.advance(100);
  return { room, session };
}

const notice: ControlTold = {
  controlId: 'control000000001',
  action: 'notice',
  at: 1,
  reason: '',
  text: 'item 4',
  mustConfirm: true,
};
const heardOf = (room: FakeRoom, type: string) => room.heard.filter((one) => one.type === type);

describe('a control in a session', () => {
  it('is shown once, and acknowledged each time it comes', async () => {
    const { room, session } = await sitting();
    const shown: ControlTold[] = [];
    session.on('control', (control) => shown.push(control));
    room.tell('control.told', notice);
    room.tell('control.told', notice);
    await room.clock.advance(100);
    assert.deepEqual(shown, [notice]);
    assert.equal(heardOf(room, 'control.received').length, 2);
    assert.deepEqual(heardOf(room, 'control.received')[0]?.message, { controlIds: [notice.controlId] });
    await session.leave();
  });

  it('is confirmed until the room has stored it, over every link', async () => {
    const { room, session } = await sitting();
    const confirmed: string[] = [];
    session.on('confirmed', ({ controlId }) => confirmed.push(controlId));
    room.tell('control.told', notice);
    session.confirm(notice.controlId);
    await room.clock.advance(5_500);
    assert.equal(heardOf(room, 'control.confirm').length, 2);
    room.drop();
    await room.clock.advance(4_000);
    assert.ok(heardOf(room, 'control.confirm').length > 2);
    room.tell('control.confirmed', { controlId: notice.controlId });
    room.tell('control.confirmed', { controlId: notice.controlId });
    const said = heardOf(room, 'control.confirm').length;
    await room.clock.advance(20_000);
    assert.equal(heardOf(room, 'control.confirm').length, said);
    assert.deepEqual(confirmed, [notice.controlId]);
    await session.leave();
  });
});

describe('a clock that stands', () => {
  it('shows what was left, keeps answers, and sends them when it goes on', async () => {
    const { room, session } = await sitting();
    const left = session.remainingMs();
    room.status = 'paused';
    room.setClock({ heldSince: room.serverNow() });
    session.answer(1, 'A');
    await room.clock.advance(60_000);
    assert.ok(Math.abs(session.remainingMs() - left) < 50);
    assert.equal(session.room().heldSince, room.serverNow() - 60_000);
    assert.equal(room.durable.size, 0);
    room.status = 'running';
    room.setClock({ heldSince: 0, deadlineAt: session.room().deadlineAt + 60_000 });
    await room.clock.advance(200);
    assert.ok(Math.abs(session.remainingMs() - left) < 300);
    assert.equal(room.durable.size, 1);
    await session.leave();
  });

  it('of a locked sheet runs on, and what was written goes when it is unlocked', async () => {
    const { room, session } = await sitting();
    room.setClock({ locked: true });
    session.answer(1, 'A');
    await room.clock.advance(3_000);
    assert.deepEqual([session.room().locked, room.durable.size], [true, 0]);
    assert.equal(session.answers().get(1)?.state, 'sent');
    room.setClock({ locked: false });
    await room.clock.advance(100);
    assert.equal(session.answers().get(1)?.state, 'saved');
    await session.leave();
  });
});

describe('a warning before the end', () => {
  it('comes at each length of the plan, once, and again after more time was given', async () => {
    const { room, session } = await sitting();
    const warned: number[] = [];
    session.on('warning', ({ leftMs }) => warned.push(leftMs));
    await room.clock.advance(299_800);
    assert.deepEqual(warned, []);
    await room.clock.advance(1_000);
    assert.deepEqual(warned, [300_000]);
    room.setClock({ deadlineAt: session.room().deadlineAt + 120_000 });
    await room.clock.advance(120_000);
    assert.deepEqual(warned, [300_000, 300_000]);
    await room.clock.advance(240_000);
    assert.deepEqual(warned, [300_000, 300_000, 60_000]);
    await session.leave();
  });

  it('does not come while the clock stands, nor for a length that had passed at the beginning', async () => {
    const clock = createTestClock();
    let end: number | undefined = 100_000;
    const warned: number[] = [];
    const warnings = createWarnings({
      clock,
      lengthsMs: [300_000, 60_000],
      left: () => (end === undefined ? undefined : end - clock.now()),
      warn: (leftMs) => warned.push(leftMs),
    });
    warnings.poke();
    await clock.advance(30_000);
    end = undefined;
    warnings.poke();
    await clock.advance(500_000);
    assert.deepEqual(warned, []);
    end = clock.now() + 70_000;
    warnings.poke();
    await clock.advance(11_000);
    assert.deepEqual(warned, [60_000]);
    end = clock.now() + 400_000;
    warnings.poke();
    end = clock.now() + 50_000;
    warnings.poke();
    assert.deepEqual(warned, [60_000, 60_000], 'of two that pass at once the nearer one is said');
    warnings.stop();
    await clock.advance(500_000);
    assert.equal(warned.length, 2);
  });
});
