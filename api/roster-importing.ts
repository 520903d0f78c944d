// Writes a roster that came as a file: the draft is taken, so that no other import comes in between, then everything is
// looked at once more, then rooms and people are written. All or nothing is import-writing.ts' business. Called by
// routes/roster-imports.ts.
import type { RosterImportDocument } from '../schema/documents/roster-import.ts';
import { isRefusal, refuse } from '../schema/refusals.ts';
import type { RosterError, RosterImportQuery } from '../schema/roster-imports.ts';
import { importUnderWay } from '../store/plans.ts';
import { derivedId } from './derived-id.ts';
import { allOrNothing, commitImport, givenUp, writePeople } from './import-writing.ts';
import { draftOf } from './lookups.ts';
import { newRoom } from './new-rows.ts';
import type { ApiParts } from './parts.ts';
import type { DetailedRefusal } from './problems.ts';
import type { RosterFile } from './roster-file.ts';
import { planRoster } from './roster-planning.ts';
import type { Subject } from './who-is-it.ts';

type Parts = Pick<ApiParts, 'store' | 'now' | 'log'>;

/** `seed` is secret and names the request: its repeat finds what the first has made. */
export type RosterRequest = {
  readonly planId: string;
  readonly file: RosterFile;
  readonly query: RosterImportQuery;
  readonly seed: string;
  readonly subject: Subject;
};

/** The import, committed. Refuses ROSTER_INVALID with every error, PLAN_NOT_DRAFT, BUSY while another import is under way, and what was taken meanwhile. */
export function importRoster(parts: Parts, request: RosterRequest): Promise<RosterImportDocument | DetailedRefusal> {
  return allOrNothing(parts, {
    seed: request.seed,
    async newDocument(importId) {
      const plan = await draftOf(parts, request.planId);
      return isRefusal(plan) ? plan : newImport(request, importId, parts.now());
    },
    write: (document, rowSeed) => write(parts, request, document, rowSeed),
  });
}

function newImport({ planId, file, subject }: RosterRequest, importId: string, now: number): RosterImportDocument {
  const { subjectId: by, role: byRole } = subject;
  const people = file.records.filter((cells) => cells.some((cell) => cell.trim() !== '')).length;
  const nothing = { state: 'writing', written: 0, newRooms: 0, endedAt: 0 } as const;
  return { _id: importId, planId, people, by, byRole, at: now, touchedAt: now, ...nothing };
}

/** Undefined: it is committed, and nothing is left to do. */
async function write(
  parts: Parts,
  { planId, file, query }: RosterRequest,
  document: RosterImportDocument,
  rowSeed: string,
): Promise<DetailedRefusal | undefined> {
  const { store } = parts;
  if (!(await store.plans.beginImport(planId, document._id))) {
    const plan = await draftOf(parts, planId);
    return isRefusal(plan) ? plan : importUnderWay();
  }
  // Looked at now, because nobody else writes a file into the draft from here on.
  const planned = await planRoster(store, planId, file, query);
  if (planned.check.errorCount > 0) return rosterInvalid(planned.check.errors, planned.check.errorCount);
  const roomIds = new Map(planned.known.map(({ label, roomId }) => [label, roomId]));
  const rooms = planned.newRooms.map((label, index) => ({
    ...newRoom(derivedId(`${rowSeed}.room`, index), planId, label),
    importId: document._id,
  }));
  for (const { _id, label } of rooms) roomIds.set(label, _id);
  await store.rosterImports.addRooms(planId, rooms);
  const people = planned.placed.map(({ person: { label, extraMs }, room, seat }, index) => {
    return { examineeId: derivedId(rowSeed, index), label, extraMs, seat, roomId: roomIds.get(room) ?? '' };
  });
  if (!(await writePeople(parts, document, people))) return givenUp();
  // A room that was removed meanwhile looked for its people before these were there.
  const there = new Set(await store.rooms.idsOf(planId));
  const lost = planned.placed.find(({ room }) => !there.has(roomIds.get(room) ?? ''));
  if (lost !== undefined) return refuse('ROOM_UNKNOWN', `The plan has no room ${lost.room} any more.`);
  return commitImport(parts, { ...document, people: people.length, newRooms: rooms.length });
}

/** The errors of a roster as a problem shows them. */
export function rosterInvalid(errors: readonly RosterError[], errorCount: number): DetailedRefusal {
  const shown = errors.map(({ row, column, message, allowed }) => ({
    path: column === '' ? `row ${row}` : `row ${row}, ${column}`,
    message: `${message} Allowed: ${allowed}.`,
  }));
  return {
    ...refuse('ROSTER_INVALID', errorCount === 1 ? 'There is an error.' : `There are ${errorCount} errors.`),
    errors: shown,
  };
}
