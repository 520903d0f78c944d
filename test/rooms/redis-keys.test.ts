// What lies in a real Redis after rooms, workers and the counter of tries have worked, compared with the table of keys.
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createMonitorLog } from '../../api/monitor-log.ts';
import { createRateLimits } from '../../api/rate-limits.ts';
import { createTries } from '../../api/tries.ts';
import { emptyRows } from '../../exam/monitor-fold.ts';
import { revisionOf } from '../../exam/revision.ts';
import { orderLogLevel } from '../../log-orders.ts';
import { startProcessReport } from '../../process-report.ts';
import { LEASE_MS } from '../../rooms/leases.ts';
import { createTakeovers, TAKEOVER_EVERY_MS, UNKEPT_MS } from '../../rooms/takeover.ts';
import { newId } from '../../schema/ids.ts';
import { REDIS_KEY_TABLE, type RedisKeyName, redisKeys } from '../../schema/redis-keys.ts';
import { removeLive } from '../../store/erasing.ts';
import { KEEPER_MS } from '../../workers/live-keeper.ts';
import { type Exam, type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';
import { openQueue } from '../workers/worker-parts.ts';

const names = Object.keys(REDIS_KEY_TABLE) as RedisKeyName[];
const stored = names.filter((name) => ['hash', 'sorted set', 'string', 'stream'].includes(REDIS_KEY_TABLE[name].type));
const heard = names.filter((name) => {
  const { type, readers } = REDIS_KEY_TABLE[name];
  return type === 'channel' && readers.length > 0;
});
const silent = pino({ level: 'silent' });
const DAY_S = 86_400;
const HOUR_S = 3_600;
/** The exam's window ends in an hour. */
const AFTER_PLAN = [7 * DAY_S + HOUR_S - 120, 7 * DAY_S + HOUR_S] as const;

/** Seconds for which a key of this row may live at most, and at least just after it was written; by what its row says. */
const LIVES_S: Partial<Record<RedisKeyName, readonly [least: number, most: number]>> = {
  masterPlan: AFTER_PLAN,
  masterRooms: AFTER_PLAN,
  masterExaminees: AFTER_PLAN,
  masterProctors: AFTER_PLAN,
  plan: AFTER_PLAN,
  counts: AFTER_PLAN,
  lastSeen: AFTER_PLAN,
  proctors: AFTER_PLAN,
  sheet: AFTER_PLAN,
  room: AFTER_PLAN,
  examinee: AFTER_PLAN,
  erased: [DAY_S - 120, DAY_S],
  needs: AFTER_PLAN,
  incidents: AFTER_PLAN,
  incidentCounts: AFTER_PLAN,
  lease: [0.001, 3],
  takeover: [0.001, 5],
  keeper: [0.001, 10],
  monitorLog: [200, 300],
  monitorBase: [200, 300],
  monitorLead: [0.001, 3],
  processes: [1, 60],
  tries: [1, 60],
  rate: [1, 120],
  alarm: [1, 3_600],
  logLevels: [DAY_S - 120, DAY_S],
};

/** The key with a star in the place of each id. */
function pattern(name: RedisKeyName): string {
  return (redisKeys[name] as (...ids: string[]) => string)('*', '*', '*');
}

describe('the keys that lie in Redis', () => {
  let hall: Hall;
  let exam: Exam;
  let incidents: ReturnType<typeof openQueue>;
  let report: ReturnType<typeof startProcessReport>;

  before(async () => {
    hall = await openHall('redis-keys');
    exam = await hall.exam({ examinees: 2, durationMs: 2 * HOUR_S * 1_000 });
    await hall.store.plans.change(exam.planId, ['scheduled'], { windowEndsAt: Date.now() + HOUR_S * 1_000 });
    const proctor = { _id: newId(), planId: exam.planId, roomIds: [exam.roomId], login: newId(), label: 'Kim' };
    await hall.store.proctors.create({
      ...proctor,
      passwordHash: '-',
      createdAt: new Date(),
      chief: false,
      version: 1,
    });
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await sitting.next('answer.saved');
    await createTries(hall.redis, silent).wrong('code', '127.0.0.1', ['a code', 'a device']);
    createRateLimits(hall.redis, { person: 1, address: 1 }, silent).take('person', 'somebody', Date.now());
    incidents = openQueue('incidents', hall.redisUrl);
    await incidents.queue.add('incidents', { kind: 'reports', planId: exam.planId, reports: [anIncident()] });
    report = startProcessReport({ redis: hall.redis, roles: ['rooms'], log: silent, now: () => Date.now() });
    const monitor = createMonitorLog(hall.redis, exam.planId, newId());
    await monitor.begin({ rows: emptyRows(), source: 'live' });
    await removeLive(hall.redis, exam.planId, newId());
    await hall.redis.set(redisKeys.alarm('an alarm'), 'told', 'EX', 3_600); // written by processes that tell alarms
    await orderLogLevel(hall.redis, [newId()], { level: 'debug', until: Date.now() });
    const lasting = stored.filter((name) => name !== 'takeover' && name !== 'monitorLead');
    await until(async () => (await Promise.all(lasting.map(keysOf))).every((keys) => keys.length > 0), 15_000);
    assert.ok(await monitor.leads());
    const taken = newId();
    await hall.redis.set(redisKeys.lease(taken), 'gone', 'PX', LEASE_MS - UNKEPT_MS);
    assert.ok(await createTakeovers(hall.redis, silent).takeOver(taken, 'gone'));
  });
  after(async () => {
    await incidents.close();
    await report?.stop();
    await hall.stop();
  });

  const anIncident = () => ({
    reportId: newId(),
    roomId: exam.roomId,
    examineeId: exam.examinees[0]?._id,
    kind: 'second-screen',
    source: 'examinee',
    at: Date.now(),
    count: 1,
    data: {},
  });

  async function keysLike(match: string): Promise<string[]> {
    const found = new Set<string>();
    let cursor = '0';
    do {
      const [next, keys] = await hall.redis.scan(cursor, 'MATCH', match, 'COUNT', 1_000);
      cursor = next;
      for (const key of keys) found.add(key);
    } while (cursor !== '0');
    return [...found];
  }
  const keysOf = (name: RedisKeyName) => keysLike(pattern(name));

  for (const name of stored) {
    const { type, expiry } = REDIS_KEY_TABLE[name];
    it(`${name}: each is a ${type}, and expires: ${expiry}`, async () => {
      const keys = await keysOf(name);
      assert.ok(keys.length > 0);
      for (const key of keys) {
        assert.equal(await hall.redis.type(key), type === 'sorted set' ? 'zset' : type, key);
        const leftMs = await hall.redis.pttl(key);
        if (expiry === 'none') assert.equal(leftMs, -1, key);
        else assertWithin(leftMs / 1_000, LIVES_S[name] ?? assert.fail(`nobody says how long ${name} lives`), key);
      }
    });
  }

  it('the keeper is one for as long as the table says', () => {
    assert.equal(REDIS_KEY_TABLE.keeper.expiry, `${KEEPER_MS / 1_000} s, kept by its owner`);
  });

  it('the lease lives as long as the table says', () => {
    assert.equal(REDIS_KEY_TABLE.lease.expiry, `${LEASE_MS / 1_000} s, kept by its owner`);
  });

  it('the note of a takeover lives as long as the table says', () => {
    assert.equal(REDIS_KEY_TABLE.takeover.expiry, `${TAKEOVER_EVERY_MS / 1_000} s`);
  });

  for (const name of heard) {
    it(`${name}: is listened to`, async () => {
      assert.ok((await hall.redis.pubsub('CHANNELS', pattern(name))).length > 0);
    });
  }

  it('are all in the table', async () => {
    const queues = `${redisKeys.queues()}:`;
    const known = new Set((await Promise.all(stored.map(keysOf))).flat());
    const ours = (await keysLike('eh:*')).filter((key) => !key.startsWith(queues));
    assert.ok((await keysLike(`${queues}*`)).length > 0);
    assert.deepEqual(
      ours.filter((key) => !known.has(key)),
      [],
    );
  });
});

function assertWithin(seconds: number, [least, most]: readonly [number, number], key: string): void {
  assert.ok(seconds >= least && seconds <= most, `${key} lives for ${seconds} s more, not for ${least} to ${most}`);
}
