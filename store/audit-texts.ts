// What people wrote into what the audit chain tells, beside the chain, which has a salted hash of each text. A text is kept
// before its entry, under the entry's source, once: of two workers with one entry both take the hash that is kept. Taking a
// text away leaves its hash, so that whoever comes late writes it again nowhere. Called by audit.ts and erasures.ts.
import { randomBytes } from 'node:crypto';
import { FREE_TEXTS, namePattern, saltedIn, textsOf, withHashes } from '../exam/audit-texts.ts';
import type { AuditDocument, AuditFacts, AuditTextDocument } from '../schema/documents/audit.ts';
import { carriedOfPlan } from './audit-carriers.ts';
import { type Insertable, insertOnce } from './insertion.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

const SALT_BYTES = 16;
const DOCUMENTS_AT_ONCE = 500;

/** What a reader of the chain is shown: the text with the salt that proves it, or null where it was taken away. */
export type ShownTexts = Readonly<Record<string, { readonly text: string; readonly salt: string } | null>>;

/** These facts as the chain takes them: each text is kept, and its hash stands in its place. */
export async function keepTexts(
  { auditTexts }: Models,
  planId: string,
  facts: readonly AuditFacts[],
): Promise<AuditFacts[]> {
  const kept = facts.flatMap((one) => textsOf(planId, one, randomBytes(SALT_BYTES).toString('base64url')) ?? []);
  if (kept.length === 0) return [...facts];
  await insertOnce(auditTexts.collection as unknown as Insertable<AuditTextDocument>, kept);
  const bySource = await documentsOf(
    { auditTexts },
    kept.map(({ _id }) => _id),
  ); // another may have kept it before
  return facts.map((one) => {
    const document = bySource.get(one.source);
    return document === undefined ? one : withHashes(one, document);
  });
}

/** What was written into these entries. Those from before texts lay beside the chain have them in the chain, and nothing here. */
export async function textsFor(
  { auditTexts }: Pick<Models, 'auditTexts'>,
  entries: readonly AuditDocument[],
): Promise<Map<string, ShownTexts>> {
  const salted = entries.filter(({ data }) => saltedIn(data).length > 0);
  if (salted.length === 0) return new Map();
  const documents = await documentsOf(
    { auditTexts },
    salted.map(({ _id }) => _id),
  );
  return new Map(salted.map(({ _id, data }) => [_id, shownOf(saltedIn(data), documents.get(_id))]));
}

function shownOf(names: readonly string[], document: AuditTextDocument | undefined): ShownTexts {
  const { texts = {}, salt } = document ?? {};
  return Object.fromEntries(
    names.map((name) => {
      const text = texts[name];
      return [name, text === undefined || salt === undefined ? null : { text, salt }];
    }),
  );
}

/**
 * Takes away what was written about this person, or names the person: what waits in documents of the plan gives up its texts
 * first, so that none comes after this. Returns how many entries lost a text.
 */
export async function forgetTexts(models: Models, planId: string, personId: string, label: string): Promise<number> {
  await saltWaiting(models, planId);
  const { auditTexts } = models;
  const theirs = [
    { about: personId },
    ...(label === ''
      ? []
      : naming(
          label,
          FREE_TEXTS.map((name) => `texts.${name}`),
        )),
  ];
  const { modifiedCount } = await auditTexts.collection.updateMany(
    { planId, salt: { $exists: true }, $or: theirs } as never,
    { $unset: { texts: 1, salt: 1 } } as never,
  );
  return modifiedCount;
}

/** Filters that find this name in any of these members. */
export function naming(label: string, members: readonly string[]): object[] {
  const { source } = namePattern(label);
  return members.map((member) => ({ [member]: { $regex: source, $options: 'i' } }));
}

async function saltWaiting(models: Models, planId: string): Promise<void> {
  const fitting = { $or: FREE_TEXTS.map((name) => ({ [`unchained.data.${name}`]: { $gt: '' } })) };
  for (;;) {
    const waiting = await carriedOfPlan(models, planId, fitting, DOCUMENTS_AT_ONCE);
    const clear = waiting.filter(({ facts }) => textsOf(planId, facts, '') !== undefined);
    if (clear.length === 0) return; // what else was found has no text of ours
    const kept = await keepTexts(
      models,
      planId,
      clear.map(({ facts }) => facts),
    );
    const salted = new Map(kept.map((facts) => [facts.source, facts]));
    for (const [name, rows] of Map.groupBy(clear, (one) => one.in)) {
      const writes = rows.map(({ documentId: _id, facts: { source } }) => {
        const data = salted.get(source)?.data;
        return {
          updateOne: { filter: { _id, 'unchained.source': source }, update: { $set: { 'unchained.$.data': data } } },
        };
      });
      await models[name].collection.bulkWrite(writes as never[], { ordered: false });
    }
  }
}

async function documentsOf(
  { auditTexts }: Pick<Models, 'auditTexts'>,
  sources: readonly string[],
): Promise<Map<string, AuditTextDocument>> {
  const found = await auditTexts
    .find({ _id: anyOf(sources) })
    .lean<AuditTextDocument[]>()
    .exec();
  return new Map(found.map((one) => [one._id, one]));
}
