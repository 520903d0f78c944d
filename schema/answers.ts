// What is asked and what is answered: items, responses, keys, and one revision of one item's response.
import { z } from 'zod';
import { LIMITS } from './limits.ts';

export const ITEM_KINDS = ['singleChoice', 'multipleChoice', 'shortText', 'essay', 'number'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

const Option = z.strictObject({
  id: z.string().min(1).max(LIMITS.optionCharacters),
  text: z.string().max(4_000).default(''),
});

/** How many words an essay should have: what the page shows. Nothing is refused by it. */
const Words = z
  .strictObject({ from: z.int().min(1).max(100_000).optional(), to: z.int().min(1).max(100_000).optional() })
  .refine(({ from = 1, to = from }) => from <= to, { message: 'from is at most to', path: ['to'] });

/** One item of a paper. `number` is its place in the paper, 1 to 9999, and its name inside answers. */
export const Item = z
  .strictObject({
    number: z.int().min(1).max(LIMITS.items),
    name: z.string().min(1).max(LIMITS.itemNameCharacters),
    kind: z.enum(ITEM_KINDS),
    text: z.string().max(20_000).default(''),
    options: z.array(Option).max(LIMITS.options).default([]),
    maxLength: z.int().min(1).max(LIMITS.answerBytes).optional(),
    words: Words.optional(),
  })
  .refine(
    (item) =>
      item.kind === 'singleChoice' || item.kind === 'multipleChoice'
        ? item.options.length >= 2
        : item.options.length === 0,
    {
      message: 'choices need at least two options, other kinds have none',
    },
  )
  .refine((item) => item.words === undefined || item.kind === 'essay', {
    message: 'words are a guidance for essays',
    path: ['words'],
  });
export type Item = z.infer<typeof Item>;

/** A response: an option, some options, a text, a number, or null for "taken back". */
export const Response = z.union([
  z.string().max(LIMITS.answerBytes),
  z.array(z.string().max(LIMITS.optionCharacters)).max(LIMITS.options),
  z.number(),
  z.null(),
]);
export type Response = z.infer<typeof Response>;

/** One revision of one item's response on a sheet. */
export type Answer = { readonly item: number; readonly revision: number; readonly response: Response };

/** What is right for one item, and what it is worth in thousandths of a point. Essays have no entry. */
export const KeyEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    item: z.int().min(1),
    kind: z.literal('singleChoice'),
    correct: z.string().max(LIMITS.optionCharacters),
    points: z.int().min(0).default(1_000),
  }),
  z.strictObject({
    item: z.int().min(1),
    kind: z.literal('multipleChoice'),
    correct: z.array(z.string().max(LIMITS.optionCharacters)).min(1).max(LIMITS.options),
    points: z.int().min(0).default(1_000),
  }),
  z.strictObject({
    item: z.int().min(1),
    kind: z.literal('shortText'),
    correct: z.array(z.string().max(1_000)).min(1).max(50),
    points: z.int().min(0).default(1_000),
  }),
  z.strictObject({
    item: z.int().min(1),
    kind: z.literal('number'),
    correct: z.number(),
    tolerance: z.number().min(0).default(0),
    points: z.int().min(0).default(1_000),
  }),
]);
export type KeyEntry = z.infer<typeof KeyEntry>;
