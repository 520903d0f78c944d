// Colyseus' list of rooms in Redis, but safe with fixed room ids: the first writer of a row wins, and only the process
// that a row names may change or remove it. What the framework calls without waiting never rejects here.
import type { IRoomCache } from '@colyseus/core';
import { RedisDriver } from '@colyseus/redis-driver';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { redisKeys } from '../schema/redis-keys.ts';

/** The framework's own key, which its queries read. */
const ROWS = 'roomcaches';

/** KEYS[1] rows; ARGV room id, process id, row. Writes where there is no row or it is this process's. */
const WRITE = `
local row = redis.call('HGET', KEYS[1], ARGV[1])
if row and cjson.decode(row).processId ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) return 1`;

/** KEYS[1] rows; ARGV room id, process id. Removes the row where it is this process's. */
const REMOVE = `
local row = redis.call('HGET', KEYS[1], ARGV[1])
if row and cjson.decode(row).processId == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end
return 0`;

type Operations = Partial<{ $set: Partial<IRoomCache>; $inc: Partial<IRoomCache> }>;

/** A RedisDriver whose rows have owners. */
export class OwnedDriver extends RedisDriver {
  readonly #redis: Redis;
  readonly #log: Logger;
  readonly #processId: () => string;

  constructor(redis: Redis, processId: () => string, log: Logger) {
    super(redis as never); // its type names another copy of the same package
    this.#redis = redis;
    this.#processId = processId;
    this.#log = log;
  }

  /**
   * True for the holder of the room's lease, whose row replaces what a dead process left, and for the first writer where
   * nobody holds it. False while Redis is away, never an error: only after a no does the framework discard the room that
   * it has just made, and a room that is neither listed nor discarded would keep its lease from everybody.
   */
  async insert(room: IRoomCache): Promise<boolean> {
    const row = JSON.stringify(room);
    return this.#quietly('insert', async () => {
      const holder = await this.#redis.get(redisKeys.lease(room.roomId));
      if (holder !== room.processId) return this.#redis.hsetnx(ROWS, room.roomId, row);
      await this.#redis.hset(ROWS, room.roomId, row);
      return 1;
    });
  }

  /** Keeps counts in memory; writes only what the directory reads. Never rejects. */
  override async update(room: IRoomCache, { $set, $inc }: Operations): Promise<boolean> {
    const lockedBefore = room.locked;
    Object.assign(room, $set);
    if ($inc?.clients !== undefined) room.clients += $inc.clients;
    return room.locked === lockedBefore ? true : this.persist(room);
  }

  /** Writes the row where it is this process's or nobody's. Never rejects. */
  override async persist(room: IRoomCache): Promise<boolean> {
    if (!room.roomId) return false;
    return this.#quietly('persist', () =>
      this.#redis.eval(WRITE, 1, ROWS, room.roomId, room.processId, JSON.stringify(room)),
    );
  }

  /** Removes this process's row. Never rejects. */
  override async remove(roomId: string): Promise<boolean> {
    if (!roomId) return false;
    return this.removeOf(roomId, this.#processId());
  }

  /** Removes the row where it is of that process. Never rejects. */
  async removeOf(roomId: string, processId: string): Promise<boolean> {
    return this.#quietly('remove', () => this.#redis.eval(REMOVE, 1, ROWS, roomId, processId));
  }

  /** Removes every row of a process that is gone, each only if it is still that process's. */
  override async cleanup(processId: string): Promise<void> {
    const rows = await this.query({ processId });
    await Promise.all(rows.map((row) => this.removeOf(row.roomId, processId)));
  }

  /** The connection is the composition root's, which closes it. */
  override async shutdown(): Promise<void> {}

  async #quietly(what: string, command: () => Promise<unknown>): Promise<boolean> {
    try {
      return (await command()) === 1;
    } catch (error) {
      this.#log.warn({ err: error, what }, 'room list could not be written');
      return false;
    }
  }
}
