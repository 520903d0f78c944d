// A raised hand in an examinee's programme, and the hands of a room in a proctor's.
import assert from 'node:assert/strict';
import { createRoomCalls } from '../../client/room-calls.ts';
import type { CallTold } from '../../schema/calls.ts';
import { refuse } from '../../schema/refusals.ts';
import type { CallView } from '../../schema/replies.ts';
import { createFakeRoom, type FakeRoom } from './fake-room.ts';

async function sitting() {
  const room = createFakeRoom();
  const session = await room.enter();
  await room.clock.advance(100);
  const shown: CallTold[] = [];
  const refused: string[] = [];
  session.on('call', (call) => shown.push(call));
  session.on('error', (error) => 'refusal' in error && refused.push(error.refusal.refused));
  return { room, session, shown, refused };
}
const heardOf = (room: FakeRoom, type: string) => room.heard.filter((one) => one.type === type);
const call = (callId: string, given: Partial<CallTold> = {}): CallTold => ({
  ...{ callId, question: 'which page?', at: 1, state: 'open', answer: '', endedAt: 0, ...given },
});

describe('a hand in a session', () => {
  it('is raised until the room has stored it, over every link, with one id', async () => {
    const { room, session, shown } = await sitting();
    const callId = session.raiseHand('which page?');
    room.drop();
    await room.clock.advance(8_000);
    const said = heardOf(room, 'call.raise');
    assert.ok(said.length >= 2);
    assert.deepEqual(new Set(said.map(({ message }) => JSON.stringify(message))).size, 1);
    room.tell('call.told', call(callId));
    await room.clock.advance(20_000);
    assert.equal(heardOf(room, 'call.raise').length, said.length);
    assert.deepEqual(shown, [call(callId)]);
    await session.leave();
  });

  it('is answered once for the person, and acknowledged each time the answer comes', async () => {
    const { room, session, shown } = await sitting();
    const callId = session.raiseHand();
    room.tell('call.told', call(callId));
    const answered = call(callId, { state: 'answered', answer: 'page 4', endedAt: 2 });
    room.tell('call.told', answered);
    room.tell('call.told', answered);
    await room.clock.advance(100);
    assert.deepEqual(
      shown.map(({ state }) => state),
      ['open', 'answered'],
    );
    assert.equal(heardOf(room, 'call.received').length, 2);
    assert.equal(session.calls().get(callId)?.answer, 'page 4');
    await session.leave();
  });

  it('is lowered until the room says so, also where the answer to the raising is still on the way', async () => {
    const { room, session } = await sitting();
    const callId = session.raiseHand();
    session.lowerHand(callId);
    room.tell('call.told', call(callId));
    await room.clock.advance(5_500);
    assert.equal(heardOf(room, 'call.withdraw').length, 2);
    room.tell('call.told', call(callId, { state: 'withdrawn', endedAt: 2 }));
    await room.clock.advance(20_000);
    assert.equal(heardOf(room, 'call.withdraw').length, 2);
    await session.leave();
  });

  it('stays down where the room refuses it, and the person is told; a fault is tried again', async () => {
    const { room, session, refused } = await sitting();
    const callId = session.raiseHand();
    const tell = ({ refused: code, ...rest }: ReturnType<typeof refuse>) =>
      room.tell('call.refused', { callId, code, ...rest });
    tell(refuse('INTERNAL'));
    await room.clock.advance(5_500);
    assert.equal(heardOf(room, 'call.raise').length, 2);
    tell(refuse('CALL_OPEN'));
    await room.clock.advance(20_000);
    assert.equal(heardOf(room, 'call.raise').length, 2);
    assert.deepEqual(refused, ['CALL_OPEN']);
    await session.leave();
  });
});

describe('the hands of a room', () => {
  it('are shown once for each state, never back to open, and are down where a new link does not name them', () => {
    const shown: string[] = [];
    const calls = createRoomCalls({
      show: ({ callId, state }) => void shown.push(`${callId} ${state}`),
      gone: (callId) => void shown.push(`${callId} is gone`),
    });
    const view = (callId: string, state: CallView['state']) => ({ callId, state }) as CallView;
    for (const state of ['open', 'open', 'answered', 'answered', 'open'] as const) calls.changed(view('a', state));
    calls.changed(view('b', 'open'));
    calls.open([]);
    assert.deepEqual(shown, ['a open', 'a answered', 'b open', 'b is gone']);
    assert.deepEqual([...calls.all().keys()], ['a']);
  });
});
