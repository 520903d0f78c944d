// The sealed export: a file with all that a device holds, for the day on which nothing else is left. Its names and what is
// bound together, the same for client/ (WebCrypto) and the server (node:crypto). docs/export-file.md describes it for others.
import type { Response } from './answers.ts';
import type { ItemRevision } from './messages.ts';

export const EXPORT_FORMAT = 'examhall-export';
export const EXPORT_VERSION = 1;

/** Which of several files it is, where all together would be too large for one: `set` names them, `number` is 1 to `of`. */
export type ExportPart = { readonly set: string; readonly number: number; readonly of: number };

/** What is readable: whose it is and for which key. All of it is bound to the sealed part, so that no word of it can be changed. */
export type ExportHead = {
  readonly format: typeof EXPORT_FORMAT;
  readonly version: typeof EXPORT_VERSION;
  readonly keyId: string;
  readonly planId: string;
  readonly roomId: string;
  readonly examineeId: string;
  /** Of the session that made the file. */
  readonly fence: number;
  /** What `enter` gave that session: nobody else has it. */
  readonly proof: string;
  /** By the device's clock, epoch ms; for people only. */
  readonly madeAt: number;
  /** Missing where this file is all of it. */
  readonly part?: ExportPart | undefined;
};

/** `ephemeralKey` is the file's own public key, `sealed` nonce, ciphertext and tag (schema/sealed-paper.ts); both base64url. */
export type ExportFile = ExportHead & { readonly ephemeralKey: string; readonly sealed: string };

/** One answer that the device did not know to be saved. */
export type ExportedAnswer = {
  readonly item: number;
  readonly revision: number;
  readonly response: Response;
  /** By the device's clock, epoch ms. */
  readonly at: number;
};

/** What is sealed. `acknowledged`: of each item the last revision that the device was told to be saved. */
export type ExportContent = {
  readonly answers: readonly ExportedAnswer[];
  readonly acknowledged: readonly ItemRevision[];
};

/** To what the sealed part is bound, as text. */
export function ofExportFile(head: ExportHead): string {
  const { format, version, keyId, planId, roomId, examineeId, fence, proof, madeAt, part } = head;
  const parts = part === undefined ? [] : [part.set, part.number, part.of];
  return JSON.stringify([format, version, keyId, planId, roomId, examineeId, fence, proof, madeAt, ...parts]);
}

/** The `info` of HKDF: the key that comes out is good for these files alone. */
export const EXPORT_KEY_INFO = `${EXPORT_FORMAT} ${EXPORT_VERSION}`;
