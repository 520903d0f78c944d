// What is written under an import's document, all of it or nothing, whatever dies in between: the document is there first,
// rows count for nobody, one compare-and-set makes all of them count. Before it everything is taken back, after it only gone
// on with: here, or by the sweep. Called by roster-importing.ts and plan-copying.ts.
import type { RosterImportDocument } from '../schema/documents/roster-import.ts';
import { isRefusal, type Refusal, RefusalError, refuse } from '../schema/refusals.ts';
import { IMPORT_STALE_MS } from '../schema/roster-imports.ts';
import { importUnderWay } from '../store/plans.ts';
import { derivedId } from './derived-id.ts';
import { type NewExaminee, newExaminee } from './new-rows.ts';
import type { ApiParts } from './parts.ts';
import type { DetailedRefusal } from './problems.ts';

/** Whose import is taken back: the one that is being written here, or one that somebody has left. */
type Whose = 'own' | 'of another';
type Parts = Pick<ApiParts, 'store' | 'now' | 'log'>;

/** How often a request with one key begins anew after it was given up. */
const TRIES = 100;
const GIVEN_UP_MS = 1_000;
/** Rows of one write; after each the import says how far it is. */
const PEOPLE_A_STEP = 500;

/** `write` returns undefined when all is committed and finished. `rowSeed` is secret: the ids of the rows follow from it. */
export type Writing = {
  readonly seed: string;
  newDocument(importId: string): Promise<RosterImportDocument | Refusal>;
  write(document: RosterImportDocument, rowSeed: string): Promise<DetailedRefusal | undefined>;
};

/** The import as it is stored: committed by this request, or by an earlier run of it. */
export async function allOrNothing(
  parts: Parts,
  { seed, newDocument, write }: Writing,
): Promise<RosterImportDocument | DetailedRefusal> {
  const found = await earlierImport(parts, seed);
  if (isRefusal(found)) return found;
  if ('document' in found) return found.document;
  const document = await newDocument(found.importId);
  if (isRefusal(document)) return document;
  await parts.store.rosterImports.create(document);
  try {
    const refused = await write(document, found.rowSeed);
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

/** Writes people in steps. False: the import was given up meanwhile. */
export async function writePeople(
  { store, now }: Parts,
  { _id: importId, planId }: RosterImportDocument,
  people: readonly NewExaminee[],
): Promise<boolean> {
  for (let from = 0; from < people.length; from += PEOPLE_A_STEP) {
    const rows = people.slice(from, from + PEOPLE_A_STEP).map((one) => ({ ...newExaminee(planId, one), importId }));
    if (!(await store.rosterImports.addPeople(importId, rows, now()))) return false;
  }
  return true;
}

/** All of it counts from here on; undefined when nothing is left to do. */
export async function commitImport(
  { store, now }: Parts,
  document: RosterImportDocument,
): Promise<DetailedRefusal | undefined> {
  if (!(await store.rosterImports.commit(document, now()))) return givenUp();
  await store.rosterImports.finish(document, now());
  return undefined;
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

/** Nothing of it is left, unless it is committed. */
async function takeBack({ store, now }: Parts, document: RosterImportDocument, whose: Whose = 'own'): Promise<void> {
  const seen = { _id: document._id, touchedAt: whose === 'own' ? now() : document.touchedAt };
  await store.rosterImports.giveUp(seen, whose, now());
  const stored = await store.rosterImports.get(document._id);
  if (stored?.state === 'failed') await store.rosterImports.remove(document, now());
}

export function givenUp(): Refusal {
  return refuse('BUSY', 'Nobody worked on the import for a while, so it was given up.', GIVEN_UP_MS);
}
