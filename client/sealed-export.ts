// The last resort: all that a device holds, sealed to the public key that `enter` gave, as a file to be carried to a proctor.
// Whoever finds it can read whose it is and no answer. Works in a browser (on a secure page) and in Node, with a session or
// from the storage alone. Called by session and by programmes.
import {
  EXPORT_FORMAT,
  EXPORT_KEY_INFO,
  EXPORT_VERSION,
  type ExportContent,
  type ExportFile,
  type ExportHead,
  type ExportPart,
  ofExportFile,
} from '../schema/export-file.ts';
import { newId } from '../schema/ids.ts';
import { LIMITS } from '../schema/limits.ts';
import type { EnterReply } from '../schema/replies.ts';
import { joinSealed, NONCE_BYTES } from '../schema/sealed-paper.ts';
import { base64Of, bytesOfBase64 } from './base64.ts';
import { ClientFault } from './faults.ts';
import { utf8Bytes } from './message-size.ts';
import type { OutboxStorage, SealingTarget } from './outbox-storage.ts';

const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;

type Entered = Pick<EnterReply, 'plan' | 'room'> & Partial<Pick<EnterReply, 'exportKey'>>;

/** For whom this session's files are sealed. */
export function sealingTarget({ exportKey, plan, room }: Entered): SealingTarget {
  const { keyId = '', publicKey = '', proof = '' } = exportKey ?? {}; // an older api gives none, and nothing can be sealed
  return { planId: plan.planId, roomId: room.roomId, keyId, publicKey, proof };
}

export type ExportOwner = { readonly examineeId: string; readonly fence: number; readonly madeAt: number };

/**
 * The texts of one file, or of several where all of it would be too large for one: they may be brought in any order. Throws
 * ClientFault SEALING where this device cannot seal, as on a page that is not secure.
 */
export async function sealExport(
  owner: ExportOwner,
  target: SealingTarget,
  content: ExportContent,
): Promise<readonly string[]> {
  const contents = partsOf(content);
  const [set, of] = [newId(), contents.length];
  const files: string[] = []; // one after the other: each is some MiB
  for (const [index, one] of contents.entries())
    files.push(await sealFile(owner, target, one, of === 1 ? undefined : { set, number: index + 1, of }));
  return files;
}

/** Each is small enough for a file; the first says what was acknowledged. At least one, which may be empty. */
export function partsOf({ answers, acknowledged }: ExportContent): readonly ExportContent[] {
  const parts: ExportContent['answers'][number][][] = [[]];
  let bytes = 0;
  for (const answer of answers) {
    const own = utf8Bytes(JSON.stringify(answer)) + 1; // and a comma
    const last = parts.at(-1) ?? [];
    const isFull = last.length === LIMITS.exportPartAnswers || bytes + own > LIMITS.exportPartBytes;
    if (isFull && last.length > 0) {
      parts.push([answer]);
      bytes = own;
    } else {
      last.push(answer);
      bytes += own;
    }
  }
  return parts.map((part, index) => ({ answers: part, acknowledged: index === 0 ? acknowledged : [] }));
}

/** The file's text. Throws ClientFault SEALING where this device cannot seal, as on a page that is not secure. */
async function sealFile(
  owner: ExportOwner,
  target: SealingTarget,
  content: ExportContent,
  part: ExportPart | undefined,
): Promise<string> {
  const { publicKey, keyId, planId, roomId, proof } = target;
  const { examineeId, fence, madeAt } = owner;
  const named = { keyId, planId, roomId, examineeId, fence, proof, madeAt, ...(part === undefined ? {} : { part }) };
  const head: ExportHead = { format: EXPORT_FORMAT, version: EXPORT_VERSION, ...named };
  try {
    const sealed = await sealTo(publicKey, JSON.stringify(content), ofExportFile(head));
    return JSON.stringify({ ...head, ...sealed } satisfies ExportFile, null, 2);
  } catch (cause) {
    throw new ClientFault('SEALING', 'this device cannot seal what it holds', cause);
  }
}

/**
 * The files of everybody of whom something lies in the storage and whose session left a key there; opens and closes the
 * storage. For a device that cannot enter any more. `at` is the device's clock, epoch ms.
 */
export async function sealStorage(
  storage: OutboxStorage,
  at = Date.now(),
): Promise<{ readonly examineeId: string; readonly count: number; readonly files: readonly string[] }[]> {
  const { sessions, entries } = await storage.load();
  await storage.close();
  const sealing = sessions.map(async ({ examineeId, fence, target }) => {
    const own = entries.filter((entry) => entry.examineeId === examineeId);
    if (own.length === 0 || target === undefined) return [];
    const answers = own.map(({ item, revision, response, at }) => ({ item, revision, response, at }));
    const files = await sealExport({ examineeId, fence, madeAt: at }, target, { answers, acknowledged: [] });
    return [{ examineeId, count: own.length, files }];
  });
  return (await Promise.all(sealing)).flat();
}

/** Under a key that this file alone has: its public half goes along, its private half is forgotten. */
async function sealTo(publicKey: string, text: string, associated: string) {
  const { subtle } = crypto;
  const own = await subtle.generateKey(CURVE, false, ['deriveBits']);
  const ephemeral = new Uint8Array(await subtle.exportKey('raw', own.publicKey));
  const theirs = await subtle.importKey('raw', bytesOfBase64(publicKey), CURVE, false, []);
  const shared = await subtle.deriveBits({ name: 'ECDH', public: theirs }, own.privateKey, 256);
  const material = await subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode(EXPORT_KEY_INFO);
  const how = { name: 'HKDF', hash: 'SHA-256', salt: ephemeral, info };
  const key = await subtle.deriveKey(how, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const additionalData = new TextEncoder().encode(associated);
  const content = await subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData },
    key,
    new TextEncoder().encode(text),
  );
  const sealed = joinSealed({ nonce, content: new Uint8Array(content) });
  return { ephemeralKey: base64Of(ephemeral), sealed: base64Of(sealed) };
}
