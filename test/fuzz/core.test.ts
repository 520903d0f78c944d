// Every message of proctors and examinees, made unfit in every way, over the rules alone. The long run is core.long.ts.
import { seed } from '../exam/seed.ts';
import { fuzzCore } from './core-fuzz.ts';

const MESSAGES = 20_000;

describe('the rules of a room, under messages that nobody honest sends', () => {
  it(`[T10] neither fall nor change by what they refuse, in ${MESSAGES} of every type`, function () {
    this.timeout(60_000);
    fuzzCore(seed, MESSAGES).mustBeWhole();
  });
});
