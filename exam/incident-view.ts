// An incident as people and programmes see it: without what only the next decision needs. Called by the api and by rooms.
import type { Evidence, Handling, Incident } from '../schema/incidents.ts';
import type { IncidentView } from '../schema/replies.ts';

/** `pieces`: so many of the last pieces of evidence, all unless given. */
export function incidentView(incident: Omit<Incident, 'reports'>, pieces = Number.POSITIVE_INFINITY): IncidentView {
  const { _id: incidentId, planId, roomId, examineeId, kind, source, severity, status: state } = incident;
  const { at, lastAt, count, raisedAt, acknowledgedAt, decidedAt, version, joins } = incident;
  return {
    ...{ incidentId, planId, roomId, examineeId: examineeId === '' ? null : examineeId },
    ...{ kind, source, severity, state, at, lastAt, count },
    evidence: incident.evidence.slice(-Math.min(pieces, incident.evidence.length)).map(evidenceView),
    handling: incident.handling.map(handlingView),
    ...{ raisedAt, acknowledgedAt, decidedAt, version, joins },
  };
}

function evidenceView({ at, count, source, actorId, note, data }: Evidence): IncidentView['evidence'][number] {
  return { at, count, source, actorId: actorId === '' ? null : actorId, note, data };
}

function handlingView({ to, at, actorId, actorRole, note, controlId }: Handling): IncidentView['handling'][number] {
  return { to, at, actorId, actorRole, note, controlId: controlId === '' ? null : controlId };
}
