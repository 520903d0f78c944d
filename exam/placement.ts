// Which process owns a room: rendezvous hashing, so that everybody who knows the same processes names the same one,
// and a process that goes moves only its own rooms (Thaler & Ravishankar 1998).

/** The id with the highest weight for this key, or undefined where there is none. */
export function rendezvous(key: string, ids: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestWeight = -1;
  for (const id of ids) {
    const weight = weightOf(`${id}|${key}`);
    if (weight > bestWeight || (weight === bestWeight && best !== undefined && id < best)) {
      best = id;
      bestWeight = weight;
    }
  }
  return best;
}

/** A hash in [0, 2^32): FNV-1a with the finaliser of MurmurHash3, which spreads keys that differ in their last letter. */
export function weightOf(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
