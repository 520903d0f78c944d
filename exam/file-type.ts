// What a file is, by its first bytes: what its sender calls it proves nothing. Pure. A small table of what people bring to an
// exam; everything else is bytes. No type here is one that a browser runs. Called by the api when a file is whole.
import { photoTypeOf } from './photo.ts';

type Magic = readonly [type: string, at: number, bytes: string];

/** Bytes in latin1. */
const MAGIC: readonly Magic[] = [
  ['application/pdf', 0, '%PDF-'],
  ['image/gif', 0, 'GIF8'],
  ['application/zip', 0, 'PK\u0003\u0004'],
  ['application/x-ole-storage', 0, '\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1'],
  ['application/x-7z-compressed', 0, '7z\u00bc\u00af\u0027\u001c'],
  ['application/gzip', 0, '\u001f\u008b'],
  ['video/mp4', 4, 'ftyp'],
  ['video/webm', 0, '\u001a\u0045\u00df\u00a3'],
  ['audio/ogg', 0, 'OggS'],
  ['audio/mpeg', 0, 'ID3'],
  ['audio/wav', 8, 'WAVE'],
];
const OTHER = 'application/octet-stream';

/** The type of a file that begins so; `application/octet-stream` for what is not known, text as `text/plain`. */
export function fileTypeOf(head: Uint8Array): string {
  const photo = photoTypeOf(head);
  if (photo !== undefined) return photo;
  const known = MAGIC.find(([, at, bytes]) => latin1(head.subarray(at, at + bytes.length)) === bytes);
  return known?.[0] ?? (isText(head) ? 'text/plain' : OTHER);
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** UTF-8 without control characters; its last character may be cut off. */
function isText(head: Uint8Array): boolean {
  if (head.length === 0 || head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d))
    return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false; // not UTF-8, which is what was asked
  }
}
