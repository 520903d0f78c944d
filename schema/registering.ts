// What an admin writes in for a person, and what became of it. Parsed at the border. Used by api/.
import { z } from 'zod';
import { Response } from './answers.ts';
import { LIMITS } from './limits.ts';
import { AnswersReply } from './replies.ts';

/** Each item once; the revision is the system's. The reason stays in the audit chain, so it names nobody. */
export const RegisterBody = z.strictObject({
  answers: z
    .array(z.strictObject({ item: z.int().min(1).max(LIMITS.items), response: Response }))
    .min(1)
    .max(LIMITS.batchAnswers)
    .refine((all) => new Set(all.map(({ item }) => item)).size === all.length, {
      message: 'two answers are to one item',
    }),
  reason: z.string().trim().min(1).max(200).describe('why; it stays in the audit chain'),
});
export type RegisterBody = z.output<typeof RegisterBody>;

const { saved, superseded, refusals } = AnswersReply.shape;

/** `fence` is of the session that was taken for it: whoever had an earlier one is SESSION_FENCED from then on. */
export const RegisterReply = z.strictObject({ fence: z.int(), saved, superseded, refusals });
export type RegisterReply = z.infer<typeof RegisterReply>;
