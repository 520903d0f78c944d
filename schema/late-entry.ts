// Until when somebody may enter an exam for the first time: a rule of the plan. Who decides by it is exam/late-entry.ts.
import { z } from 'zod';

const DAY_MS = 86_400_000;

/** As long as the exam lasts, or for so many ms after the start of the room, and then not or only by a proctor. */
export const LateEntry = z.union([
  z.literal('always'),
  z.strictObject({ allowedForMs: z.int().min(0).max(DAY_MS), after: z.literal('by-proctor').optional() }),
]);
export type LateEntry = z.infer<typeof LateEntry>;
