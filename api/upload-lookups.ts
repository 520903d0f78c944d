// An upload as routes need it: whether there is one, what it is about, what is shown of it, and its entry in the audit chain.
// Called by routes/uploads.ts and routes/upload-content.ts.
import type { UploadDocument } from '../schema/documents/upload.ts';
import { newId } from '../schema/ids.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { UploadView } from '../schema/uploads.ts';
import type { Target } from './access.ts';
import { noteDecision } from './decisions.ts';
import { INSTALLATION } from './lookups.ts';
import type { ApiParts } from './parts.ts';
import type { Subject } from './who-is-it.ts';

/** UPLOAD_UNKNOWN where there is none, or none any more. */
export async function uploadOf(
  { store }: Pick<ApiParts, 'store'>,
  uploadId: string,
): Promise<UploadDocument | Refusal> {
  return (await store.uploads.get(uploadId)) ?? refuse('UPLOAD_UNKNOWN');
}

/** One that somebody brings. UPLOAD_UNKNOWN also for an export, whose bytes alone are like an upload's. */
export async function broughtOf(parts: Pick<ApiParts, 'store'>, uploadId: string): Promise<UploadDocument | Refusal> {
  const upload = await uploadOf(parts, uploadId);
  return isRefusal(upload) || upload.use !== 'export' ? upload : refuse('UPLOAD_UNKNOWN');
}

/** UPLOAD_UNFINISHED, UPLOAD_UNCHECKED or UPLOAD_REFUSED where it cannot be given out. */
export async function readyOf(parts: Pick<ApiParts, 'store'>, uploadId: string): Promise<UploadDocument | Refusal> {
  const upload = await uploadOf(parts, uploadId);
  if (isRefusal(upload) || upload.state === 'ready') return upload;
  if (upload.state === 'checking') return refuse('UPLOAD_UNCHECKED');
  if (upload.state === 'failed') return refuse('UPLOAD_UNKNOWN');
  return refuse(upload.state === 'refused' ? 'UPLOAD_REFUSED' : 'UPLOAD_UNFINISHED');
}

/** An answer's is about who brought it, evidence about its room, media and exports about the installation. */
export async function aboutUpload(parts: Pick<ApiParts, 'store'>, uploadId: string): Promise<Target | Refusal> {
  const upload = await uploadOf(parts, uploadId);
  if (isRefusal(upload)) return upload;
  const { planId, roomId, use, by } = upload;
  if (use === 'answer') return { of: 'examinee', examineeId: by };
  return roomId === undefined ? INSTALLATION : { of: 'room', planId, roomId };
}

/** For the audit chain: what happened to which bytes. */
export async function noteUpload(
  parts: ApiParts,
  kind: string,
  { _id, planId, sha256 }: UploadDocument,
  subject: Subject,
  at: number,
  more: { readonly reason?: string } = {},
): Promise<void> {
  const data = { sha256, ...more };
  await noteDecision(parts, { planId, source: `${kind}.${_id}`, kind, at, data }, subject, _id);
}

/** Who takes an export away is in the chain before its first byte, each time; of other files it is their own people. */
export async function noteTaking(parts: ApiParts, uploadId: string, subject: Subject, at: number): Promise<void> {
  const found = await parts.store.keptExports.get(uploadId);
  if (found?.order === undefined) return;
  const { planId, sha256, order } = found;
  const data = { what: order.what, format: order.format, sha256 };
  const source = `export.taken.${newId()}`;
  await noteDecision(parts, { planId, source, kind: 'export.taken', at, data }, subject, uploadId);
}

/** A link is a grant to whoever has it: each is an entry of its own, with when it ends. */
export async function noteLink(
  parts: ApiParts,
  { _id, planId, sha256 }: UploadDocument,
  subject: Subject,
  { at, expiresAt }: { readonly at: number; readonly expiresAt: number },
): Promise<void> {
  const source = `upload.linked.${_id}.${subject.subjectId}.${at}`;
  const data = { sha256, expiresAt };
  await noteDecision(parts, { planId, source, kind: 'upload.linked', at, data }, subject, _id);
}

/** What is shown of it. The response that names it is given out for a whole and checked file alone: rooms trust it. */
export function uploadView({ store }: Pick<ApiParts, 'store'>, upload: UploadDocument): UploadView {
  const { use } = upload;
  if (use === 'export') throw new Error('an export is no upload');
  const { _id: uploadId, planId, roomId, incidentId, item, name, bytes, sha256, offset, type, by, at } = upload;
  return {
    ...{ uploadId, planId, use, name, bytes, sha256, offset, type, by, at },
    ...(roomId === undefined ? {} : { roomId }),
    ...(incidentId === undefined ? {} : { incidentId }),
    ...(item === undefined ? {} : { item }),
    ...(item !== undefined && upload.state === 'ready'
      ? { response: store.answerFiles.responseOf({ planId, examineeId: by, item }, { uploadId, sha256 }) }
      : {}),
    state: shownState(upload),
  };
}

function shownState({ state }: UploadDocument): UploadView['state'] {
  return state === 'checking' || state === 'ready' || state === 'refused' ? state : 'uploading';
}
