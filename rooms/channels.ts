// The framework's presence: its channels, by which processes find and ask each other. On a cluster, what listens is asked
// of all servers, because each knows of its own listeners alone. Called by the composition root.
import { RedisPresence } from '@colyseus/redis-presence';
import type { Redis } from 'ioredis';
import { listenedChannels, namesCluster, openRedis } from '../redis-connection.ts';

/** On connections of its own, which its `shutdown` ends. */
export function openPresence(redisUrl: string): RedisPresence {
  return namesCluster(redisUrl) ? new ClusterPresence(openRedis(redisUrl)) : new RedisPresence(redisUrl);
}

class ClusterPresence extends RedisPresence {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    super(redis as never); // its type names another copy of the same package
    this.#redis = redis;
  }

  override channels(pattern = '*'): Promise<string[]> {
    return listenedChannels(this.#redis, pattern);
  }
}
