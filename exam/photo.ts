// What a photo is, by its first bytes: what its sender calls it proves nothing. Called by the api before it stores one.
import type { PhotoType } from '../schema/photos.ts';

const JPEG = [0xff, 0xd8, 0xff];
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];
/** Behind "RIFF" stands a length of four bytes. */
const WEBP_AT = 8;

/** JPEG, PNG or WebP; undefined for anything else. */
export function photoTypeOf(bytes: Uint8Array): PhotoType | undefined {
  if (hasAt(bytes, 0, JPEG)) return 'image/jpeg';
  if (hasAt(bytes, 0, PNG)) return 'image/png';
  return hasAt(bytes, 0, RIFF) && hasAt(bytes, WEBP_AT, WEBP) ? 'image/webp' : undefined;
}

function hasAt(bytes: Uint8Array, at: number, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[at + index] === byte);
}
