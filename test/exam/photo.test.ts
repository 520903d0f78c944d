// What a photo is, by its first bytes.
import assert from 'node:assert/strict';
import { photoTypeOf } from '../../exam/photo.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
/** As the formats' own documents have them: JFIF and Exif, the PNG specification §5.2, the WebP container specification. */
const PHOTOS = {
  'image/jpeg': ['ff d8 ff e0 00 10 4a 46 49 46 00', 'ff d8 ff e1 00 00 45 78 69 66 00'],
  'image/png': ['89 50 4e 47 0d 0a 1a 0a 00 00 00 0d 49 48 44 52'],
  'image/webp': ['52 49 46 46 24 00 00 00 57 45 42 50 56 50 38 20', '52 49 46 46 ff ff ff ff 57 45 42 50 56 50 38 58'],
};

describe('a photo', () => {
  for (const [type, examples] of Object.entries(PHOTOS)) {
    it(`is ${type} by its first bytes, and no longer where one of them is another`, () => {
      for (const example of examples) assert.equal(photoTypeOf(bytes(example)), type);
      const [whole = ''] = examples;
      const magic =
        type === 'image/webp'
          ? [0, 1, 2, 3, 8, 9, 10, 11]
          : type === 'image/png'
            ? [0, 1, 2, 3, 4, 5, 6, 7]
            : [0, 1, 2];
      for (const at of magic) {
        const changed = bytes(whole);
        changed[at] = (changed[at] ?? 0) ^ 1;
        assert.equal(photoTypeOf(changed), undefined, `byte ${at}`);
        assert.equal(photoTypeOf(bytes(whole).subarray(0, at)), undefined, `cut at ${at}`);
      }
    });
  }

  it('is nothing else: no GIF, no SVG, no page, no sound in the same container', () => {
    const others = ['GIF89a', '<svg xmlns="http://www.w3.org/2000/svg"/>', '<html>', 'RIFF\0\0\0\0WAVEfmt ', ''];
    for (const text of others) assert.equal(photoTypeOf(Buffer.from(text)), undefined, text);
  });
});
