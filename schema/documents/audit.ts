// audit and heads: the append-only chain of a plan's commands and state changes, and its signed ends. What is to be in
// the chain lies first, as `unchained`, in the document that decided it: one write, so that no crash loses either.
import { Schema } from 'mongoose';
import type { Role } from '../states.ts';

/** What an entry may say beside its fixed members: JSON. */
export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [name: string]: AuditValue };

/** What happened, before the chain has it. `source` names it for ever: the same source becomes one entry. `at` is epoch ms. */
export type AuditFacts = {
  readonly source: string;
  readonly at: number;
  /** '' and `system` where nobody asked for it: time passed, or the last room settled. */
  readonly actorId: string;
  readonly actorRole: Role | 'system';
  readonly kind: string;
  /** Whom or what it happened to. */
  readonly subject: string;
  readonly roomId: string;
  readonly data: { readonly [name: string]: AuditValue };
};

/** `_id` is the source. `previous` is the hash of the entry before, '' for the first; `hash` is of all other members. */
export type AuditDocument = Omit<AuditFacts, 'source'> & {
  readonly _id: string;
  readonly planId: string;
  readonly sequence: number;
  readonly previous: string;
  readonly hash: string;
};

export const AuditSchema = new Schema<AuditDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    sequence: { type: Number, required: true },
    at: { type: Number, required: true },
    actorId: { type: String },
    actorRole: { type: String, required: true },
    kind: { type: String, required: true },
    subject: { type: String, required: true },
    roomId: { type: String },
    data: { type: Schema.Types.Mixed } as never,
    previous: { type: String },
    hash: { type: String, required: true },
  },
  { collection: 'audit', versionKey: false, minimize: false },
);
AuditSchema.index({ planId: 1, sequence: 1 }, { unique: true });
AuditSchema.index({ planId: 1, kind: 1, sequence: 1 });
AuditSchema.index({ planId: 1, subject: 1, sequence: 1 });

/**
 * What people wrote into one entry, of which the chain has salted hashes alone. `_id` is the source; `about` whom it is about.
 * Where the texts were taken away, `texts` and `salt` are missing, and the hashes stay.
 */
export type AuditTextDocument = {
  readonly _id: string;
  readonly planId: string;
  readonly about: string;
  readonly hashes: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
  readonly salt?: string;
};

export const AuditTextSchema = new Schema<AuditTextDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    about: { type: String, required: true },
    hashes: { type: Schema.Types.Mixed, required: true } as never,
    texts: { type: Schema.Types.Mixed } as never,
    salt: { type: String },
  },
  { collection: 'auditTexts', versionKey: false },
);
AuditTextSchema.index({ planId: 1, about: 1 });

/** A chain's end as it was once. `_id` is `planId.sequence`; the same lines lie in files beside the database. */
export type HeadDocument = {
  readonly _id: string;
  readonly planId: string;
  readonly sequence: number;
  readonly hash: string;
  readonly at: number;
  readonly signature: string;
};

export const HeadSchema = new Schema<HeadDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    sequence: { type: Number, required: true },
    hash: { type: String, required: true },
    at: { type: Number, required: true },
    signature: { type: String, required: true },
  },
  { collection: 'heads', versionKey: false },
);
HeadSchema.index({ planId: 1, sequence: 1 });

/** Lets the documents of this schema carry what the chain is to take up. Ordinary reads do not show it. */
export function carriesAudit(schema: {
  add(paths: object): unknown;
  index(keys: Record<string, 1>, options: { sparse: true }): unknown;
}): void {
  schema.add({ unchained: { type: [Schema.Types.Mixed], select: false, default: undefined } });
  schema.index({ 'unchained.at': 1 }, { sparse: true });
}
