// Classes of characters, as \p{Cc}, written as the ranges that they are: other readers of JSON Schema than JavaScript's take
// ranges, and not all of them take classes. Must never be read by what validates. Called by openapi-schemas.ts.

/** Those that patterns of ours use, in the Unicode that Node has. */
export const CLASSES: Readonly<Record<string, readonly (readonly [first: number, last: number])[]>> = {
  Cc: [
    [0x0, 0x1f],
    [0x7f, 0x9f],
  ],
  Cf: [
    [0xad, 0xad],
    [0x600, 0x605],
    [0x61c, 0x61c],
    [0x6dd, 0x6dd],
    [0x70f, 0x70f],
    [0x890, 0x891],
    [0x8e2, 0x8e2],
    [0x180e, 0x180e],
    [0x200b, 0x200f],
    [0x202a, 0x202e],
    [0x2060, 0x2064],
    [0x2066, 0x206f],
    [0xfeff, 0xfeff],
    [0xfff9, 0xfffb],
    [0x110bd, 0x110bd],
    [0x110cd, 0x110cd],
    [0x13430, 0x1343f],
    [0x1bca0, 0x1bca3],
    [0x1d173, 0x1d17a],
    [0xe0001, 0xe0001],
    [0xe0020, 0xe007f],
  ],
  Co: [
    [0xe000, 0xf8ff],
    [0xf0000, 0xffffd],
    [0x100000, 0x10fffd],
  ],
  Zl: [[0x2028, 0x2028]],
  Zp: [[0x2029, 0x2029]],
};

/**
 * The same pattern without classes. Halves of characters (Cs) are left out: outside of JavaScript they are no text, and a
 * pattern that names them is read by few. Throws where it has a class that is not in the table.
 */
export function spelledOut(pattern: string): string {
  return pattern.replaceAll('\\p{Cs}', '').replace(/\\p\{(\w+)\}/g, (_, name: string) => {
    const ranges = CLASSES[name];
    if (ranges === undefined) throw new Error(`the class ${name} of a pattern is not in the table`);
    return ranges.map(([first, last]) => (first === last ? one(first) : `${one(first)}-${one(last)}`)).join('');
  });
}

/** Beyond four hexadecimal digits no way of escaping is common to all: the character itself is. */
function one(point: number): string {
  return point > 0xffff ? String.fromCodePoint(point) : `\\u${point.toString(16).padStart(4, '0')}`;
}
