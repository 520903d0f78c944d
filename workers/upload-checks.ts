// Has each upload looked through before anybody gets it. Where the command cannot, the file waits and is tried again; where
// something is found, that goes into the audit chain and becomes an incident of its room, the key goes, and then the bytes.
// Any number of processes may do it at once: a row is one's for as long as the command may take. Called by main.ts.
import type { Logger } from 'pino';
import type { UploadDocument } from '../schema/documents/upload.ts';
import { newId } from '../schema/ids.ts';
import type { IncidentReport } from '../schema/incidents.ts';
import type { BlobStore } from '../store/blobs.ts';
import { readCiphered } from '../store/ciphered-blobs.ts';
import type { Store } from '../store/open-store.ts';
import { type Sweep, startSweep } from './sweep.ts';
import { type Looked, lookThrough, type VirusHook } from './virus-hook.ts';

const LOOK_EVERY_MS = 500;
/** One that could not be looked through waits so long. */
const AGAIN_MS = 30_000;
/** Beyond the command's time, for the bytes to come. */
const MARGIN_MS = 60_000;
const FOUND_SEVERITY = 0.7;

export type UploadChecksOptions = {
  readonly store: Pick<Store, 'uploads' | 'logs'>;
  readonly blobs: BlobStore;
  readonly hook: VirusHook;
  readonly log: Logger;
  /** Must be durable when it resolves; the same id again is one. */
  raise(report: IncidentReport): Promise<void>;
  /** The store's time, epoch ms. */
  now(): number;
  /** Other lengths are for tests. */
  readonly everyMs?: number;
  readonly againMs?: number;
};

/** Starts looking; the first turn begins at once. */
export function startUploadChecks({
  store,
  blobs,
  hook,
  log,
  raise,
  now,
  everyMs = LOOK_EVERY_MS,
  againMs = AGAIN_MS,
}: UploadChecksOptions): Sweep {
  async function checkAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const upload = await store.uploads.toCheck(now(), now() + hook.limitMs + MARGIN_MS);
      if (upload === null) return;
      await check(upload, signal);
    }
  }

  async function check(upload: UploadDocument, signal: AbortSignal): Promise<void> {
    const { _id: uploadId, bytes } = upload;
    let looked: Looked;
    try {
      const file = { id: uploadId, key: await store.uploads.keyOf(upload), pieces: upload.pieces };
      looked = await lookThrough(hook, readCiphered(blobs, file, { start: 0, end: bytes - 1 }), signal);
    } catch (error) {
      await store.uploads.checkLater(uploadId, now() + againMs);
      throw error;
    }
    const { verdict, why } = looked;
    if (verdict === 'failed') {
      await store.uploads.checkLater(uploadId, signal.aborted ? now() : now() + againMs);
      if (!signal.aborted) log.error({ uploadId, why }, 'upload not looked through');
      return;
    }
    if (verdict === 'found') {
      await note(upload);
      await raiseFor(upload);
    }
    await store.uploads.checked(uploadId, verdict);
    if (verdict === 'found') await blobs.remove(uploadId);
  }

  /** Durable before anything goes; the same again is one entry of the chain. */
  async function note({ _id, planId, sha256, by, roomId = '' }: UploadDocument): Promise<void> {
    log.warn({ uploadId: _id, planId }, 'something harmful was found in an upload');
    const decision = { source: `upload.refused.${_id}`, actorId: '', actorRole: 'system' as const };
    const about = { planId, stream: 'system' as const, subject: _id, kind: 'upload.refused', at: now() };
    await store.logs.insert([{ logId: newId(), ...about, data: { sha256, by, roomId }, decision }]);
  }

  /** What is of no room is the office's own file: the chain and the log have it. */
  async function raiseFor(upload: UploadDocument): Promise<void> {
    if (upload.roomId !== undefined) await raise(incidentOf(upload, upload.roomId, now()));
  }

  return startSweep('upload checks', everyMs, checkAll, log);
}

/** Of its room, and of the examinee whose answer it should be. Who brought it need not know what was in it. */
function incidentOf({ _id: uploadId, planId, use, by }: UploadDocument, roomId: string, at: number): IncidentReport {
  return {
    ...{ reportId: uploadId, planId, roomId, examineeId: use === 'answer' ? by : '', at, count: 1 },
    ...{ kind: 'other', source: 'rule', severity: FOUND_SEVERITY, actorId: '' },
    note: 'Something harmful was found in an uploaded file, which is gone.',
    data: { uploadId, use, by },
  };
}
