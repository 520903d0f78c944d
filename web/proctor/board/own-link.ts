// The proctor's own connection to each room, as the page says it: which rooms are not up to date, and since when. Pure.
import type { WatchedRoom } from '../../../client/boards.ts';

/** `at`: the last instant (epoch ms, the server's clock) of which the board is true; 0 where nothing was seen yet. */
export type OwnLink = {
  readonly roomId: string;
  readonly label: string;
  readonly link: WatchedRoom['link'];
  readonly at: number;
};

/** After so long without a reply a link is called troubled. */
const SILENT_MS = 2_500;

/** Whether what is shown of the room is true now, and what is ordered goes out at once. */
export function isCurrent({ link }: Pick<WatchedRoom, 'link'>): boolean {
  return link === 'online';
}

/** `before` is what was known; a link that is not up keeps the instant at which it was lost. */
export function followed(before: OwnLink | undefined, room: WatchedRoom, serverNow: number): OwnLink {
  const { roomId, label, link } = room;
  const isNew = before === undefined || isCurrent(before) !== isCurrent(room);
  const lostAt =
    before === undefined || room.watch === undefined ? 0 : serverNow - (link === 'trouble' ? SILENT_MS : 0);
  return { roomId, label, link, at: isCurrent(room) ? 0 : isNew ? lostAt : before.at };
}

/** The rooms that are not up to date, and from when the oldest of it is. Rooms that are entered for the first time are not among them. */
export function staleOf(
  links: readonly OwnLink[],
): { readonly rooms: readonly OwnLink[]; readonly at: number } | undefined {
  const rooms = links.filter(({ link, at }) => at > 0 && link !== 'refused' && link !== 'online');
  return rooms.length === 0 ? undefined : { rooms, at: Math.min(...rooms.map(({ at }) => at)) };
}
