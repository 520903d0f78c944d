// Passwords of people who work here: Argon2id with 19 MiB, t = 2, p = 1 (OWASP's minimum; about 9 ms). An unknown login
// costs the same as a wrong password, and only so many hashes run at once, so that a storm of logins starves nobody.
import { hash, verify } from '@node-rs/argon2';
import commonPasswords from 'fxa-common-password-list';
import { allowing, type Refusal, refuse } from '../schema/refusals.ts';
import { createInFlight } from './in-flight.ts';

const SETTINGS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const AT_ONCE = 64;
const RETRY_AFTER_MS = 1_000;

export type Passwords = {
  /** The hash to store, in PHC format. REQUEST_INVALID where it is one of the most common passwords, BUSY when too many are asked. */
  hashOf(password: string): Promise<string | Refusal>;
  /** Compares with a stored hash; with undefined it takes the same time and is false. BUSY when too many are asked. */
  fits(password: string, stored: string | undefined): Promise<boolean | Refusal>;
};

/** At most `atOnce` hashes run or wait in this process. */
export function createPasswords(atOnce = AT_ONCE): Passwords {
  const hashing = createInFlight(atOnce, RETRY_AFTER_MS);
  let nobody: Promise<string> | undefined;
  return {
    hashOf: async (password) => (isCommon(password) ? tooCommon() : hashing.run(() => hash(password, SETTINGS))),
    fits: (password, stored) =>
      hashing.run(async () => {
        nobody ??= hash('nobody has this password', SETTINGS);
        const fits = await verify(stored ?? (await nobody), password);
        return fits && stored !== undefined;
      }),
  };
}

/** Whoever guesses begins with these. Letters of another case are the same guess. */
function isCommon(password: string): boolean {
  return commonPasswords.test(password) || commonPasswords.test(password.toLowerCase());
}

function tooCommon(): Refusal {
  const sentence = 'body.password: it is one of the passwords that are guessed first.';
  return allowing(['a password that is not among the most common ones'], refuse('REQUEST_INVALID', sentence));
}
