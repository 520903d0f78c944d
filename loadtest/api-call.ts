// One request to the admin API: sent again under the same Idempotency-Key where the API says later or cannot be reached,
// and its answer parsed. It must never print a token. Called by administrator.ts alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** The API said no, or could not be reached. `code` is the problem's, or UNREACHABLE or ANSWER_UNREADABLE. */
export class AdministratorError extends Error {
  readonly code: string;
  readonly status: number;
  /** When to come again, where the API said so; 0 where it did not. */
  readonly retryAfterMs: number;
  constructor(code: string, status: number, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options);
    this.name = 'AdministratorError';
    this.code = code;
    this.status = status;
    this.retryAfterMs = options?.retryAfterMs ?? 0;
  }
}

/** `key` is the Idempotency-Key of a write; GETs need none. */
export type ApiRequest = { url: string; method: string; token?: string; body?: unknown; key?: string };

const TRIES = 6;
const FIRST_WAIT_MS = 200;

/**
 * Sends it, up to six times within six seconds, always under the same key. Who rehearses on a system that counts requests
 * waits for the next minute as often as it is told to: that is no failure of the system. Throws AdministratorError.
 */
export async function request<T>(sent: ApiRequest, answer: z.ZodType<T>): Promise<T> {
  for (let tries = 1; ; ) {
    try {
      return await requestOnce(sent, answer);
    } catch (error) {
      if (!(error instanceof AdministratorError)) throw error;
      if (error.code === 'RATE_EXCEEDED') {
        await sleep(Math.max(FIRST_WAIT_MS, error.retryAfterMs));
        continue;
      }
      if (!isWorthRepeating(error) || tries === TRIES) throw error;
      await sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
      tries++;
    }
  }
}

function isWorthRepeating({ code, status }: AdministratorError): boolean {
  return code === 'UNREACHABLE' || status === 503 || status === 429 || code === 'INTERNAL';
}

async function requestOnce<T>({ url, method, token, body, key }: ApiRequest, answer: z.ZodType<T>): Promise<T> {
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (key && method !== 'GET') headers['idempotency-key'] = key;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const path = `${method} ${new URL(url).pathname}`;
  const response = await fetch(url, {
    method,
    headers,
    signal: AbortSignal.timeout(60_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new AdministratorError('UNREACHABLE', 0, `${path}: the api cannot be reached.`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw problemOf(path, response.status, text);
  const parsed = answer.safeParse(text === '' ? undefined : jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new AdministratorError('ANSWER_UNREADABLE', response.status, `${path}: ${z.prettifyError(parsed.error)}`);
}

const Problem = z.object({
  code: z.string(),
  detail: z.string().optional(),
  title: z.string().optional(),
  retryAfterMs: z.number().optional(),
});

function problemOf(path: string, status: number, text: string): AdministratorError {
  const { data } = Problem.safeParse(jsonOf(text));
  const sentence = data?.detail ?? data?.title ?? text.slice(0, 200);
  const when = data?.retryAfterMs === undefined ? {} : { retryAfterMs: data.retryAfterMs };
  return new AdministratorError(data?.code ?? 'UNKNOWN', status, `${path}: ${status} ${sentence}`, when);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Not JSON: the schema that wants an object will say so.
  }
}
