// Writes the readable file of each ended sheet: whole or not at all, synced to disk before the store says that it is there.
// What asks for a file may be lost: a sweep finds every ended sheet without one. Never in the way of answers: files are
// written beside the queue, two at once. Called by main.ts.
import { hash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import { newId } from '../schema/ids.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure } from './faults.ts';
import { sheetPath, sheetRecord } from './sheet-record.ts';
import { pause, startSweep } from './sweep.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

type FileStores = Pick<Store, 'sheets' | 'answers' | 'plans' | 'papers' | 'rooms' | 'examinees' | 'files'>;

export type SheetFiles = {
  /** This sheet has ended; its file is written soon. */
  ask(examineeId: string): void;
  /** Waits for the files under way. Twice is fine. */
  stop(): Promise<void>;
};

export type SheetFilesOptions = {
  readonly store: FileStores;
  readonly dataDir: string;
  readonly log: Logger;
  readonly metrics: Pick<WorkerMetrics, 'sheetFileFailed'>;
  /** How often ended sheets without a file are looked for; another length is for tests. */
  readonly sweepEveryMs?: number;
};

const SWEEP_EVERY_MS = 10_000;
const SWEPT_AT_ONCE = 1_000;
const WRITERS = 2;
const LOOK_EVERY_MS = 50;
/** A sheet whose file cannot be written is left alone this long. */
const REST_MS = 60_000;

/** Starts the writers and the sweep. */
export function createSheetFiles({
  store,
  dataDir,
  log,
  metrics,
  sweepEveryMs = SWEEP_EVERY_MS,
}: SheetFilesOptions): SheetFiles {
  const asked = new Set<string>();
  const resting = new Map<string, number>();
  const names = createNames(store);
  const sweep = startSweep('sheets without a file', sweepEveryMs, findUnfiled, log);
  const writers = Array.from({ length: WRITERS }, () => startSweep('sheet files', LOOK_EVERY_MS, writeAsked, log));

  async function findUnfiled(): Promise<void> {
    const now = performance.now();
    for (const [examineeId, until] of resting) if (until <= now) resting.delete(examineeId);
    for (const { _id } of await store.sheets.unfiled(SWEPT_AT_ONCE + resting.size))
      if (!resting.has(_id)) asked.add(_id);
  }

  async function writeAsked(signal: AbortSignal): Promise<void> {
    for (const examineeId of asked) {
      if (signal.aborted) return;
      asked.delete(examineeId);
      await write(examineeId, signal);
    }
  }

  async function write(examineeId: string, signal: AbortSignal): Promise<void> {
    try {
      const sheet = await store.sheets.get(examineeId);
      if (sheet !== null && sheet.endedAt > 0 && sheet.filedAt === 0)
        await writeSheetFile(store, names, dataDir, sheet);
    } catch (error) {
      if (isInfrastructure(error)) return pause(LOOK_EVERY_MS * 10, signal); // the sweep finds it again
      resting.set(examineeId, performance.now() + REST_MS);
      metrics.sheetFileFailed();
      log.error({ err: error, examineeId }, 'sheet file not written');
    }
  }

  return {
    ask: (examineeId) => void asked.add(examineeId),
    async stop() {
      await Promise.all([sweep.stop(), ...writers.map((writer) => writer.stop())]);
    },
  };
}

type Names = ReturnType<typeof createNames>;
const NAMES = 1_000;

/** Plan with its paper, and rooms, as they are asked for sheet after sheet. */
function createNames(store: FileStores) {
  return {
    plan: remembered(async (planId) => {
      const plan = await store.plans.get(planId);
      const paper = plan && (await store.papers.get(plan.paperId));
      return plan && paper ? { plan, paper } : null;
    }),
    room: remembered((roomId) => store.rooms.get(roomId)),
  };
}

/** The same with what was found before; what was not found is asked for again. */
function remembered<T>(read: (id: string) => Promise<T | null>): (id: string) => Promise<T> {
  const found = new Map<string, T>();
  return async (id) => {
    const known = found.get(id) ?? (await read(id));
    if (known === null || known === undefined) throw new Error('a sheet without its plan, paper or room');
    if (found.size >= NAMES) found.clear();
    found.set(id, known);
    return known;
  };
}

async function writeSheetFile(store: FileStores, names: Names, dataDir: string, sheet: SheetDocument): Promise<void> {
  const { _id, planId, roomId } = sheet;
  const path = sheetPath(sheet);
  const [{ plan, paper }, room, examinee, answers] = await Promise.all([
    names.plan(planId),
    names.room(roomId),
    store.examinees.get(_id),
    store.answers.byVector(planId, _id, sheet.vector ?? []),
  ]);
  if (examinee === null) throw new Error('a sheet without its examinee');
  const bytes = Buffer.from(sheetRecord({ sheet, plan, paper, room, examinee, answers }));
  await writeWhole(join(dataDir, path), bytes);
  const sha256 = hash('sha256', bytes, 'hex');
  const row = { planId, kind: 'sheet', subjectId: _id, path, sha256, bytes: bytes.length, at: new Date() } as const;
  await store.files.put({ _id: `sheet.${_id}`, ...row });
  // As it had ended by then: one that was amended, or reopened and has ended again since, needs another file.
  await store.sheets.filed(_id, sheet.endedAt, sheet.receipt);
}

/** The file appears whole, with its content and its name on disk, or not at all. Throws as node:fs does. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${newId()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
