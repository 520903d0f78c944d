// Makes the exports that were ordered: reads them page by page and puts their bytes beside the uploads, enciphered, piece by
// piece. An order is one process's for as long as that says so; where it says nothing it is dead, and another makes the export
// from its beginning. Must never let a part of one be read. Called by main.ts.
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { orderedExport } from '../exports/ordered.ts';
import type { ExportParts } from '../exports/parts.ts';
import type { ExportOrder, UploadDocument } from '../schema/documents/upload.ts';
import { newId } from '../schema/ids.ts';
import { isRefusal, type RefusalCode } from '../schema/refusals.ts';
import { newPieceName } from '../store/blobs.ts';
import { putCiphered } from '../store/ciphered-blobs.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure } from './faults.ts';
import { pause, type Sweep, startSweep } from './sweep.ts';

const LOOK_EVERY_MS = 500;
/** A process that has said nothing for so long is dead. */
const LEASE_MS = 30_000;
const BEATS_A_LEASE = 6;
/** After an error it waits so long. */
const AGAIN_MS = 10_000;
/** Something that ends whoever makes it, or that never comes to its end, is given up. */
const MOST_ATTEMPTS = 10;
const PIECE_BYTES = 4 * 1024 * 1024;

export type ExportMakingOptions = Omit<ExportParts, 'store'> & {
  readonly store: ExportParts['store'] & Pick<Store, 'keptExports'>;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** Other lengths are for tests. */
  readonly everyMs?: number;
  readonly leaseMs?: number;
  readonly againMs?: number;
  readonly pieceBytes?: number;
};

/** How far one making is. `isLost`: it is another's by now, or was removed. */
type Making = { readonly row: UploadDocument; readonly key: Uint8Array; offset: number; rows: number; isLost: boolean };

/** Starts looking for orders; the first turn begins at once. */
export function startExportMaking(options: ExportMakingOptions): Sweep {
  const { store, blobs, log, now, everyMs = LOOK_EVERY_MS, againMs = AGAIN_MS } = options;
  const { leaseMs = LEASE_MS, pieceBytes = PIECE_BYTES } = options;

  async function makeAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const row = await store.keptExports.take(now(), now() + leaseMs);
      if (row === null) return;
      await make(row, signal);
    }
  }

  async function make(row: UploadDocument, signal: AbortSignal): Promise<void> {
    const about = { exportId: row._id, planId: row.planId, attempt: row.attempt };
    try {
      if (row.attempt - (row.excused ?? 0) > MOST_ATTEMPTS) return await giveUp(row, 'INTERNAL');
      const flaw = await attempt(row, signal);
      if (flaw !== undefined) await giveUp(row, flaw);
    } catch (error) {
      const isAway = isInfrastructure(error);
      await store.keptExports.later(row, now() + againMs, isAway);
      log[isAway ? 'debug' : 'error']({ err: error, ...about }, 'export not made, trying again');
    }
  }

  /** Why it cannot be made, if it cannot. */
  async function attempt(row: UploadDocument, signal: AbortSignal): Promise<RefusalCode | undefined> {
    const { _id, planId, order, at } = row;
    if (order === undefined) return 'INTERNAL';
    await blobs.remove(_id); // what a dead process has left
    const making: Making = { row, key: await store.uploads.keyOf(row), offset: 0, rows: 0, isLost: false };
    const noted = () => void making.rows++;
    const bytes = await orderedExport(options, planId, order, { at, noted });
    if (isRefusal(bytes)) return bytes.refused;
    const end = new AbortController();
    const beating = beat(making, end.signal);
    try {
      return await write(making, order, bytes, signal);
    } finally {
      end.abort();
      await beating;
    }
  }

  async function write(
    making: Making,
    { quotaBytes }: ExportOrder,
    bytes: AsyncGenerator<string | Buffer>,
    signal: AbortSignal,
  ): Promise<RefusalCode | undefined> {
    const { row } = making;
    const hash = createHash('sha256');
    for await (const piece of inPieces(bytes, pieceBytes)) {
      if (signal.aborted) return void (await store.keptExports.later(row, now(), true));
      hash.update(piece);
      if (making.isLost || !(await put(making, piece))) return undefined;
      if ((await store.keptExports.bytesOf(row.planId)) > quotaBytes) return 'FILE_QUOTA';
    }
    const whole = { sha256: hash.digest('hex'), rows: making.rows, madeAt: now() };
    await note(row, whole.sha256, making.offset);
    if (await store.keptExports.made({ ...row, offset: making.offset }, whole))
      log.debug({ exportId: row._id, bytes: making.offset }, 'export made');
    return undefined;
  }

  async function put(making: Making, bytes: Uint8Array): Promise<boolean> {
    const { row, key, offset } = making;
    const piece = { name: newPieceName(offset), bytes: bytes.length };
    await putCiphered(blobs, { id: row._id, key }, { name: piece.name, offset }, bytes);
    const added = await store.keptExports.add({ ...row, offset }, piece, now() + leaseMs);
    if (added) making.offset += bytes.length;
    else await blobs.remove(row._id, piece.name);
    return added;
  }

  /** Says that it is in hand, also while nothing is written for long. */
  async function beat(making: Making, end: AbortSignal): Promise<void> {
    for (;;) {
      await pause(leaseMs / BEATS_A_LEASE, end);
      if (end.aborted) return;
      try {
        making.isLost ||= !(await store.keptExports.hold(making.row, making.rows, now() + leaseMs));
      } catch (error) {
        log.debug({ err: error, exportId: making.row._id }, 'could not say that an export is in hand');
      }
    }
  }

  async function giveUp(row: UploadDocument, flaw: RefusalCode): Promise<void> {
    log.warn({ exportId: row._id, planId: row.planId, flaw }, 'export given up');
    await store.keptExports.fail(row, flaw);
    await blobs.remove(row._id);
  }

  /** Durable before anybody can read it. */
  async function note({ _id, planId, attempt }: UploadDocument, sha256: string, bytes: number): Promise<void> {
    const decision = { source: `export.made.${_id}.${attempt}`, actorId: '', actorRole: 'system' as const };
    const about = { planId, stream: 'system' as const, subject: _id, kind: 'export.made', at: now() };
    await store.logs.insert([{ logId: newId(), ...about, data: { sha256, bytes }, decision }]);
  }

  return startSweep('exports', everyMs, makeAll, log);
}

/** The same bytes, each piece large enough to be worth a write. */
async function* inPieces(chunks: AsyncGenerator<string | Buffer>, pieceBytes: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    held.push(bytes);
    length += bytes.length;
    if (length < pieceBytes) continue;
    yield Buffer.concat(held);
    held = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(held);
}
