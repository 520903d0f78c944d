// Everything of a finished plan as files that people and programmes can read in ten years: what was asked, who sat
// where, each answer with its history, incidents, controls, results, the audit chain, a signed receipt a person. Signed
// as a whole. Changes nothing. Called by the command.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import type { FileDocument } from '../schema/documents/sheet.ts';
import type { UploadDocument } from '../schema/documents/upload.ts';
import { readCiphered } from '../store/ciphered-blobs.ts';
import type { Models } from '../store/models.ts';
import { signedReceipt } from '../store/signed-receipts.ts';
import { pathOfFile } from '../store/stored-file.ts';
import { VERSION } from '../version.ts';
import { writeArchived, writeTable } from './archive-file.ts';
import { type ArchivedFile, writeArchiveManifest } from './archive-manifest.ts';
import type { CopySystem } from './backup.ts';
import { CopyError } from './copy-error.ts';

/** Tables by the names of their files; each has the documents of the plan, without what lets somebody in. */
const TABLES = {
  plan: 'plans',
  rooms: 'rooms',
  examinees: 'examinees',
  proctors: 'proctors',
  sheets: 'sheets',
  answers: 'answers',
  heldAnswers: 'heldAnswers',
  imports: 'imports',
  controls: 'controls',
  controlReceipts: 'receipts',
  calls: 'calls',
  incidents: 'incidents',
  marks: 'marks',
  results: 'results',
  statistics: 'statistics',
  logs: 'logs',
  monitoring: 'monitoring',
  files: 'files',
  uploads: 'uploads',
  erasures: 'erasures',
  heads: 'heads',
} as const satisfies Record<string, keyof Models>;

const FINISHED = new Set(['ended', 'scored', 'archived']);
const PAGE = 500;

type Written = { readonly files: readonly ArchivedFile[]; readonly people: number };

/**
 * Writes the archive into a new or empty folder. Throws CopyError where the plan is unknown, not finished, or not
 * whole.
 */
export async function archivePlan(system: CopySystem, planId: string, folder: string): Promise<Written> {
  const { store } = system;
  const plan = await finishedPlan(system, planId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const there = await readdir(folder);
  if (there.length > 0)
    throw new CopyError('IN_THE_WAY', `${folder} is not empty (${there[0]} …): an archive needs a folder of its own.`);
  const madeAt = Math.floor(Date.now() + (await store.clock.offset()).offsetMs);
  const files: ArchivedFile[] = [];
  for (const [name, model] of Object.entries(TABLES))
    files.push(
      await writeTable(
        folder,
        `tables/${name}.jsonl`,
        store.copies.ofPlan(model, planId),
        model === 'examinees' ? 'people' : 'others',
      ),
    );
  files.push(await writeTable(folder, 'tables/roots.jsonl', store.copies.rootsOf(planId)));
  files.push(await writeTable(folder, 'tables/audit.jsonl', auditOf(system, planId)));
  files.push(await writeTable(folder, 'tables/auditTexts.jsonl', store.copies.ofPlan('auditTexts', planId)));
  files.push(...(await paperFiles(system, plan.paperId, folder)));
  const people = await receiptFiles(system, planId, folder, madeAt);
  files.push(...people, ...(await sheetFiles(system, planId, folder)), ...(await uploadFiles(system, planId, folder)));
  const { keyId, sign } = await store.receiptKeys.signer();
  const keys = await store.receiptKeys.all();
  const told = { by: VERSION, planId, name: plan.name, madeAt, files };
  await writeArchiveManifest(folder, told, { keys, keyId, sign });
  return { files, people: people.length };
}

async function finishedPlan({ store }: CopySystem, planId: string) {
  const plan = await store.plans.get(planId);
  if (plan === null) throw new CopyError('NOT_POSSIBLE', `there is no plan ${planId}.`);
  if (!FINISHED.has(plan.status))
    throw new CopyError('NOT_POSSIBLE', `the plan is ${plan.status}: only what has ended can be archived.`);
  const open = await store.rooms.unfinished([planId]);
  if (open.length > 0)
    throw new CopyError(
      'NOT_POSSIBLE',
      `${open.length} rooms are not settled yet: their last sheets are still written.`,
    );
  const waiting = (await store.audit.waiting(PAGE)).filter((one) => one.planId === planId);
  if (waiting.length > 0)
    throw new CopyError(
      'NOT_POSSIBLE',
      `the audit chain has ${waiting.length} entries of this plan to take up: wait some seconds, with workers running.`,
    );
  return plan;
}

async function* auditOf({ store }: CopySystem, planId: string) {
  for (let after = 0; ; ) {
    const page = await store.audit.byPlan(planId, after, PAGE);
    yield* page as unknown as Record<string, unknown>[];
    if (page.length < PAGE) return;
    after = page.at(-1)?.sequence ?? after;
  }
}

/** What was asked, opened, and every version of what was right. */
async function paperFiles({ store }: CopySystem, paperId: string, folder: string): Promise<ArchivedFile[]> {
  const paper = await store.papers.get(paperId);
  if (paper === null) throw new CopyError('NOT_POSSIBLE', `the plan's paper ${paperId} is not there.`);
  const keys = await store.keys.versions(paperId, { limit: PAGE, after: undefined } as never);
  return [
    await writeArchived(folder, 'paper.json', [`${JSON.stringify(paper, null, 2)}\n`]),
    await writeArchived(folder, 'keys.json', [`${JSON.stringify(keys, null, 2)}\n`]),
  ];
}

/** A signed receipt of each person. */
async function receiptFiles(
  { store }: CopySystem,
  planId: string,
  folder: string,
  madeAt: number,
): Promise<ArchivedFile[]> {
  const files: ArchivedFile[] = [];
  for await (const { _id } of store.copies.ofPlan('examinees', planId)) {
    const examineeId = String(_id);
    const receipt = await signedReceipt(store, { _id: examineeId, planId }, madeAt);
    files.push(await writeArchived(folder, `receipts/${examineeId}.json`, [`${JSON.stringify(receipt)}\n`]));
  }
  return files;
}

/**
 * The readable files of sheets. Throws CopyError where one is not on this machine, or is another than the store knows.
 */
async function sheetFiles({ store, dataDir }: CopySystem, planId: string, folder: string): Promise<ArchivedFile[]> {
  const files: ArchivedFile[] = [];
  for await (const row of store.copies.ofPlan('files', planId)) {
    const { path, subjectId, sha256 } = row as unknown as FileDocument;
    const bytes = await fileBytes(pathOfFile({ dataDir }, { path }));
    const written = await writeArchived(folder, `sheets/${subjectId}.json`, [bytes]);
    if (written.sha256 !== sha256)
      throw new CopyError('NOT_POSSIBLE', `the file ${path} in ${dataDir} is another than the one that was written.`);
    files.push(written);
  }
  return files;
}

async function fileBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const what = `the file ${path} cannot be read: with workers on several machines, collect their files first.`;
    throw new CopyError('NOT_POSSIBLE', what, cause);
  }
}

/** Uploads in clear. Those that were refused, or never came to their end, have a row alone. */
async function uploadFiles({ store, blobs }: CopySystem, planId: string, folder: string): Promise<ArchivedFile[]> {
  const files: ArchivedFile[] = [];
  for await (const row of store.copies.ofPlan('uploads', planId)) {
    const upload = row as unknown as UploadDocument;
    if (upload.state !== 'ready') continue;
    const { _id: id, pieces, bytes, sha256 } = upload;
    const file = { id, key: await store.uploads.keyOf(upload), pieces };
    const written = await writeArchived(
      folder,
      `uploads/${id}`,
      readCiphered(blobs, file, { start: 0, end: bytes - 1 }),
    );
    if (written.sha256 !== sha256)
      throw new CopyError(
        'NOT_POSSIBLE',
        `the upload ${id} in ${blobs.place} is another than the one that was brought.`,
      );
    files.push(written);
  }
  return files;
}
