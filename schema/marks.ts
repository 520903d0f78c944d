// Marks over REST: what is asked and answered about answers that no key decides. Points in thousandths, instants epoch ms.
// Used by api/; decides nothing.
import { z } from 'zod';
import { Response } from './answers.ts';
import { Id } from './id-shapes.ts';
import { LIMITS } from './limits.ts';
import { ROLES } from './states.ts';

export const MarkParams = z.strictObject({ examineeId: Id, item: z.coerce.number().int().min(1).max(LIMITS.items) });

/** `revision` is the one that was read. `decides`: between two marks that differ, by an admin. */
export const MarkBody = z.strictObject({
  revision: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  points: z.int().min(0).max(LIMITS.points),
  reason: z.string().trim().min(1).max(2_000),
  decides: z.boolean().default(false),
});
export type MarkBody = z.input<typeof MarkBody>;

const Mark = z.strictObject({
  points: z.number(),
  reason: z.string(),
  by: z.string(),
  byRole: z.enum([...ROLES, 'system']),
  at: z.number(),
});
const Next = z.string().nullable();

/** `points` is what counts, null where nothing does yet: no mark, or two that differ and nobody has decided. */
export const MarkView = z.strictObject({
  examineeId: z.string(),
  item: z.int(),
  revision: z.int(),
  marks: z.array(Mark),
  decision: Mark.nullable(),
  points: z.number().nullable(),
});
export type MarkView = z.infer<typeof MarkView>;
export const MarkList = z.strictObject({ marks: z.array(MarkView), next: Next });

/** An answer that waits for people, without the name of whose it is; `max` is what it may get. */
export const UnmarkedAnswer = z.strictObject({
  examineeId: z.string(),
  roomId: z.string(),
  item: z.int(),
  revision: z.int(),
  response: Response,
  max: z.number(),
  state: z.enum(['waiting', 'contested']),
  marks: z.array(Mark),
});
/** Whole examinees, so a page may be longer than its limit. */
export const UnmarkedList = z.strictObject({ answers: z.array(UnmarkedAnswer), next: Next });
