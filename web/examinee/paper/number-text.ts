// A number as people type it: with a comma or a point, spaces between thousands, a minus of any kind. Pure.

export type ReadNumber =
  | { readonly kind: 'empty' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'unread' };

/** One comma, or one point, is the decimal sign; what is no single number is not guessed at. */
export function readNumber(text: string): ReadNumber {
  const plain = text
    .normalize('NFKC')
    .replaceAll(/[\s'’_]/g, '')
    .replace(/^[−–—]/, '-');
  if (plain === '') return { kind: 'empty' };
  const point = plain.includes('.') ? plain : plain.replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(point)) return { kind: 'unread' };
  const value = Number(point);
  return Number.isFinite(value) ? { kind: 'number', value } : { kind: 'unread' };
}
