// The sheets of a room as a tar: each file where it is what the store knows of it, the files that count as answers, and
// manifest.ndjson, which says what is there and what is not. One file is in memory. Called by the api and the workers.
import { createHash } from 'node:crypto';
import { ndjsonLine } from '../exam/export-text.ts';
import { tarEnd, tarHeader, tarPadding } from '../exam/tar.ts';
import { isRefusal, type RefusalCode } from '../schema/refusals.ts';
import { uploadBytes } from '../store/ciphered-blobs.ts';
import { type AnswerFile, answerFilesOf, extensionOf } from './answer-files.ts';
import type { ExportParts } from './parts.ts';
import { sheetFile } from './sheet-file.ts';

/** These people's sheets, in their order; `at` is the time of each entry, epoch ms; `noted` hears of each person. */
export async function* sheetArchive(
  parts: ExportParts,
  examineeIds: readonly string[],
  at: number,
  noted: () => void = () => {},
): AsyncGenerator<Buffer> {
  let manifest = '';
  for (const examineeId of examineeIds) {
    noted();
    const path = `sheets/${examineeId}.json`;
    const found = await sheetFile(parts, examineeId);
    if (isRefusal(found)) {
      manifest += ndjsonLine({ examineeId, path: null, sha256: null, bytes: 0, flaw: found.refused });
      continue;
    }
    yield* entry(path, found.bytes, at);
    const { sha256, bytes } = found.file;
    manifest += ndjsonLine({ examineeId, path, sha256, bytes, flaw: null });
    for (const file of await answerFilesOf(parts, examineeId))
      manifest += ndjsonLine(yield* answerFile(parts, file, at));
  }
  yield* entry('manifest.ndjson', Buffer.from(manifest), at);
  yield tarEnd();
}

/** The bytes go out as they are read; whether they are those that were brought is known at their end. */
async function* answerFile(parts: ExportParts, file: AnswerFile, at: number): AsyncGenerator<Buffer, object> {
  const { examineeId, item, sha256, upload } = file;
  const about = { examineeId, item, sha256, name: upload?.name ?? null };
  const [first] = upload?.pieces ?? [];
  if (upload === undefined || first === undefined || !(await parts.blobs.has(upload._id, first.name)))
    return { ...about, path: null, bytes: 0, flaw: 'FILE_UNKNOWN' satisfies RefusalCode };
  const path = `files/${examineeId}/${String(item).padStart(4, '0')}${extensionOf(upload.type)}`;
  yield tarHeader(path, upload.bytes, at);
  const hashed = createHash('sha256');
  const read = await uploadBytes(parts, upload);
  for await (const chunk of read({ start: 0, end: upload.bytes - 1 })) {
    hashed.update(chunk);
    yield Buffer.from(chunk);
  }
  yield tarPadding(upload.bytes);
  const flaw = hashed.digest('hex') === sha256 ? null : ('FILE_ALTERED' satisfies RefusalCode);
  return { ...about, path, bytes: upload.bytes, flaw };
}

function* entry(name: string, bytes: Buffer, at: number): Generator<Buffer> {
  yield tarHeader(name, bytes.length, at);
  if (bytes.length > 0) yield bytes;
  yield tarPadding(bytes.length);
}
