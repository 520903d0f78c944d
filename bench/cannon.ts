// Runs autocannon as the command that it is, in a process of its own: one request again and again over so many connections.
// It must never be pointed at a system that the bench did not start. Called by api.ts.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { z } from 'zod';

export type Shot = {
  readonly url: string;
  readonly token?: string;
  /** Is posted as JSON; without it, it is a GET. */
  readonly body?: object;
  readonly connections: number;
  readonly seconds: number;
};

export type CannonFigures = {
  readonly perSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly mbPerSecond: number;
  /** Answers that were no success, and connections that broke. */
  readonly failed: number;
  /** Of the load generator itself, in percent of a core. */
  readonly loadPercent: number;
};

const SCRIPT = createRequire(import.meta.url).resolve('autocannon/autocannon.js');
const MOST_OUTPUT = 16 * 1024 * 1024;
/** The kernel counts a process's time in hundredths of a second. */
const TICK_MS = 10;

const Output = z.looseObject({
  requests: z.looseObject({ average: z.number() }),
  latency: z.looseObject({ p50: z.number(), p99: z.number(), max: z.number() }),
  throughput: z.looseObject({ average: z.number() }),
  non2xx: z.number(),
  errors: z.number(),
  timeouts: z.number(),
});

/** Throws where autocannon fails; what the server answers is counted. */
export async function cannonade({ url, token, body, connections, seconds }: Shot): Promise<CannonFigures> {
  const args = ['--json', '--connections', String(connections), '--duration', String(seconds)];
  if (token !== undefined) args.push('--headers', `authorization=Bearer ${token}`);
  if (body !== undefined)
    args.push('--method', 'POST', '--headers', 'content-type=application/json', '--body', JSON.stringify(body));
  const before = childrenMs();
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, ...args, url], { maxBuffer: MOST_OUTPUT });
  const { requests, latency, throughput, non2xx, errors, timeouts } = Output.parse(JSON.parse(stdout));
  const { p50, p99, max } = latency;
  return {
    perSecond: requests.average,
    latencyMs: { p50, p99, max },
    mbPerSecond: Math.round(throughput.average / 100_000) / 10,
    failed: non2xx + errors + timeouts,
    loadPercent: Math.round((childrenMs() - before) / seconds / 10),
  };
}

/** CPU of children of this process that have ended: the 16th and 17th field. */
function childrenMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
