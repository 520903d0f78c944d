// Enforces schema/permissions.ts: does this subject stand in the relation to this target that the action needs? Decides
// about REST alone; rooms ask the same table for their messages. Called by serve.ts for every route that is not public.
import { type Action, neededRelation, type Rank, type Relation } from '../schema/permissions.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { Subject } from './who-is-it.ts';

/**
 * What a request is about. `installation` is nobody's own. `list` shows each subject only what is its own; its handler
 * sees to that. `every-room` acts on a whole plan, which is a chief's alone.
 */
export type Target =
  | { readonly of: 'installation' }
  | { readonly of: 'list' }
  | { readonly of: 'plan'; readonly planId: string }
  | { readonly of: 'every-room'; readonly planId: string }
  | { readonly of: 'room'; readonly planId: string; readonly roomId: string }
  | { readonly of: 'rooms'; readonly planId: string; readonly roomIds: readonly string[] }
  | { readonly of: 'examinee'; readonly examineeId: string };

/** The relation that the subject's role needs for this action; PERMISSION_DENIED where it may never. */
export function relationFor(subject: Subject, action: Action): Relation | Refusal {
  const isInScope = subject.role !== 'service' || (subject.scopes?.includes(action) ?? true);
  const relation = isInScope ? neededRelation(rankOf(subject), action) : undefined;
  return relation ?? refuse('PERMISSION_DENIED', `It lacks: ${action}.`);
}

function rankOf(subject: Subject): Rank {
  return subject.role === 'proctor' && subject.chief ? 'chief' : subject.role;
}

/** Undefined where the subject stands in this relation to the target. */
export function checkRelation(subject: Subject, relation: Relation, target: Target): Refusal | undefined {
  if (relation === 'any') return undefined;
  const stands =
    relation === 'self'
      ? isSelf(subject, target)
      : isOwn(subject, target) || (relation === 'plan' && isOwnPlan(subject, target));
  return stands ? undefined : refuse('PERMISSION_DENIED', 'It is not among what is assigned to you.');
}

function isSelf(subject: Subject, target: Target): boolean {
  return target.of === 'examinee' && target.examineeId === subject.subjectId;
}

/** Every room of it; each alone is one of the chief's own. */
function isOwnPlan(subject: Subject, target: Target): boolean {
  return subject.role === 'proctor' && target.of === 'every-room' && target.planId === subject.planId;
}

function isOwn(subject: Subject, target: Target): boolean {
  if (subject.role !== 'proctor') return false;
  switch (target.of) {
    case 'list':
      return true;
    case 'plan':
      return target.planId === subject.planId;
    case 'room':
      return target.planId === subject.planId && subject.roomIds.includes(target.roomId);
    case 'rooms':
      return target.planId === subject.planId && target.roomIds.every((roomId) => subject.roomIds.includes(roomId));
    case 'installation':
    case 'every-room':
    case 'examinee':
      return false;
  }
}
