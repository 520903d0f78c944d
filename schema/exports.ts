// Exports over REST: what there is to take away, and its columns. Used by api/; decides nothing.
import { z } from 'zod';
import { Id } from './id-shapes.ts';

export const EXPORTS = ['results', 'answers', 'incidents', 'logs', 'audit'] as const;
export type ExportName = (typeof EXPORTS)[number];
export const TABLE_FORMATS = ['csv', 'ndjson'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

export const ExportParams = z.strictObject({ planId: Id, what: z.enum(EXPORTS) });
/** Of results: the version that counts where none is named. */
export const ExportQuery = z.strictObject({ version: z.coerce.number().int().min(1).optional() });

/** Those of results are followed by one for each item, `item 1` and so on, in thousandths. */
export const EXPORT_COLUMNS = {
  results: ['examineeId', 'label', 'roomId', 'version', 'keyVersion', 'points'],
  answers: ['examineeId', 'roomId', 'item', 'revision', 'at', 'counts', 'late', 'pruned', 'response', 'hash'],
  incidents: [
    ...['incidentId', 'roomId', 'examineeId', 'kind', 'severity', 'state', 'reports', 'at', 'raisedAt'],
    ...['acknowledgedAt', 'decidedAt'],
  ],
  logs: ['logId', 'at', 'stream', 'roomId', 'subject', 'kind', 'data'],
  audit: [
    ...['sequence', 'at', 'actorId', 'actorRole', 'kind', 'subject', 'roomId', 'data', 'texts', 'source', 'previous'],
    'hash',
  ],
} as const satisfies Record<ExportName, readonly string[]>;
