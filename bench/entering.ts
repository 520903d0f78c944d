// POST /v1/enter for a crowd, over connections that are kept: again on 503 after Retry-After and full jitter, as the SDK
// does. A latency counts from the first try, so the waiting between tries is in it. Called by crowd.ts and enter.ts.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { comebackMs } from '../client/enter.ts';
import type { RosterEntry } from '../loadtest/administrator.ts';
import { newId } from '../schema/ids.ts';
import type { EnterReply, Problem } from '../schema/replies.ts';

export type Entered = { readonly reply: EnterReply; readonly tries: number; readonly ms: number };

/** Refused for good, or still not in after the patience. `code` is the problem's, or the status. */
export class EnterError extends Error {
  override name = 'EnterError';
  readonly code: string;
  constructor(code: string) {
    super(`not entered: ${code}`);
    this.code = code;
  }
}

export type Door = {
  /** Enters with this entry id, else with one of its own. Rejects with EnterError. */
  enter(entry: RosterEntry, entryId?: string): Promise<Entered>;
  /** How often each code asked to come again later. */
  readonly later: ReadonlyMap<string, number>;
  /** GET of a path of the api; resolves with its latency in ms. */
  get(path: string): Promise<number>;
  close(): void;
};

const PATIENCE_MS = 60_000;
const TIMEOUT_MS = 10_000;

/** The door of the api at `url`; each examinee who is under way has a connection, as if from an own device. */
export function openDoor(url: string): Door {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const later = new Map<string, number>();

  async function enter(entry: RosterEntry, entryId = newId()): Promise<Entered> {
    const body = JSON.stringify({ code: entry.code, deviceKey: `bench-${entry.examineeId}`, entryId });
    const startedAt = performance.now();
    for (let tries = 1; ; tries++) {
      const outcome = await call(agent, `${url}/v1/enter`, body).catch((error: Error) => lost(error));
      const ms = performance.now() - startedAt;
      if (outcome.status === 200) return { reply: JSON.parse(outcome.text) as EnterReply, tries, ms };
      const { code, retry, retryAfterMs } = problemOf(outcome);
      if (retry !== 'later' || ms > PATIENCE_MS) throw new EnterError(code);
      later.set(code, (later.get(code) ?? 0) + 1);
      await sleep(comebackMs(tries - 1, { retryAfterMs, reason: code }, Math.random()));
    }
  }

  return {
    enter,
    later,
    async get(path) {
      const startedAt = performance.now();
      await call(agent, `${url}${path}`);
      return performance.now() - startedAt;
    },
    close: () => agent.destroy(),
  };
}

type Outcome = { readonly status: number; readonly text: string; readonly retryAfterMs: number };

/** A connection that was lost counts as "come again": the api may have been too busy to answer. */
function lost(error: Error): Outcome {
  return { status: 0, text: JSON.stringify({ code: error.message, retry: 'later' }), retryAfterMs: 0 };
}

/** What is not ours is worth a second try, as in the SDK. */
function problemOf({ status, text, retryAfterMs: headerMs }: Outcome): {
  code: string;
  retry: string;
  retryAfterMs: number;
} {
  const { code, retry, retryAfterMs } = (text.startsWith('{') ? JSON.parse(text) : {}) as Partial<Problem>;
  return { code: code ?? String(status), retry: retry ?? 'later', retryAfterMs: retryAfterMs ?? headerMs };
}

function call(agent: Agent, url: string, body?: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const retryAfterMs = Number(response.headers['retry-after'] ?? 0) * 1_000;
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString(), retryAfterMs });
      });
    });
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error('TIMEOUT')));
    sent.on('error', reject);
    sent.end(body);
  });
}
