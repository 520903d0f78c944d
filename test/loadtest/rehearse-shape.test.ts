// A generated paper and roster of the same shape as real ones: as large in every way, and without anything of them.
import assert from 'node:assert/strict';
import { photoTypeOf } from '../../exam/photo.ts';
import { type RealExam, sameShape } from '../../loadtest/rehearse/shape.ts';
import type { Item, ItemKind } from '../../schema/answers.ts';
import { bytesOfPicture } from '../../schema/paper.ts';
import { KeyBody, PaperBody } from '../../schema/requests.ts';

const CANARY = 'Kanarienvogel';
/** Of the kind of bytes that a picture begins with. */
const PNG = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  Buffer.from(CANARY.repeat(20)),
]);

function anItem(number: number, kind: ItemKind, given: Partial<Item> = {}): Item {
  const isChoice = kind === 'singleChoice' || kind === 'multipleChoice';
  const options = isChoice ? [`${CANARY} ja`, `${CANARY} nein`].map((text) => ({ id: text.slice(-2), text })) : [];
  return { number, kind, name: `${CANARY} ${number}`, text: `${CANARY} ${'물'.repeat(40)}?`, options, ...given };
}

const REAL: RealExam = {
  paper: {
    items: [
      anItem(1, 'singleChoice'),
      anItem(2, 'multipleChoice'),
      anItem(5, 'shortText', { maxLength: 3 }),
      anItem(6, 'number'),
      anItem(7, 'essay', { words: { from: 10, to: 20 } }),
      anItem(9, 'file', { file: { types: ['application/pdf'], maxBytes: 1_000, count: 1 } }),
    ],
    sections: [{ title: CANARY, text: `${CANARY} ![${CANARY}]`, fromItem: 5 }],
    pictures: [{ name: CANARY, type: 'image/png', alt: `${CANARY} im Käfig`, data: PNG.toString('base64') }],
  },
  rooms: [{ roomId: 'first' }, { roomId: 'empty' }, { roomId: 'second' }],
  examinees: [
    { roomId: 'second', seat: 'A1', extraMs: 0, status: 'registered' },
    { roomId: 'first', seat: null, extraMs: 600_000, status: 'registered' },
    { roomId: 'first', seat: 'B2', extraMs: 0, status: 'absent' },
    { roomId: 'first', seat: null, extraMs: 0, status: 'removed' },
  ],
};

describe('the shape of a rehearsal', () => {
  const { rooms, key, ...paper } = sameShape(REAL);

  it('[S14] has nothing of what is asked', () => {
    assert.ok(JSON.stringify(REAL).includes(CANARY));
    assert.ok(!JSON.stringify([paper, rooms, key]).includes(CANARY));
    assert.ok(!Buffer.from(paper.pictures?.[0]?.data ?? '', 'base64').includes(CANARY));
  });

  it('has as many items of the same kinds and numbers, with as many options, and texts of the same size', () => {
    const size = (item: Item) => [
      ...[item.number, item.kind, Buffer.byteLength(item.text), item.maxLength, item.words, item.file],
      item.options.map(({ text }) => Buffer.byteLength(text)),
    ];
    assert.deepEqual(paper.items.map(size), REAL.paper.items.map(size));
    assert.deepEqual(
      paper.sections?.map(({ text, fromItem }) => [text.length, fromItem]),
      [[2 * CANARY.length + 4, 5]],
    );
  });

  it('has pictures of the same type and size', () => {
    const [picture] = paper.pictures ?? [];
    const [real] = REAL.paper.pictures;
    assert.ok(picture && real);
    assert.equal(bytesOfPicture(picture), bytesOfPicture(real));
    assert.equal(photoTypeOf(Buffer.from(picture.data, 'base64')), real.type);
  });

  it('is one that the api takes, with a key that fits it', () => {
    assert.equal(PaperBody.safeParse({ name: 'rehearsal', ...paper }).error, undefined);
    assert.equal(KeyBody.safeParse({ entries: key }).error, undefined);
    assert.deepEqual(
      key.map(({ item, kind }) => [item, kind]),
      [
        [1, 'singleChoice'],
        [2, 'multipleChoice'],
        [5, 'shortText'],
        [6, 'number'],
      ],
    );
  });

  it('has one entry for people to mark where no machine scores anything', () => {
    const essays = sameShape({ ...REAL, paper: { ...REAL.paper, items: [anItem(3, 'essay'), anItem(4, 'essay')] } });
    assert.deepEqual(essays.key, [{ item: 3, kind: 'essay', points: 1_000 }]);
  });

  it('has everybody in a room as before, on the same seat with the same extra time, and nobody who was removed', () => {
    assert.deepEqual(rooms, [
      {
        label: 'rehearsal room 1',
        examinees: [
          { label: 'rehearsal examinee 1', extraMs: 600_000 },
          { label: 'rehearsal examinee 2', extraMs: 0, seat: 'B2' },
        ],
      },
      { label: 'rehearsal room 2', examinees: [{ label: 'rehearsal examinee 3', extraMs: 0, seat: 'A1' }] },
    ]);
  });
});
