// Results over REST: what may be asked of the versions of a plan's scores, and what is answered beside the replies of
// schema/replies.ts. Used by api/; decides nothing.
import { z } from 'zod';
import { Id } from './id-shapes.ts';
import { LIMITS } from './limits.ts';

/** Without a version: the one that counts, or for others than admins the one that was released. */
const Version = z.coerce.number().int().min(1).optional();
export const VersionQuery = z.strictObject({ version: Version });
export const StatisticsQuery = z.strictObject({ version: Version, roomId: Id.optional() });
export const ItemParams = z.strictObject({ planId: Id, item: z.coerce.number().int().min(1).max(LIMITS.items) });

/** The version that was seen: where another counts by now, nothing is released. */
export const ReleaseBody = z.strictObject({ version: z.int().min(1) });

const Next = z.string().nullable();
export const ItemResultList = z.strictObject({
  item: z.int(),
  version: z.int(),
  results: z.array(z.strictObject({ examineeId: z.string(), roomId: z.string(), points: z.number().nullable() })),
  next: Next,
});

export const ScoringList = z.strictObject({
  planId: z.string(),
  scorings: z.array(z.strictObject({ version: z.int(), keyVersion: z.int(), at: z.number() })),
  released: z.strictObject({ version: z.int(), at: z.number(), by: z.string() }).nullable(),
});
