// Makes a draft from a plan: set-up and policies, rooms, and the roster where it is asked for; everything has new ids, and
// people new codes. The paper is the same one, since papers never change. When it is, and all that has happened, stays
// behind. All of it or nothing: the plan's own row comes last, out of the import's document. Called by routes/plan-copies.ts.
import { planCopyFacts } from '../exam/audit-writes.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { RosterImportDocument } from '../schema/documents/roster-import.ts';
import { LISTS } from '../schema/lists.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { seatIn } from '../schema/seats.ts';
import { pagesOf } from '../store/listing.ts';
import { importUnderWay } from '../store/plans.ts';
import { derivedId } from './derived-id.ts';
import { allOrNothing, commitImport, givenUp, writePeople } from './import-writing.ts';
import { planOf } from './lookups.ts';
import { type NewExaminee, newRoom } from './new-rows.ts';
import type { ApiParts } from './parts.ts';
import type { DetailedRefusal } from './problems.ts';
import type { Subject } from './who-is-it.ts';

type Parts = Pick<ApiParts, 'store' | 'now' | 'log'>;
export type CopyWish = {
  readonly planId: string;
  readonly name: string;
  readonly roster: boolean;
  readonly seed: string;
  readonly subject: Subject;
};

const PAGE = 1_000;
const CHANGED_RETRY_MS = 1_000;

/** The copy. Refuses PLAN_UNKNOWN, and BUSY while a roster is written into the plan. */
export async function copyPlan(parts: Parts, wish: CopyWish): Promise<PlanDocument | DetailedRefusal> {
  const made = await allOrNothing(parts, {
    seed: wish.seed,
    async newDocument(importId) {
      const source = await planOf(parts, wish.planId);
      if (isRefusal(source)) return source;
      return source.importing === undefined ? newCopy(source, wish, importId, parts.now()) : importUnderWay();
    },
    write: (document, rowSeed) => write(parts, wish, document, rowSeed),
  });
  return isRefusal(made) ? made : planOf(parts, made.planId);
}

/** The plan's id follows from the import's, which a request that begins anew does not have twice. */
function newCopy(source: PlanDocument, wish: CopyWish, importId: string, now: number): RosterImportDocument {
  const { subjectId: by, role: byRole } = wish.subject;
  const plan = draftLike(source, derivedId(`${wish.seed}.${importId}.plan`), wish.name, now);
  const copy = { plan, facts: planCopyFacts(plan, source._id, { actorId: by, actorRole: byRole }) };
  const nothing = { state: 'writing', people: 0, written: 0, newRooms: 0, endedAt: 0 } as const;
  return { _id: importId, planId: plan._id, by, byRole, at: now, touchedAt: now, ...nothing, copy };
}

function draftLike(source: PlanDocument, _id: string, name: string, now: number): PlanDocument {
  const {
    exportKey: _key,
    plannedAt: _planned,
    scoring: _scoring,
    scoringBy: _by,
    released: _released,
    archivedAt: _archivedAt,
    eraseAt: _eraseAt,
    erasingAt: _erasingAt,
    erasedAt: _erasedAt,
    ...kept
  } = source;
  const fresh = { status: 'draft', windowEndsAt: 0, startsAt: 0, endedAt: 0, movedBy: 0, version: 1 } as const;
  return { ...kept, ...fresh, _id, name, createdAt: new Date(now) };
}

async function write(
  parts: Parts,
  { planId, roster }: CopyWish,
  document: RosterImportDocument,
  rowSeed: string,
): Promise<DetailedRefusal | undefined> {
  const { store } = parts;
  const importId = document._id;
  const sources = await store.rooms.byPlan(planId);
  const roomIds = new Map(sources.map(({ _id }, index) => [_id, derivedId(`${rowSeed}.room`, index)]));
  const rooms = sources.map(({ _id, label }) => ({
    ...newRoom(roomIds.get(_id) ?? '', document.planId, label),
    importId,
  }));
  const people = roster ? await peopleOf(parts, planId, roomIds, rowSeed) : [];
  if (isRefusal(people)) return people;
  await store.rosterImports.addRooms(document.planId, rooms);
  if (!(await writePeople(parts, document, people))) return givenUp();
  return commitImport(parts, { ...document, people: people.length, newRooms: rooms.length });
}

/** In the rooms of the copy. Refuses BUSY where somebody sits in a room that was made since the rooms were read. */
async function peopleOf(
  { store }: Parts,
  planId: string,
  roomIds: ReadonlyMap<string, string>,
  rowSeed: string,
): Promise<NewExaminee[] | Refusal> {
  const people: NewExaminee[] = [];
  for await (const page of pagesOf(LISTS.examinees.sorts, (at) => store.examinees.byPlan(planId, at), PAGE)) {
    for (const examinee of page) {
      const roomId = roomIds.get(examinee.roomId);
      if (roomId === undefined) return refuse('BUSY', 'The plan is being changed.', CHANGED_RETRY_MS);
      const { label, extraMs } = examinee;
      people.push({ examineeId: derivedId(rowSeed, people.length), label, extraMs, roomId, seat: seatIn(examinee) });
    }
  }
  return people;
}
