// Erasing over REST: what is asked and the certificate that is kept. Instants are epoch ms. Used by api/; decides nothing.
import { z } from 'zod';
import { ROLES } from './states.ts';

/** The reason is kept for good, so it must not name the person. */
export const ErasureBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });

/** `removed` counts documents, keys and files by where they were. */
export const ErasureView = z.strictObject({
  examineeId: z.string(),
  planId: z.string(),
  reason: z.string(),
  by: z.string(),
  byRole: z.enum([...ROLES, 'system']),
  at: z.number(),
  doneAt: z.number(),
  removed: z.record(z.string(), z.int()),
});
export type ErasureView = z.infer<typeof ErasureView>;
export const ErasureList = z.strictObject({ erasures: z.array(ErasureView), next: z.string().nullable() });
