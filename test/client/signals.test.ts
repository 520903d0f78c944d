// Signals of a device: kept while there is no link, bounded, sent again until they are taken, and what the device notices of
// itself: a lost link and a clock that was moved.
import assert from 'node:assert/strict';
import type { ClientClock } from '../../client/clock.ts';
import { createSelfWatch } from '../../client/self-watch.ts';
import { createServerClock } from '../../client/server-clock.ts';
import { createSignals, type Signal } from '../../client/signals.ts';
import type { Incoming } from '../../schema/messages.ts';
import { refuse } from '../../schema/refusals.ts';
import { createFakeRoom, type FakeRoom } from './fake-room.ts';
import { createTestClock } from './test-clock.ts';

type Message = Incoming<'signal.report'>;
const paste = (at: number): Signal => ({ kind: 'paste', at });

describe('signals of a device', () => {
  function some() {
    const clock = createTestClock();
    const sent: Message[] = [];
    const signals = createSignals({ clock, send: (message) => sent.push(structuredClone(message)) });
    return { clock, sent, signals };
  }
  const atOf = (messages: readonly Message[]) => messages.map(({ signals }) => signals.map(({ at }) => at));

  it('go at once, and what comes after gathers until the room has taken them, and a second longer', async () => {
    const { clock, sent, signals } = some();
    for (const at of [1, 2, 3]) signals.report(paste(at));
    assert.deepEqual(atOf(sent), [[1]]);
    signals.taken(1);
    await clock.advance(999);
    assert.equal(sent.length, 1);
    await clock.advance(1);
    assert.deepEqual(atOf(sent), [[1], [2, 3]]);
    assert.deepEqual(
      sent.map(({ number }) => number),
      [1, 2],
    );
  });

  it('are sent again as they were until they are taken, over a new link at once', async () => {
    const { clock, sent, signals } = some();
    signals.report(paste(1));
    signals.report(paste(2));
    await clock.advance(5_000);
    signals.linked();
    assert.deepEqual(sent, Array(3).fill({ number: 1, signals: [paste(1)] }));
    signals.taken(7);
    await clock.advance(1_000);
    assert.equal(sent.length, 3);
    signals.taken(1);
    await clock.advance(1_000);
    assert.deepEqual(sent.at(-1), { number: 2, signals: [paste(2)] });
  });

  it('are kept in a bound, the newest of them, and go in messages of at most twenty', async () => {
    const { clock, sent, signals } = some();
    for (let at = 0; at < 500; at++) signals.report(paste(at));
    for (let number = 1; number <= 6; number++) {
      signals.taken(number);
      await clock.advance(1_000);
    }
    assert.deepEqual(
      sent.map((message) => message.signals.length),
      [1, 20, 20, 20, 20, 20],
    );
    assert.deepEqual([sent[1]?.signals[0]?.at, sent.at(-1)?.signals.at(-1)?.at], [400, 499]);
  });

  it('wait as long as a busy room says, and are given up where the room will never take them', async () => {
    const { clock, sent, signals } = some();
    signals.report(paste(1));
    signals.refused(refuse('BUSY', undefined, 3_000));
    await clock.advance(2_999);
    assert.equal(sent.length, 1);
    await clock.advance(1);
    assert.equal(sent.length, 2);
    signals.refused(refuse('PERMISSION_DENIED'));
    signals.report(paste(2));
    await clock.advance(1_000);
    assert.deepEqual(atOf(sent).at(-1), [2]);
    signals.stop();
    await clock.advance(60_000);
    assert.equal(sent.length, 3);
  });
});

describe('a device', () => {
  function watched() {
    const clock = createTestClock();
    let movedMs = 0;
    const moving: ClientClock = { ...clock, wallNow: () => clock.wallNow() + movedMs };
    const time = createServerClock();
    const reported: Signal[] = [];
    const selfWatch = createSelfWatch(moving, time, (signal) => reported.push(signal));
    const measure = async (serverAheadMs = 5_000) => {
      await clock.advance(1_000);
      time.add(clock.now(), clock.now() + serverAheadMs, clock.now());
      selfWatch.measured();
    };
    return { clock, reported, selfWatch, measure, move: (ms: number) => (movedMs += ms) };
  }

  it('reports that its clock was moved, once for each move and by how much', async () => {
    const { reported, measure, move } = watched();
    for (let times = 0; times < 3; times++) await measure();
    move(999);
    await measure();
    move(-60_000);
    await measure();
    await measure();
    move(3_600_000);
    await measure();
    assert.deepEqual(
      reported.map(({ kind, ms }) => [kind, ms]),
      [
        ['clock-jump', -59_001],
        ['clock-jump', 3_600_000],
      ],
    );
  });

  it('reports a lost link when there is one again, with when and how long', async () => {
    const { clock, reported, selfWatch, measure } = watched();
    await measure();
    selfWatch.link('online');
    selfWatch.link('trouble');
    selfWatch.link('online');
    await clock.advance(1_000);
    selfWatch.link('reconnecting');
    await clock.advance(7_000);
    assert.deepEqual(reported, []);
    selfWatch.link('online');
    assert.deepEqual(reported, [{ kind: 'network-lost', at: 7_000, ms: 7_000 }]);
  });

  it('reports no link that was ended on purpose', async () => {
    const { reported, selfWatch } = watched();
    for (const state of ['online', 'ended', 'online', 'fenced', 'online'] as const) selfWatch.link(state);
    assert.deepEqual(reported, []);
  });
});

describe('a session', () => {
  const heard = (room: FakeRoom) =>
    room.heard.filter(({ type }) => type === 'signal.report').map(({ message }) => message as Message);

  it('reports by the server’s clock what its page noticed, and what came while there was no link after it', async () => {
    const room = createFakeRoom();
    const session = await room.enter();
    await room.clock.advance(3_000);
    session.report({ kind: 'focus-lost', ms: 400 });
    assert.deepEqual(heard(room), [{ number: 1, signals: [{ kind: 'focus-lost', ms: 400, at: room.serverNow() }] }]);
    await room.clock.advance(2_000);
    room.api = { kind: 'down' };
    room.drop();
    await room.clock.advance(1_000);
    session.report({ kind: 'full-screen-left' });
    await room.clock.advance(4_000);
    assert.equal(heard(room).length, 1);
    room.api = { kind: 'up' };
    await room.clock.advance(30_000);
    const kinds = heard(room).flatMap(({ signals }) => signals.map(({ kind }) => kind));
    assert.deepEqual(kinds.toSorted(), ['focus-lost', 'full-screen-left', 'network-lost']);
    await session.leave();
  });

  it('that another device continues reports nothing more', async () => {
    const room = createFakeRoom();
    const session = await room.enter();
    await room.clock.advance(1_000);
    room.otherDevice();
    session.report({ kind: 'paste' });
    await room.clock.advance(60_000);
    assert.deepEqual(heard(room), []);
    await session.leave();
  });

  it('that is taken over while a signal waits for its answer leaves no timer of it behind', async () => {
    const left = async (reports: boolean) => {
      const room = createFakeRoom();
      const session = await room.enter();
      await room.clock.advance(1_000);
      room.wire = 'dead';
      if (reports) session.report({ kind: 'paste' });
      const before = room.clock.waiting();
      room.otherDevice();
      const after = room.clock.waiting();
      await session.leave();
      return { before, after };
    };
    const [quiet, reporting] = [await left(false), await left(true)];
    assert.equal(reporting.before, quiet.before + 1);
    assert.equal(reporting.after, quiet.after);
  });
});
