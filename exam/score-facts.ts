// What the audit chain says of scores: which version counts, what was released, who marked what and who took which export.
// Points are in it, answers and keys never. Pure; called by store/ in the write that decides.
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { MarkDocument } from '../schema/documents/mark.ts';
import type { Scoring } from '../schema/documents/plan.ts';
import { type Actor, SYSTEM } from './audit-facts.ts';
import { pointsOf } from './marking.ts';

/** This version of the scores counts from now on; `changed` is for how many people it changed something. */
export function scoredFacts(
  planId: string,
  { version, scoringId, keyVersion, at }: Scoring,
  changed: number,
): AuditFacts {
  const about = { subject: planId, roomId: '', data: { version, keyVersion, changed } };
  return { source: `scoring.${scoringId}`, at, ...SYSTEM, kind: 'plan.scored', ...about };
}

/** Others than admins may read this version. */
export function releasedFacts(planId: string, version: number, at: number, actor: Actor): AuditFacts {
  const about = { subject: planId, roomId: '', data: { version } };
  return { source: `released.${planId}.${version}.${at}`, at, ...actor, kind: 'results.released', ...about };
}

/** An answer was marked, or a difference decided; the reasons stay with the marks. */
export function markFacts(
  { _id, examineeId, item, revision, version, at, ...after }: MarkDocument,
  before: MarkDocument | null,
  actor: Actor,
): AuditFacts {
  const given = after.marks.map(({ by, points }) => [by, points]);
  const counts = pointsOf({ revision, ...after }, revision);
  const was = before === null ? null : pointsOf(before, revision);
  const data = { item, given, decided: after.decision?.points ?? null, before: was, after: counts };
  return {
    source: `mark.${_id}.${version}`,
    at,
    ...actor,
    kind: 'answer.marked',
    subject: examineeId,
    roomId: '',
    data,
  };
}
