// The fold behind a monitor: rows by topic, what changed between two of them, and what of it somebody may see. One fold of
// a plan serves all who watch it. A change sets a row or takes it away, so that one that comes twice changes nothing.
// Pure; called by the api's monitor.
import {
  MONITOR_TOPICS,
  type MonitorProgress,
  type MonitorRoom,
  type MonitorSockets,
  type MonitorTopic,
  OFFICE_TOPICS,
  ROW_TOPICS,
  type RowTopic,
} from '../schema/monitor.ts';
import { ROOM_STATES, type RoomState } from '../schema/states.ts';
import { sumOfRooms } from './live-counts.ts';

/** A row as JSON, and the room by which it is seen; null: it is of the installation. */
export type MonitorRow = { readonly roomId: string | null; readonly text: string };
/** Of each topic its rows by their key. */
export type MonitorRows = Readonly<Record<RowTopic, Map<string, MonitorRow>>>;

/** `was` and `is`: the row's room before and after; undefined where there was no row, or is none. `text` null: it is gone. */
export type MonitorChange = readonly [
  topic: RowTopic,
  key: string,
  was: string | null | undefined,
  is: string | null | undefined,
  text: string | null,
];

/** What somebody may see: rooms by id, or all; `isOffice` sees the installation, too. */
export type Audience = { readonly rooms: ReadonlySet<string> | 'all'; readonly isOffice: boolean };

export function emptyRows(): MonitorRows {
  return {
    ...{ rooms: new Map(), examinees: new Map(), proctors: new Map() },
    ...{ incidents: new Map(), servers: new Map(), queues: new Map() },
  };
}

/** What makes `before` to `after`. */
export function changesBetween(before: MonitorRows, after: MonitorRows): MonitorChange[] {
  return ROW_TOPICS.flatMap((topic) => topicChanges(topic, before[topic], after[topic]));
}

function topicChanges(
  topic: RowTopic,
  before: ReadonlyMap<string, MonitorRow>,
  after: ReadonlyMap<string, MonitorRow>,
): MonitorChange[] {
  const changes: MonitorChange[] = [];
  for (const [key, { roomId, text }] of after) {
    const was = before.get(key);
    if (was?.text !== text || was.roomId !== roomId) changes.push([topic, key, was?.roomId, roomId, text]);
  }
  for (const [key, { roomId }] of before) if (!after.has(key)) changes.push([topic, key, roomId, undefined, null]);
  return changes;
}

/** Changes the rows in place. */
export function applyChanges(rows: MonitorRows, changes: readonly MonitorChange[]): void {
  for (const [topic, key, , is, text] of changes) {
    if (text === null) rows[topic].delete(key);
    else rows[topic].set(key, { roomId: is ?? null, text });
  }
}

/** The topics, in their order, that this audience gets of those that it asks for. */
export function topicsFor(audience: Audience, asked: readonly MonitorTopic[] = MONITOR_TOPICS): MonitorTopic[] {
  return MONITOR_TOPICS.filter(
    (topic) => asked.includes(topic) && (audience.isOffice || !OFFICE_TOPICS.some((office) => office === topic)),
  );
}

function sees({ rooms, isOffice }: Audience, roomId: string | null | undefined): boolean {
  if (roomId === undefined) return false;
  return roomId === null ? isOffice : rooms === 'all' || rooms.has(roomId);
}

/** Members of a JSON object: each asked topic with what the audience sees of it, in the order of keys. */
export function shownRows(rows: MonitorRows, audience: Audience, topics: readonly MonitorTopic[]): string[] {
  return topics.map((topic) => {
    if (topic === 'sockets' || topic === 'progress') return `"${topic}":${sumText(rows, audience, topic)}`;
    const texts = [...rows[topic]]
      .filter(([, { roomId }]) => sees(audience, roomId))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { text }]) => text);
    return `"${topic}":[${texts.join(',')}]`;
  });
}

export type ShownEvent = { readonly topic: MonitorTopic; readonly data: string };

/** The events that these changes are to this audience: of a row that has left what it sees, that it is gone. */
export function shownChanges(
  changes: readonly MonitorChange[],
  rows: MonitorRows,
  audience: Audience,
  topics: readonly MonitorTopic[],
): ShownEvent[] {
  const isRoomChanged = changes.some(
    ([topic, , was, is]) => topic === 'rooms' && (sees(audience, was) || sees(audience, is)),
  );
  return topics.flatMap((topic): ShownEvent[] => {
    if (topic === 'sockets' || topic === 'progress')
      return isRoomChanged ? [{ topic, data: sumText(rows, audience, topic) }] : [];
    const own = changes.filter((change) => change[0] === topic);
    const set = own.flatMap(([, , , is, text]) => (text !== null && sees(audience, is) ? [text] : []));
    const gone = own.flatMap(([, key, was, is]) => (sees(audience, was) && !sees(audience, is) ? [key] : []));
    if (set.length === 0 && gone.length === 0) return [];
    return [{ topic, data: `{"set":[${set.join(',')}],"gone":${JSON.stringify(gone)}}` }];
  });
}

function sumText(rows: MonitorRows, audience: Audience, topic: 'sockets' | 'progress'): string {
  const rooms = [...rows.rooms.values()]
    .filter(({ roomId }) => sees(audience, roomId))
    .map(({ text }) => JSON.parse(text) as MonitorRoom);
  const { examineeCount, examinees, links, sheets, answersSaved } = sumOfRooms(rooms);
  if (topic === 'sockets') return JSON.stringify({ examineeCount, links } satisfies MonitorSockets);
  const states = ROOM_STATES.map((state) => [state, rooms.filter(({ status }) => status === state).length]);
  const progress: MonitorProgress = {
    roomCount: rooms.length,
    rooms: Object.fromEntries(states) as Record<RoomState, number>,
    ...{ examineeCount, examinees, sheets, answersSaved },
  };
  return JSON.stringify(progress);
}
