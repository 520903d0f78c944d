// Writes a roster that came as a file: all of it or nothing, whatever dies in between. Its document is there first, then
// the draft is taken, then rows that count for nobody; one compare-and-set makes all of them count. Before it everything is
// taken back, after it only gone on with: here, or by the sweep. Called by routes/roster-imports.ts.
import type { RosterImportDocument } from '../schema/documents/roster-import.ts';
import { isRefusal, type Refusal, RefusalError, refuse } from '../schema/refusals.ts';
import { IMPORT_STALE_MS, type RosterError, type RosterImportQuery } from '../schema/roster-imports.ts';
import { importUnderWay } from '../store/plans.ts';
import { derivedId } from './derived-id.ts';
import { draftOf } from './lookups.ts';
import { newExaminee, newRoom } from './new-rows.ts';
import type { ApiParts } from './parts.ts';
import type { DetailedRefusal } from './problems.ts';
import type { RosterFile } from './roster-file.ts';
import { planRoster } from './roster-planning.ts';
import type { Subject } from './who-is-it.ts';

/** Whose import is taken back: the one that is being written here, or one that somebody has left. */
type Whose = 'own' | 'of another';
type Parts = Pick<ApiParts, 'store' | 'now' | 'log'>;

/** Rows of one write; after each the import says how far it is. */
const PEOPLE_A_STEP = 500;
/** How often a request with one key begins anew after it was given up. */
const TRIES = 100;
const GIVEN_UP_MS = 1_000;

/** `seed` is secret and names the request: its repeat finds what the first has made. */
export type RosterRequest = {
  readonly planId: string;
  readonly file: RosterFile;
  readonly query: RosterImportQuery;
  readonly seed: string;
  readonly subject: Subject;
};

/** The import, committed. Refuses ROSTER_INVALID with every error, PLAN_NOT_DRAFT, BUSY while another import is under way, and what was taken meanwhile. */
export async function importRoster(
  parts: Parts,
  request: RosterRequest,
): Promise<RosterImportDocument | DetailedRefusal> {
  const found = await earlierImport(parts, request.seed);
  if (isRefusal(found)) return found;
  if ('document' in found) return found.document;
  const plan = await draftOf(parts, request.planId);
  if (isRefusal(plan)) return plan;
  const document = newImport(request, found.importId, parts.now());
  await parts.store.rosterImports.create(document);
  try {
    const refused = await write(parts, request, document, found.rowSeed);
    if (refused === undefined) return (await parts.store.rosterImports.get(document._id)) ?? document;
    await takeBack(parts, document);
    return refused;
  } catch (error) {
    // Where even this fails, the sweep does it; and where it was committed after all, it is not taken back.
    await takeBack(parts, document).catch((err: unknown) => parts.log.warn({ err }, 'an import is left to the sweep'));
    if (error instanceof RefusalError) return error.refusal;
    throw error;
  }
}

/** What an earlier run of the same request has come to, or the ids of the next. One that was committed is gone on with. */
async function earlierImport(
  parts: Parts,
  seed: string,
): Promise<{ document: RosterImportDocument } | { importId: string; rowSeed: string } | Refusal> {
  const { rosterImports } = parts.store;
  for (let turn = 0; turn < TRIES; turn++) {
    const importId = derivedId(`${seed}.import`, turn);
    const document = await rosterImports.get(importId);
    if (document === null) return { importId, rowSeed: `${seed}.${turn}` };
    if (document.state === 'committed') {
      if (document.endedAt === 0) await rosterImports.finish(document, parts.now());
      return { document };
    }
    const isLeft = document.state === 'failed' || document.touchedAt < parts.now() - IMPORT_STALE_MS;
    if (!isLeft) return importUnderWay();
    await takeBack(parts, document, 'of another');
  }
  return refuse('BUSY', 'It was given up too often; send it under another key.', GIVEN_UP_MS);
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
  const { store, now } = parts;
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
  for (let from = 0; from < planned.placed.length; from += PEOPLE_A_STEP) {
    const people = planned.placed.slice(from, from + PEOPLE_A_STEP).map(({ person, room, seat }, index) => ({
      ...newExaminee(planId, {
        ...{ examineeId: derivedId(rowSeed, from + index), label: person.label, extraMs: person.extraMs, seat },
        roomId: roomIds.get(room) ?? '',
      }),
      importId: document._id,
    }));
    if (!(await store.rosterImports.addPeople(document._id, people, now()))) return givenUp();
  }
  // A room that was removed meanwhile looked for its people before these were there.
  const there = new Set(await store.rooms.idsOf(planId));
  const lost = planned.placed.find(({ room }) => !there.has(roomIds.get(room) ?? ''));
  if (lost !== undefined) return refuse('ROOM_UNKNOWN', `The plan has no room ${lost.room} any more.`);
  const whole = { ...document, people: planned.placed.length, newRooms: rooms.length };
  if (!(await store.rosterImports.commit(whole, now()))) return givenUp();
  await store.rosterImports.finish(document, now());
  return undefined;
}

/** Nothing of it is left, unless it is committed. */
async function takeBack({ store, now }: Parts, document: RosterImportDocument, whose: Whose = 'own'): Promise<void> {
  const seen = { _id: document._id, touchedAt: whose === 'own' ? now() : document.touchedAt };
  await store.rosterImports.giveUp(seen, whose, now());
  const stored = await store.rosterImports.get(document._id);
  if (stored?.state === 'failed') await store.rosterImports.remove(document, now());
}

function givenUp(): Refusal {
  return refuse('BUSY', 'Nobody worked on the import for a while, so it was given up.', GIVEN_UP_MS);
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
