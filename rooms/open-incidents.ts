// The incidents of a room that are still to be decided, by whom they concern: what the board counts. Filled from the store
// once, then kept by what the incident watch shows. Changed by the room's actor between awaits only.
import type { IncidentKind } from '../schema/incidents.ts';
import type { KnownIncident } from '../store/incidents.ts';
import type { LiveRoom } from './live-room.ts';

type OpenIncident = { readonly kind: IncidentKind; readonly severity: number; readonly at: number };
type Seen = { readonly version: number; readonly joins: number };

export type OpenIncidents = {
  readonly byExaminee: Map<string, Map<string, OpenIncident>>;
  /** How new each incident was that has been noted, so that a late reading brings nothing back. */
  readonly seen: Map<string, Seen>;
};

/** None yet. */
export function createOpenIncidents(): OpenIncidents {
  return { byExaminee: new Map(), seen: new Map() };
}

/** Notes an incident as it is now; one that was noted in a later state stays as it is. Without an examinee it is the room's. */
export function noteIncident({ openIncidents, seats }: LiveRoom, incident: KnownIncident): void {
  const { _id, examineeId, kind, severity, at, status, version, joins } = incident;
  const { byExaminee, seen } = openIncidents;
  const before = seen.get(_id);
  if (before !== undefined && (before.version > version || before.joins > joins)) return;
  seen.set(_id, { version, joins });
  const own = byExaminee.get(examineeId) ?? new Map<string, OpenIncident>();
  byExaminee.set(examineeId, own);
  if (status === 'raised' || status === 'acknowledged') own.set(_id, { kind, severity, at });
  else own.delete(_id);
  const seat = seats.get(examineeId);
  if (seat !== undefined) seat.boardBehind = true;
}

/** Another room has this examinee. */
export function forgetIncidentsOf({ openIncidents: { byExaminee, seen } }: LiveRoom, examineeId: string): void {
  for (const incidentId of byExaminee.get(examineeId)?.keys() ?? []) seen.delete(incidentId);
  byExaminee.delete(examineeId);
}

/** All that are open, by id. */
export function openIds({ openIncidents: { byExaminee } }: LiveRoom): string[] {
  return [...byExaminee.values()].flatMap((own) => [...own.keys()]);
}

export type IncidentSummary = { readonly count: number; readonly worst: number; readonly secondDeviceSince: number };

/** What is open of this examinee. */
export function summaryOf({ byExaminee }: OpenIncidents, examineeId: string): IncidentSummary {
  let [worst, secondDeviceSince] = [0, 0];
  const own = byExaminee.get(examineeId);
  if (own === undefined) return { count: 0, worst, secondDeviceSince };
  for (const { kind, severity, at } of own.values()) {
    worst = Math.max(worst, severity);
    if (kind === 'two-devices') secondDeviceSince = secondDeviceSince === 0 ? at : Math.min(secondDeviceSince, at);
  }
  return { count: own.size, worst, secondDeviceSince };
}
