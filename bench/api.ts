// `npm run bench:api [-- --quick]`: what the office asks most, by autocannon: the login, a page of a roster of 10,000, the
// monitor's snapshot, the progress of 310 rooms; each beside a bare Express route that sends the same bytes in the same
// run. And single things, read with 100 people in the store and with 10,000 more.
import { login } from '../loadtest/administrator.ts';
import { createRehearsal, openRooms, type Rehearsal } from '../loadtest/rehearsal.ts';
import { newId } from '../schema/ids.ts';
import { type CannonFigures, cannonade } from './cannon.ts';
import { type BenchChild, startChild } from './child.ts';
import { benchPaper, benchRooms } from './documents.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import type { PlainOrder, PlainReply } from './plain-server.ts';
import { type Pids, readProcesses, spentBetween } from './processes.ts';
import { type Bench, type BenchSystem, runBench } from './run.ts';

type Size = Readonly<Record<'few' | 'many' | 'rooms' | 'warmSeconds' | 'seconds' | 'rounds' | 'readSeconds', number>>;
const SIZES: Record<Bench['pace'], Size> = {
  full: { few: 100, many: 10_000, rooms: 310, warmSeconds: 1, seconds: 2, rounds: 5, readSeconds: 2 },
  quick: { few: 6, many: 30, rooms: 3, warmSeconds: 0, seconds: 1, rounds: 1, readSeconds: 1 },
};
const CONNECTIONS = 32;
/** A password is hashed for as long as a hundred other answers take: more of them only wait for each other. */
const LOGIN_CONNECTIONS = 8;
const PAGE = 500;
const LIVE_LIMIT_MS = 60_000;

type Side = CannonFigures & { readonly cpuPercent: Readonly<Record<string, number>> };
type Case = {
  readonly name: CaseName;
  readonly bytes: number;
  readonly own: Side;
  readonly peer: Side;
  readonly ofPeer: number;
  /** Each round's, ascending; the rest is of the median one: the machine's own speed changes from second to second. */
  readonly ofRounds: readonly number[];
};
/** Microseconds a read over one connection, one after the other. */
type Reads = Readonly<Record<ReadName, number>>;
type Request = { readonly path: string; readonly body?: object };

const CASES = ['login', 'roster page', 'monitor, all', 'monitor, rooms', 'progress'] as const;
type CaseName = (typeof CASES)[number];
const READS = ['plan', 'room', 'examinee', 'sheet'] as const;
type ReadName = (typeof READS)[number];

type ApiFigures = {
  readonly people: { readonly few: number; readonly many: number };
  readonly rooms: number;
  readonly cases: readonly Case[];
  /** All pages of the roster, one after the other. */
  readonly roster: { readonly pages: number; readonly ms: number };
  readonly reads: { readonly few: Reads; readonly many: Reads; readonly growth: Reads };
};

async function measureApi(bench: Bench): Promise<ApiFigures> {
  const size = SIZES[bench.pace];
  return bench.withSystem({ api: 1, rooms: 1, workers: 1 }, async (started) => {
    const token = await started.system.admin();
    const peer = startChild<PlainOrder, PlainReply>('plain-server.ts');
    try {
      const small = await anExam(started, size.few, Math.min(10, size.rooms));
      const few = await measureReads(started, token, small, size);
      const big = await anExam(started, size.many, size.rooms);
      const many = await measureReads(started, token, big, size);
      const account = await anAccount(started, token);
      const cases: Case[] = [];
      for (const [name, request] of Object.entries(requestsOf(big, account)) as [CaseName, Request][])
        cases.push(await measureCase(started, peer, token, name, request, size));
      const roster = await walkRoster(started, token, big.planId);
      const growth = Object.fromEntries(READS.map((name) => [name, many[name] / few[name]])) as Reads;
      return {
        people: { few: size.few, many: size.many },
        rooms: size.rooms,
        cases,
        roster,
        reads: { few, many, growth },
      };
    } finally {
      await peer.stop();
    }
  });
}

/** An exam whose rooms are open, and of which Redis has the live data. */
async function anExam({ admin, system }: BenchSystem, examinees: number, rooms: number): Promise<Rehearsal> {
  const request = { name: 'bench', ...benchPaper(), rooms: benchRooms(examinees, rooms), durationMs: 3_600_000 };
  const rehearsal = await createRehearsal(admin, request);
  await openRooms(admin, rehearsal);
  const token = await system.admin();
  const until = performance.now() + LIVE_LIMIT_MS;
  const path = `/v1/monitor/plans/${rehearsal.planId}?topics=sockets`;
  while (JSON.parse(await get(system.url, token, path)).sockets.examineeCount < examinees)
    if (performance.now() > until) throw new Error('the live data of the plan did not come');
  return rehearsal;
}

/** An admin who has a password, as people of an office do. */
async function anAccount({ system }: BenchSystem, token: string): Promise<{ login: string; password: string }> {
  const account = { login: `bench-${newId().toLowerCase()}`.replaceAll('_', '-'), password: newId() };
  const response = await fetch(`${system.url}/v1/admins`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': newId() },
    body: JSON.stringify(account),
  });
  if (!response.ok) throw new Error(`no account: ${response.status} ${await response.text()}`);
  await login(system.url, account.login, account.password);
  return account;
}

function requestsOf({ planId, roster }: Rehearsal, account: object): Record<CaseName, Request> {
  const half = roster.map(({ examineeId }) => examineeId).sort()[Math.floor(roster.length / 2)];
  return {
    login: { path: '/v1/login', body: account },
    'roster page': { path: `/v1/plans/${planId}/examinees?limit=${PAGE}&after=${half}` },
    'monitor, all': { path: `/v1/monitor/plans/${planId}` },
    'monitor, rooms': { path: `/v1/monitor/plans/${planId}?topics=rooms,progress` },
    progress: { path: `/v1/plans/${planId}/progress` },
  };
}

async function measureCase(
  { system, pids }: BenchSystem,
  peer: BenchChild<PlainOrder, PlainReply>,
  token: string,
  name: CaseName,
  { path, body }: Request,
  size: Size,
): Promise<Case> {
  const json = await get(system.url, token, path, body);
  const { port } = await peer.ask({ json });
  const shot = body === undefined ? { token, connections: CONNECTIONS } : { body, connections: LOGIN_CONNECTIONS };
  const fire = (url: string, of: Pids) => fired(`${url}${path}`, shot, of, size);
  const rounds: Pick<Case, 'own' | 'peer' | 'ofPeer'>[] = [];
  for (let round = 0; round < size.rounds; round++) {
    const own = await fire(system.url, pids());
    const beside = await fire(`http://127.0.0.1:${port}`, { peer: peer.pid });
    rounds.push({ own, peer: beside, ofPeer: own.perSecond / beside.perSecond });
  }
  const [median = rounds[0]] = rounds.sort((a, b) => a.ofPeer - b.ofPeer).slice(Math.floor(rounds.length / 2));
  if (median === undefined) throw new RangeError('no round');
  return { name, bytes: Buffer.byteLength(json), ...median, ofRounds: rounds.map(({ ofPeer }) => ofPeer) };
}

/** Warms up, then measures. Throws where anything but successes came back. */
async function fired(
  url: string,
  shot: { readonly token?: string; readonly body?: object; readonly connections: number },
  pids: Pids,
  { warmSeconds, seconds }: Pick<Size, 'warmSeconds' | 'seconds'>,
): Promise<Side> {
  if (warmSeconds > 0) await cannonade({ ...shot, url, seconds: warmSeconds });
  const { load: _, ...others } = pids;
  const before = readProcesses(others);
  const figures = await cannonade({ ...shot, url, seconds });
  const { percent } = spentBetween(before, readProcesses(others));
  if (figures.failed > 0) throw new Error(`${figures.failed} requests of ${new URL(url).pathname} failed`);
  return { ...figures, cpuPercent: percent };
}

async function measureReads(
  { system }: BenchSystem,
  token: string,
  { planId, rooms, roster }: Rehearsal,
  { warmSeconds, readSeconds: seconds }: Size,
): Promise<Reads> {
  const [{ examineeId = '' } = {}] = roster;
  const paths: Record<ReadName, string> = {
    plan: `/v1/plans/${planId}`,
    room: `/v1/rooms/${rooms[0]?.roomId}`,
    examinee: `/v1/examinees/${examineeId}`,
    sheet: `/v1/examinees/${examineeId}/sheet`,
  };
  const found: [ReadName, number][] = [];
  for (const name of READS) {
    const { perSecond } = await fired(
      `${system.url}${paths[name]}`,
      { token, connections: 1 },
      {},
      {
        warmSeconds,
        seconds,
      },
    );
    found.push([name, Math.round(1_000_000 / perSecond)]);
  }
  return Object.fromEntries(found) as Reads;
}

async function walkRoster({ system }: BenchSystem, token: string, planId: string) {
  const startedAt = performance.now();
  let pages = 0;
  for (let after: string | null = ''; after !== null; pages++) {
    const query: string = after === '' ? '' : `&after=${after}`;
    after = JSON.parse(await get(system.url, token, `/v1/plans/${planId}/examinees?limit=${PAGE}${query}`)).next;
  }
  return { pages, ms: Math.round(performance.now() - startedAt) };
}

async function get(url: string, token: string, path: string, body?: object): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const posted = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, { headers, ...posted });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 200)}`);
  return text;
}

function describe({ cases, roster, reads, people, rooms }: ApiFigures): string {
  const side = ({ perSecond, latencyMs: { p50, p99 }, cpuPercent, loadPercent }: Side) => {
    const cpu = Object.entries({ ...cpuPercent, load: loadPercent }).map(([name, percent]) => `${name} ${percent}`);
    return `${Math.round(perSecond)}/s, p50 ${p50}, p99 ${p99} ms (CPU in % of a core: ${cpu.join(', ')})`;
  };
  return [
    `${people.many} examinees in ${rooms} rooms, ${CONNECTIONS} connections, ${LOGIN_CONNECTIONS} that log in`,
    ...cases.flatMap(({ name, bytes, own, peer, ofPeer, ofRounds }) => [
      `${name}, ${bytes} bytes: ${ofPeer.toFixed(3)} of bare Express (${ofRounds.map((one) => one.toFixed(3)).join(', ')})`,
      `  own  ${side(own)}`,
      `  peer ${side(peer)}`,
    ]),
    `all ${roster.pages} pages of the roster: ${roster.ms} ms`,
    ...READS.map(
      (name) =>
        `one ${name}: ${reads.few[name]} µs with ${people.few} people, ${reads.many[name]} with ${people.many} more (×${reads.growth[name].toFixed(2)})`,
    ),
  ].join('\n');
}

function judged({ cases, reads }: ApiFigures): Verdict[] {
  const of = (name: CaseName) => cases.find((one) => one.name === name);
  const rate = (name: 'monitor, all' | 'monitor, rooms' | 'progress') =>
    judge(LIMITS.api[name], of(name)?.ofPeer ?? null, of(name)?.peer.perSecond ?? null);
  const worst = READS.toSorted((a, b) => reads.growth[b] - reads.growth[a])[0] ?? 'plan';
  return [
    ...(['monitor, all', 'monitor, rooms', 'progress'] as const).map(rate),
    judge(LIMITS.api.growth, reads.growth[worst], reads.few[worst]),
  ];
}

await runBench('api', async (bench) => {
  const figures = await measureApi(bench);
  bench.say(describe(figures));
  return { figures, verdicts: bench.pace === 'quick' ? [] : judged(figures) };
});
