// The examples of deploy/ in front of a whole system of two processes of the api and two of the rooms: people know one
// address alone, with one certificate. No request and no socket has to come to the same process twice.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type BalancerName, type Balancers, bringBalancers } from '../../bin/launcher/balancers.ts';
import { freePort } from '../../bin/launcher/free-port.ts';
import type { ExamSession } from '../../client/session.ts';
import { newId } from '../../schema/ids.ts';
import type { EnterReply, Problem } from '../../schema/replies.ts';
import { testFolder } from '../support/parts.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { type Ports, type RunningBalancer, startBalancer } from './balancer.ts';
import { handshake, type MadeCertificate, makeCertificate, OLD } from './certificates.ts';
import { type Following, follow } from './following.ts';
import { ask } from './visitor.ts';

const ROOMS = 12;
const BACK_MS = 30_000;
/** As docs/deployment.md has it: longer than HAProxy takes to see it, and than nginx leaves out who refused once and is back. */
const LEAVE_MS = 3_000;
const WRONG = 12;
/** Between two requests of one who asks without end. */
const PAUSE_MS = 30;
/** Of each who asks, also where the work is over sooner. */
const LEAST_EACH = 2;
/** Enough for both processes of the api to have some. */
const STREAMS = 4;

describe('behind a balancer', function () {
  this.timeout(90_000);
  const trusted = getCACertificates('default');
  let balancers: Balancers;
  let ports: Ports;
  let url: string;
  let whole: WholeExam;
  let sessions: ExamSession[] = [];
  let item = 0;
  let certificate: MadeCertificate;

  /** Made anew, in the place of the one before; both are trusted, as those of one authority would be. */
  function renewCertificate(path: string): void {
    certificate = makeCertificate(path);
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(path, 'utf8')]);
  }

  before(async function () {
    balancers = await bringBalancers();
    const missing = Object.values(balancers).flatMap((balancer) => ('missing' in balancer ? balancer.missing : []));
    if (missing.length === 2) {
      console.log(`      skipped, there is no balancer: ${missing.join('; ')}`);
      this.skip();
    }
    const [front, plain] = [await freePort(), await freePort()];
    url = `https://127.0.0.1:${front}`;
    whole = await openWholeExam('balancers', {
      layout: { api: 2, rooms: 2, workers: 1 },
      rooms: ROOMS,
      examinees: 2,
      front: { url, roomAddress: (n) => `127.0.0.1:${front}/rooms/${n}` },
      env: { EXAMHALL_LEAVE_MS: String(LEAVE_MS) },
    });
    const [api, rooms] = [
      ['api', 'api-2'],
      ['rooms-1', 'rooms-2'],
    ].map((names) => names.map(whole.portOf));
    ports = { front, plain, api: [api?.[0] ?? 0, api?.[1] ?? 0], rooms: [rooms?.[0] ?? 0, rooms?.[1] ?? 0] };
    renewCertificate(join(await testFolder(), 'localhost.pem'));
  });
  after(async () => {
    setDefaultCACertificates(trusted);
    await whole?.stop();
  });

  const entryIds = Array.from({ length: ROOMS }, () => newId());
  /** The second person of a room, always with the same entryId. */
  async function enterAgain(room: number): Promise<EnterReply> {
    const { code, examineeId } = whole.exam.roster[room * 2 + 1] ?? { code: '', examineeId: '' };
    const body = JSON.stringify({ code, deviceKey: `device-${examineeId}`, entryId: entryIds[room] });
    const { status, text } = await ask(`${url}/v1/enter`, { method: 'POST', body });
    assert.equal(status, 200, text);
    return JSON.parse(text) as EnterReply;
  }

  /** Everybody who is in answers another item, and it is saved. */
  async function everybodyWorks(): Promise<void> {
    item++;
    for (const session of sessions) session.answer(item, 'B');
    const works = (session: ExamSession) => isSaved(session, item) && session.link() === 'online';
    await until(`item ${item} is saved for all`, () => sessions.every(works), BACK_MS);
  }

  /** What came of requests that never stopped while this was done: of the admin's and of people who enter. */
  async function askedWhile(work: () => Promise<void>): Promise<{ count: number; other: string[] }> {
    const other: string[] = [];
    let count = 0;
    let isOver = false;
    const headers = { authorization: `Bearer ${whole.token}` };
    const one = async (room: number): Promise<void> => {
      if (room % 2 === 0) return void (await enterAgain(room));
      const { status, text } = await ask(`${url}/v1/plans/${whole.exam.planId}`, { headers });
      if (status !== 200) throw new Error(text);
    };
    const lane = async (room: number): Promise<void> => {
      for (let made = 0; !isOver || made < LEAST_EACH; made++, count++, await sleep(PAUSE_MS))
        await one(room).catch((error: unknown) => void other.push(String(error)));
    };
    const lanes = Array.from({ length: 6 }, (_, room) => lane(room));
    await work().finally(() => {
      isOver = true;
    });
    await Promise.all(lanes);
    return { count, other };
  }

  /** Whether it has heard that everybody who is in has so many answers saved. */
  function saysSaved(follower: Following, count: number): boolean {
    const people = whole.exam.roster.filter((_, index) => index % 2 === 0);
    return people.every(({ examineeId }) => follower.saved().get(examineeId) === count);
  }

  const entersAt = async (port: number): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const counts = text.matchAll(/^examhall_http_request_seconds_count\{route="\/v1\/enter".*\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  for (const name of ['nginx', 'haproxy'] as const satisfies BalancerName[]) {
    describe(name, () => {
      /** Rooms stay with who has them: the second balancer finds all of them where the first has left them. */
      const inUse = name === 'nginx' ? [1, 2] : [2];
      let balancer: RunningBalancer | undefined;
      let followers: Following[] = [];
      before(async function () {
        const program = balancers[name];
        if ('missing' in program) {
          console.log(`        skipped: ${program.missing}`);
          return this.skip();
        }
        balancer = await startBalancer(name, program, ports, certificate.path);
        if (sessions.length > 0) return;
        sessions = await Promise.all(Array.from({ length: ROOMS }, (_, room) => whole.enter(room * 2, { url })));
        await whole.begin();
      });
      afterEach(async () => {
        for (const follower of followers.splice(0)) await follower.stop();
      });
      after(() => balancer?.stop());

      it('[S16] lets everybody in at one address, over all processes of the api and the rooms; who was in comes back', async () => {
        const replies = await Promise.all(entryIds.map((_, room) => enterAgain(room)));
        const addresses = new Set(replies.map(({ reservation }) => reservation.publicAddress));
        assert.deepEqual(addresses, new Set(inUse.map((n) => `127.0.0.1:${ports.front}/rooms/${n}`)));
        await everybodyWorks();
        for (const port of ports.api) assert.ok((await entersAt(port)) > 0, 'each process of the api let somebody in');
      });

      it('shows pages, documents and our own refusals, and nothing that is for the inside', async () => {
        const statusOf = async (path: string) => (await ask(url + path)).status;
        assert.deepEqual(await Promise.all(['/health', '/docs/', '/v1/openapi.json'].map(statusOf)), [200, 200, 200]);
        const inside = [
          '/metrics',
          '/inside',
          '/inside/queues/',
          '/rooms/1/metrics',
          '/rooms/1/health',
          '/rooms/2/',
          '/rooms/3/x',
        ];
        assert.deepEqual(
          await Promise.all(inside.map(statusOf)),
          inside.map(() => 404),
        );
        const page = await ask(`${url}/exam`);
        assert.match(String(page.headers['content-security-policy']), new RegExp(`wss://127.0.0.1:${ports.front}`));
        assert.ok(page.headers['strict-transport-security']);
        const headers = { authorization: `Bearer ${whole.token}`, 'idempotency-key': newId() };
        const large = await ask(`${url}/v1/papers`, { method: 'POST', body: JSON.stringify('x'.repeat(9e6)), headers });
        assert.equal((JSON.parse(large.text) as Problem).code, 'REQUEST_TOO_LARGE');
        const plain = await fetch(`http://127.0.0.1:${ports.plain}/exam`, { redirect: 'manual' });
        assert.equal(plain.status, 308);
        assert.match(plain.headers.get('location') ?? '', /^https:.*\/exam$/);
      });

      it('speaks TLS 1.2 and 1.3 with forward secrecy and nothing older, and says so for ever', async () => {
        const [older, newer] = [await handshake(ports.front, 'TLSv1.2'), await handshake(ports.front, 'TLSv1.3')];
        assert.deepEqual([older.protocol, newer.protocol], ['TLSv1.2', 'TLSv1.3']);
        assert.match(older.cipher, /^ECDHE-ECDSA-.*(GCM|CHACHA20)/);
        for (const [version, ciphers] of OLD)
          await assert.rejects(handshake(ports.front, version, ciphers), /EPROTO|ECONNRESET|alert/, ciphers);
        // Its own refusals too, where no process of ours was asked.
        for (const path of ['/exam', '/metrics', '/rooms/1/'])
          assert.match(String((await ask(url + path)).headers['strict-transport-security']), /^max-age=\d{8,}/, path);
      });

      it('shows a new certificate to whoever comes, and nobody who is in loses his connection', async () => {
        const links: string[] = [];
        for (const session of sessions) session.on('link', ({ state }) => links.push(state));
        const before = certificate.fingerprint;
        assert.equal((await handshake(ports.front)).fingerprint, before);
        renewCertificate(certificate.path);
        balancer?.reload();
        const asked = await askedWhile(async () => {
          const isNew = async () => (await handshake(ports.front)).fingerprint === certificate.fingerprint;
          await until('the new certificate is shown', isNew, BACK_MS);
          await everybodyWorks();
        });
        assert.deepEqual(asked.other, []);
        assert.deepEqual(links, []);
        assert.notEqual(certificate.fingerprint, before);
      });

      it('counts wrong tries by the address of whoever tries, whatever he says of himself', async () => {
        const login = `nobody-${name}`;
        const trial = async (from: string, n: number): Promise<number> => {
          const body = JSON.stringify({ login, password: `wrong ${n}, long enough` });
          const headers = { 'x-forwarded-for': `198.51.100.${n}`, forwarded: `for=198.51.100.${n}` };
          return (await ask(`${url}/v1/login`, { method: 'POST', body, headers, from })).status;
        };
        const first: number[] = [];
        for (let n = 0; n < WRONG; n++) first.push(await trial('127.0.0.2', n));
        assert.deepEqual(first.slice(0, 10), first.slice(0, 10).fill(401));
        assert.equal(first.at(-1), 429);
        assert.equal(await trial('127.0.0.3', 0), 401, 'somebody else may still try');
      });

      it('[S18] loses no request and no event of a stream when a process of the api is killed, or stopped for a new version', async () => {
        const stream = `${url}/v1/monitor/plans/${whole.exam.planId}/stream`;
        followers = await Promise.all(Array.from({ length: STREAMS }, () => follow(stream, whole.token)));
        const killed = await askedWhile(async () => {
          await whole.system.kill('api-2');
          await everybodyWorks();
        });
        await whole.system.start('api-2');
        const stopped = await askedWhile(() => whole.system.kill('api', 'SIGTERM'));
        await everybodyWorks();
        await whole.system.start('api');
        const hearsAll = (follower: Following) => saysSaved(follower, item);
        await until('who follows has heard of every answer', () => followers.every(hearsAll), BACK_MS);
        for (const follower of followers) await follower.stop();
        // Judged when both are back: what is wrong here must not be what the next tests find.
        assert.deepEqual(killed.other, []);
        assert.deepEqual(stopped.other, []);
        assert.ok(killed.count > 6 && stopped.count > 6, `${killed.count} and ${stopped.count} requests`);
        for (const follower of followers) {
          assert.deepEqual([follower.refusals, follower.resets], [[], []]);
          assert.ok(follower.returns() >= 1, 'wherever it was: both were gone in turn');
        }
        if (name === 'haproxy')
          assert.match(balancer?.log() ?? '', /Server api\/api_1 is DOWN, reason: Layer7 wrong status, code: 503/);
      });

      it('[S16] goes on with everybody when a process of the rooms is killed, at the address of the other', async () => {
        const [dying, left] = name === 'nginx' ? ([1, 2] as const) : ([2, 1] as const);
        await whole.system.kill(`rooms-${dying}`);
        await everybodyWorks();
        const { reservation } = await enterAgain(0);
        assert.equal(reservation.publicAddress, `127.0.0.1:${ports.front}/rooms/${left}`);
        await whole.system.start(`rooms-${dying}`);
      });
    });
  }
});
