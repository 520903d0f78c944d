// A proctor's watch while its own link comes and goes, on a room that the test plays: as of when everything is shown, and
// what waits to be said.
import assert from 'node:assert/strict';
import type { WaitingControl } from '../../client/controls.ts';
import { type RoomWatch, watchRoom } from '../../client/proctor.ts';
import type { SocketHandlers } from '../../client/socket.ts';
import type { Incoming, Outgoing } from '../../schema/messages.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

const SERVER_AHEAD_MS = 3_600_000;

/** `isUp`: whether the network lets anything through. `said`: the controls that came. */
type Played = {
  readonly clock: TestClock;
  readonly said: Incoming<'control.issue'>[];
  isUp: boolean;
  watch(): Promise<RoomWatch>;
  tell(result: Outgoing['control.applied']): void;
  drop(): void;
};

function playRoom(): Played {
  const clock = createTestClock();
  let handlers: SocketHandlers | undefined;
  const now = () => clock.now() + SERVER_AHEAD_MS;
  const played: Played = {
    clock,
    said: [],
    isUp: true,
    watch: () =>
      watchRoom({
        ...{ url: 'http://room.test', token: 'token', roomId: 'room', clock, random: () => 0.5 },
        async fetch() {
          if (!played.isUp) throw new TypeError('no network');
          const reservation = { name: 'exam', sessionId: 'seat', roomId: 'room', processId: 'process' };
          const room = { roomId: 'room', label: 'Room', status: 'running', startsAt: 0 };
          return Response.json({ reservation, room, now: now() });
        },
        open(_, next) {
          handlers = next;
          setImmediate(() => next.joined());
          return {
            send(type, payload) {
              if (!played.isUp) return true;
              if (type === 'control.issue') played.said.push(payload as Incoming<'control.issue'>);
              const { sentAt } = payload as { sentAt: number };
              if (type === 'heartbeat') setImmediate(() => next.message('heartbeat', { sentAt, at: now() }));
              return true;
            },
            close: () => undefined,
          };
        },
      }),
    tell: (result) => handlers?.message('control.applied', result),
    drop: () => handlers?.closed(1_006),
  };
  return played;
}

describe('a watch whose own link is down', () => {
  let room: Played;
  let watch: RoomWatch;

  beforeEach(async () => {
    room = playRoom();
    watch = await room.watch();
    await room.clock.advance(3_000);
    assert.equal(watch.link(), 'online');
  });
  afterEach(() => watch.leave());

  /** In small steps, as entering takes turns of the loop beside its waits. */
  async function online(): Promise<void> {
    for (let second = 0; second < 30 && watch.link() !== 'online'; second++) await room.clock.advance(1_000);
    await room.clock.advance(1_000);
  }

  it('says as of when everything is, by the server’s clock, and is of now again when the room is heard', async () => {
    assert.ok(watch.serverNow() - watch.heardAt() <= 1_000);
    const lastHeard = watch.heardAt();
    room.isUp = false;
    await room.clock.advance(40_000);
    assert.equal(watch.link(), 'reconnecting');
    assert.ok(watch.heardAt() - lastHeard <= 1_000, 'nothing was heard meanwhile');
    assert.ok(watch.serverNow() - watch.heardAt() >= 39_000);
    room.isUp = true;
    await online();
    assert.ok(watch.serverNow() - watch.heardAt() <= 1_000);
  });

  it('keeps controls until the link is back, and says which wait for what', async () => {
    const heard: (readonly WaitingControl[])[] = [];
    watch.on('waiting', (waiting) => heard.push(waiting));
    const statesOf = (waiting: readonly WaitingControl[] | undefined) => waiting?.map(({ state }) => state);
    room.isUp = false;
    room.drop();
    const issued = watch.issue({ action: 'pause', reason: 'fire alarm' });
    assert.deepEqual(statesOf(watch.waiting()), ['unsent']);
    await room.clock.advance(6_000);
    assert.equal((await issued).state, 'pending');
    assert.deepEqual([room.said.length, statesOf(watch.waiting())], [0, ['unsent']]);
    room.isUp = true;
    await online();
    const [said] = room.said;
    assert.deepEqual([said?.action, said?.reason], ['pause', 'fire alarm']);
    assert.deepEqual(statesOf(watch.waiting()), ['sent']);
    const controlId = said?.controlId ?? '';
    room.tell({ controlId, state: 'pending' });
    assert.deepEqual(statesOf(watch.waiting()), ['stored']);
    room.tell({ controlId, state: 'applied' });
    assert.deepEqual(watch.waiting(), []);
    assert.deepEqual([statesOf(heard[0]), statesOf(heard.at(-1))], [['unsent'], []]);
    assert.equal(new Set(room.said.map((one) => one.controlId)).size, 1);
  });

  it('takes back what was never sent, and nothing that may have arrived', async () => {
    room.isUp = false;
    room.drop();
    const given = watch.issue({ action: 'end', reason: 'wrong room' });
    const [waiting] = watch.waiting();
    assert.equal(watch.withdraw(waiting?.control.controlId ?? ''), true);
    assert.deepEqual([(await given).state, watch.waiting()], ['failed', []]);
    room.isUp = true;
    await room.clock.advance(20_000);
    assert.deepEqual(room.said, []);
    void watch.issue({ action: 'lock' });
    const [sent] = watch.waiting();
    assert.equal(sent?.state, 'sent');
    assert.equal(watch.withdraw(sent?.control.controlId ?? ''), false);
    assert.equal(watch.withdraw('unknown'), false);
  });

  it('asks once for a control that is issued twice under one id, and tells both who asked', async () => {
    const grant = { action: 'extend', extraMs: 60_000, time: 'incident', controlId: 'proposal00000001' } as const;
    const both = [watch.issue(grant), watch.issue(grant)];
    assert.equal(watch.waiting().length, 1);
    room.tell({ controlId: grant.controlId, state: 'applied' });
    assert.deepEqual(
      (await Promise.all(both)).map(({ state }) => state),
      ['applied', 'applied'],
    );
  });
});
