// Which collections carry what the audit chain is to take up, and what waits in them. Called by audit.ts and audit-texts.ts.
import type { Model } from 'mongoose';
import type { Waiting } from '../exam/audit-facts.ts';
import { INSTALLATION_CHAIN } from '../exam/audit-writes.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { Models } from './models.ts';

/** What waits in one document. */
export type Carried = Waiting & { readonly planId: string; readonly in: CarrierName; readonly documentId: string };
type CarrierName = (typeof CARRIERS)[number];
type Carrier = {
  _id: string;
  planId?: string;
  roomId?: string;
  sequence?: number;
  unchained: AuditFacts[];
};

/** Collections whose documents carry what is to be in the chain, controls first: what follows from one comes after it. */
const CARRIERS = [
  'controls',
  'plans',
  'receipts',
  'rooms',
  'examinees',
  'proctors',
  'sheets',
  'incidents',
  'imports',
  'rosterImports',
  'marks',
  'erasures',
  'papers',
  'keys',
  'admins',
  'logs',
] as const;
/** Theirs is the installation's chain. */
const OF_NO_PLAN: readonly CarrierName[] = ['papers', 'keys', 'admins'];

/** What the documents carry, the oldest first, at most `limit` documents of each kind. */
export async function carriedBy(models: Models, limit: number): Promise<Carried[]> {
  const found = await Promise.all(CARRIERS.map((name) => carriedIn(name, models[name] as never, limit, {})));
  return found.flat();
}

/** The same of one plan, where these are to be found in it. */
export async function carriedOfPlan(
  models: Models,
  planId: string,
  fitting: object,
  limit: number,
): Promise<Carried[]> {
  const names = CARRIERS.filter((name) => !OF_NO_PLAN.includes(name));
  const found = await Promise.all(
    names.map((name) => {
      const scope = name === 'plans' ? { _id: planId } : { planId };
      return carriedIn(name, models[name] as never, limit, { ...scope, ...fitting });
    }),
  );
  return found.flat();
}

async function carriedIn(name: CarrierName, model: Model<Carrier>, limit: number, fitting: object): Promise<Carried[]> {
  // An index on members of lists sorts nothing, but its scan begins with the oldest.
  const rows = await model.collection
    .find<Carrier>({ 'unchained.at': { $gt: 0 }, ...fitting } as never)
    .project<Carrier>({ planId: 1, roomId: 1, sequence: 1, unchained: 1 })
    .limit(limit)
    .toArray();
  const elsewhere = OF_NO_PLAN.includes(name) ? INSTALLATION_CHAIN : undefined;
  return rows.flatMap(({ _id, planId = elsewhere ?? _id, roomId = '', sequence, unchained }) =>
    unchained.map((facts): Carried => {
      // A schema may have left out what is empty.
      const whole = { ...facts, data: facts.data ?? {}, roomId: facts.roomId || roomId };
      return { facts: whole, sequence, planId, in: name, documentId: _id };
    }),
  );
}
