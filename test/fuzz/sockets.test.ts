// Every message of proctors and examinees over real sockets, unfit in every way. The long run, sockets.long.ts, also sends
// each type alone until one is taken.
import { seed } from '../exam/seed.ts';
import { fuzzSockets } from './sockets-fuzz.ts';
import '../support/parts.ts';

const MESSAGES = 2_000;

describe('a room, under messages that nobody honest sends', () => {
  it(`[T10] neither falls nor changes by what it refuses, in ${MESSAGES} of every type`, async function () {
    this.timeout(120_000);
    const { tally } = await fuzzSockets(seed, MESSAGES, 0);
    tally.mustRefuseAll();
  });
});
