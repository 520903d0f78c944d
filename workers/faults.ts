// What a worker makes of an error: infrastructure that is away is waited for without end, everything else is a poison that
// no retry cures. Must never take a poison for infrastructure: it would come back for ever. Called by the runner and by
// the workers.
import { StoreFault } from '../store/fault.ts';

/** A job, or a part of one, that will never be done. `code` names why; the message holds no content of the job. */
export class JobRefused extends Error {
  readonly code: 'JOB_INVALID' | 'JOB_REJECTED';
  constructor(code: JobRefused['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'JobRefused';
    this.code = code;
  }
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Answers of a Redis that starts, follows another one, is full, or cannot write its log: all pass by themselves. */
const REDIS_AWAY = /^(LOADING|READONLY|OOM|MISCONF|MASTERDOWN|BUSY|TRYAGAIN|CLUSTERDOWN|NOREPLICAS|NOAUTH|WRONGPASS) /;
const REDIS_CLOSED =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Reached the max retries|None of startup nodes|Failed to refresh slots|Too many Cluster redirections|Cluster isn't ready)/;

/** Whether the store or Redis was away, or this process has the wrong key, so that the same job will succeed later or elsewhere. */
export function isInfrastructure(error: unknown): boolean {
  if (error instanceof StoreFault) return error.code === 'STORE_UNAVAILABLE' || error.code === 'STORE_KEY';
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && NETWORK_CODES.has(error.code)) return true;
  if (error.name === 'MaxRetriesPerRequestError') return true;
  return error.name === 'ReplyError' ? REDIS_AWAY.test(error.message) : REDIS_CLOSED.test(error.message);
}

/** A short name of an error for a failed job: its code or its class, never what it was about. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
