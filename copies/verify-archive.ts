// Whether an archive is what was signed, without a server: the signature, length and hash of every file, nothing
// missing and nothing added; and whether what is in it agrees with itself: the audit chain, the receipts with the
// answers, the files of sheets and uploads with their rows. Must never call keys good that only the archive names
// without saying so.
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseAnswerId } from '../exam/answer-id.ts';
import { entryHash } from '../exam/audit-chain.ts';
import { checkReceipt, type GivenAnswer } from '../exam/signed-receipt.ts';
import { isSignedBy, keyIdOf } from '../exam/signed-root.ts';
import type { AuditDocument, HeadDocument } from '../schema/documents/audit.ts';
import type { AnswerDocument, FileDocument, SheetDocument } from '../schema/documents/sheet.ts';
import type { UploadDocument } from '../schema/documents/upload.ts';
import { type ReceiptKey, SignedReceipt } from '../schema/signed-receipt.ts';
import { type ArchiveManifest, archiveText, MANIFEST_NAME, readArchiveManifest } from './archive-manifest.ts';
import { measureFile } from './document-file.ts';

export type ArchiveBelief = {
  readonly keys?: readonly ReceiptKey[] | undefined;
  /** Ids of keys: a key is named by its own hash. */
  readonly pinned?: readonly string[] | undefined;
};

export type ArchiveCheck = {
  readonly manifest: ArchiveManifest;
  /** A sentence for each thing that is missing or different; empty where all is as it was signed. */
  readonly findings: readonly string[];
  readonly keys: 'given' | 'own';
};

type Say = (finding: string) => void;

/** Throws CopyError where the folder has no manifest that can be read. */
export async function verifyArchive(folder: string, belief: ArchiveBelief = {}): Promise<ArchiveCheck> {
  const manifest = await readArchiveManifest(folder);
  const findings: string[] = [];
  const say: Say = (finding) => void findings.push(finding);
  const believed = believedKeys(manifest, belief);
  checkSignature(manifest, believed, say);
  await checkFiles(folder, manifest, say);
  // What is not as it was signed says nothing more; the rest must fit together.
  if (findings.length === 0) {
    await checkChain(folder, manifest.planId, say);
    await checkReceipts(folder, manifest, believed, say);
    await checkNamedFiles(folder, manifest, say);
  }
  return { manifest, findings, keys: belief.keys === undefined && belief.pinned === undefined ? 'own' : 'given' };
}

/** A key counts under its own hash alone, and where something is believed only if it is among that. */
function believedKeys({ keys: own }: ArchiveManifest, { keys, pinned }: ArchiveBelief): ReceiptKey[] {
  const trusted = new Set([...(keys ?? []).map(({ keyId }) => keyId), ...(pinned ?? [])]);
  const isTrusted = (keyId: string) => (keys === undefined && pinned === undefined) || trusted.has(keyId);
  return [...(keys ?? []), ...own].filter((key) => isTrusted(key.keyId) && keyIdOf(key.publicKey) === key.keyId);
}

function checkSignature({ keys: _, signature, ...body }: ArchiveManifest, believed: ReceiptKey[], say: Say): void {
  const key = believed.find(({ keyId }) => keyId === signature.keyId);
  if (key === undefined)
    say(`${MANIFEST_NAME} is signed with the key ${signature.keyId}, which is not among those that are believed`);
  else if (!isSignedBy(key.publicKey, archiveText(body), signature.value))
    say(`${MANIFEST_NAME} was altered: its signature does not fit`);
}

async function checkFiles(folder: string, { files }: ArchiveManifest, say: Say): Promise<void> {
  const there = new Set(await pathsIn(folder));
  for (const { path, bytes, sha256 } of files) {
    if (!there.delete(path)) {
      say(`${path} is missing`);
      continue;
    }
    const found = await measureFile(join(folder, path));
    if (found.bytes !== bytes) say(`${path} has ${found.bytes} bytes in place of ${bytes}`);
    else if (found.sha256 !== sha256) say(`${path} has other content: its SHA-256 is another`);
  }
  there.delete(MANIFEST_NAME);
  for (const path of there) say(`${path} does not belong to the archive`);
}

async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Each entry has its own hash and that of the one before, without a gap; signed heads knew these entries. */
async function checkChain(folder: string, planId: string, say: Say): Promise<void> {
  let [sequence, hash] = [0, ''];
  const heads = new Map<number, string>();
  for await (const head of rowsOf<HeadDocument>(folder, 'heads')) heads.set(head.sequence, head.hash);
  for await (const entry of rowsOf<AuditDocument>(folder, 'audit')) {
    const isNext = entry.sequence === sequence + 1 && entry.previous === hash && entry.planId === planId;
    const known = heads.get(entry.sequence);
    if (!isNext || entryHash(entry) !== entry.hash || (known !== undefined && known !== entry.hash))
      return say(`the audit chain does not hold at its entry ${sequence + 1}`);
    [sequence, hash] = [entry.sequence, entry.hash];
  }
  const furthest = Math.max(0, ...heads.keys());
  if (furthest > sequence) say(`the audit chain ends at ${sequence}, and a signed head knew its entry ${furthest}`);
}

/** What each receipt shows is what the archive has as the answers that count. */
async function checkReceipts(
  folder: string,
  { planId, files }: ArchiveManifest,
  keys: readonly ReceiptKey[],
  say: Say,
): Promise<void> {
  const sheets = new Map<string, SheetDocument>();
  for await (const sheet of rowsOf<SheetDocument>(folder, 'sheets')) sheets.set(sheet._id, sheet);
  const counting = await answersThatCount(folder, sheets);
  const receipts = files.filter(({ path }) => path.startsWith('receipts/'));
  const seen = new Set<string>();
  for (const { path } of receipts) {
    const parsed = SignedReceipt.safeParse(JSON.parse(await readFile(join(folder, path), 'utf8')));
    if (!parsed.success || parsed.data.planId !== planId) {
      say(`${path} is not a signed receipt of this plan`);
      continue;
    }
    const receipt = parsed.data;
    seen.add(receipt.examineeId);
    const answers = counting.get(receipt.examineeId) ?? [];
    for (const { item, sentence } of checkReceipt(receipt, { keys, answers }).findings)
      say(`${path}: ${item === undefined ? '' : `item ${item}: `}${sentence}`);
  }
  for (const examineeId of sheets.keys()) if (!seen.has(examineeId)) say(`there is no receipt of ${examineeId}`);
}

async function answersThatCount(
  folder: string,
  sheets: ReadonlyMap<string, SheetDocument>,
): Promise<Map<string, GivenAnswer[]>> {
  const counting = new Map<string, GivenAnswer[]>();
  const wanted = new Map([...sheets].map(([id, { vector }]) => [id, new Map(vector ?? [])]));
  for await (const { _id, response } of rowsOf<AnswerDocument>(folder, 'answers')) {
    const { examineeId, item, revision } = parseAnswerId(_id);
    if (wanted.get(examineeId)?.get(item) !== revision) continue;
    const own = counting.get(examineeId) ?? [];
    own.push({ item, revision, response });
    counting.set(examineeId, own);
  }
  return counting;
}

/** Rows of sheets' files and of uploads know their hashes, too. */
async function checkNamedFiles(folder: string, { files }: ArchiveManifest, say: Say): Promise<void> {
  const hashes = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const compare = (path: string, sha256: string) => {
    if (hashes.get(path) !== sha256) say(`${path} is not the file that its row names`);
  };
  for await (const { subjectId, sha256 } of rowsOf<FileDocument>(folder, 'files'))
    compare(`sheets/${subjectId}.json`, sha256);
  for await (const { _id, state, sha256 } of rowsOf<UploadDocument>(folder, 'uploads'))
    if (state === 'ready') compare(`uploads/${_id}`, sha256);
}

async function* rowsOf<T>(folder: string, table: string): AsyncGenerator<T> {
  const input = createReadStream(join(folder, 'tables', `${table}.jsonl`));
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== '') yield JSON.parse(line) as T;
}
