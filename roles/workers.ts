// The workers role of a process. Called by the composition root where the settings name it.
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { startWorkers } from '../workers/main.ts';
import type { Connections, Part } from './parts.ts';

/** Starts the workers; what they stop is in `parts`. */
export async function addWorkers(
  config: Config,
  log: Logger,
  { store, metrics, now }: Connections,
  parts: Part[],
): Promise<void> {
  const { redisUrl, dataDir, bucket, virusHook, secret, workerConcurrency: concurrency } = config;
  const workers = await startWorkers({
    store,
    redisUrl,
    dataDir,
    bucket,
    virusHook,
    secret,
    concurrency,
    log: log.child({ role: 'workers' }),
    metrics,
    now,
  });
  parts.push({ name: 'workers', stop: () => workers.stop() });
}
