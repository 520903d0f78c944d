// Entries of the audit chain with what people wrote into them, which lies beside the chain. Called by the api's route of the
// chain and by exports/.
import type { AuditDocument } from '../schema/documents/audit.ts';
import type { ShownTexts } from './audit-texts.ts';
import type { Store } from './open-store.ts';

export type ReadEntry = AuditDocument & { readonly texts: ShownTexts };

/** Each with its texts: null for what was taken away. */
export async function withTexts(
  { audit }: Pick<Store, 'audit'>,
  entries: readonly AuditDocument[],
): Promise<ReadEntry[]> {
  const texts = await audit.textsFor(entries);
  return entries.map((entry) => ({ ...entry, texts: texts.get(entry._id) ?? {} }));
}
