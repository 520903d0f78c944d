// Puts the notifier of one process together from its settings. Called by the composition root.
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { redisKeys } from '../schema/redis-keys.ts';
import { createMail, type MailOptions } from './mail.ts';
import type { Teller } from './notice.ts';
import { startAlarmWatch } from './watch.ts';
import { createWebhook } from './webhook.ts';

/** Whom to tell; nobody where both are undefined. */
export type AlarmSettings = {
  readonly webhook: { readonly url: string; readonly secret: string } | undefined;
  readonly mail: MailOptions | undefined;
  /** Where the runbooks are. */
  readonly runbooks: string;
};

export type AlarmsOptions = {
  readonly settings: AlarmSettings;
  readonly registry: Registry;
  readonly redis: Pick<Redis, 'set'>;
  readonly roles: readonly string[];
  readonly version: string;
  /** Epoch ms. */
  now(): number;
  readonly log: Logger;
};

/** Longer than any turn is told late by a slower process; after it, what still rings is told anew by who comes then. */
const TOLD_SECONDS = 3_600;

/** Starts the notifier; undefined where nobody is to be told. */
export async function startAlarms(options: AlarmsOptions): Promise<{ stop(): Promise<void> } | undefined> {
  const { settings, registry, redis, roles, version, now, log } = options;
  const tellers: Teller[] = [];
  if (settings.webhook !== undefined)
    tellers.push(createWebhook(settings.webhook.url, settings.webhook.secret, Date.now));
  if (settings.mail !== undefined) tellers.push(await createMail(settings.mail));
  if (tellers.length === 0) return undefined;
  return startAlarmWatch({
    ...{ registry, tellers, now, log, runbooks: settings.runbooks },
    process: { host: hostname(), pid: process.pid, roles, version },
    async isFirst(alarm, turn) {
      const before = await redis.set(redisKeys.alarm(alarm), turn, 'EX', TOLD_SECONDS, 'GET');
      return before !== turn;
    },
  });
}
