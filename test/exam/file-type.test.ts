// What a file is by its first bytes: every type that an item may ask for can be found, and what else there is is none of them.
import assert from 'node:assert/strict';
import { fileTypeOf } from '../../exam/file-type.ts';
import { FILE_TYPE_NAMES, FILE_TYPES } from '../../schema/answer-files.ts';

/** How such files begin, from the formats' own descriptions; in latin1. */
const HEADS = [
  '%PDF-1.7\n',
  'a text\n',
  'PK\u0003\u0004\u0014\u0000',
  '\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1\u0000',
  '7z\u00bc\u00af\u0027\u001c\u0000',
  '\u001f\u008b\u0008\u0000',
  '\u00ff\u00d8\u00ff\u00e0',
  '\u0089PNG\r\n\u001a\n',
  'RIFF\u0001\u0001\u0001\u0001WEBPVP8 ',
  'GIF89a\u0001',
  '\u0000\u0000\u0000\u0018ftypmp42',
  '\u001a\u0045\u00df\u00a3\u0001',
  'OggS\u0000',
  'ID3\u0004\u0000',
  'RIFF\u0001\u0001\u0001\u0001WAVEfmt ',
];

describe('the type of a file', () => {
  it('is found for every type that an item may ask for, and no ending belongs to two', () => {
    const found = HEADS.map((head) => fileTypeOf(Buffer.from(head, 'latin1')));
    assert.deepEqual(found.toSorted(), FILE_TYPE_NAMES.toSorted());
    const endings = Object.values(FILE_TYPES).flat();
    assert.equal(new Set(endings).size, endings.length);
  });

  it('is bytes for what is cut off before it can be told, and for what is none of them', () => {
    for (const head of ['', '\u00d0\u00cf\u0011', '7z\u00bc', '\u0000\u0001\u0002'])
      assert.equal(fileTypeOf(Buffer.from(head, 'latin1')), 'application/octet-stream');
  });
});
