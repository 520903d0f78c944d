// A monitor's stream behind nginx and HAProxy with the examples of deploy/: it comes through at once, lives longer than their
// patience, and goes on at another process of the api when its own is killed or stopped, with nothing lost.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type BalancerName, type Balancers, bringBalancers } from '../../bin/launcher/balancers.ts';
import { freePort } from '../../bin/launcher/free-port.ts';
import type { ExamSession } from '../../client/session.ts';
import { MonitorReply } from '../../schema/monitor.ts';
import { type EventReader, type ReadEvent, readEvents } from '../support/event-reader.ts';
import { testFolder } from '../support/parts.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { type RunningBalancer, startBalancer } from './balancer.ts';
import { makeCertificate } from './certificates.ts';

const NAMES = ['nginx', 'haproxy'] as const satisfies BalancerName[];
/** Longer than the examples wait for a word of a server: 75 s. */
const QUIET_MS = 80_000;
/** So many that each process of the api has at least one of them. */
const STREAMS = 6;
const PEOPLE = 3;

type Row = { examineeId: string; savedCount: number };
type Delta = { set: Row[]; gone: string[] };

describe('a monitor’s stream behind a balancer', function () {
  this.timeout(180_000);
  const trusted = getCACertificates('default');
  const urls = new Map<BalancerName, string>();
  const running: RunningBalancer[] = [];
  let whole: WholeExam;
  let sessions: ExamSession[] = [];
  let item = 0;
  let readers: EventReader[] = [];

  before(async function () {
    const balancers: Balancers = await bringBalancers();
    whole = await openWholeExam('streams', { layout: { api: 2, rooms: 1, workers: 1 }, examinees: PEOPLE });
    sessions = await Promise.all(Array.from({ length: PEOPLE }, (_, index) => whole.enter(index)));
    await whole.begin();
    const certificate = makeCertificate(join(await testFolder(), 'localhost.pem'));
    setDefaultCACertificates([...trusted, readFileSync(certificate.path, 'utf8')]);
    const [api, second, rooms] = ['api', 'api-2', 'rooms-1'].map(whole.portOf) as [number, number, number];
    for (const name of NAMES) {
      const program = balancers[name];
      if ('missing' in program) {
        console.log(`      without ${name}: ${program.missing}`);
        continue;
      }
      const ports = { front: await freePort(), plain: await freePort() };
      const all = { ...ports, api: [api, second], rooms: [rooms, rooms] } as const;
      running.push(await startBalancer(name, program, all, certificate.path));
      urls.set(name, `https://127.0.0.1:${ports.front}`);
    }
    if (urls.size === 0) this.skip();
  });
  afterEach(() => {
    for (const reader of readers) reader.close();
    readers = [];
  });
  after(async () => {
    setDefaultCACertificates(trusted);
    await Promise.all(running.map((balancer) => balancer.stop()));
    await whole?.stop();
  });

  const path = () => `/v1/monitor/plans/${whole.exam.planId}`;
  async function watch(url: string, lastId = ''): Promise<EventReader> {
    const reader = await readEvents(`${url}${path()}/stream`, whole.token, lastId);
    readers.push(reader);
    assert.equal(reader.status, 200);
    return reader;
  }

  /** Everybody answers another item, and it is saved. */
  async function everybodyAnswers(): Promise<void> {
    item++;
    for (const session of sessions) session.answer(item, 'B');
    await until(`item ${item} is saved`, () => sessions.every((session) => isSaved(session, item)), 30_000);
  }

  /** What a page that has taken in all of this shows: how many answers each has. */
  function shownBy(events: readonly ReadEvent[]): Map<string, number> {
    const shown = new Map<string, number>();
    const take = (rows: readonly Row[]): void => {
      for (const { examineeId, savedCount } of rows) shown.set(examineeId, savedCount);
    };
    for (const { event, data } of events) {
      if (event === 'snapshot') {
        shown.clear();
        take((data as MonitorReply).examinees ?? []);
      }
      if (event !== 'examinees') continue;
      take((data as Delta).set);
      for (const gone of (data as Delta).gone) shown.delete(gone);
    }
    return shown;
  }

  /** Until the stream has told all that was answered; then it shows the same as one who asks now. */
  async function showsAll(events: () => readonly ReadEvent[], url: string): Promise<void> {
    const isAll = () => [...shownBy(events()).values()].every((count) => count === item);
    await until(`all ${item} answers are told`, isAll, 30_000);
    const reply = await fetch(`${url}${path()}?topics=examinees`, {
      headers: { authorization: `Bearer ${whole.token}` },
    });
    const { examinees = [] } = MonitorReply.parse(await reply.json());
    assert.deepEqual(
      shownBy(events()),
      new Map(examinees.map(({ examineeId, savedCount }) => [examineeId, savedCount])),
    );
  }

  it('comes through while it is quiet, for longer than a balancer waits for a word', async () => {
    const watching = await Promise.all([...urls.values()].map((url) => watch(url)));
    await Promise.all(watching.map((reader) => reader.next('snapshot')));
    await sleep(QUIET_MS);
    for (const reader of watching) assert.ok(reader.comments.length >= 6, `${reader.comments.length} heartbeats`);
    await everybodyAnswers();
    await Promise.all([...urls.values()].map((url, index) => showsAll(() => watching[index]?.events ?? [], url)));
  });

  for (const name of NAMES)
    for (const [how, signal, process] of [
      ['killed', 'SIGKILL', 'api-2'],
      ['stopped', 'SIGTERM', 'api'],
    ] as const)
      it(`[S18] goes on behind ${name} at the other process when its own is ${how}, with nothing lost`, async function () {
        const url = urls.get(name);
        if (url === undefined) return this.skip();
        await leadsToBoth(url);
        const watching: EventReader[] = [];
        for (let n = 0; n < STREAMS; n++) watching.push(await watch(url));
        await Promise.all(watching.map((reader) => reader.next('snapshot')));
        await everybodyAnswers();
        await Promise.all(watching.map((reader) => showsAll(() => reader.events, url)));
        const ended = new Set<EventReader>();
        for (const reader of watching) void reader.ended.then(() => ended.add(reader));
        await whole.system.kill(process, signal);
        await until('whoever was at this process is cut off', () => ended.size > 0);
        await everybodyAnswers();
        assert.ok(ended.size < STREAMS, 'the others are at the other process, and stay');
        const cut = [...ended];
        const again = await Promise.all(cut.map((reader) => watch(url, reader.lastId())));
        await everybodyAnswers();
        await Promise.all(
          cut.map((reader, index) => showsAll(() => [...reader.events, ...(again[index]?.events ?? [])], url)),
        );
        for (const reader of again) {
          const anew = reader.events.filter(({ event }) => event === 'reset' || event === 'snapshot');
          assert.deepEqual(anew, [], 'it goes on where it was');
        }
        const stayed = watching.filter((reader) => !ended.has(reader));
        await Promise.all(stayed.map((reader) => showsAll(() => reader.events, url)));
        await whole.system.start(process);
      });

  /** How often this process was asked for the queues, which only this test does. */
  async function askedAt(process: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${whole.portOf(process)}/metrics`)).text();
    const counts = text.matchAll(/^examhall_http_request_seconds_count\{route="\/v1\/monitor\/queues".*\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** A balancer that has seen a process die takes a while until it asks it again. */
  async function leadsToBoth(url: string): Promise<void> {
    const headers = { authorization: `Bearer ${whole.token}` };
    await until('both processes are asked', async () => {
      const before = await Promise.all(['api', 'api-2'].map(askedAt));
      for (let n = 0; n < STREAMS; n++) await (await fetch(`${url}/v1/monitor/queues`, { headers })).text();
      const after = await Promise.all(['api', 'api-2'].map(askedAt));
      return after.every((count, index) => count > (before[index] ?? 0));
    });
  }
});
