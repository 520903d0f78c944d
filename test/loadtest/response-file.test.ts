// Reading recorded exams: what is taken, and where and why a bad file is refused.

import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lsat6Key, lsat6Request, writeLsat6 } from '../../loadtest/lsat6.ts';
import { paperOf } from '../../loadtest/replay/recorded-paper.ts';
import {
  MAX_EXAMINEES,
  type RecordedExam,
  ResponseFileError,
  type ResponseFileRequest,
  readResponseFile,
} from '../../loadtest/replay/response-file.ts';
import { LIMITS } from '../../schema/limits.ts';
import { recordedFile } from '../support/recorded-data.ts';

type Options = Pick<ResponseFileRequest, 'roomColumn' | 'countColumn'>;

const KEY = 'item,key\nq1,A\nq2,B\n';

function read(responses: string | Uint8Array, key: string | Uint8Array = KEY, options: Options = {}) {
  return readResponseFile({
    responses: { name: 'responses.csv', content: responses },
    key: { name: 'key.csv', content: key },
    ...options,
  });
}

/** Asserts the code and the place as file:line:column, and that the message names the place too. */
async function refused(reading: Promise<RecordedExam>, code: string, place: string): Promise<void> {
  await assert.rejects(reading, (error) => {
    assert.ok(error instanceof ResponseFileError, String(error));
    assert.equal(`${error.code} ${error.file}:${error.line}:${error.column}`, `${code} ${place}`);
    assert.ok(error.message.includes('; '), error.message);
    if (error.line !== null) assert.ok(error.message.includes(`line ${error.line}`), error.message);
    return true;
  });
}

describe('a response file', () => {
  it('gives items with their options, the key, and rooms of examinees with their responses', async () => {
    const exam = await read('who,site,q1,q2\ne1,north,A,C\ne2,south,,B\ne3,north,D,\n', KEY, { roomColumn: 'site' });
    assert.deepEqual(exam, {
      items: [
        { name: 'q1', options: ['A', 'D'] },
        { name: 'q2', options: ['B', 'C'] },
      ],
      key: new Map([
        ['q1', 'A'],
        ['q2', 'B'],
      ]),
      rooms: [
        {
          label: 'north',
          examinees: [
            { label: 'e1', responses: ['A', 'C'] },
            { label: 'e3', responses: ['D', null] },
          ],
        },
        { label: 'south', examinees: [{ label: 'e2', responses: [null, 'B'] }] },
      ],
    });
  });

  it('fills rooms of 30 where no column names a room', async () => {
    const rows = Array.from({ length: 61 }, (_, index) => `e${index},A,B\n`).join('');
    const { rooms } = await read(`who,q1,q2\n${rows}`);
    assert.deepEqual(
      rooms.map(({ label, examinees }) => `${label}: ${examinees.length}`),
      ['room 1: 30', 'room 2: 30', 'room 3: 1'],
    );
  });

  it('lets a row stand for as many people as its count says, in its room', async () => {
    const exam = await read('q1,n,q2,site\nA,2,B,x\nA,0,C,y\n,1,B,z\n', KEY, { countColumn: 'n', roomColumn: 'site' });
    assert.deepEqual(exam.rooms, [
      {
        label: 'x',
        examinees: [
          { label: 'e1', responses: ['A', 'B'] },
          { label: 'e2', responses: ['A', 'B'] },
        ],
      },
      { label: 'z', examinees: [{ label: 'e3', responses: [null, 'B'] }] },
    ]);
  });

  it('takes byte order marks, mixed line ends, blank lines, quotes, spaces and decomposed letters', async () => {
    const plain = await read('who,q1,q2\n"a, b",\u00e9,B\n');
    const odd = await read('\uFEFFwho, q1 ,q2\r\n\r\n"a, b",e\u0301 , "B"\n', '\uFEFFkey,note,item\rA,x,q1\rB,,q2');
    assert.deepEqual(odd, plain);
  });

  it('reads LSAT6 as the product ships it: 1,000 people in 34 rooms', async () => {
    const exam = await readResponseFile(lsat6Request());
    assert.equal(exam.rooms.length, 34);
    const people = exam.rooms.flatMap(({ examinees }) => examinees);
    assert.equal(new Set(people.map(({ label }) => label)).size, 1000);
    assert.equal(people.filter(({ responses }) => responses.join('') === '11111').length, 298);
    assert.deepEqual(
      exam.items.map(({ name, options }) => `${name} ${options}`),
      ['q1', 'q2', 'q3', 'q4', 'q5'].map((q) => `${q} 0,1`),
    );
  });

  it('reads the same LSAT6 from the files that the product writes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'examhall-'));
    try {
      assert.deepEqual(await readResponseFile(await writeLsat6(folder)), await readResponseFile(lsat6Request()));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reads the same LSAT6 from the recorded file', async function () {
    const recorded = await readResponseFile({ ...lsat6Request(), responses: recordedFile(this, 'lsat6.csv') });
    assert.deepEqual(recorded, await readResponseFile(lsat6Request()));
  });

  it('reads a licensure exam: 1,607 people in 310 rooms of 1 to 28, 50 of them alone', async function () {
    const [responses, key] = ['licensure.csv', 'licensure-key.csv'].map((name) => recordedFile(this, name)) as [
      string,
      string,
    ];
    const exam = await readResponseFile({ responses, key, roomColumn: 'centre' });
    const sizes = exam.rooms.map(({ examinees }) => examinees.length);
    assert.equal(sizes.length, 310);
    assert.equal(
      sizes.reduce((a, b) => a + b),
      1607,
    );
    assert.deepEqual([Math.min(...sizes), Math.max(...sizes), sizes.filter((size) => size === 1).length], [1, 28, 50]);
    assert.equal(exam.items.length, 170);
    assert.ok(exam.items.every(({ options }) => options.every((option) => 'ABCD'.includes(option))));
  });
});

describe('a bad response file is refused', () => {
  it('when an examinee is in it twice', () =>
    refused(read('who,q1,q2\ne1,A,B\ne2,A,B\ne1,C,C\n'), 'EXAMINEE_DUPLICATE', 'responses.csv:4:1'));

  it('when a line has too many or too few cells, blank lines counted', async () => {
    await refused(read('who,q1,q2\n\ne1,A\n'), 'CELLS_WRONG', 'responses.csv:3:3');
    await refused(read('who,q1,q2\r\ne1,A,B\r\ne2,A,B,C\r\n'), 'CELLS_WRONG', 'responses.csv:3:4');
  });

  it('when a count is not a whole number in its bounds', async () => {
    for (const bad of ['', '-1', '1.5', 'x', '1e3', '9999999']) {
      await refused(read(`n,q1,q2\n1,A,B\n${bad},A,B\n`, KEY, { countColumn: 'n' }), 'COUNT_BAD', 'responses.csv:3:1');
    }
    const tooMany = read(`n,q1,q2\n1,A,B\n${MAX_EXAMINEES},A,B\n`, KEY, { countColumn: 'n' });
    await refused(tooMany, 'EXAMINEES_TOO_MANY', 'responses.csv:3:1');
  });

  it('when there is nothing or nobody in it', async () => {
    for (const empty of ['', '\n\r\n', ',\n', '\uFEFF']) await refused(read(empty), 'FILE_EMPTY', 'responses.csv:1:1');
    await refused(read('who,q1,q2\n'), 'FILE_EMPTY', 'responses.csv:2:1');
    await refused(read('q1,n,q2\nA,0,B\n', KEY, { countColumn: 'n' }), 'FILE_EMPTY', 'responses.csv:2:2');
    await refused(read('who,q1,q2\ne1,A,B\n', ''), 'FILE_EMPTY', 'key.csv:1:1');
    await refused(read('who\ne1\n'), 'ITEMS_MISSING', 'responses.csv:1:2');
  });

  it('when a column has no name, or one that another has', async () => {
    await refused(read('who,q1,,q2\n'), 'COLUMN_UNNAMED', 'responses.csv:1:3');
    await refused(read('who,q1,q2,q1\n'), 'COLUMN_DUPLICATE', 'responses.csv:1:4');
  });

  it('when a named column is missing, or named for two things', async () => {
    const file = 'who,n,q1,q2\ne1,1,A,B\n';
    await refused(read(file, KEY, { roomColumn: 'site' }), 'COLUMN_MISSING', 'responses.csv:1:5');
    await refused(read(file, KEY, { countColumn: 'm' }), 'COLUMN_MISSING', 'responses.csv:1:5');
    await refused(read(file, KEY, { roomColumn: 'who' }), 'COLUMN_CONFLICT', 'responses.csv:1:1');
    await refused(read(file, KEY, { roomColumn: 'n', countColumn: 'n' }), 'COLUMN_CONFLICT', 'responses.csv:1:2');
  });

  it('when an examinee or a room is missing', async () => {
    await refused(read('who,q1,q2\n ,A,B\n'), 'VALUE_MISSING', 'responses.csv:2:1');
    await refused(read('who,site,q1,q2\ne1,,A,B\n', KEY, { roomColumn: 'site' }), 'VALUE_MISSING', 'responses.csv:2:2');
  });

  it('when a value is over-long or no line of text', async () => {
    await refused(read(`who,q1,q2\ne1,${'x'.repeat(201)},B\n`), 'VALUE_TOO_LONG', 'responses.csv:2:2');
    await refused(read('who,q1,q2\ne1,A,B\u0000\n'), 'VALUE_NOT_TEXT', 'responses.csv:2:3');
    await refused(read('who,q1,q2\ne1,A,B\ne2,"A\nA",B\n'), 'VALUE_NOT_TEXT', 'responses.csv:3:2');
    await read(`who,q1,q2\n${'x'.repeat(200)},A,B\n`);
  });

  it('when a quote is out of place', async () => {
    await refused(read('who,q1,q2\ne1,A"A,B\n'), 'QUOTE_BAD', 'responses.csv:2:2');
    await refused(read('who,q1,q2\ne1,A,"B\n'), 'QUOTE_BAD', 'responses.csv:2:3');
    await refused(read('who,q1,q2\ne1,"A"A,B\n'), 'QUOTE_BAD', 'responses.csv:2:2');
  });

  it('when it is not UTF-8', async () => {
    const latin = Buffer.from('who,q1,q2\ne1,A,B\ne2,\u00e9,B\n', 'latin1');
    await refused(read(latin), 'FILE_NOT_UTF8', 'responses.csv:3:2');
    await refused(read(Buffer.from('who,q1\ne1,\u00e9', 'latin1')), 'FILE_NOT_UTF8', 'responses.csv:2:2');
    await refused(read(Buffer.from('\uFEFFwho,q1', 'utf16le')), 'FILE_NOT_UTF8', 'responses.csv:1:1');
  });

  it('when it cannot be read', () =>
    refused(
      readResponseFile({ ...lsat6Request(), responses: '/no/such/file.csv' }),
      'FILE_UNREADABLE',
      '/no/such/file.csv:1:1',
    ));

  it('when it is larger than what is read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'examhall-'));
    try {
      const path = join(folder, 'large.csv');

      await writeFile(path, 'id,q1,q2\n1,a,b\n2,a');
      await truncate(path, 64 * 1024 * 1024 + 1);
      await refused(readResponseFile({ ...lsat6Request(), responses: path }), 'FILE_TOO_LARGE', `${path}:3:2`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('what no system has room for is refused', () => {
  const many = (count: number, one: (index: number) => string) => Array.from({ length: count }, (_, i) => one(i));

  it('at an item whose name is over-long', async () => {
    const read65 = (name: string) => read(`who,q1,${name}\ne1,A,B\n`, `item,key\nq1,A\n${name},B\n`);
    await refused(read65('q'.repeat(65)), 'ITEM_NAME_TOO_LONG', 'responses.csv:1:3');
    assert.equal((await read65('q'.repeat(64))).items.length, 2);
  });

  it('at an option whose name is over-long, among the responses and in the key', async () => {
    const long = 'x'.repeat(33);
    await refused(read(`who,q1,q2\ne1,A,B\n\ne2,A,${long}\n`), 'OPTION_TOO_LONG', 'responses.csv:4:3');
    await refused(read('who,q1,q2\ne1,A,B\n', `key,item\nA,q1\n${long},q2\n`), 'OPTION_TOO_LONG', 'key.csv:3:1');
    const key = new Map([
      ['q1', long],
      ['q2', 'B'],
    ]);
    const made = { responses: { name: 'r.csv', content: 'who,q1,q2\ne1,A,B\n' }, key };
    await refused(readResponseFile(made), 'OPTION_TOO_LONG', 'the key:null:null');
    await read(`who,q1,q2\ne1,A,${'x'.repeat(32)}\n`);
  });

  it('at the option that is one too many for its item, the right one counted', async () => {
    const rows = many(26, (index) => `e${index},${index},B\n`).join('');
    await refused(read(`who,q1,q2\n${rows}`), 'OPTIONS_TOO_MANY', 'responses.csv:27:2');
    await read(`who,q1,q2\n${rows}`, 'item,key\nq1,7\nq2,B\n');
    await read(`who,q1,q2\n${rows}e26,,B\n`, 'item,key\nq1,7\nq2,B\n');
  });

  it('at the examinee who is one too many for the room', async () => {
    const rows = many(501, (index) => `e${index},A,north,B\n`).join('');
    const options = { roomColumn: 'site' };
    await refused(read(`who,q1,site,q2\n${rows}`, KEY, options), 'ROOM_TOO_FULL', 'responses.csv:502:3');
    const counted = (count: number) => `q1,q2,site,n\nA,B,south,1\nA,B,north,${count}\n`;
    const both = { roomColumn: 'site', countColumn: 'n' };
    await refused(read(counted(501), KEY, both), 'ROOM_TOO_FULL', 'responses.csv:3:3');
    assert.equal((await read(counted(500), KEY, both)).rooms[1]?.examinees.length, 500);
  });

  it('at the item that is one too many, or too much for a paper', async () => {
    const wide = (count: number, width = 1) => {
      const names = many(count, (index) => `q${index}`);
      const key = `item,key\n${names.map((name) => `${name},${'A'.repeat(width)}\n`).join('')}`;
      return read(`who,${names.join(',')}\ne1,${names.map(() => 'B'.repeat(width)).join(',')}\n`, key);
    };
    await refused(wide(10_000), 'ITEMS_TOO_MANY', 'responses.csv:1:10001');
    const error = await wide(9_999, 32).catch((caught: unknown) => caught);
    assert.ok(error instanceof ResponseFileError && error.code === 'PAPER_TOO_LARGE' && error.line === 1);
    const { items } = await wide((error.column ?? 0) - 2, 32);
    const body = JSON.stringify({ name: 'x'.repeat(200), items: paperOf({ items, key: new Map(), rooms: [] }) });
    assert.ok(body.length <= LIMITS.importBytes && body.length > 0.99 * LIMITS.importBytes, `${body.length} bytes`);
  });
});

describe('a bad key is refused', () => {
  const responses = 'who,q1,q2\ne1,A,B\n';

  it('when it has an item that nobody was asked', () =>
    refused(read(responses, 'item,key\nq1,A\n\nq2,B\nq3,C\n'), 'ITEM_UNKNOWN', 'key.csv:5:1'));

  it('when it lacks an item', () =>
    refused(read(responses, 'item,key\nq1,A\n'), 'ITEM_WITHOUT_KEY', 'responses.csv:1:3'));

  it('when it has an item twice', () =>
    refused(read(responses, 'item,key\nq1,A\nq2,B\nq1,A\n'), 'ITEM_DUPLICATE', 'key.csv:4:1'));

  it('when it lacks a column or a value', async () => {
    await refused(read(responses, 'item,answer\nq1,A\n'), 'COLUMN_MISSING', 'key.csv:1:3');
    await refused(read(responses, 'item,key\nq1,\n'), 'VALUE_MISSING', 'key.csv:2:2');
  });

  it('when it was made in code and does not fit', async () => {
    const narrow = { ...lsat6Request(), key: new Map([['q1', '1']]) };
    await refused(readResponseFile(narrow), 'ITEM_WITHOUT_KEY', 'lsat6.csv:1:2');
    const wide = { ...lsat6Request(), key: lsat6Key().set('q6', '1') };
    await refused(readResponseFile(wide), 'ITEM_UNKNOWN', 'the key:null:null');
  });
});
