// The fuzz of the rules for longer: a million messages.
import { seed } from '../exam/seed.ts';
import { fuzzCore } from './core-fuzz.ts';

const MESSAGES = 1_000_000;

describe('the rules of a room, under very many messages that nobody honest sends', () => {
  it(`[T10] neither fall nor change by what they refuse, in ${MESSAGES} of every type`, function () {
    this.timeout(30 * 60_000);
    const tally = fuzzCore(seed, MESSAGES);
    console.log(`${tally.count()} messages to the rules, TEST_SEED=${seed}:\n${tally.text()}`);
    tally.mustBeWhole();
  });
});
