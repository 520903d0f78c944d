// Files that examinees give as answers: what an item may ask for, and how a response names one. A response is three parts:
// the upload's id, the SHA-256 of its bytes, and the proof with which the store vouched that this person brought this file to
// this item and that it is there in full. So a room decides about it without asking anybody, and receipts cover the bytes.
// Needs no parser, because pages have it.
import { PHOTO_TYPES } from './photos.ts';

/** By their first bytes (exam/file-type.ts), and how they are called. Documents of today's offices are archives, those of before are compound files. */
export const FILE_TYPES = {
  'application/pdf': ['.pdf'],
  'text/plain': ['.txt', '.md', '.csv', '.py', '.java', '.c', '.cpp', '.js', '.ts', '.sql'],
  'application/zip': ['.zip', '.docx', '.xlsx', '.pptx', '.hwpx', '.odt', '.ods', '.odp'],
  'application/x-ole-storage': ['.hwp', '.doc', '.xls', '.ppt'],
  'application/x-7z-compressed': ['.7z'],
  'application/gzip': ['.gz', '.tgz'],
  [PHOTO_TYPES[0]]: ['.jpg', '.jpeg'],
  [PHOTO_TYPES[1]]: ['.png'],
  [PHOTO_TYPES[2]]: ['.webp'],
  'image/gif': ['.gif'],
  'video/mp4': ['.mp4', '.m4v', '.mov'],
  'video/webm': ['.webm'],
  'audio/ogg': ['.ogg', '.oga'],
  'audio/mpeg': ['.mp3'],
  'audio/wav': ['.wav'],
} as const satisfies Record<string, readonly string[]>;
type FileType = keyof typeof FILE_TYPES;
export const FILE_TYPE_NAMES = Object.keys(FILE_TYPES) as [FileType, ...FileType[]];

const MIB = 1024 ** 2;
/** A browser holds a file in memory while its SHA-256 is made. */
export const MOST_ANSWER_FILE_BYTES = 256 * MIB;
/** Where the item does not say. */
export const USUAL_ANSWER_FILE_BYTES = 20 * MIB;

/** The file that a response names. */
type NamedFile = { readonly uploadId: string; readonly sha256: string; readonly proof: string };

const NAMED = /^([0-9A-Za-z]{16})\.([0-9a-f]{64})\.([0-9A-Za-z_-]{22})$/;

/** Undefined where the response names no file. */
export function namedFile(response: unknown): NamedFile | undefined {
  const [, uploadId, sha256, proof] = (typeof response === 'string' && NAMED.exec(response)) || [];
  return uploadId === undefined || sha256 === undefined || proof === undefined
    ? undefined
    : { uploadId, sha256, proof };
}

/** The response that names this file. */
export function responseNaming({ uploadId, sha256, proof }: NamedFile): string {
  return `${uploadId}.${sha256}.${proof}`;
}
