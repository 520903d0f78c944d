// The settings: what the paper key may look like, and what follows where none is set.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { ConfigError, paperKeyFrom, readConfig } from '../config.ts';

const SECRET = 'a secret of a test, long enough for it';
const GIVEN = { MONGODB_URL: 'mongodb://h/x', REDIS_URL: 'redis://h', EXAMHALL_SECRET: SECRET };
const keyOf = (text?: string) =>
  Buffer.from(readConfig({ ...GIVEN, ...(text === undefined ? {} : { EXAMHALL_PAPER_KEY: text }) }).paperKey);

describe('the setting of the paper key', () => {
  const bytes = randomBytes(32);

  it('takes 32 bytes as hex and as base64 of both kinds', () => {
    for (const text of [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')])
      assert.deepEqual(keyOf(text), bytes, text);
  });

  it('refuses every other length, and does not show what was set', () => {
    for (const text of ['short', bytes.toString('hex').slice(2), `${bytes.toString('base64')}AAAA`, ' '.repeat(64)])
      assert.throws(
        () => keyOf(text),
        (error: ConfigError) => {
          assert.ok(error instanceof ConfigError);
          return (
            /EXAMHALL_PAPER_KEY is 32 bytes as 64 hex digits or as base64/.test(error.message) &&
            !error.message.includes(text)
          );
        },
      );
  });

  it('follows from the secret where it is not set: the same from the same, another from another', () => {
    assert.equal(keyOf().length, 32);
    assert.deepEqual(keyOf(), keyOf(''));
    assert.deepEqual(keyOf(), Buffer.from(paperKeyFrom(SECRET)));
    assert.notDeepEqual(keyOf(), Buffer.from(paperKeyFrom(`${SECRET}.`)));
    assert.ok(!Buffer.from(SECRET).includes(keyOf().subarray(0, 4)));
  });
});
