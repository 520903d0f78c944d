// What people read of themselves, and a proctor of the own rooms: the own log, decided incidents, presence, a room's log.
// An examinee is never told of a suspicion, nor that there was one while the own sheet is open. Nobody writes a log by hand:
// what a person has to say of another is an incident, whose words an erasing takes away.

import { LISTS } from '../../schema/lists.ts';
import { OwnIncidents, PresenceReply } from '../../schema/own-reads.ts';
import { isRefusal, refuse } from '../../schema/refusals.ts';
import { LogList } from '../../schema/replies.ts';
import { ExamineeParams, NoBody, NoParams, NoQuery, RoomParams } from '../../schema/requests.ts';
import type { KnownIncident } from '../../store/incidents.ts';
import { listRoute, pageAmong } from '../list-route.ts';
import { aboutSelf, examineeOf, LIST, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { logView, proctorView } from '../views.ts';

export function ownRoutes(parts: ApiParts): Route[] {
  return [...examineesOwn(parts), ...proctorsOwn(parts)];
}

function examineesOwn(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    listRoute('ownIncidents', {
      path: '/examinees/:examineeId/incidents',
      tag: 'incidents',
      summary: 'What was decided of incidents of an examinee, to the examinee, once the own sheet has ended.',
      access: 'incident.own',
      params: ExamineeParams,
      schema: OwnIncidents,
      refusals: ['EXAMINEE_UNKNOWN'],
      target: aboutSelf,
      async read({ params: { examineeId }, query }) {
        const examinee = await examineeOf(parts, examineeId);
        if (isRefusal(examinee)) return examinee;
        const sheet = await store.sheets.get(examineeId);
        if (sheet === null || sheet.endedAt === 0) return [];
        const decided = (await store.incidents.ofExaminee(examinee.planId, examineeId)).filter(isDecided);
        return pageAmong(LISTS.ownIncidents.sorts, query, decided);
      },
      view: ownIncident,
    }),
    listRoute('ownLogs', {
      path: '/examinees/:examineeId/log',
      tag: 'logs',
      summary:
        'The own log of an examinee, in the order of time: entries, lost links, moves, what became of held answers.',
      access: 'log.own',
      params: ExamineeParams,
      schema: LogList,
      refusals: ['EXAMINEE_UNKNOWN'],
      target: aboutSelf,
      async read({ params: { examineeId: subject }, query }) {
        const examinee = await examineeOf(parts, subject);
        if (isRefusal(examinee)) return examinee;
        return store.logs.byPlan(examinee.planId, { ...query, subject, stream: 'examinee' });
      },
      view: logView,
    }),
  ];
}

function isDecided({ status }: KnownIncident): boolean {
  return status === 'unfounded' || status === 'confirmed';
}

function ownIncident({ _id: incidentId, kind, status: state, at, decidedAt }: KnownIncident) {
  return { incidentId, kind, state, at, decidedAt };
}

function proctorsOwn(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'get',
      path: '/me/presence',
      tag: 'proctors',
      summary: 'Where the proctor who asks is: assigned, present or away, by room.',
      access: 'presence.read',
      params: NoParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: PresenceReply },
      repeat: 'keyless',
      refusals: ['PROCTOR_UNKNOWN'],
      target: () => LIST,
      async handle({ subject }) {
        const proctor = await store.proctors.get(subject.subjectId);
        if (proctor === null) return refuse('PROCTOR_UNKNOWN');
        const { proctorId, status, rooms } = proctorView(proctor);
        return { proctorId, status, rooms };
      },
    }),
    listRoute('ownLogs', {
      path: '/me/log',
      tag: 'logs',
      summary: 'The own log of the proctor who asks, in the order of time.',
      access: 'log.own',
      params: NoParams,
      schema: LogList,
      refusals: [],
      target: () => LIST,
      read: async ({ subject, query }) =>
        subject.role === 'proctor'
          ? store.logs.byPlan(subject.planId, { ...query, subject: subject.subjectId })
          : refuse('PERMISSION_DENIED'),
      view: logView,
    }),
    listRoute('roomLogs', {
      path: '/rooms/:roomId/logs',
      tag: 'logs',
      summary: 'What happened in a room, in the order of time; of one kind or stream where it is named.',
      access: 'log.room',
      params: RoomParams,
      schema: LogList,
      refusals: ['ROOM_UNKNOWN'],
      async target({ params }) {
        const room = await roomOf(parts, params.roomId);
        return isRefusal(room) ? room : { of: 'room', planId: room.planId, roomId: room._id };
      },
      async read({ params, query }) {
        const room = await roomOf(parts, params.roomId);
        return isRefusal(room) ? room : store.logs.byPlan(room.planId, { ...query, roomId: room._id });
      },
      view: logView,
    }),
  ];
}
