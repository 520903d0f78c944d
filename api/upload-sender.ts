// How the bytes of an upload go out: deciphered, whole or in ranges, always as an attachment, whatever they are: nothing of it
// runs in a page of ours. Must not decide who may have them. Called by routes/upload-content.ts and routes/marks.ts.
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { uploadBytes } from '../store/ciphered-blobs.ts';
import type { ApiParts } from './parts.ts';
import { rangedFile } from './ranged.ts';
import type { Sender } from './route.ts';
import { readyOf } from './upload-lookups.ts';

export const BYTES_REPLY = { status: 200, type: '*/*', schema: null } as const;
/** What a route that sends one may answer instead. */
export const SENDING_REFUSALS = [
  'UPLOAD_UNKNOWN',
  'UPLOAD_UNFINISHED',
  'UPLOAD_UNCHECKED',
  'UPLOAD_REFUSED',
  'RANGE_INVALID',
] as const;

/** `name` in the place of the one that its owner gave it. */
export async function uploadSender(parts: ApiParts, uploadId: string, name?: string): Promise<Sender | Refusal> {
  const upload = await readyOf(parts, uploadId);
  if (isRefusal(upload)) return upload;
  const [first] = upload.pieces;
  const isThere = upload.bytes === 0 || (first !== undefined && (await parts.blobs.has(upload._id, first.name)));
  // The row may be seen by a machine that does not share the folder.
  if (!isThere) return refuse('UPLOAD_UNFINISHED');
  const send = rangedFile({ size: upload.bytes, tag: upload.sha256, read: await uploadBytes(parts, upload) });
  return (response) => {
    response.attachment(name ?? upload.name.replaceAll(/[/\\]/g, '_')).type(upload.type);
    return send(response);
  };
}
