// A new version takes the old one's place while people answer, and goes back: its processes join, each old one is stopped in
// order and hands its rooms over. Nobody is thrown out, nothing is lost, nobody's time changes; what only the new version
// knows does no harm to the old one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { RunningChild } from '../../bin/launcher/child.ts';
import type { LinkEvent } from '../../client/events.ts';
import { seededRandom } from '../../loadtest/random.ts';
import { newId } from '../../schema/ids.ts';
import { QUEUES } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { EnterReply } from '../../schema/replies.ts';
import { join, type Sitting } from '../support/hall.ts';
import { openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { openQueue, until } from '../workers/worker-parts.ts';
import { NEXT, nextVersion, startNext } from './next-version.ts';
import { answering, drained, testify, type Witness, witnessOf } from './witness.ts';
import '../support/parts.ts';

const ROOMS = 8;
/** In each room: those who answer, and one at a bare socket. */
const EACH = 4;
const ITEMS = 40;
const PATIENCE_MS = 30_000;

type Seen = { readonly witness: Witness; readonly deadlineAt: number; readonly links: (LinkEvent & { at: number })[] };

describe('a rolling deploy', function () {
  this.timeout(180_000);
  let whole: WholeExam;
  let programme: string;
  let seen: Seen[];
  let goesOn = true;
  let work: Promise<void>;
  const next = new Map<string, RunningChild>();

  before(async () => {
    [programme, whole] = await Promise.all([
      nextVersion(),
      openWholeExam('deploy', { layout: { api: 1, rooms: 2, workers: 1 }, rooms: ROOMS, examinees: EACH }),
    ]);
    await whole.system.kill('rooms-2'); // the old version has one process with all rooms at first
    const seats = whole.exam.roster.map((entry, index) => ({ ...entry, index }));
    const witnesses = await Promise.all(
      seats
        .filter(({ index }) => index % EACH > 0)
        .map(async ({ index, examineeId }) => witnessOf(await whole.enter(index), examineeId)),
    );
    await whole.begin();
    seen = witnesses.map((witness) => {
      const links: Seen['links'] = [];
      witness.session.on('link', (event) => void links.push({ ...event, at: performance.now() }));
      return { witness, deadlineAt: witness.session.room().deadlineAt, links };
    });
    work = answering(witnesses, ITEMS, seededRandom('a deploy'), () => goesOn);
  });
  after(async () => {
    goesOn = false;
    await work;
    await Promise.all([...next.values()].map((child) => child.end()));
    await whole?.stop();
  });

  const roomIds = () => whole.exam.rooms.map(({ roomId }) => roomId);
  const holders = () => whole.redis.mget(roomIds().map(redisKeys.lease));
  const epochs = async () => new Map((await whole.store.rooms.epochs(roomIds())).map(({ _id, epoch }) => [_id, epoch]));
  const witnesses = () => seen.map(({ witness }) => witness);

  /** SIGTERM; resolves when it has ended. Everybody goes on elsewhere, each room was taken once, and nothing was thrown out. */
  async function handsOver(name: string, stop: () => Promise<unknown>, rooms: () => Promise<string[]>): Promise<void> {
    const had = await rooms();
    const before = await epochs();
    const answered = new Map(witnesses().map((one) => [one, one.acknowledged.size]));
    for (const { links } of seen) links.length = 0;
    await stop();
    const after = await epochs();
    for (const roomId of had) assert.equal(after.get(roomId), (before.get(roomId) ?? 0) + 1, `${name}: ${roomId}`);
    const isBack = (one: Witness) =>
      one.session.link() === 'online' && one.acknowledged.size > (answered.get(one) ?? 0) + 2;
    await until(`everybody goes on after ${name}`, () => witnesses().every(isBack), PATIENCE_MS);
    const log = readFileSync(joinPath(whole.folder, `${name}.log`), 'utf8');
    assert.match(log, new RegExp(`"handedOver":${had.length},"left":0,"isAlone":false`), 'it has said so');
    const gaps = seen.flatMap(({ links: [down, up] }) => (down && up ? [up.at - down.at] : [])).sort((a, b) => a - b);
    const median = gaps[Math.floor(gaps.length / 2)] ?? 0;
    console.log(
      `      ${name}: ${had.length} rooms; without a link for ${Math.round(median)} to ${Math.round(gaps.at(-1) ?? 0)} ms`,
    );
    for (const { witness, links, deadlineAt } of seen) {
      const isMoved = had.includes(witness.session.info.room.roomId);
      assert.deepEqual(
        links.map(({ state, why }) => [state, why]),
        isMoved
          ? [
              ['reconnecting', 'restarting'],
              ['online', undefined],
            ]
          : [],
        `${name}: ${witness.examineeId}`,
      );
      assert.equal(witness.session.room().deadlineAt, deadlineAt, 'nobody has more or less time');
    }
  }

  /** The rooms of the process that has this port in its reservations. */
  async function roomsAt(name: string): Promise<string[]> {
    const port = whole.portOf(name);
    const places = await Promise.all(roomIds().map((roomId) => portOf(roomId)));
    return roomIds().filter((_, index) => places[index] === port);
  }

  async function portOf(roomId: string): Promise<number> {
    const { reservation } = await enterBare(roomId);
    return Number(reservation.publicAddress?.split(':')[1]);
  }

  async function enterBare(roomId: string): Promise<EnterReply> {
    const { code, examineeId } = whole.exam.roster[roomIds().indexOf(roomId) * EACH] ?? { code: '', examineeId: '' };
    const body = JSON.stringify({ code, deviceKey: `device-${examineeId}`, entryId: newId() });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${whole.system.url}/v1/enter`, { method: 'POST', headers, body });
    assert.equal(response.status, 200);
    return (await response.json()) as EnterReply;
  }

  async function sitIn(roomId: string): Promise<Sitting> {
    const { reservation, examinee } = await enterBare(roomId);
    return join(whole.system.url, reservation, examinee.fence);
  }

  it('begins with new processes beside the old ones, each with rooms of the same exam', async () => {
    await whole.system.start('rooms-2');
    for (const name of ['rooms-next', 'workers-next'])
      next.set(name, await startNext(programme, whole, name === 'rooms-next' ? 'rooms' : 'workers', name));
    assert.match(readFileSync(joinPath(whole.folder, 'rooms-next.log'), 'utf8'), new RegExp(`"version":"${NEXT}"`));
    await handsOver(
      'rooms-1',
      () => whole.system.kill('rooms-1', 'SIGTERM'),
      async () => roomIds(),
    );
    assert.equal(new Set(await holders()).size, 2, 'both versions have rooms');
  });

  it('lets both say what only one of them understands, and nobody is thrown out for it', async () => {
    const [old = ''] = await roomsAt('rooms-2');
    const [young = ''] = await roomsAt('rooms-next');
    const [inOld, inYoung] = [await sitIn(old), await sitIn(young)];
    for (const sitting of [inOld, inYoung]) {
      sitting.send('examinee.wave', { times: 3 });
      sitting.send('heartbeat', { sentAt: 7, battery: 0.5 });
      assert.equal((await sitting.next('heartbeat')).sentAt, 7, 'a beat with more in it is a beat');
    }
    const refused = await inOld.next('refused');
    assert.deepEqual([refused.type, refused.code, refused.retry], ['examinee.wave', 'MESSAGE_UNKNOWN', 'never']);
    assert.deepEqual(await inYoung.next('examinee.waved' as never), { times: 3 });
    inOld.send('heartbeat', { sentAt: 8 });
    assert.equal((await inOld.next('heartbeat')).sentAt, 8, 'and the link stands');
    await Promise.all([inOld.leave(), inYoung.leave()]);
  });

  it('ends with the new version alone', async () => {
    await handsOver(
      'rooms-2',
      () => whole.system.kill('rooms-2', 'SIGTERM'),
      () => roomsAt('rooms-2'),
    );
    await whole.system.kill('workers-1', 'SIGTERM');
    const had = new Map(witnesses().map((one) => [one, one.acknowledged.size]));
    const goOn = () => witnesses().every((one) => one.acknowledged.size > (had.get(one) ?? 0) + 2);
    await until('everybody goes on with the new version alone', goOn, PATIENCE_MS);
    assert.equal(new Set(await holders()).size, 1);
  });

  it('goes back to the old version, which reads what the new one has written', async () => {
    await whole.system.start('workers-1');
    await whole.system.start('rooms-1');
    await handsOver(
      'rooms-next',
      () => next.get('rooms-next')?.end() ?? Promise.reject(),
      async () => roomIds(),
    );
    await next.get('workers-next')?.end();
    goesOn = false;
    await work;
    await drained(witnesses(), PATIENCE_MS);
    const { acknowledged, given, ...rest } = await testify(whole.store, whole.exam.planId, witnesses());
    assert.deepEqual(rest, { lost: 0, unproved: 0, altered: 0, foreign: 0, unsaved: 0, notBack: 0 });
    console.log(`      ${given} answers, ${acknowledged} of them acknowledged under their own revision`);
    assert.ok(acknowledged >= witnesses().length * 10, 'too few answers to prove anything');
    await until('the display is of the end', async () => (await displayed()).every((count) => count > 0), PATIENCE_MS);
    for (const name of QUEUES) {
      const { queue, close } = openQueue(name, whole.system.redisUrl);
      assert.equal(await queue.getFailedCount(), 0, `a job of ${name} failed`);
      await close();
    }
  });

  const displayed = async () =>
    (await whole.store.examinees.byIds(witnesses().map(({ examineeId }) => examineeId))).map(
      ({ display }) => display?.savedCount ?? 0,
    );
});
