// [S17] A session whose socket is dead while the api lives: answers go over HTTP, and nothing is lost or said twice.
import assert from 'node:assert/strict';
import type { AnswerEvent } from '../../client/events.ts';
import type { ExamSession } from '../../client/session.ts';
import { createFakeRoom, type FakeRoom } from './fake-room.ts';

function watch(session: ExamSession) {
  const answers: AnswerEvent[] = [];
  const roads: string[] = [];
  session.on('answer', (event) => answers.push(event));
  session.on('road', ({ road }) => roads.push(road));
  return { answers, roads };
}

/** Somebody whose sockets are cut from now on, or never opened. */
async function cutOff(from: 'the beginning' | 'now' = 'now') {
  const room = createFakeRoom();
  room.road = 'open';
  if (from === 'the beginning') room.sockets = 'blocked';
  const session = await room.enter();
  const seen = watch(session);
  await room.clock.advance(100);
  if (from === 'now') {
    room.sockets = 'blocked';
    room.drop();
  }
  return { room, session, ...seen };
}

const asked = (room: FakeRoom, what: string) => room.travelled.filter((one) => one === what).length;

describe('a session without a socket', () => {
  it('[S17] sends its answers over HTTP after five seconds, and says saved only when the api does', async () => {
    const { room, session, answers, roads } = await cutOff();
    room.queue = 'stands';
    const revision = session.answer(1, 'A');
    await room.clock.advance(4_900);
    assert.deepEqual([session.road(), room.travelled], ['socket', []]);
    await room.clock.advance(3_000);
    assert.deepEqual([session.road(), roads], ['http', ['http']]);
    assert.deepEqual(
      answers.map(({ state }) => state),
      ['draft', 'sent'],
    );
    room.flush();
    await room.clock.advance(5_000);
    assert.deepEqual(answers.at(-1), { item: 1, revision, state: 'saved' });
    assert.deepEqual(session.outbox(), []);
    assert.equal(answers.filter(({ state }) => state === 'saved').length, 1);
    await session.leave();
  });

  it('[S17] works where no socket ever opened, from the first answer to the submit', async () => {
    const { room, session } = await cutOff('the beginning');
    await room.clock.advance(8_000);
    assert.equal(session.road(), 'http');
    const revisions = [1, 2, 3].map((item) => session.answer(item, 'A'));
    const submitted = session.submit();
    await room.clock.advance(3_000);
    assert.deepEqual(
      (await submitted).revisions.map(([, revision]) => revision),
      revisions,
    );
    assert.equal(session.status(), 'submitted');
    await session.leave();
  });

  it('[S17] goes back to the socket when there is one, and asks over HTTP no more', async () => {
    const { room, session, roads } = await cutOff();
    session.answer(1, 'A');
    await room.clock.advance(8_000);
    room.sockets = 'open';
    await room.clock.advance(8_000);
    assert.deepEqual([session.link(), session.road(), roads], ['online', 'socket', ['http', 'socket']]);
    const before = room.travelled.length;
    session.answer(2, 'B');
    await room.clock.advance(10_000);
    assert.equal(room.travelled.length, before);
    assert.deepEqual(
      [...session.answers().values()].map(({ state }) => state),
      ['saved', 'saved'],
    );
    await session.leave();
  });

  it('[S17] knows of a pause and of its end, and sends nothing that would be refused again and again', async () => {
    const { room, session } = await cutOff();
    await room.clock.advance(8_000);
    room.setClock({ heldSince: room.serverNow() });
    room.status = 'paused';
    await room.clock.advance(4_000);
    assert.ok(session.room().heldSince > 0);
    const [left, sent] = [session.remainingMs(), asked(room, 'answers')];
    session.answer(1, 'A');
    await room.clock.advance(60_000);
    assert.equal(session.remainingMs(), left);
    assert.ok(asked(room, 'answers') - sent <= 9, `${asked(room, 'answers') - sent} batches in a minute`);
    room.setClock({ heldSince: 0 });
    room.status = 'running';
    await room.clock.advance(6_000);
    assert.equal(session.answers().get(1)?.state, 'saved');
    await session.leave();
  });

  it('[S17] has one request in flight, and asks an api that is away less and less', async () => {
    const { room, session } = await cutOff();
    await room.clock.advance(8_000);
    room.api = { kind: 'down' };
    session.answer(1, 'A');
    await room.clock.advance(60_000);
    assert.equal(session.road(), 'socket');
    room.api = { kind: 'up' };
    const before = room.travelled.length;
    await room.clock.advance(20_000);
    assert.ok(room.travelled.length > before);
    assert.equal(session.answers().get(1)?.state, 'saved');
    await session.leave();
  });

  it('[S17] stops where another device continues, and keeps everything', async () => {
    const { room, session } = await cutOff();
    await room.clock.advance(8_000);
    room.otherDevice();
    session.answer(1, 'A');
    await room.clock.advance(3_000);
    assert.equal(session.link(), 'fenced');
    assert.equal(session.outbox().length, 1);
    await session.leave();
  });

  it('[S17] is content with an older api that knows no such way', async () => {
    const { room, session } = await cutOff();
    room.road = 'closed';
    session.answer(1, 'A');
    await room.clock.advance(30_000);
    assert.equal(session.road(), 'socket');
    room.sockets = 'open';
    await room.clock.advance(8_000);
    assert.equal(session.answers().get(1)?.state, 'saved');
    await session.leave();
  });
});
