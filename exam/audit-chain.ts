// The audit chain, pure: each entry holds the hash of the one before and its own, so that nothing can be changed, taken
// out, put in or reordered without the rest no longer fitting. Must never hash anything but the canonical encoding.
// Called by store/audit.ts and by the check.
import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { AuditDocument, AuditFacts, AuditValue, HeadDocument } from '../schema/documents/audit.ts';

/** Where a chain ends. Sequence 0 and hash '' before the first entry. */
export type ChainEnd = { readonly sequence: number; readonly hash: string };
export const NO_ENTRY: ChainEnd = { sequence: 0, hash: '' };

/**
 * One text for one value: JSON with the members in the order of their names. Texts are made well-formed, as the store
 * makes them. Throws RangeError for what is not JSON: NaN, infinities, functions.
 */
export function canonical(value: AuditValue): string {
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed());
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError('an audit entry holds finite numbers only');
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object') throw new RangeError('an audit entry holds JSON only');
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${canonical(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
}

function isList(value: AuditValue): value is readonly AuditValue[] {
  return Array.isArray(value);
}

/** SHA-256 in base64url over the canonical encoding of everything in the entry but its own hash. */
export function entryHash(entry: Omit<AuditDocument, 'hash'>): string {
  const { _id, planId, sequence, at, actorId, actorRole, kind, subject, roomId, data, previous } = entry;
  const whole = { _id, planId, sequence, at, actorId, actorRole, kind, subject, roomId, data, previous };
  return hash('sha256', canonical(whole), 'base64url');
}

/** The entries that these facts become when they follow `end`, in the order given. */
export function chained(planId: string, end: ChainEnd, facts: readonly AuditFacts[]): AuditDocument[] {
  let last = end;
  return facts.map(({ source: _id, at, actorId, actorRole, kind, subject, roomId, data }) => {
    const place = { planId, sequence: last.sequence + 1, previous: last.hash };
    const entry = { _id, ...place, at, actorId, actorRole, kind, subject, roomId, data };
    last = { sequence: entry.sequence, hash: entryHash(entry) };
    return { ...entry, hash: last.hash };
  });
}

/** The key of signed heads, of its own use of the one secret. */
export function headKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'examhall', 'audit-head', 32));
}

/** A chain's end with the instant and a signature that nobody makes without the key. */
export function signedHead(key: Buffer, planId: string, { sequence, hash: end }: ChainEnd, at: number): HeadDocument {
  const head = { _id: `${planId}.${sequence}`, planId, sequence, hash: end, at };
  return { ...head, signature: signatureOf(key, head) };
}

/** Whether this head was signed with this key, as it is. */
export function isSigned(key: Buffer, head: HeadDocument): boolean {
  const [given, right] = [Buffer.from(head.signature), Buffer.from(signatureOf(key, head))];
  return given.length === right.length && timingSafeEqual(given, right);
}

function signatureOf(key: Buffer, { planId, sequence, hash: end, at }: Omit<HeadDocument, 'signature'>): string {
  return createHmac('sha256', key)
    .update(canonical([planId, sequence, end, at]))
    .digest('base64url');
}
