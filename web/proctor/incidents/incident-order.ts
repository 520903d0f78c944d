// Which incidents come first, and how severe one is in a word. Pure.
import type { IncidentView } from '../../../schema/replies.ts';

export type SeverityName = 'low' | 'medium' | 'high';
export const SEVERITIES: Readonly<Record<SeverityName, number>> = { low: 0.3, medium: 0.6, high: 0.9 };

export function severityOf(severity: number): SeverityName {
  if (severity >= 0.7) return 'high';
  return severity >= 0.4 ? 'medium' : 'low';
}

export function isOpen({ state }: Pick<IncidentView, 'state'>): boolean {
  return state === 'raised' || state === 'acknowledged';
}

/** New ones before those that somebody looks at, then the worst, then the oldest. */
export function inOrder(incidents: readonly IncidentView[]): readonly IncidentView[] {
  const isNew = ({ state }: IncidentView) => Number(state === 'raised');
  return [...incidents].sort(
    (one, other) => isNew(other) - isNew(one) || other.severity - one.severity || one.raisedAt - other.raisedAt,
  );
}
