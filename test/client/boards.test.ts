// One board over several rooms, on rooms that the test plays: one order, counts, few updates, and rooms that go and come
// each by itself.
import assert from 'node:assert/strict';
import { type Boards, MOST_ROOMS, watchRooms } from '../../client/boards.ts';
import type { SocketHandlers } from '../../client/socket.ts';
import type { Outgoing } from '../../schema/messages.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

type Row = Record<string, string | number>;
type Played = { handlers: SocketHandlers | undefined; readonly board: Map<string, Row>; entered: number };

/** Rooms that let everybody in; `says` answers the entering of a room instead. */
function playRooms(says: (roomId: string) => Response | undefined = () => undefined) {
  const clock = createTestClock();
  const rooms = new Map<string, Played>();
  const of = (roomId: string) => {
    const known = rooms.get(roomId) ?? { handlers: undefined, board: new Map(), entered: 0 };
    rooms.set(roomId, known);
    return known;
  };
  const watch = (roomIds: string[]): Boards =>
    watchRooms({
      url: 'http://rooms.test',
      token: 'token',
      roomIds,
      clock,
      random: () => 0.5,
      async fetch(_url, init) {
        const { roomId } = JSON.parse(String(init?.body)) as { roomId: string };
        of(roomId).entered++;
        const reservation = { name: 'exam', sessionId: 'seat', roomId, processId: 'process' };
        const room = { roomId, label: `label of ${roomId}`, status: 'open', startsAt: 0 };
        return says(roomId) ?? Response.json({ reservation, room, now: 1_000 });
      },
      open({ roomId }, handlers) {
        of(roomId).handlers = handlers;
        setImmediate(() => handlers.joined());
        return {
          send(type, payload) {
            const beat = { sentAt: (payload as { sentAt: number }).sentAt, at: 1_000 } satisfies Outgoing['heartbeat'];
            if (type === 'heartbeat') setImmediate(() => handlers.message('heartbeat', beat));
            return true;
          },
          close: () => undefined,
        };
      },
    });
  /** The room shows this of an examinee. */
  const show = (roomId: string, examineeId: string, row: Row) => {
    const { board, handlers } = of(roomId);
    const plain = { label: examineeId, status: 'answering', link: 'online', attention: 0, takenBy: '' };
    const numbers = { unsavedCount: 0, openIncidents: 0, unreachedCount: 0 };
    board.set(examineeId, { ...plain, ...numbers, ...board.get(examineeId), ...row, examineeId });
    handlers?.changed({ board, status: 'running' });
  };
  return { clock, of, watch, show };
}

/** Entering takes some turns of the loop, and no time. */
async function opened(clock: TestClock): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(10);
  }
}

const idsOf = (boards: Boards) => boards.rows().map(({ roomId, examineeId }) => `${roomId} ${examineeId}`);

describe('a board over several rooms', () => {
  it('is one list, who needs a proctor most first, and follows what changes', async () => {
    const { clock, watch, show } = playRooms();
    const boards = watch(['r1', 'r2']);
    await opened(clock);
    show('r1', 'a', { attention: 30 });
    show('r2', 'b', { attention: 90, openIncidents: 1 });
    show('r2', 'c', {});
    show('r1', 'd', { attention: 30, label: 'A', takenBy: 'somebody', unsavedCount: 2, link: 'dropped' });
    assert.deepEqual(idsOf(boards), ['r2 b', 'r1 d', 'r1 a', 'r2 c']);
    assert.deepEqual(boards.counts(), {
      ...{
        roomCount: 2,
        roomsOnline: 2,
        examineeCount: 4,
        examinees: { answering: 4 },
        links: { online: 3, dropped: 1 },
      },
      ...{ unsaved: 1, openIncidents: 1, notReached: 0, needing: 3, needingUntaken: 2 },
    });
    show('r1', 'a', { attention: 100, unreachedCount: 1 });
    assert.equal(idsOf(boards)[0], 'r1 a');
    assert.equal(boards.counts().notReached, 1);
    assert.equal(boards.rooms().get('r2')?.label, 'label of r2');
    await boards.leave();
  });

  it('tells a few times a second, however much happens', async () => {
    const { clock, watch, show } = playRooms();
    const boards = watch(['r1', 'r2']);
    await opened(clock);
    const told: number[] = [];
    boards.on('changed', ({ rows }) => told.push(rows.length));
    for (let ms = 0; ms < 1_000; ms += 10) {
      show('r1', `e${ms}`, { attention: ms });
      await clock.advance(10);
    }
    await clock.advance(300);
    assert.ok(told.length >= 3 && told.length <= 5, `${told.length}`);
    assert.equal(told.at(-1), 100);
    await clock.advance(5_000);
    assert.ok(told.length <= 5, 'nothing is told while nothing changes');
    await boards.leave();
  });

  it('keeps what it has seen of a room that is lost, which comes back by itself while the others go on', async () => {
    const { clock, of, watch, show } = playRooms();
    const boards = watch(['r1', 'r2']);
    await opened(clock);
    show('r1', 'a', {});
    const links: string[] = [];
    boards.on('room', ({ roomId, link }) => links.push(`${roomId} ${link}`));
    of('r1').handlers?.closed(1006);
    await clock.advance(50);
    show('r2', 'b', {});
    assert.deepEqual(
      [links, idsOf(boards).length, boards.counts().roomsOnline],
      [['r1 reconnecting', 'r2 online'], 2, 1],
    );
    await clock.advance(10_000);
    assert.equal(boards.rooms().get('r1')?.link, 'online');
    assert.deepEqual([of('r1').entered, of('r2').entered], [2, 1]);
    show('r1', 'a', { attention: 5 });
    assert.equal(idsOf(boards)[0], 'r1 a');
    await boards.leave();
  });

  it('goes on without a room that is refused, and enters one that is not open as soon as it is', async () => {
    let isOpen = false;
    const problem = (code: string, retry: string, status: number) =>
      Response.json({ code, retry, detail: code, title: code, status }, { status });
    const { clock, watch, show } = playRooms((roomId) => {
      if (roomId === 'foreign') return problem('PERMISSION_DENIED', 'never', 403);
      return roomId === 'closed' && !isOpen ? problem('ROOM_NOT_OPEN', 'later', 409) : undefined;
    });
    const boards = watch(['r1', 'foreign', 'closed']);
    await opened(clock);
    show('r1', 'a', {});
    const linkOf = (roomId: string) => boards.rooms().get(roomId)?.link;
    assert.deepEqual([linkOf('r1'), linkOf('foreign'), linkOf('closed')], ['online', 'refused', 'entering']);
    assert.equal(boards.rooms().get('foreign')?.refusal?.refused, 'PERMISSION_DENIED');
    isOpen = true;
    await clock.advance(20_000);
    assert.equal(linkOf('closed'), 'online');
    await boards.leave();
  });

  it('is of at most 20 rooms', () => {
    const { watch } = playRooms();
    assert.throws(() => watch(Array.from({ length: MOST_ROOMS + 1 }, (_, index) => `r${index}`)), RangeError);
  });
});
