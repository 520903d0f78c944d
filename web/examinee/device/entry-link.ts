// What the address says: the code of the person and the room of the place, behind the #, so that no server's log has them. Pure.

export type EntryLink = { readonly code: string; readonly room: string };

/** `hash` as the browser gives it; a member that is missing is ''. */
export function readEntryLink(hash: string): EntryLink {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  return { code: tidyCode(said.get('code') ?? ''), room: (said.get('room') ?? '').trim() };
}

/** The link without its code, which is nobody's but the person's. */
export function placeHash({ room }: EntryLink): string {
  return room === '' ? '' : `#room=${encodeURIComponent(room)}`;
}

/** The room of the place by its id; undefined where the link names it as people do. */
export function roomIdOf({ room }: EntryLink): string | undefined {
  return /^[0-9A-Za-z]{16}$/.test(room) ? room : undefined;
}

/** A code as it is meant: people type it in small letters, with spaces and dashes. */
export function tidyCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .replaceAll(/[\s\-–—.]/g, '')
    .toUpperCase();
}

/** Whether the place belongs to this room, by id or label; a link that names none fits everywhere. */
export function fitsRoom(place: string, room: { readonly roomId: string; readonly label: string }): boolean {
  const same = (one: string) => one.trim().normalize('NFC').toLowerCase();
  return place === '' || place === room.roomId || same(place) === same(room.label);
}
