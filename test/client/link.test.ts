// What a link sends and does not send, over a socket that only listens.
import assert from 'node:assert/strict';
import type { LinkEvent } from '../../client/events.ts';
import { isUp, openLink } from '../../client/link.ts';
import type { SocketHandlers } from '../../client/socket.ts';
import { CLOSE } from '../../schema/close-codes.ts';
import { createTestClock } from './test-clock.ts';

function aLink() {
  const tries: number[] = [];
  const clock = createTestClock();
  const sent: string[] = [];
  const states: string[] = [];
  const events: LinkEvent[] = [];
  let handlers: SocketHandlers | undefined;
  /** Whether entering again succeeds. */
  const comesBack = { is: false };
  const entered = {
    kind: 'entered',
    reservation: { name: 'exam', sessionId: 'seat', roomId: 'room', processId: 'process' },
  } as const;
  const link = openLink(
    { name: 'exam', sessionId: 'seat', roomId: 'room', processId: 'process' },
    {
      clock,
      report: () => ({}),
      random: () => 0.5,
      open(_reservation, opened) {
        handlers = opened;
        tries.push(clock.now());
        return { send: (type) => sent.push(type) > 0, close: () => undefined };
      },
      reserve: async () => (comesBack.is ? entered : { kind: 'later', retryAfterMs: 0 }),
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
  return { clock, link, tries, comesBack, sent, states, events, handlers: () => handlers };
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

describe('a link that was closed in order', () => {
  /** After how long the next socket was opened, each time that this code closed one that had just come up. */
  async function waits(code: number): Promise<number[]> {
    const { link, clock, tries, comesBack, handlers } = aLink();
    comesBack.is = true;
    const found: number[] = [];
    for (let time = 1; time <= 4; time++) {
      handlers()?.joined();
      await clock.advance(10);
      const from = clock.now();
      handlers()?.closed(code);
      while (tries.length <= time) await clock.advance(50);
      found.push((tries.at(-1) ?? 0) - from);
    }
    link.end('ended');
    return found;
  }

  it('comes back within a second, however often that happens', async () => {
    for (const code of [CLOSE.restarting, CLOSE.ownerLost])
      assert.ok(
        (await waits(code)).every((ms) => ms <= 600),
        `code ${code}`,
      ); // the chance is a half
  });

  it('unlike one that is closed without a word again and again, which waits longer each time', async () => {
    const [first = 0, , , last = 0] = await waits(1006);
    assert.ok(first <= 600 && last > 2_000, `${first} ms, then ${last}`);
  });
});
