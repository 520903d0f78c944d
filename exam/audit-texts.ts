// What people write freely into what the audit chain tells (reasons, notices). The chain has a salted hash of each, which
// proves a text that is shown and gives away none; text and salt lie beside it, and may be taken away without the chain
// losing anything. Pure; called by store/audit-texts.ts. Must never put a text into what is hashed into the chain.
import { hash } from 'node:crypto';
import type { AuditFacts, AuditTextDocument, AuditValue } from '../schema/documents/audit.ts';
import { canonical } from './audit-chain.ts';

/** The members of an entry's data that people write; everything else there is numbers, ids, codes and digests. */
export const FREE_TEXTS = ['reason', 'text'] as const;
type FreeText = (typeof FREE_TEXTS)[number];

/** What the chain has in the place of a text. */
export type SaltedText = { readonly salted: string };

/** SHA-256 in base64url over salt, member and text: the same text is another hash elsewhere. */
export function saltedHash(salt: string, name: string, text: string): string {
  return hash('sha256', canonical([salt, name, text]), 'base64url');
}

/** The document that keeps what people wrote into these facts; undefined where they wrote nothing. */
export function textsOf(planId: string, facts: AuditFacts, salt: string): AuditTextDocument | undefined {
  const texts = Object.fromEntries(
    FREE_TEXTS.flatMap((name): [FreeText, string][] => {
      const text = facts.data[name];
      return typeof text === 'string' && text !== '' ? [[name, text]] : [];
    }),
  );
  if (Object.keys(texts).length === 0) return undefined;
  const hashes = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, saltedHash(salt, name, text)]));
  return { _id: facts.source, planId, about: aboutWhom(facts), hashes, texts, salt };
}

/** The facts with the hash in the place of each text that this document has one of. */
export function withHashes(facts: AuditFacts, { hashes }: Pick<AuditTextDocument, 'hashes'>): AuditFacts {
  const members = Object.entries(facts.data).map(([name, value]): [string, AuditValue] => {
    const salted = hashes[name];
    return [name, typeof value === 'string' && salted !== undefined ? { salted } : value];
  });
  return { ...facts, data: Object.fromEntries(members) };
}

/** Which members of an entry's data have a hash in the place of a text. */
export function saltedIn(data: AuditFacts['data']): FreeText[] {
  return FREE_TEXTS.filter((name) => isSalted(data[name]));
}

function isSalted(value: unknown): value is SaltedText {
  return typeof value === 'object' && value !== null && 'salted' in value;
}

/** Whom it is about: its subject, or the one person whom a control is for. What is for many is about none of them alone. */
function aboutWhom({ subject, data }: AuditFacts): string {
  const { examineeIds } = data;
  const [only, ...others] = Array.isArray(examineeIds) ? (examineeIds as readonly AuditValue[]) : [];
  return typeof only === 'string' && others.length === 0 ? only : subject;
}

const SURE_CHARACTERS = 3;
const WIDE = /[^\p{ASCII}]/u;

/**
 * A pattern that finds this name in a text, whatever the case. A long name, or one in a script without spaces, is found inside
 * of words, since particles follow it; a short one, such as a number, only where it stands alone.
 */
export function namePattern(label: string): RegExp {
  const own = label.trim().replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const isSure = label.trim().length >= SURE_CHARACTERS || WIDE.test(label);
  return isSure ? new RegExp(own, 'iu') : new RegExp(`(?<![\\p{L}\\p{N}])${own}(?![\\p{L}\\p{N}])`, 'iu');
}
