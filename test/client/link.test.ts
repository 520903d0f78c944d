// What a link sends and does not send, over a socket that only listens.
import assert from 'node:assert/strict';
import type { LinkEvent } from '../../client/events.ts';
import { isUp, openLink } from '../../client/link.ts';
import type { SocketHandlers } from '../../client/socket.ts';
import { CLOSE } from '../../schema/close-codes.ts';
import { createTestClock } from './test-clock.ts';

function aLink() {
  const clock = createTestClock();
  const sent: string[] = [];
  const states: string[] = [];
  const events: LinkEvent[] = [];
  let handlers: SocketHandlers | undefined;
  const link = openLink(
    { name: 'exam', sessionId: 'seat', roomId: 'room', processId: 'process' },
    {
      clock,
      report: () => ({}),
      random: () => 0.5,
      open(_reservation, opened) {
        handlers = opened;
        return { send: (type) => sent.push(type) > 0, close: () => undefined };
      },
      reserve: async () => ({ kind: 'later', retryAfterMs: 0 }),
      state(event) {
        states.push(event.state);
        events.push(event);
      },
      message: () => undefined,
      changed: () => undefined,
      exchanged: () => undefined,
      refused: () => undefined,
      afterClose: () => 'return',
    },
  );
  return { clock, link, sent, states, events, handlers: () => handlers };
}

describe('what is sent over a link', () => {
  it('is nothing before it is up, and nothing is kept for later', async () => {
    const { link, sent, handlers, clock } = aLink();
    assert.equal(link.send('examinee.ready', {}), 'offline');
    handlers()?.joined();
    await clock.advance(10);
    assert.deepEqual(sent, ['heartbeat']);
    assert.equal(isUp(link.state()), true);
    link.end('ended');
  });

  it('is nothing that would be larger than a message may be', () => {
    const { link, sent, handlers } = aLink();
    handlers()?.joined();
    const answers = [1, 2, 3, 4, 5].map((item) => ({ item, revision: item, response: 'x'.repeat(60_000) }));
    assert.equal(link.send('answer.save', { answers }), 'too-large');
    assert.equal(link.send('answer.save', { answers: answers.slice(0, 4) }), 'sent');
    assert.deepEqual(sent, ['answer.save']);
    link.end('ended');
  });

  it('is nothing when the room never lets in: it is tried again after ten seconds', async () => {
    const { link, clock, states } = aLink();
    await clock.advance(10_000);
    assert.deepEqual(states, ['reconnecting']);
    link.end('ended');
    assert.deepEqual(states, ['reconnecting', 'ended']);
  });
});

describe('why a link is down', () => {
  it('is said where the server said it, until it is up again', async () => {
    const { link, clock, events, handlers } = aLink();
    handlers()?.joined();
    handlers()?.closed(CLOSE.restarting);
    await clock.advance(10);
    assert.deepEqual(events, [{ state: 'online' }, { state: 'reconnecting', why: 'restarting' }]);
    link.end('ended');
  });

  it('is not said where the network alone was at fault', async () => {
    const { link, clock, events, handlers } = aLink();
    handlers()?.joined();
    handlers()?.closed(1006);
    await clock.advance(10);
    assert.deepEqual(events, [{ state: 'online' }, { state: 'reconnecting' }]);
    link.end('ended');
  });
});
