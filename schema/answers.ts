// What is asked and what is answered: items, responses, keys, and one revision of one item's response.
import { z } from 'zod';
import { FILE_TYPE_NAMES, MOST_ANSWER_FILE_BYTES, USUAL_ANSWER_FILE_BYTES } from './answer-files.ts';
import { LIMITS } from './limits.ts';

export const ITEM_KINDS = ['singleChoice', 'multipleChoice', 'shortText', 'essay', 'number', 'file'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

const Option = z.strictObject({
  id: z.string().min(1).max(LIMITS.optionCharacters),
  text: z.string().max(4_000).default(''),
});

/** How many words an essay should have: what the page shows. Nothing is refused by it. */
const Words = z
  .strictObject({ from: z.int().min(1).max(100_000).optional(), to: z.int().min(1).max(100_000).optional() })
  .refine(({ from = 1, to = from }) => from <= to, { message: 'from is at most to', path: ['to'] });

/** What an item of the kind `file` takes: one file of these types, of at most so many bytes. */
const AskedFile = z.strictObject({
  types: z.array(z.enum(FILE_TYPE_NAMES)).min(1).max(FILE_TYPE_NAMES.length),
  maxBytes: z.int().min(1).max(MOST_ANSWER_FILE_BYTES).default(USUAL_ANSWER_FILE_BYTES),
  count: z.literal(1).default(1),
});

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
    file: AskedFile.optional(),
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
  })
  .refine((item) => (item.file !== undefined) === (item.kind === 'file'), {
    message: 'file says what an item of the kind file takes, and no other has it',
    path: ['file'],
  });
export type Item = z.infer<typeof Item>;

/** A response: an option, some options, a text, a number, the name of a file (answer-files.ts), or null for "taken back". */
export const Response = z.union([
  z.string().max(LIMITS.answerBytes),
  z.array(z.string().max(LIMITS.optionCharacters)).max(LIMITS.options),
  z.number(),
  z.null(),
]);
export type Response = z.infer<typeof Response>;

/** One revision of one item's response on a sheet. */
export type Answer = { readonly item: number; readonly revision: number; readonly response: Response };

/** How much a multiple choice gives that is right in part: nothing; the share of the right options, unless a wrong one is chosen; that share less the same for each wrong one, never below 0. */
export const PARTIAL_CREDITS = ['none', 'share', 'balance'] as const;
export type PartialCredit = (typeof PARTIAL_CREDITS)[number];

/** A voided item: everybody has all its points, or it counts for nobody. */
export const VOIDED = ['everybody', 'nobody'] as const;

/** An item's points are its weight, in thousandths. `penalty` is what a wrong response costs, never an omitted one. */
const RULES = {
  item: z.int().min(1),
  points: z.int().min(0).max(LIMITS.points).default(1_000),
  penalty: z.int().min(1).max(LIMITS.points).optional(),
  voided: z.enum(VOIDED).optional(),
};
const { penalty: _, ...UNPUNISHED } = RULES;

/** What is right for one item, what it is worth, and how it is scored. An item without an entry counts for nobody; an essay or a file with one is marked by people. */
export const KeyEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    ...RULES,
    kind: z.literal('singleChoice'),
    correct: z.string().max(LIMITS.optionCharacters),
    alsoCorrect: z.array(z.string().max(LIMITS.optionCharacters)).min(1).max(LIMITS.options).optional(),
  }),
  z.strictObject({
    ...RULES,
    kind: z.literal('multipleChoice'),
    correct: z.array(z.string().max(LIMITS.optionCharacters)).min(1).max(LIMITS.options),
    partial: z.enum(PARTIAL_CREDITS).optional(),
  }),
  z.strictObject({
    ...RULES,
    kind: z.literal('shortText'),
    correct: z.array(z.string().max(1_000)).min(1).max(50),
    unmatched: z.literal('mark').optional().describe('what the key does not have is marked by people, not wrong'),
  }),
  z.strictObject({
    ...RULES,
    kind: z.literal('number'),
    correct: z.number(),
    tolerance: z.number().min(0).default(0),
  }),
  z.strictObject({ ...UNPUNISHED, kind: z.literal('essay') }),
  z.strictObject({ ...UNPUNISHED, kind: z.literal('file') }),
]);
export type KeyEntry = z.infer<typeof KeyEntry>;
