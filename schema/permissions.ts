// Who may do what: one table for REST and sockets alike. A route or message without a row fails the tests.
// `any` is without a relation, `own` needs the subject's own room or plan, `plan` the whole of the own plan, `self` the
// examinee himself.
import { ROLES, type Role } from './states.ts';

export type Relation = 'any' | 'own' | 'plan' | 'self';

/** A chief proctor's own rooms are all rooms of the plan; where the table says nothing else, a chief is a proctor. */
export type Rank = Role | 'chief';
export const RANKS: readonly Rank[] = ROLES.flatMap((role): Rank[] => (role === 'proctor' ? [role, 'chief'] : [role]));

export const PERMISSIONS = {
  'plan.write': { admin: 'any' },
  'plan.read': { admin: 'any', proctor: 'own', service: 'any' },
  'plan.remove': { admin: 'any', service: 'any' },
  'paper.write': { admin: 'any' },
  'paper.read': { admin: 'any', examinee: 'self' },
  'sealed-paper.read': { examinee: 'self' },
  'key.write': { admin: 'any' },
  'key.read': { admin: 'any' },
  'room.write': { admin: 'any' },
  'room.read': { admin: 'any', proctor: 'own', service: 'any' },
  'room.watch': { proctor: 'own' },
  'roster.write': { admin: 'any' },
  'roster.read': { admin: 'any', proctor: 'own' },
  'photo.write': { admin: 'any' },
  'photo.read': { admin: 'any', proctor: 'own', examinee: 'self' },
  'upload.write': { admin: 'any', proctor: 'own', service: 'any', examinee: 'self' },
  'upload.read': { admin: 'any', proctor: 'own', examinee: 'self' },
  'upload.remove': { admin: 'any' },
  'timeline.read': { admin: 'any', proctor: 'own' },
  'identity.write': { admin: 'any', proctor: 'own' },
  'proctor.write': { admin: 'any' },
  'proctor.read': { admin: 'any', chief: 'plan' },
  'admin.write': { admin: 'any' },
  'admin.read': { admin: 'any' },
  'service.write': { admin: 'any' },
  'service.read': { admin: 'any' },
  'report.read': { admin: 'any', proctor: 'own' },
  'control.issue': { admin: 'any', proctor: 'own', chief: 'plan' },
  'control.read': { admin: 'any', proctor: 'own' },
  'sheet.read': { admin: 'any', examinee: 'self' },
  'receipt.read': { admin: 'any', examinee: 'self' },
  'file.read': { admin: 'any' },
  'result.read': { admin: 'any', service: 'any' },
  'result.own': { admin: 'any', service: 'any', examinee: 'self' },
  'result.release': { admin: 'any' },
  'person.erase': { admin: 'any' },
  'export.take': { admin: 'any' },
  'mark.read': { admin: 'any', service: 'any' },
  'mark.write': { admin: 'any', service: 'any' },
  'statistics.read': { admin: 'any', service: 'any' },
  'statistics.compute': { admin: 'any' },
  'log.read': { admin: 'any' },
  'log.room': { admin: 'any', proctor: 'own' },
  'log.own': { proctor: 'own', examinee: 'self' },
  'presence.read': { proctor: 'own' },
  'audit.read': { admin: 'any' },
  'monitoring.read': { admin: 'any', proctor: 'own', service: 'any' },
  'server.read': { admin: 'any', service: 'any' },
  'log.level': { admin: 'any' },
  'inside.read': { admin: 'any' },
  'overview.read': { admin: 'any', chief: 'plan', service: 'any' },
  'progress.read': { admin: 'any', proctor: 'own', service: 'any' },
  'self.read': { admin: 'any', proctor: 'own' },
  'session.refresh': { admin: 'any', proctor: 'any' },
  'password.change': { admin: 'any', proctor: 'any' },
  'session.end': { admin: 'any', proctor: 'any', service: 'any' },
  'incident.raise': { admin: 'any', proctor: 'own', service: 'any' },
  'incident.handle': { admin: 'any', proctor: 'own' },
  'incident.read': { admin: 'any', proctor: 'own', service: 'any' },
  'incident.own': { examinee: 'self' },
  'claim.take': { proctor: 'own' },
  'claim.return': { proctor: 'own' },
  'examinee.watch': { proctor: 'own' },
  'handover.offer': { proctor: 'own' },
  'handover.answer': { proctor: 'own' },
  'call.read': { admin: 'any', proctor: 'own' },
  'call.answer': { proctor: 'own' },
  'call.close': { proctor: 'own' },
  'call.raise': { examinee: 'self' },
  'call.withdraw': { examinee: 'self' },
  'call.received': { examinee: 'self' },
  'answer.save': { examinee: 'self' },
  'answer.register': { admin: 'any' },
  'standing.read': { examinee: 'self' },
  'answer.hold': { examinee: 'self' },
  'held.choose': { examinee: 'self' },
  'held.read': { admin: 'any' },
  'held.look': { admin: 'any', proctor: 'own' },
  'export.import': { admin: 'any', proctor: 'own' },
  'sheet.submit': { examinee: 'self' },
  'tally.open': { examinee: 'self' },
  'signal.report': { examinee: 'self' },
  'examinee.ready': { examinee: 'self' },
  'control.received': { examinee: 'self' },
  'control.confirm': { examinee: 'self' },
  heartbeat: { examinee: 'self', proctor: 'own' },
} as const satisfies Record<string, Partial<Record<Rank, Relation>>>;

export type Action = keyof typeof PERMISSIONS;

/** The relation that this rank needs for this action, or undefined where it may never. */
export function neededRelation(rank: Rank, action: Action): Relation | undefined {
  const row: Partial<Record<Rank, Relation>> = PERMISSIONS[action];
  return row[rank] ?? (rank === 'chief' ? row.proctor : undefined);
}

/** What a machine may at most: the scopes that its token can have. */
export const SERVICE_ACTIONS: readonly Action[] = (Object.keys(PERMISSIONS) as Action[]).filter(
  (action) => neededRelation('service', action) !== undefined,
);
