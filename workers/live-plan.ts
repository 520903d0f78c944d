// Brings one plan's live data in Redis to what the store says: master data, the plan, its rooms, examinees, proctors and
// incidents, the counts, and when all of it expires. Sheets are live-sheets.ts'. For display, so it may be done beside a
// running exam: what rooms say meanwhile stays. Called by the keeper and by the rebuilding.
import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { roomClock } from '../exam/exam-room.ts';
import { clockOf, roomTime } from '../exam/timeline.ts';
import { repliesOf } from '../redis-connection.ts';
import type { ProctorDocument } from '../schema/documents/people.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { RoomDocument } from '../schema/documents/room.ts';
import { LISTS } from '../schema/lists.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { SheetState } from '../schema/states.ts';
import type { Standing } from '../store/examinees.ts';
import { type ListPage, pagesOf } from '../store/listing.ts';
import type { Store } from '../store/open-store.ts';
import { countIncidents, recountIncidents } from './incident-counts.ts';
import { endOfPlan, liveUntilHour } from './live-expiry.ts';
import { countRows, type NewRow, type Replaces, setRows } from './live-rows.ts';

export type LiveParts = {
  readonly store: Pick<Store, 'rooms' | 'examinees' | 'sheets' | 'proctors' | 'incidents'>;
  readonly redis: Redis;
  /** The store's time, epoch ms. */
  now(): number;
};

export type Bringing = {
  readonly replaces: Replaces;
  /** Incidents that have changed since this instant are counted; from 0, all of them anew. */
  readonly incidentsSince: number;
  /** Stored with the plan when all of it is there. */
  readonly built: string;
};

/** What was found; `until` is when it all expires, epoch s. */
export type Brought = {
  readonly roomCount: number;
  readonly examinees: readonly Standing[];
  readonly until: number;
};

const PAGE = 200;
const INCIDENTS_A_PAGE = 200;
/** As many rows as Redis sets in a few ms, in which it does nothing else. */
const ROWS_A_CALL = 200;
const KEYS_A_CALL = 1_000;

/** Reads the plan's rows and sets what differs. Throws where either store is away; it may be done again. */
export async function bringLive(parts: LiveParts, plan: PlanDocument, bringing: Bringing): Promise<Brought> {
  const { redis } = parts;
  const { _id: planId } = plan;
  const lookedAt = parts.now();
  const sequences = await roomSequences(redis, planId); // before the rooms are read: what comes since then stays
  const found = await read(parts, planId);
  const rooms = roomRows(plan, found, sequences);
  const endAt = Math.max(endOfPlan(plan), ...(plan.endedAt === 0 ? rooms.map(({ fields }) => fields.deadlineAt) : []));
  const until = liveUntilHour(endAt, parts.now());
  await setPlan(redis, plan, endAt, until, found);
  await setMaster(redis, plan, found, until);
  await setRows(redis, planId, until, rooms, bringing.replaces);
  const people = found.examinees.map((examinee) => examineeRow(examinee, found.sheets.get(examinee._id)));
  for (let from = 0; from < people.length; from += ROWS_A_CALL)
    await setRows(redis, planId, until, people.slice(from, from + ROWS_A_CALL), bringing.replaces);
  const examineeIds = found.examinees.map(({ _id }) => _id);
  await removeStrangers(redis, planId, new Set(examineeIds));
  await countRows(redis, planId, until, examineeIds);
  await replaceHash(redis, redisKeys.proctors(planId), until, found.proctors.flatMap(presences));
  await bringIncidents(parts, planId, until, bringing.incidentsSince);
  await redis.hset(redisKeys.plan(planId), { built: bringing.built, lookedAt });
  return { roomCount: found.rooms.length, examinees: found.examinees, until };
}

type Found = {
  readonly rooms: readonly RoomDocument[];
  readonly examinees: readonly Standing[];
  readonly sheets: ReadonlyMap<string, SheetState>;
  readonly proctors: readonly ProctorDocument[];
};

async function read({ store }: LiveParts, planId: string): Promise<Found> {
  const [rooms, proctors] = await Promise.all([store.rooms.byPlan(planId), store.proctors.byPlan(planId)]);
  const examinees = await allOf((page) => store.examinees.standings(planId, page));
  const sheets = await allOf((page) => store.sheets.statesByPlan(planId, page));
  return { rooms, proctors, examinees, sheets: new Map(sheets.map(({ _id, state }) => [_id, state])) };
}

async function allOf<T extends { readonly _id: string }>(
  readPage: (page: { after: string | undefined; limit: number }) => Promise<T[]>,
): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const page = await readPage({ after: all.at(-1)?._id, limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/** The sequences of the rows that are there. A room's document has none, so its row is replaced where nothing has come since. */
async function roomSequences(redis: Redis, planId: string): Promise<Map<string, number>> {
  const roomIds = await redis.hkeys(redisKeys.masterRooms(planId));
  const pipeline = redis.pipeline();
  for (const roomId of roomIds) pipeline.hget(redisKeys.room(planId, roomId), 'sequence');
  const replies = roomIds.length === 0 ? [] : await repliesOf(pipeline);
  return new Map(roomIds.map((roomId, index) => [roomId, Number(replies[index] ?? 0)]));
}

type RoomRow = NewRow & { readonly fields: { readonly deadlineAt: number } };

function roomRows(plan: PlanDocument, { rooms, examinees }: Found, sequences: ReadonlyMap<string, number>): RoomRow[] {
  const seated = Map.groupBy(examinees, ({ roomId }) => roomId);
  return rooms.map((room) => {
    const { _id: roomId, status, startsAt, epoch } = room;
    const facts = { ...roomTime(room, plan), status };
    const seats = (seated.get(roomId) ?? []).map((one) => {
      return { window: clockOf(facts, one._id, one.extraMs), status: one.status };
    });
    const { deadlineAt } = roomClock(facts, seats);
    return { roomId, epoch, sequence: sequences.get(roomId) ?? 0, fields: { status, startsAt, deadlineAt } };
  });
}

function examineeRow({ _id, roomId, status, display }: Standing, sheet: SheetState | undefined): NewRow {
  const { epoch, sequence, link, savedCount, lastSeenAt } = display;
  const fields = { status, link, savedCount, lastSeenAt, ...(sheet === undefined ? {} : { sheet }) };
  return { roomId, examineeId: _id, epoch, sequence, fields };
}

/** In each of his rooms. */
function presences({ _id, roomIds, presence = {} }: ProctorDocument): [name: string, value: string][] {
  return roomIds.map((roomId) => [`${_id}:${roomId}`, presence[roomId]?.state ?? 'assigned']);
}

/** With its expiry, which counts for every write from then on, and at once for what is there where it has changed. */
async function setPlan(
  redis: Redis,
  { _id: planId, status, startsAt, endedAt }: PlanDocument,
  endAt: number,
  until: number,
  found: Found,
): Promise<void> {
  const key = redisKeys.plan(planId);
  const before = await redis.hget(key, 'until');
  const fields = { status, startsAt, endedAt, endsAt: endAt, until };
  await redis.zadd(redisKeys.livePlans(), until, planId);
  await redis.multi().hset(key, fields).expireat(key, until).exec();
  if (before === String(until)) return;
  const keys = keysOf(planId, found.rooms, found.examinees);
  for (let from = 0; from < keys.length; from += KEYS_A_CALL) {
    const pipeline = redis.pipeline();
    for (const one of keys.slice(from, from + KEYS_A_CALL)) pipeline.expireat(one, until);
    await pipeline.exec();
  }
}

type Named = { readonly _id: string };

function keysOf(planId: string, rooms: readonly Named[], examinees: readonly Named[]): string[] {
  return [
    ...[redisKeys.plan(planId), redisKeys.counts(planId), redisKeys.lastSeen(planId), redisKeys.proctors(planId)],
    ...[redisKeys.needs(planId), redisKeys.incidents(planId), redisKeys.incidentCounts(planId)],
    ...[redisKeys.masterPlan(planId), redisKeys.masterRooms(planId)],
    ...[redisKeys.masterExaminees(planId), redisKeys.masterProctors(planId)],
    ...rooms.map(({ _id }) => redisKeys.room(planId, _id)),
    ...examinees.flatMap(({ _id }) => [redisKeys.examinee(planId, _id), redisKeys.sheet(planId, _id)]),
  ];
}

/** Removes all live data of this plan, as far as its master data and its rows tell what there is. */
export async function removeLive(redis: Redis, planId: string): Promise<void> {
  const [rooms, examinees, seen] = await Promise.all([
    redis.hkeys(redisKeys.masterRooms(planId)),
    redis.hkeys(redisKeys.masterExaminees(planId)),
    redis.zrange(redisKeys.lastSeen(planId), 0, '-1'),
  ]);
  const named = (ids: Iterable<string>) => [...ids].map((_id) => ({ _id }));
  const keys = keysOf(planId, named(rooms), named(new Set([...examinees, ...seen])));
  for (let from = 0; from < keys.length; from += KEYS_A_CALL) {
    await redis.unlink(keys.slice(from, from + KEYS_A_CALL));
  }
}

type Pairs = readonly (readonly [name: string, value: string | number])[];

/** Names of people and codes stay in the store: Redis holds them in clear. Written where it is not the same any more. */
async function setMaster(redis: Redis, plan: PlanDocument, found: Found, until: number): Promise<void> {
  const { _id: planId, name, paperId, durationMs, windowEndsAt, rehearsal } = plan;
  const hashes: [key: string, pairs: Pairs][] = [
    [
      redisKeys.masterPlan(planId),
      Object.entries({ name, paperId, durationMs, windowEndsAt, rehearsal: `${rehearsal}` }),
    ],
    [redisKeys.masterRooms(planId), found.rooms.map(({ _id, label }) => [_id, label])],
    [
      redisKeys.masterExaminees(planId),
      found.examinees.map(({ _id, roomId, extraMs }) => [_id, JSON.stringify({ roomId, extraMs })]),
    ],
    [redisKeys.masterProctors(planId), found.proctors.map(({ _id, roomIds }) => [_id, JSON.stringify(roomIds)])],
  ];
  const digest = hash('sha256', JSON.stringify(hashes), 'base64url');
  if ((await redis.hget(redisKeys.plan(planId), 'master')) === digest) return;
  for (const [key, pairs] of hashes) await replaceHash(redis, key, until, pairs);
  await redis.hset(redisKeys.plan(planId), 'master', digest);
}

async function replaceHash(redis: Redis, key: string, until: number, pairs: Pairs): Promise<void> {
  const transaction = redis.multi().del(key);
  if (pairs.length > 0) transaction.hset(key, Object.fromEntries(pairs)).expireat(key, until);
  await transaction.exec();
}

/** Rows of nobody whom the store knows; countRows takes them out of the counts. */
async function removeStrangers(redis: Redis, planId: string, known: ReadonlySet<string>): Promise<void> {
  const strangers = (await redis.zrange(redisKeys.lastSeen(planId), 0, '-1')).filter((one) => !known.has(one));
  if (strangers.length === 0) return;
  await redis.unlink(strangers.flatMap((one) => [redisKeys.examinee(planId, one), redisKeys.sheet(planId, one)]));
  await redis.zrem(redisKeys.lastSeen(planId), ...strangers);
}

/** What a worker counts while all are read is counted at the next look, which goes back to the beginning of this one. */
async function bringIncidents(
  { store, redis }: LiveParts,
  planId: string,
  until: number,
  since: number,
): Promise<void> {
  if (since > 0) return countIncidents(redis, planId, until, await store.incidents.changedSince(planId, since));
  const read = (page: ListPage) => store.incidents.byPlan(planId, {}, page);
  await recountIncidents(redis, planId, until, pagesOf(LISTS.incidents.sorts, read, INCIDENTS_A_PAGE));
}
