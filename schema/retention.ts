// How long people of a plan are kept once it is archived: the bounds. Used by schema/, store/ and
// api/; decides nothing.
import { z } from 'zod';

export const DAY_MS = 86_400_000;
/** Less than a day leaves nobody the time to see that it was archived by mistake. */
const LEAST_DAYS = 1;
/** Thirty years, longer than the terms of the archives that we know of; who keeps for good says null. */
const MOST_DAYS = 10_950;
/** From a change to the first erasing, so that a slip can be taken back. */
export const LEAST_NOTICE_MS = 86_400_000;

export const RetentionDays = z
  .int()
  .min(LEAST_DAYS)
  .max(MOST_DAYS)
  .nullable()
  .describe('days after it was archived until its people are erased; null: they are kept until somebody erases them');
