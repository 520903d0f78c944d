// Identifiers of everything that is stored. All have one fixed length, so that answers of one examinee are one range
// of `_id`, and all fit Colyseus' room id alphabet. Names from files are labels and never identifiers.
import { customAlphabet } from 'nanoid';

/** Characters of every id. No `-` or `_`: they would sort around the separator of an answer's `_id`. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const ID_LENGTH = 16;

/** A new random id of 16 characters, 95 bits. */
export const newId: () => string = customAlphabet(ALPHABET, ID_LENGTH);

/** Letters and digits that nobody confuses when reading a code aloud: no 0 O 1 I L. */
const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
export const CODE_LENGTH = 10;

/** A new short code for an examinee: 10 characters, 49 bits. */
export const newCode: () => string = customAlphabet(CODE_ALPHABET, CODE_LENGTH);
