// Kept exports over REST: what may be ordered, and what is shown of it. The workers make each one; its bytes are given out like
// those of every file. Used by api/, store/ and workers/; decides nothing.
import { z } from 'zod';
import { EXPORTS, TABLE_FORMATS } from './exports.ts';
import { Id } from './id-shapes.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const KEPT_EXPORTS = [...EXPORTS, 'sheets'] as const;
export type KeptExportName = (typeof KEPT_EXPORTS)[number];
export const KEPT_FORMATS = [...TABLE_FORMATS, 'tar'] as const;
export type KeptFormat = (typeof KEPT_FORMATS)[number];

/** A plan has so many at most, also those that are being made. */
export const MOST_KEPT_EXPORTS = 50;

const ROOM = { roomId: Id.optional().describe('of this room alone; of the whole plan where it is left out') };
const KEPT = {
  keepMs: z
    .int()
    .min(HOUR_MS)
    .max(30 * DAY_MS)
    .default(7 * DAY_MS)
    .describe('how long it is kept, from its order on'),
};
const FORMAT = { format: z.enum(TABLE_FORMATS) };
const VERSION = { version: z.int().min(1).optional().describe('the one that counts where it is left out') };

/** Results of one version, another table, or the sheets as an archive. */
export const ExportOrderBody = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('results'), ...FORMAT, ...VERSION, ...ROOM, ...KEPT }),
  z.strictObject({ what: z.enum(['answers', 'incidents', 'logs', 'audit']), ...FORMAT, ...ROOM, ...KEPT }),
  z.strictObject({ what: z.literal('sheets'), format: z.literal('tar').default('tar'), ...ROOM, ...KEPT }),
]);
export type ExportOrderBody = z.output<typeof ExportOrderBody>;

export const KeptExportParams = z.strictObject({ exportId: Id });

/**
 * `rows` and `bytes` are how far it is: rows of a table, or people of an archive. `sha256` is '' and `madeAt` 0 until it is
 * `ready`; `flaw` says why it `failed`, as a code of a refusal.
 */
export const KeptExportView = z.strictObject({
  exportId: z.string(),
  planId: z.string(),
  what: z.enum(KEPT_EXPORTS),
  format: z.enum(KEPT_FORMATS),
  version: z.int().optional(),
  roomId: z.string().optional(),
  state: z.enum(['making', 'ready', 'failed']),
  rows: z.int().min(0),
  bytes: z.int().min(0),
  sha256: z.string(),
  flaw: z.string(),
  by: z.string(),
  at: z.number(),
  madeAt: z.number(),
  expiresAt: z.number(),
});
export type KeptExportView = z.infer<typeof KeptExportView>;
export const KeptExportList = z.strictObject({ exports: z.array(KeptExportView), next: z.string().nullable() });
