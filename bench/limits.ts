// The limits that the benches hold the system to, and how a figure is judged by one. Each figure has a peer, measured in
// the same run on the same machine, so that it still means something where the machine is slow or noisy. Pure.

import type { QueueName } from '../schema/jobs.ts';

/** A bound of one figure; `peer` says what it is compared with. */
export type Limit = {
  readonly figure: string;
  readonly unit: string;
  readonly kind: 'at most' | 'at least';
  readonly bound: number;
  readonly peer: string;
};

const most = (figure: string, bound: number, unit: string, peer: string): Limit => ({
  figure,
  unit,
  kind: 'at most',
  bound,
  peer,
});

/** `bound`: items a second of a backlog; `p99`: of a job at a busy exam's pace, in ms. */
const queueLimits = (queue: string, bound: number, unit: string, p99: number) => ({
  rate: {
    ...{ figure: `backlog of the ${queue} queue`, unit: `${unit} a second`, kind: 'at least' as const, bound },
    peer: 'the same jobs through BullMQ to a worker that does nothing',
  },
  p99: most(
    `p99 of a job of the ${queue} queue`,
    p99,
    'ms',
    'the same jobs through BullMQ to a worker that does nothing',
  ),
});

const ofExpress = (figure: string): Limit => ({
  ...{ figure, unit: 'of bare Express', kind: 'at least', bound: 0.5 },
  peer: 'a bare Express route that sends the same bytes, a second',
});

const ECHO = 'a bare WebSocket echo at 4,000 a second';
const PAGE_ECHO = 'a bare WebSocket echo at 300 a second';
const FIRST = 'the same people coming in for the first time, all at once';
const BURST = 'a bare WebSocket echo to as many at once';

/** Every limit, by the bench that checks it. */
export const LIMITS = {
  answers: {
    rate: {
      figure: 'durable acknowledged answers a second',
      unit: 'of raw',
      kind: 'at least',
      bound: 0.5,
      peer: 'one process that inserts the same documents',
    },
    p99: most('p99 at 10,000 answers a second', 40, 'ms', 'p50 of the same answers'),
    growth: most('CPU an answer with 1,000,000 stored', 1.2, 'of that with 250,000', 'the same with 250,000 stored'),
  },
  api: {
    'monitor, all': ofExpress('monitor of 10,000 examinees, requests a second'),
    'monitor, rooms': ofExpress('monitor of 310 rooms, requests a second'),
    progress: ofExpress('progress of 310 rooms, requests a second'),
    growth: most('a single read with 10,000 people more', 1.25, 'of that with 100', 'the same with 100, µs'),
  },
  monitor: {
    streams: most(
      'CPU of the api for 100 streams of a monitor, 1,607 answering each 10 s',
      10,
      '% of a core',
      'the same api without streams',
    ),
  },
  receipts: {
    cpu: most('CPU of worker and engine an answer with signed roots', 1.1, 'of that without', 'the same without, µs'),
  },
  rooms: {
    p99: most('p99 of send to saved at 4,000 a second', 50, 'ms', ECHO),
    answerUs: most('CPU of the rooms process an answer at 4,000 a second', 120, 'µs', ECHO),
    joinMs: most('CPU of the api and the rooms process a join', 1, 'ms', 'the load generator'),
    clientKb: most(
      'memory of the rooms process a client, its share of the room included',
      35,
      'kB',
      'the load generator',
    ),
    crowdP99: most('p99 of 8,000 clients answering every 10 s', 100, 'ms', ECHO),
  },
  board: {
    kbPerSecond: most(
      'traffic to a board of 20 rooms of 300',
      20,
      'kB/s',
      'the same changes as JSON, of the changed fields alone',
    ),
    p99: most('p99 of event to decoded board', 500, 'ms', 'a bare WebSocket echo at 600 a second'),
  },
  'board-page': {
    p50: most('median of the page’s main thread a patch, 300 rows of which all answer', 16, 'ms', PAGE_ECHO),
    p99: most('p99 of the page’s main thread a patch, 300 rows of which all answer', 50, 'ms', PAGE_ECHO),
    heapMb: most('growth of the page’s heap while all 300 answer, last third to first', 1, 'MB', 'the heap itself'),
  },
  'board-hour': {
    heapMb: most(
      'growth of the page’s heap over an hour of patches of 300 rows, simulated at speed',
      1,
      'MB',
      'the heap itself',
    ),
  },
  controls: {
    instants: most('different instants of the start that clients were told', 1, 'instants', 'the clients'),
    startSkew: most('start of 310 rooms: first to last of 1,600 clients told to begin', 250, 'ms', BURST),
    keyMs: most('start of 310 rooms: p99 from its instant to the key of the paper', 1_000, 'ms', BURST),
    newsMs: most('news of that start: p99 to the client', 3_000, 'ms', BURST),
    extendMs: most('extension for 1,600: p99 to the client', 1_000, 'ms', BURST),
    ledgerMs: most('extension for 1,600: p99 to delivered in the ledger', 5_000, 'ms', 'the same to the client'),
    pauseMs: most('pause of 1,600: p99 to the client', 1_000, 'ms', BURST),
    resumeMs: most('resume of 1,600: p99 to the client', 1_000, 'ms', BURST),
  },
  takeover: {
    p50: most('SIGKILL of a rooms process: median until its people answer again', 3_000, 'ms', FIRST),
    p99: most('SIGKILL of a rooms process: p99 until its people answer again', 6_000, 'ms', FIRST),
    lockedOut: most('examinees locked out by a kill or a stop in order', 0, 'examinees', FIRST),
    wait: most('stop in order of a rooms process: the longest that an answer waited', 3_000, 'ms', FIRST),
  },
  sockets: {
    held: {
      figure: 'people in rooms, with heartbeats in time',
      unit: 'people',
      kind: 'at least',
      bound: 8_000,
      peer: 'what open files would allow',
    },
    kbEach: most('memory of the rooms processes for each of them', 35, 'kB', 'the load generator'),
    lockedOut: most('of 3,000 whose rooms process was killed, not back and saved', 0, 'people', 'all of them'),
    backMs: most('from the kill until the last of them was back', 15_000, 'ms', 'coming in the first time'),
  },
  enter: {
    lockedOut: most('examinees locked out', 0, 'examinees', 'as many requests for the health of the api at once'),
  },
} as const satisfies Record<string, Record<string, Limit>>;

/** A backlog drains at least twice as fast as a busy exam of 8,000 people fills the queue; that of the answers faster by far. */
export const QUEUE_LIMITS = {
  answers: queueLimits('answers', 10_000, 'answers', 100),
  states: queueLimits('states', 1_600, 'rows', 1_000),
  incidents: queueLimits('incidents', 160, 'reports', 1_000),
  logs: queueLimits('logs', 800, 'entries', 1_000),
  statistics: queueLimits('statistics', 200, 'sheets', 2_000),
} as const satisfies Record<QueueName, { readonly rate: Limit; readonly p99: Limit }>;

/** A measured figure beside its limit and its peer. `ofLimit` and `ofPeer` are quotients; null where there is none. */
export type Verdict = Limit & {
  readonly measured: number;
  readonly ofLimit: number | null;
  readonly peerMeasured: number | null;
  readonly ofPeer: number | null;
  readonly outcome: 'PASS' | 'FAIL';
};

/** Judges one figure. What could not be measured has failed. */
export function judge(limit: Limit, measured: number | null, peerMeasured: number | null): Verdict {
  const value = measured ?? Number.NaN;
  const holds = limit.kind === 'at most' ? value <= limit.bound : value >= limit.bound;
  return {
    ...limit,
    measured: value,
    ofLimit: quotient(value, limit.bound),
    peerMeasured,
    ofPeer: peerMeasured === null ? null : quotient(value, peerMeasured),
    outcome: holds ? 'PASS' : 'FAIL',
  };
}

/** One line for a terminal. */
export function verdictLine(verdict: Verdict): string {
  const { outcome, figure, measured, unit, kind, bound, ofLimit, peer, peerMeasured, ofPeer } = verdict;
  const limit = `${kind} ${bound}${ofLimit === null ? '' : ` (${shown(ofLimit)} of it)`}`;
  const beside = peerMeasured === null ? '' : `; ${peer}: ${shown(peerMeasured)}`;
  return `${outcome}  ${figure}: ${shown(measured)} ${unit}, ${limit}${beside}${ofPeer === null ? '' : ` (×${shown(ofPeer)})`}`;
}

function quotient(value: number, by: number): number | null {
  return by === 0 || Number.isNaN(value) ? null : value / by;
}

/** Three digits that count, and no more after the point than there are. */
function shown(value: number): string {
  if (Number.isNaN(value)) return 'not measured';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
