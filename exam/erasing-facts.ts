// What the audit chain says of erasing: of a person, and of a plan whose time is up. Ids and instants alone. Pure; called by
// store/ and by who decides.
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { Actor } from './audit-facts.ts';

/** Nobody asked for it at that moment: the plan's time was up. Who said how long that is, the entry of the plan's change says. */
export const RETENTION: Actor = { actorId: 'retention', actorRole: 'system' };

/** Everything of a person goes; the reason stays with the certificate. */
export function erasedFacts(examineeId: string, at: number, actor: Actor): AuditFacts {
  const about = { subject: examineeId, roomId: '', data: {} };
  return { source: `erased.${examineeId}`, at, ...actor, kind: 'examinee.erased', ...about };
}

/** The people of an archived plan begin to be erased, or are: each once, whoever says it. */
export function retentionFacts(
  kind: 'plan.erasing' | 'plan.erased',
  { _id: planId, ...plan }: PlanDocument,
  at: number,
): AuditFacts {
  const data = { retentionDays: plan.retentionDays ?? null, archivedAt: plan.archivedAt ?? null };
  const about = { subject: planId, roomId: '', data };
  return { source: `${kind}.${planId}`, at, ...RETENTION, kind, ...about };
}
