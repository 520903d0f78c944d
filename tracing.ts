// Spans of requests for OpenTelemetry, where the settings name a collector: the api, the room, the job, the store, in one trace.
// The trace's id follows from the request's id, which travels anyway, so no message grows by it and every process decides alike
// which requests are traced. Sent as OTLP over HTTP in JSON. Must never name a person, an answer or a path with its ids, nor
// hold up or fail the work. Off, it costs one comparison. Begun by the composition root.
import { AsyncLocalStorage } from 'node:async_hooks';
import { hash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { currentRequestId } from './request-id.ts';

type Attributes = Readonly<Record<string, string | number>>;
type Kind = 'internal' | 'server' | 'consumer' | 'client';
/** Where a span is to be hung: one for each request that the work is for. */
type Place = { readonly traceId: string; readonly parentId: string };

type Span = Place & {
  readonly spanId: string;
  readonly name: string;
  readonly kind: Kind;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly isFault: boolean;
};

export type TracingOptions = {
  /** Of the collector, with its path: …/v1/traces. */
  readonly url: string;
  /** The share of requests that are traced, 0 to 1. */
  readonly ratio: number;
  readonly roles: readonly string[];
  readonly version: string;
  readonly log: Logger;
  /** Other lengths are for tests. */
  readonly everyMs?: number;
};

const EVERY_MS = 2_000;
const PATIENCE_MS = 3_000;
/** Beyond it the newest are dropped: a collector that is away must cost no memory. */
const MOST_WAITING = 5_000;
const KINDS: Readonly<Record<Kind, number>> = { internal: 1, server: 2, client: 3, consumer: 5 };
const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_HEX = 16;
const CERTAIN = 2 ** 32;
const FAULT = 2;
const NS_A_MICRO = 1_000n;

const places = new AsyncLocalStorage<readonly Place[]>();
let tracer: { readonly ratio: number; add(span: Span): void } | undefined;

/** Starts sending; `stop` sends what is left. One a process. */
export function startTracing(options: TracingOptions): { stop(): Promise<void> } {
  const { url, ratio, log, everyMs = EVERY_MS } = options;
  let waiting: Span[] = [];
  let dropped = 0;
  let running: Promise<void> = Promise.resolve();
  const own = {
    ratio,
    add(span: Span) {
      if (waiting.length < MOST_WAITING) waiting.push(span);
      else dropped++;
    },
  };
  tracer = own;

  /** Never rejects. What was not taken is not sent again: traces are samples. */
  async function flush(): Promise<void> {
    const spans = waiting;
    waiting = [];
    if (spans.length === 0) return;
    try {
      const body = JSON.stringify(envelopeOf(spans, options));
      const headers = { 'content-type': 'application/json' };
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const { status } = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
      if (status >= 400 || dropped > 0) log.warn({ status, spans: spans.length, dropped }, 'traces were not all taken');
      dropped = 0;
    } catch (error) {
      log.warn({ err: error, spans: spans.length }, 'traces were not sent');
    }
  }

  const timer = setInterval(() => {
    running = running.then(flush);
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      if (tracer === own) tracer = undefined;
      await running;
      await flush();
    },
  };
}

/** Does this work as a span of the request that it is for; just so where there is none, or none is traced. */
export function traced<T>(name: string, work: () => T, kind: Kind = 'internal', attributes: Attributes = {}): T {
  if (tracer === undefined) return work();
  return spanned(places.getStore() ?? placesOf(currentRequestId()), { name, kind, attributes }, work);
}

/** The same for work that is for several requests: a span of each. */
export function tracedFor<T>(
  requestIds: readonly string[],
  name: string,
  work: () => T,
  attributes: Attributes = {},
): T {
  if (tracer === undefined) return work();
  return spanned(requestIds.flatMap(placesOf), { name, kind: 'consumer', attributes }, work);
}

/** The first span of a request, under which all others hang; `status` is asked when the work is over. */
export function tracedRequest<T>(name: string, work: () => T, status: () => number): T {
  const [place] = tracer === undefined ? [] : placesOf(currentRequestId());
  if (place === undefined) return work();
  const { traceId, parentId: spanId } = place;
  const startMs = now();
  const end = (isFault: boolean) => {
    const attributes = { 'http.response.status_code': status() };
    const isOurs = isFault || status() >= 500;
    tracer?.add({
      traceId,
      parentId: '',
      spanId,
      name,
      kind: 'server',
      startMs,
      endMs: now(),
      attributes,
      isFault: isOurs,
    });
  };
  return places.run([place], () => ended(work, end));
}

type About = { readonly name: string; readonly kind: Kind; readonly attributes: Attributes };

function spanned<T>(above: readonly Place[], about: About, work: () => T): T {
  if (above.length === 0) return work();
  const startMs = now();
  const own = above.map((place) => ({ ...place, spanId: randomBytes(SPAN_HEX / 2).toString('hex') }));
  const below = own.map(({ traceId, spanId }) => ({ traceId, parentId: spanId }));
  const end = (isFault: boolean) => {
    for (const one of own) tracer?.add({ ...one, ...about, startMs, endMs: now(), isFault });
  };
  return places.run(below, () => ended(work, end));
}

/** Says when the work is over, also where it comes as a promise, and whether it threw. */
function ended<T>(work: () => T, end: (isFault: boolean) => void): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    end(true);
    throw error;
  }
  if (!(result instanceof Promise)) {
    end(false);
    return result;
  }
  return result.then(
    (value: unknown) => {
      end(false);
      return value;
    },
    (error: unknown) => {
      end(true);
      throw error;
    },
  ) as T;
}

/** Empty where this request is not traced. The same in every process. */
function placesOf(requestId: string | undefined): Place[] {
  if (requestId === undefined || tracer === undefined) return [];
  const digest = hash('sha256', requestId, 'hex');
  if (Number.parseInt(digest.slice(-8), 16) >= tracer.ratio * CERTAIN) return [];
  // An id that is a trace's already is what a balancer's own tracing has given.
  const traceId = TRACE_ID.test(requestId) ? requestId : digest.slice(0, 32);
  return [{ traceId, parentId: digest.slice(32, 32 + SPAN_HEX) }];
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function envelopeOf(spans: readonly Span[], { roles, version }: TracingOptions) {
  const about = { 'service.name': 'examhall', 'service.version': version, 'host.name': hostname() };
  const resource = { ...about, 'process.pid': process.pid, 'examhall.roles': roles.join(',') };
  return {
    resourceSpans: [
      {
        resource: { attributes: pairsOf(resource) },
        scopeSpans: [{ scope: { name: 'examhall', version }, spans: spans.map(shown) }],
      },
    ],
  };
}

function shown({ traceId, spanId, parentId, name, kind, startMs, endMs, attributes, isFault }: Span) {
  return {
    ...{ traceId, spanId, ...(parentId === '' ? {} : { parentSpanId: parentId }) },
    ...{ name, kind: KINDS[kind], startTimeUnixNano: nanos(startMs), endTimeUnixNano: nanos(endMs) },
    attributes: pairsOf(attributes),
    status: isFault ? { code: FAULT } : {},
  };
}

function pairsOf(attributes: Attributes) {
  return Object.entries(attributes).map(([key, value]) => {
    return { key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } };
  });
}

/** A text: no number holds that many digits. */
function nanos(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * NS_A_MICRO);
}
