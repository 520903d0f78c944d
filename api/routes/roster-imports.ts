// roster imports: people, rooms and seats that come as a CSV file. A check changes nothing; an import is all or nothing.
import type { RosterImportDocument } from '../../schema/documents/roster-import.ts';
import { isRefusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import {
  RosterBytes,
  RosterCheck,
  RosterImportList,
  RosterImportParams,
  RosterImportQuery,
  RosterImportView,
} from '../../schema/roster-imports.ts';
import { planList } from '../list-route.ts';
import { aboutPlan, draftOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import type { DetailedRefusal } from '../problems.ts';
import { type RosterFile, readRosterFile } from '../roster-file.ts';
import { importRoster, rosterInvalid } from '../roster-importing.ts';
import { planRoster } from '../roster-planning.ts';
import { type Route, route } from '../route.ts';
import { actorOf } from '../who-is-it.ts';

const JSON_REPLY = { type: 'application/json' } as const;

export function rosterImportRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'post',
      path: '/plans/:planId/roster-imports',
      tag: 'examinees',
      summary: 'Takes the people of a CSV file into a draft, with rooms and seats, all or none.',
      access: 'roster.write',
      params: PlanParams,
      query: RosterImportQuery,
      body: RosterBytes,
      takes: 'table',
      reply: { ...JSON_REPLY, status: 201, schema: RosterImportView },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'PLAN_NOT_DRAFT', 'ROSTER_INVALID', 'NAME_TAKEN', 'SEAT_TAKEN', 'ROOM_UNKNOWN'],
      target: aboutPlan,
      async handle({ subject, params: { planId }, query, body, seed }) {
        const file = await fileIn(parts, planId, body, query);
        if (isRefusal(file)) return file;
        const made = await importRoster(parts, { planId, file, query, seed, subject });
        if (isRefusal(made)) return made;
        const { actorId } = actorOf(subject);
        const data = { people: made.people, rooms: made.newRooms };
        parts.recorder.log({
          ...{ planId, stream: 'system', subject: actorId, kind: 'roster.imported', at: made.at, data },
        });
        return importView(made);
      },
    }),
    route({
      method: 'post',
      path: '/plans/:planId/roster-imports/check',
      tag: 'examinees',
      summary: 'What the import of a CSV file would come to: columns, rooms, and every error with row and column.',
      access: 'roster.write',
      params: PlanParams,
      query: RosterImportQuery,
      body: RosterBytes,
      takes: 'table',
      reply: { ...JSON_REPLY, status: 200, schema: RosterCheck },
      repeat: 'again',
      refusals: ['PLAN_UNKNOWN', 'PLAN_NOT_DRAFT', 'ROSTER_INVALID'],
      target: aboutPlan,
      async handle({ params: { planId }, query, body }) {
        const plan = await draftOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const file = await fileIn(parts, planId, body, query);
        return isRefusal(file) ? file : (await planRoster(store, planId, file, query)).check;
      },
    }),
    planList(parts, 'rosterImports', {
      path: '/plans/:planId/roster-imports',
      tag: 'examinees',
      summary: 'The imports of a plan: which are under way and how far, and what came of the others.',
      access: 'roster.write',
      schema: RosterImportList,
      read: (plan, { query }) => store.rosterImports.byPlan(plan._id, query),
      view: importView,
    }),
    route({
      method: 'get',
      path: '/plans/:planId/roster-imports/:importId',
      tag: 'examinees',
      summary: 'An import, and how far it is.',
      access: 'roster.write',
      params: RosterImportParams,
      query: NoQuery,
      body: NoBody,
      reply: { ...JSON_REPLY, status: 200, schema: RosterImportView },
      repeat: 'keyless',
      refusals: ['IMPORT_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId, importId } }) {
        const found = await store.rosterImports.get(importId);
        return found?.planId === planId ? importView(found) : refuse('IMPORT_UNKNOWN');
      },
    }),
  ];
}

/** Of a plan that is no draft that is said first, whatever the bytes are. */
async function fileIn(
  parts: ApiParts,
  planId: string,
  bytes: Uint8Array,
  query: RosterImportQuery,
): Promise<RosterFile | DetailedRefusal> {
  const file = await readRosterFile(bytes, query);
  if ('header' in file) return file;
  const plan = await draftOf(parts, planId);
  return isRefusal(plan) ? plan : rosterInvalid([file], 1);
}

function importView(document: RosterImportDocument): RosterImportView {
  const { _id: importId, planId, state, people, written, newRooms, by, at, endedAt } = document;
  return { importId, planId, state, people, written, newRooms, by, at, endedAt };
}
