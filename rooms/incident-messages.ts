// What a proctor says of incidents over the room's socket: raises one, or handles one. Stored first, then shown to the
// room's proctors, then answered. Never reaches an examinee.
import type { Client } from '@colyseus/core';
import { causeOf } from '../exam/incident.ts';
import { incidentView } from '../exam/incident-view.ts';
import type { IncidentReport } from '../schema/incidents.ts';
import type { Incoming, Outgoing } from '../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { KnownIncident } from '../store/incidents.ts';
import { clientsOf } from './attendance.ts';
import { type LiveRoom, tell } from './live-room.ts';
import { noteIncident, openIds } from './open-incidents.ts';
import type { RoomContext } from './room-context.ts';

/** A message to a client is at most 64 KiB; the whole evidence is for REST. */
const PIECES = 1;

/** An incident as the room's proctors are told of it. */
export function tellIncident(client: Client, incident: KnownIncident): void {
  tell(client, 'incident.changed', { incident: incidentView(incident, PIECES) });
}

/** Notes for the board what is open. Throws where the store is away. */
export async function readOpenIncidents({ room, services }: RoomContext): Promise<void> {
  for (const incident of await services.store.incidents.openOfRoom(room.planId, room.roomId))
    noteIncident(room, incident);
}

/** A proctor has come: everything that is still to be decided, and which those are. Throws where the store is away. */
export async function tellOpenIncidents({ room, services }: RoomContext, client: Client): Promise<void> {
  const open = await services.store.incidents.openOfRoom(room.planId, room.roomId);
  for (const incident of open) {
    noteIncident(room, incident);
    tellIncident(client, incident);
  }
  tell(client, 'incident.open', { incidentIds: open.map(({ _id }) => _id) });
}

/** Somebody has gone to another room, and what is open of this person too. */
export function tellOpenIncidentIds(room: LiveRoom, client: Client): void {
  tell(client, 'incident.open', { incidentIds: openIds(room) });
}

/** Somebody has come from another room: what is open of this person, counted for this room. Throws where the store is away. */
export async function showArrivedIncidents({ room, services }: RoomContext, examineeId: string): Promise<void> {
  for (const incident of await services.store.incidents.openOfRoom(room.planId, room.roomId)) {
    if (incident.examineeId !== examineeId) continue;
    noteIncident(room, incident);
    for (const proctor of clientsOf(room)) tellIncident(proctor, incident);
    services.incidents.changed(incident);
  }
}

/** Raises an incident in this room, once for its id. */
export function raiseIncident(
  context: RoomContext,
  client: Client,
  proctorId: string,
  message: Incoming<'incident.raise'>,
): void {
  const { incidentId: reportId, examineeId = '', kind, severity, note } = message;
  const cause = causeOf({ roomId: context.room.roomId, examineeId, kind });
  answerWith(context, client, { about: reportId, cause }, async () => {
    const { room, services } = context;
    if (examineeId !== '' && !room.seats.has(examineeId)) return refuse('EXAMINEE_UNKNOWN', 'Nobody of this room.');
    const now = services.now();
    const report: IncidentReport = {
      ...{ reportId, planId: room.planId, roomId: room.roomId, examineeId, kind, severity, note },
      ...{ source: 'proctor', actorId: proctorId, at: Math.min(message.at ?? now, now), count: 1, data: {} },
    };
    const reported = await services.store.incidents.report(report, room.incidentRules, now);
    if (reported.outcome === 'reused') return refuse('INCIDENT_REUSED');
    if (reported.outcome === 'ignored') throw new Error('a report of a person was not taken');
    return reported.incident;
  });
}

/** Handles an incident of this room. */
export function handleIncident(
  context: RoomContext,
  client: Client,
  proctorId: string,
  message: Incoming<'incident.handle'>,
): void {
  const { incidentId, to, note, controlId = '', version } = message;
  answerWith(context, client, { about: `${incidentId}.${version}.${to}`, cause: incidentId }, async () => {
    const { room, services } = context;
    const { incidents, controls } = services.store;
    const incident = await incidents.get(incidentId);
    if (incident === null || incident.roomId !== room.roomId) return refuse('INCIDENT_UNKNOWN');
    if (controlId !== '' && (await controls.get(controlId))?.planId !== room.planId)
      return refuse('CONTROL_UNKNOWN', 'Its plan has no such control.');
    const wish = { to, note, controlId, version, actorId: proctorId, actorRole: 'proctor' } as const;
    return (await incidents.handle(incidentId, wish, services.now())) ?? refuse('INCIDENT_UNKNOWN');
  });
}

const changing = new Map<string, Promise<unknown>>();

/** What is about one cause follows each other: many who say the same at once would keep each other from storing it. */
function inTurn<T>(cause: string, work: () => Promise<T>): Promise<T> {
  const next = (changing.get(cause) ?? Promise.resolve()).then(work, work);
  changing.set(cause, next);
  return next.finally(() => {
    if (changing.get(cause) === next) changing.delete(cause);
  });
}

/** What it came to; an answer that a fault prevents is one too: the sender tries again. */
function answerWith(
  context: RoomContext,
  client: Client,
  { about, cause }: { readonly about: string; readonly cause: string },
  work: () => Promise<KnownIncident | Refusal>,
): void {
  context.effect('incident', async () => {
    try {
      const result = await inTurn(cause, work);
      if (isRefusal(result)) return answer(client, about, result);
      context.services.incidentWatch.show(result);
      context.services.incidents.changed(result);
      tell(client, 'incident.answered', { about, incident: incidentView(result, PIECES) });
    } catch (error) {
      answer(client, about, refuse('INTERNAL'));
      throw error;
    }
  });
}

function answer(client: Client, about: string, { refused: code, retry, message }: Refusal): void {
  const told: Outgoing['incident.answered'] = { about, code, retry, message };
  tell(client, 'incident.answered', told);
}
