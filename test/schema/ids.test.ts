// Ids and codes: one alphabet, one length, and what a person types.

import assert from 'node:assert/strict';
import { Code, Id } from '../../schema/id-shapes.ts';
import { CODE_LENGTH, ID_LENGTH, newCode, newId } from '../../schema/ids.ts';

describe('ids', () => {
  it('have 16 letters or digits, and are not drawn twice', () => {
    const drawn = Array.from({ length: 5_000 }, newId);
    for (const id of drawn) assert.ok(Id.safeParse(id).success && id.length === ID_LENGTH);
    assert.equal(new Set(drawn).size, drawn.length);
  });

  it('are refused with a character that an answer id or a room id could not hold', () => {
    for (const id of [
      '',
      'a'.repeat(15),
      'a'.repeat(17),
      'a'.repeat(15).concat('.'),
      'a'.repeat(15).concat('-'),
      'a'.repeat(15).concat('é'),
    ]) {
      assert.equal(Id.safeParse(id).success, false, id);
    }
  });

  it('of examinees are codes that nobody misreads', () => {
    for (const code of Array.from({ length: 2_000 }, newCode)) assert.match(code, /^[2-9A-HJKMNP-Z]{10}$/);
    assert.equal(newCode().length, CODE_LENGTH);
  });

  it('are read as typed: small letters, blanks and dashes do not matter', () => {
    assert.equal(Code.parse('abcd-efgh 23'), 'ABCDEFGH23');
    for (const typed of ['', 'ABCDEFGH2', 'ABCDEFGH234', 'ABCDEFGH10', 'ABCDEFGHIL', 'x'.repeat(33)]) {
      assert.equal(Code.safeParse(typed).success, false, typed);
    }
  });
});
