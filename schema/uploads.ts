// Files that somebody brings: what may be asked of them over REST, and what is shown of them. Their bytes are the business
// of store/blobs.ts. A name is a label: nothing is ever opened, stored or typed by it.
import { z } from 'zod';
import { Id } from './id-shapes.ts';
import { LIMITS } from './limits.ts';

const GIB = 1024 ** 3;
const MINUTE_MS = 60_000;

/** Evidence belongs to a room, and to an incident where it names one; media belong to the paper, and are shut until the start; answers belong to an examinee. */
export const UPLOAD_USES = ['evidence', 'media', 'answer'] as const;
export type UploadUse = (typeof UPLOAD_USES)[number];
/** What nobody brings, and lies beside what people bring: the workers make it. */
export const FILE_USES = [...UPLOAD_USES, 'export'] as const;
export type FileUse = (typeof FILE_USES)[number];

/**
 * `checking`: all of it is there, and nobody has it until it was looked at; `refused`: something was found in it, and its
 * bytes are gone. `removed`: nothing of it can be read any more; the sweep takes its bytes and then its row. `making` and
 * `failed` are an export's.
 */
export const UPLOAD_STATES = ['uploading', 'checking', 'ready', 'refused', 'removed', 'making', 'failed'] as const;
export type UploadState = (typeof UPLOAD_STATES)[number];

/** A file may have so many bytes. */
export const MOST_UPLOAD_BYTES = GIB;
/** Uploads that nobody went on with for so long are swept. */
export const UPLOAD_IDLE_MS = 24 * 60 * MINUTE_MS;
/** A file that came in so many pieces begins anew: nobody who means it sends it byte by byte. */
export const MOST_UPLOAD_PIECES = 6_000;
/** How many bytes at its beginning say what a file is. */
export const TYPE_BYTES = 4_100;

const FileName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'a name has no control characters');

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 has 64 hex digits');

/** `bytes` and `sha256` are of the whole file. */
const ANNOUNCED = { name: FileName, bytes: z.int().min(1).max(MOST_UPLOAD_BYTES), sha256: Sha256 } as const;

/** Evidence names its room, an answer its item, media neither; evidence alone is of an incident. */
export const UploadBody = z.discriminatedUnion('use', [
  z.strictObject({ use: z.literal('evidence'), roomId: Id, incidentId: Id.optional(), ...ANNOUNCED }),
  z.strictObject({ use: z.literal('media'), ...ANNOUNCED }),
  z.strictObject({ use: z.literal('answer'), item: z.int().min(1).max(LIMITS.items), ...ANNOUNCED }),
]);
export type UploadBody = z.output<typeof UploadBody>;

export const UploadParams = z.strictObject({ uploadId: Id });
export const OffsetQuery = z.strictObject({ offset: z.coerce.number().int().min(0).max(MOST_UPLOAD_BYTES) });
export const FileLinkBody = z.strictObject({
  lifeMs: z
    .int()
    .min(MINUTE_MS)
    .max(UPLOAD_IDLE_MS)
    .default(10 * MINUTE_MS),
});
export const FileLinkParams = z.strictObject({
  token: z.string().regex(/^[0-9A-Za-z_-]{20,80}\.[0-9A-Za-z_-]{43}$/, 'not the token of a link'),
});

/**
 * `offset`: so many bytes are kept; the next come from there on. `type` is '' until all are there. `response`: what answers the
 * item with it, where it is an answer's and ready.
 */
export const UploadView = z.strictObject({
  uploadId: z.string(),
  planId: z.string(),
  use: z.enum(UPLOAD_USES),
  roomId: z.string().optional(),
  incidentId: z.string().optional(),
  item: z.int().optional(),
  response: z.string().optional(),
  name: z.string(),
  bytes: z.int().min(0),
  sha256: z.string(),
  offset: z.int().min(0),
  state: z.enum(['uploading', 'checking', 'ready', 'refused']),
  type: z.string(),
  by: z.string(),
  at: z.number(),
});
export type UploadView = z.infer<typeof UploadView>;
export const UploadList = z.strictObject({ uploads: z.array(UploadView), next: z.string().nullable() });
export const FileLinkReply = z.strictObject({ url: z.string(), expiresAt: z.number() });
