// An outbox storage in one file, for programmes in Node. Changes are appended as lines of JSON before `write` returns, so
// that a kill of the process loses none; a line cut off by it is ignored. Never opened by two programmes at once.
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { createOutboxFold, type OutboxChange, type OutboxFold, type OutboxStorage } from './outbox-storage.ts';

/** The file is rewritten when it has grown by this much beyond its last rewriting, in bytes. */
const REWRITE_BYTES = 1024 * 1024;

type Opened = { readonly file: number; readonly fold: OutboxFold; bytes: number; rewrittenBytes: number };

/** A storage in the file at this path; its folder is made where it is missing. Throws what the file system throws. */
export function fileOutbox(path: string): OutboxStorage {
  let opened: Opened | undefined;
  const close = () => {
    if (opened !== undefined) closeSync(opened.file);
    opened = undefined;
  };
  return {
    async load() {
      close();
      mkdirSync(dirname(path), { recursive: true });
      const fold = readFold(path);
      opened = rewrite(path, fold);
      return fold.stored();
    },
    write(changes) {
      if (opened === undefined) throw new Error('the outbox file is not loaded');
      append(opened, changes);
      opened.fold.apply(changes);
      if (opened.bytes < opened.rewrittenBytes * 2 + REWRITE_BYTES) return;
      const { fold } = opened;
      close();
      opened = rewrite(path, fold);
    },
    close: async () => close(),
  };
}

/** All of the line or nothing: a part that was written before an error is cut off again. */
function append(opened: Opened, changes: readonly OutboxChange[]): void {
  const line = Buffer.from(`${JSON.stringify(changes)}\n`);
  try {
    for (let written = 0; written < line.length; ) written += writeSync(opened.file, line, written);
  } catch (cause) {
    ftruncateSync(opened.file, opened.bytes);
    throw cause;
  }
  opened.bytes += line.length;
}

/** Folds every whole line. Lines that cannot be read are passed over, and a copy of the file is kept beside it. */
function readFold(path: string): OutboxFold {
  const fold = createOutboxFold();
  const lines = readText(path).split('\n').slice(0, -1).map(readLine);
  for (const changes of lines) fold.apply(changes ?? []);
  if (lines.includes(undefined)) copyFileSync(path, `${path}.damaged`);
  return fold;
}

function readLine(line: string): OutboxChange[] | undefined {
  try {
    return JSON.parse(line);
  } catch {
    // A disk's damage: the caller keeps the file, and the other lines still count.
    return undefined;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw cause;
  }
}

/** Writes everything anew beside the file and puts it in its place, so that a kill leaves the old or the new one. */
function rewrite(path: string, fold: OutboxFold): Opened {
  const { entryId, sessions, entries } = fold.stored();
  const changes: OutboxChange[] = [
    ...sessions.map((session): OutboxChange => ({ kind: 'session', session })),
    ...entries.map((entry): OutboxChange => ({ kind: 'put', entry })),
    ...(entryId === undefined ? [] : [{ kind: 'entering', entryId } as const]),
  ];
  const text = `${JSON.stringify(changes)}\n`;
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  const bytes = Buffer.byteLength(text);
  return { file: openSync(path, 'a', 0o600), fold, bytes, rewrittenBytes: bytes };
}
