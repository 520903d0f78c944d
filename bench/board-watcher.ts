// The board that bench:board measures, in a process of its own: a proctor's programme over all rooms, through the SDK as it
// is. Notes when it shows what, by the machine's clock, and how many bytes came.

import type { BoardEntry } from '../client/board.ts';
import type { Boards } from '../client/boards.ts';
import { serveOrders } from './child.ts';
import { counted } from './counted-sockets.ts';

/** `watch` resolves when every examinee is shown; `begin` forgets what was until now; `report` says what was since. */
export type WatcherOrder =
  | {
      readonly order: 'watch';
      readonly url: string;
      readonly token: string;
      readonly roomIds: readonly string[];
      readonly examinees: number;
    }
  | { readonly order: 'begin' }
  | { readonly order: 'report' };

/** What a row showed first at this instant, epoch ms. `value` is the count that was reached, 0 for a link that dropped. */
export type Shown = readonly [kind: 'saved' | 'incident' | 'dropped', examineeId: string, value: number, at: number];

export type WatcherReply = {
  readonly ms: number;
  readonly bytes: number;
  readonly frames: number;
  /** The changed fields alone, as JSON: what somebody would send who has no encoder. */
  readonly jsonBytes: number;
  readonly updates: number;
  readonly roomsOnline: number;
  readonly shown: readonly Shown[];
};

const LIMIT_MS = 60_000;

let boards: Boards | undefined;
let before = { at: 0, bytes: 0, frames: 0 };
let shown: Shown[] = [];
let jsonBytes = 0;
let updates = 0;
const rows = new Map<string, BoardEntry>();

function note(row: BoardEntry): void {
  const known = rows.get(row.examineeId);
  rows.set(row.examineeId, row);
  if (known === undefined) return;
  const at = performance.timeOrigin + performance.now();
  const { examineeId } = row;
  if (row.savedCount > known.savedCount) shown.push(['saved', examineeId, row.savedCount, at]);
  if (row.openIncidents > known.openIncidents) shown.push(['incident', examineeId, row.openIncidents, at]);
  if (row.link === 'dropped' && known.link === 'online') shown.push(['dropped', examineeId, 0, at]);
  const changed = Object.entries(row).filter(([name, value]) => known[name as keyof BoardEntry] !== value);
  jsonBytes += JSON.stringify([examineeId, Object.fromEntries(changed)]).length;
}

async function watch({ url, token, roomIds, examinees }: Extract<WatcherOrder, { order: 'watch' }>): Promise<void> {
  const { watchRooms } = await import('../client/boards.ts'); // after the counting: the SDK takes the WebSocket that it finds
  const opened = watchRooms({ url, token, roomIds });
  boards = opened;
  opened.on('changed', () => updates++);
  opened.on('room', ({ watch: room }) => {
    if (room === undefined || followed.has(room)) return;
    followed.add(room);
    for (const entry of room.board().values()) note({ ...entry, roomId: room.info.roomId });
    room.on('board', (change) => {
      if (change.kind !== 'removed') note({ ...change.entry, roomId: room.info.roomId });
    });
  });
  const until = performance.now() + LIMIT_MS;
  while (opened.rows().length < examinees) {
    if (performance.now() > until) throw new Error(`${opened.rows().length} of ${examinees} rows are shown`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const followed = new Set<object>();

serveOrders<WatcherOrder, WatcherReply>(async (order) => {
  if (order.order === 'watch') await watch(order);
  const now = performance.now();
  const { bytes, frames } = counted;
  const reply = {
    ms: now - before.at,
    bytes: bytes - before.bytes,
    frames: frames - before.frames,
    ...{ jsonBytes, updates, shown },
    roomsOnline: boards?.counts().roomsOnline ?? 0,
  };
  if (order.order === 'begin') {
    before = { at: now, bytes, frames };
    [shown, jsonBytes, updates] = [[], 0, 0];
  }
  return reply;
});
