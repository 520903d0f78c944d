// How a sealed text looks as bytes: magic, nonce, ciphertext, tag. The same for what lies in the store and for the papers that
// examinees hold before the start. AES-256-GCM; the associated data names what it belongs to, so that nothing sealed for
// one place opens in another. Knows no key. Used by store/ (node:crypto) and client/ (WebCrypto).

/** "EHS1": sealed, first form. */
const MAGIC = [0x45, 0x48, 0x53, 0x31] as const;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const PAPER_KEY_BYTES = 32;

type Bytes = Uint8Array<ArrayBuffer>;

/** `content` is the ciphertext with the tag behind it, as WebCrypto takes it. */
export type SealedParts = { readonly nonce: Bytes; readonly content: Bytes };

/** The parts in one piece. */
export function joinSealed({ nonce, content }: { nonce: Uint8Array; content: Uint8Array }): Bytes {
  const sealed = new Uint8Array(MAGIC.length + nonce.length + content.length);
  sealed.set(MAGIC);
  sealed.set(nonce, MAGIC.length);
  sealed.set(content, MAGIC.length + nonce.length);
  return sealed;
}

/** The parts of a sealed piece; undefined where it is none, or cut off within its first bytes. */
export function splitSealed(sealed: Uint8Array): SealedParts | undefined {
  const isOurs = MAGIC.every((byte, index) => sealed[index] === byte);
  if (!isOurs || sealed.length < MAGIC.length + NONCE_BYTES + TAG_BYTES) return undefined;
  return {
    nonce: sealed.slice(MAGIC.length, MAGIC.length + NONCE_BYTES),
    content: sealed.slice(MAGIC.length + NONCE_BYTES),
  };
}

/** To what a room's paper key and its sealed paper are bound. */
export function ofRoom(planId: string, roomId: string): string {
  return `${planId}.${roomId}`;
}

/** To what a paper's items in the store are bound. */
export function ofPaper(paperId: string): string {
  return `paper.${paperId}`;
}
