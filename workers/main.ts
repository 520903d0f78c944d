// The workers role of a process: one worker for each queue and the sweeps beside them, started together and taken down in
// order. Called by the composition root alone.
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { IncidentReport } from '../schema/incidents.ts';
import type { Bucket } from '../store/bucket-blobs.ts';
import { openBlobs } from '../store/open-blobs.ts';
import type { Store } from '../store/open-store.ts';
import { answersSteps, startAnswersWorker } from './answers.ts';
import { startAudit } from './audit.ts';
import { startExpiry } from './expiry.ts';
import { raiseIncident, startIncidents } from './incidents.ts';
import { startExportMaking } from './kept-exports.ts';
import { startLiveKeeper } from './live-keeper.ts';
import { createLiveSheets } from './live-sheets.ts';
import { startLogs } from './logs.ts';
import { startMonitoring } from './monitoring.ts';
import { startPlanMoves } from './plan-moves.ts';
import { createPruner } from './pruner.ts';
import { connectRedis } from './redis-connection.ts';
import { openRejectedAnswers } from './rejected-answers.ts';
import { startRetention } from './retention.ts';
import { startRosterSweep } from './roster-sweep.ts';
import type { RunnerParts } from './runner.ts';
import { createSheetFiles } from './sheet-files.ts';
import { startStates } from './states.ts';
import { startStatistics } from './statistics.ts';
import { startUploadChecks } from './upload-checks.ts';
import { startUploadSweep } from './upload-sweep.ts';
import type { VirusHook } from './virus-hook.ts';
import { workerMetrics } from './worker-metrics.ts';

export type WorkersOptions = {
  readonly store: Store;
  /** Where uploads lie, if not in that folder. */
  readonly bucket?: Bucket | undefined;
  /** What looks through them for viruses, if anything does. */
  readonly virusHook?: VirusHook | undefined;
  readonly redisUrl: string;
  /** The folder of sheet files; made where it is missing. */
  readonly dataDir: string;
  /** EXAMHALL_SECRET; heads of the audit chain are signed with a key that follows from it. */
  readonly secret: string;
  /** Jobs of the answers queue at once in this process. */
  readonly concurrency: number;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** The process's registry, where its figures are to be shown. */
  readonly metrics?: Registry;
};

export type WorkersRole = {
  /** Takes no new job, waits for those under way (10 s at most), then lets Redis go. Twice is fine. */
  stop(): Promise<void>;
};

const RECORD_CONCURRENCY = 2;
/** Many, because each waits until the rows of others have been gathered with its own. */
const DISPLAY_CONCURRENCY = 64;

/** Starts all workers; resolves when they take jobs, which needs Redis. */
export async function startWorkers(options: WorkersOptions): Promise<WorkersRole> {
  const { store, bucket, virusHook, redisUrl, dataDir, secret, concurrency, log, now } = options;
  const metrics = workerMetrics(options.metrics);
  const connection = connectRedis(redisUrl, 'queues', log);
  const redis = connectRedis(redisUrl, 'live data', log);
  const runner: RunnerParts = { connection, log, metrics };
  const liveSheets = createLiveSheets(redis, store, log);
  const keeper = startLiveKeeper({ store, redis, log, now });
  const planMoves = startPlanMoves({ store, log });
  const rejected = openRejectedAnswers(connection, log);
  const pruner = createPruner({ store, log });
  const files = createSheetFiles({ store, dataDir, log, metrics });
  const expiry = startExpiry({ store, log, now });
  const blobs = openBlobs({ dataDir, bucket });
  const uploads = startUploadSweep({ store, blobs, log, now });
  const exporting = startExportMaking({ store, blobs, dataDir, log, now });
  const raise = (report: IncidentReport) => raiseIncident({ store, redis, now }, report);
  const checks = virusHook === undefined ? [] : [startUploadChecks({ store, blobs, hook: virusHook, raise, log, now })];
  const retention = startRetention({ store, blobs, redis, dataDir, log, now });
  const rosters = startRosterSweep({ store, log, now });
  const audit = startAudit({ store, dataDir, secret, log, now });
  const monitoring = startMonitoring({ store, log, now });
  const steps = answersSteps({ store, redis, liveSheets, log, metrics, now, noteDurable: pruner.note });
  const onSheet = ({ examineeId }: { examineeId: string }) => files.ask(examineeId);
  const workers = await Promise.all([
    startAnswersWorker({ ...runner, concurrency, steps, rejected, onSheet }),
    startStates({ ...runner, store, redis, concurrency: DISPLAY_CONCURRENCY }),
    startLogs({ ...runner, store, concurrency: RECORD_CONCURRENCY, now }),
    startIncidents({ ...runner, store, redis, now, concurrency: RECORD_CONCURRENCY }),
    startStatistics({ ...runner, store }),
  ]);
  let stopped: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    await Promise.all(workers.map((worker) => worker.stop()));
    // Ended first: whatever still waits for a Redis that is away would hold up the rest.
    connection.disconnect();
    redis.disconnect();
    const beside = [
      liveSheets,
      keeper,
      planMoves,
      pruner,
      files,
      expiry,
      uploads,
      exporting,
      retention,
      rosters,
      audit,
      monitoring,
      rejected,
      ...checks,
    ];
    await Promise.all(beside.map((part) => part.stop()));
  }

  return {
    stop() {
      stopped ??= stopAll();
      return stopped;
    },
  };
}
