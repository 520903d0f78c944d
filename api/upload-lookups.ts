// An upload as routes need it: whether there is one, what it is about, what is shown of it, and its entry in the audit chain.
// Called by routes/uploads.ts and routes/upload-content.ts.
import type { UploadDocument } from '../schema/documents/upload.ts';
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

/** UPLOAD_UNFINISHED, UPLOAD_UNCHECKED or UPLOAD_REFUSED where it cannot be given out. */
export async function readyOf(parts: Pick<ApiParts, 'store'>, uploadId: string): Promise<UploadDocument | Refusal> {
  const upload = await uploadOf(parts, uploadId);
  if (isRefusal(upload) || upload.state === 'ready') return upload;
  if (upload.state === 'checking') return refuse('UPLOAD_UNCHECKED');
  return refuse(upload.state === 'refused' ? 'UPLOAD_REFUSED' : 'UPLOAD_UNFINISHED');
}

/** An answer's is about who brought it, evidence about its room, media about the installation. */
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
  const { _id: uploadId, planId, use, roomId, incidentId, item, name, bytes, sha256, offset, type, by, at } = upload;
  return {
    ...{ uploadId, planId, use, name, bytes, sha256, offset, type, by, at },
    ...(roomId === undefined ? {} : { roomId }),
    ...(incidentId === undefined ? {} : { incidentId }),
    ...(item === undefined ? {} : { item }),
    ...(item !== undefined && upload.state === 'ready'
      ? { response: store.answerFiles.responseOf({ planId, examineeId: by, item }, { uploadId, sha256 }) }
      : {}),
    state: upload.state === 'removed' ? 'uploading' : upload.state,
  };
}
