// What a paper has beside its items: sections and pictures, and what must fit together when one is written. The texts are
// those of schema/paper-text.ts. Used by the api's requests and replies, the store and whoever shows a paper.
import { z } from 'zod';
import type { Item } from './answers.ts';
import { LIMITS } from './limits.ts';
import { PICTURE_NAME, picturesIn } from './paper-text.ts';
import { PHOTO_TYPES } from './photos.ts';

/** Begins at the item of this number and goes on to the next section. */
export const Section = z.strictObject({
  title: z.string().trim().min(1).max(200),
  text: z.string().max(20_000).default(''),
  fromItem: z.int().min(1).max(LIMITS.items),
});
export type Section = z.infer<typeof Section>;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** `data` is base64; `alt` is what is read to whoever does not see it, and empty where it only decorates. */
export const Picture = z.strictObject({
  name: z.string().regex(PICTURE_NAME, '1 to 64 letters, digits, ., _ or -'),
  type: z.enum(PHOTO_TYPES),
  alt: z.string().trim().max(2_000),
  data: z
    .string()
    .min(4)
    .max(base64Length(LIMITS.pictureBytes), `a picture has at most ${LIMITS.pictureBytes / 1024} KiB`)
    .refine((data) => data.length % 4 === 0 && BASE64.test(data), 'base64, with its padding'),
});
export type Picture = z.infer<typeof Picture>;

/** How many characters so many bytes have as base64. */
function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** How many bytes a picture's data is. */
export function bytesOfPicture({ data }: Pick<Picture, 'data'>): number {
  const padding = data.endsWith('==') ? 2 : Number(data.endsWith('='));
  return (data.length / 4) * 3 - padding;
}

type Written = {
  readonly items: readonly Pick<Item, 'number' | 'text' | 'options'>[];
  readonly sections: readonly Section[];
  readonly pictures: readonly Picture[];
};

/** What does not fit together in a paper, each with its place; nothing where it may be written. */
export function paperFlaws(paper: Written): { readonly path: (string | number)[]; readonly message: string }[] {
  return [...sectionFlaws(paper), ...pictureFlaws(paper), ...textFlaws(paper)];
}

function* sectionFlaws({ items, sections }: Written) {
  const numbers = new Set(items.map(({ number }) => number));
  for (const [index, { fromItem }] of sections.entries()) {
    const path = ['sections', index, 'fromItem'];
    if (!numbers.has(fromItem)) yield { path, message: `the paper has no item ${fromItem}` };
    else if (fromItem <= (sections[index - 1]?.fromItem ?? 0)) yield { path, message: 'sections follow each other' };
  }
}

function* pictureFlaws({ pictures }: Written) {
  const known = new Set<string>();
  for (const [index, { name }] of pictures.entries()) {
    if (known.has(name)) yield { path: ['pictures', index, 'name'], message: 'two pictures have one name' };
    known.add(name);
  }
  const bytes = pictures.reduce((sum, picture) => sum + bytesOfPicture(picture), 0);
  if (bytes > LIMITS.picturesBytes)
    yield { path: ['pictures'], message: `the pictures of a paper have at most ${LIMITS.picturesBytes / 1024} KiB` };
}

function* textFlaws({ items, sections, pictures }: Written) {
  const known = new Set(pictures.map(({ name }) => name));
  const texts = [
    ...sections.map(({ text }, index) => ({ path: ['sections', index, 'text'], text })),
    ...items.map(({ text }, index) => ({ path: ['items', index, 'text'], text })),
    ...items.flatMap(({ options }, index) =>
      options.map(({ text }, place) => ({ path: ['items', index, 'options', place, 'text'], text })),
    ),
  ];
  for (const { path, text } of texts) {
    const missing = picturesIn(text).find((name) => !known.has(name));
    if (missing !== undefined) yield { path, message: `the paper has no picture ${missing}` };
  }
}
