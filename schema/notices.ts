// Notice templates of a plan: texts with a name, which proctors choose where they may not write freely.
import { z } from 'zod';

const MOST_TEMPLATES = 20;
export const NOTICE_TEXT = 2_000;

/** What people read; markup and links are text. */
export const NoticeText = z
  .string()
  .trim()
  .min(1)
  .max(NOTICE_TEXT)
  .regex(/^[^\p{Cs}]*$/u);
export const TemplateName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'a name has no control characters');

const NoticeTemplate = z.strictObject({ name: TemplateName, text: NoticeText });
export type NoticeTemplate = z.infer<typeof NoticeTemplate>;
export const NoticeTemplates = z
  .array(NoticeTemplate)
  .min(1)
  .max(MOST_TEMPLATES)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
    message: 'two templates have one name',
  });

/** What a proctor may choose from, and whether he may write freely. */
export const NoticeRules = z.strictObject({ templates: z.array(NoticeTemplate), free: z.boolean() });
export type NoticeRules = z.infer<typeof NoticeRules>;
