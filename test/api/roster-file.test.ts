// Bytes of roster files as tables: encodings, delimiters, quotes.
import assert from 'node:assert/strict';
import { type RosterFile, readRosterFile } from '../../api/roster-file.ts';

const read = async (bytes: string | Uint8Array, wish = {}) => {
  const found = await readRosterFile(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, wish);
  assert.ok('header' in found, JSON.stringify(found));
  return found satisfies RosterFile;
};
const flaw = async (bytes: string | Uint8Array, wish = {}) => {
  const found = await readRosterFile(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, wish);
  assert.ok('message' in found, JSON.stringify(found));
  return found;
};

/** `성명,방\n똠방각하,1\n뷁,2` as Windows saves it in Korea; 똠 (8C63) and 뷁 (94EE) are in CP949 and not in EUC-KR. */
const CP949 = Buffer.from('bcbab8ed2cb9e60a8c63b9e6b0a2c7cf2c310a94ee2c32', 'hex');

describe('a roster file', () => {
  it('is read in UTF-8, with and without a byte order mark', async () => {
    for (const mark of ['', '\ufeff']) {
      const { encoding, header, records } = await read(`${mark}이름,방\n뷁,1`);
      assert.deepEqual([encoding, header, records], ['utf-8', ['이름', '방'], [['뷁', '1']]]);
    }
  });

  it('is read in CP949, also the syllables that EUC-KR does not have', async () => {
    const { encoding, header, records } = await read(CP949);
    assert.equal(encoding, 'cp949');
    assert.deepEqual(header, ['성명', '방']);
    assert.deepEqual(records, [
      ['똠방각하', '1'],
      ['뷁', '2'],
    ]);
    assert.deepEqual((await read(CP949, { encoding: 'cp949' })).records, records);
  });

  it('is refused in any other encoding, and in another one than was said', async () => {
    assert.match((await flaw(Buffer.from('6e616d650aff41', 'hex'))).message, /neither UTF-8 nor CP949/);
    assert.match((await flaw(Buffer.from('6e616d650ab0', 'hex'))).message, /neither/, 'half a syllable');
    assert.match((await flaw(CP949, { encoding: 'utf-8' })).message, /not utf-8/);
  });

  it('has its delimiter found in the header, outside of quotes, or said', async () => {
    const cases = { comma: 'a,"b;;\t\t",c', semicolon: 'a;"b,,,";c', tab: 'a\t"b,,,"\tc' };
    for (const [name, text] of Object.entries(cases)) {
      const { delimiter, header } = await read(`${text}\n1\n`);
      assert.deepEqual([delimiter, header.length], [name, 3]);
    }
    assert.deepEqual((await read('name')).delimiter, 'comma');
    assert.deepEqual((await read('a;b,c,d', { delimiter: 'semicolon' })).header, ['a', 'b,c,d']);
  });

  it('has quoted cells with delimiters, quotes and line ends in them, and any line ends', async () => {
    const { records } = await read('a,b\r\n"x, ""y""\r\nz",1\r2\n\n,3');
    assert.deepEqual(records, [['x, "y"\nz', '1'], ['2'], [''], ['', '3']]);
  });

  it('is refused where a quote is open, with the row', async () => {
    assert.equal((await flaw('a,b\n1,2\n"3,4\n')).row, 3);
    assert.equal((await flaw('a,b\n1,x"y\n')).row, 2);
  });

  it('is refused where nothing is in it', async () => {
    for (const empty of ['', '\ufeff', '\n', ' , ,']) assert.match((await flaw(empty)).message, /empty/);
  });
});
