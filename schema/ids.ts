// Identifiers of everything that is stored. All have one fixed length, so that answers of one examinee are one range
// of `_id`, and all fit Colyseus' room id alphabet. Names from files are labels and never identifiers.
import { customAlphabet } from 'nanoid';
import { z } from 'zod';

/** Characters of every id. No `-` or `_`: they would sort around the separator of an answer's `_id`. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const ID_LENGTH = 16;

/** A new random id of 16 characters, 95 bits. */
export const newId: () => string = customAlphabet(ALPHABET, ID_LENGTH);

/** An id as it arrives from outside. */
export const Id = z.string().regex(/^[0-9A-Za-z]{16}$/, 'an id has 16 letters or digits');

/** Letters and digits that nobody confuses when reading a code aloud: no 0 O 1 I L. */
const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
export const CODE_LENGTH = 10;

/** A new short code for an examinee: 10 characters, 49 bits. */
export const newCode: () => string = customAlphabet(CODE_ALPHABET, CODE_LENGTH);

/** A short code as typed: case, blanks and dashes do not matter. */
export const Code = z
  .string()
  .max(32)
  .transform((text) => text.toUpperCase().replace(/[\s-]/g, ''))
  .pipe(
    z.string().regex(/^[23456789ABCDEFGHJKMNPQRSTUVWXYZ]{10}$/, 'a code has 10 letters or digits, without 0 O 1 I L'),
  );
