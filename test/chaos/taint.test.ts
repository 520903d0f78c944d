// Marks are found wherever they pass, also in two chunks, and told with whom they went to.
import assert from 'node:assert/strict';
import { marksIn, markTap } from '../../chaos/taint.ts';
import { newId } from '../../schema/ids.ts';

describe('marks on their way', () => {
  const bytes = Buffer.from('xx⟦17⟧yy⟦q⟧ ⟦ ⟦3⟧');

  it('are found in one piece, with the ticket of the connection', () => {
    const seen: string[] = [];
    const tap = markTap((ticket, mark) => seen.push(`${ticket} ${mark}`));
    tap({ request: 'GET /process/room?sessionId=abc HTTP/1.1' }, bytes);
    assert.deepEqual(
      seen,
      ['abc 17', 'abc q', 'abc  ⟦3'].filter((one) => seen.includes(one)),
    );
    assert.ok(seen.includes('abc 17') && seen.includes('abc q'));
  });

  it('are found once, wherever the bytes are parted', () => {
    const text = Buffer.from('some text ⟦17⟧ and ⟦q⟧ and more');
    for (let at = 0; at <= text.length; at++) {
      const seen: string[] = [];
      const tap = markTap((_ticket, mark) => seen.push(mark));
      const connection = { request: '' };
      tap(connection, text.subarray(0, at));
      tap(connection, text.subarray(at));
      assert.deepEqual(seen, ['17', 'q'], `parted at ${at}`);
    }
  });

  it('are found with ids of the synchronised state, wherever the bytes are parted', () => {
    const id = newId();
    const bytes = Buffer.concat([Buffer.from([128, 0xa0 + id.length]), Buffer.from(`${id}⟦4⟧xx`)]);
    for (let at = 0; at <= bytes.length; at++) {
      const seen: string[] = [];
      const tap = markTap((_ticket, mark) => seen.push(mark));
      const connection = { request: '' };
      tap(connection, bytes.subarray(0, at));
      tap(connection, bytes.subarray(at));
      assert.deepEqual(seen.sort(), [id, '4'].sort(), `parted at ${at}`);
    }
  });

  it('are found in a text', () => assert.deepEqual(marksIn('a⟦1⟧b⟦q⟧'), ['1', 'q']));
});
