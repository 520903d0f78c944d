// The fuzz over sockets for longer: a hundred thousand messages.
import { seed } from '../exam/seed.ts';
import { fuzzSockets } from './sockets-fuzz.ts';
import '../support/parts.ts';

const MESSAGES = 100_000;

describe('a room, under very many messages that nobody honest sends', () => {
  it(`[T10] neither falls nor changes by what it refuses, in ${MESSAGES} of every type`, async function () {
    this.timeout(60 * 60_000);
    const { tally, sent } = await fuzzSockets(seed, MESSAGES, 3);
    console.log(`${sent} messages over sockets, TEST_SEED=${seed}; of known outcome:\n${tally.text()}`);
    tally.mustBeWhole();
  });
});
