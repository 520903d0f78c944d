// Files of examinees that count as answers. Called by sheet-archive.ts.
import { FILE_TYPES, namedFile } from '../schema/answer-files.ts';
import type { UploadDocument } from '../schema/documents/upload.ts';
import type { ExportParts } from './parts.ts';

/** A file that counts as an answer; no upload where it is not there any more. */
export type AnswerFile = {
  readonly examineeId: string;
  readonly item: number;
  readonly sha256: string;
  readonly upload: UploadDocument | undefined;
};

/** The files that a sheet's vector names, in the order of items. */
export async function answerFilesOf({ store }: Pick<ExportParts, 'store'>, examineeId: string): Promise<AnswerFile[]> {
  const sheet = await store.sheets.get(examineeId);
  const plan = sheet === null ? null : await store.plans.get(sheet.planId);
  const paper = plan === null ? null : await store.papers.get(plan.paperId);
  const items = new Set(paper?.items.filter(({ kind }) => kind === 'file').map(({ number }) => number));
  if (sheet === null || items.size === 0) return [];
  const counting = (sheet.vector ?? []).filter(([item]) => items.has(item));
  const files: AnswerFile[] = [];
  for (const { item, response } of await store.answers.byVector(sheet.planId, examineeId, counting)) {
    const named = namedFile(response);
    if (named === undefined) continue;
    const upload = await store.uploads.get(named.uploadId);
    const isTheirs = upload?.by === examineeId && upload.state === 'ready';
    files.push({ examineeId, item, sha256: named.sha256, upload: isTheirs ? upload : undefined });
  }
  return files.sort((one, other) => one.item - other.item);
}

/** The first of those by which such a file is called. */
export function extensionOf(type: string): string {
  return Object.entries(FILE_TYPES).find(([known]) => known === type)?.[1][0] ?? '';
}
