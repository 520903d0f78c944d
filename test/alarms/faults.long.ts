// Each alarm of a whole system, by the fault that it is there for: processes with one role each, real stores that die, a full
// disk, leases that others take; told by webhook and by mail. The alarms of the clock are in watch.test.ts.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamSession } from '../../client/session.ts';
import { ALARMS, type AlarmName } from '../../schema/alarms.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/bad-disk.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { openQueue, until } from '../workers/worker-parts.ts';
import { type Mailbox, type Receiver, startMailbox, startReceiver, WEBHOOK_SECRET } from './receivers.ts';
import '../support/parts.ts';

const ROOMS = 3;
const FILES_MIB = 4;
const RINGS_MS = 60_000;
const REQUESTS = 40;

describe('each alarm rings by its fault', function () {
  this.timeout(180_000);
  let whole: WholeExam;
  let receiver: Receiver;
  let mailbox: Mailbox;
  let disk: SmallDisk | undefined;
  let session: ExamSession;
  before(async () => {
    receiver = await startReceiver();
    mailbox = await startMailbox();
    whole = await openWholeExam('alarms', {
      ...{ layout: { api: 1, rooms: 1, workers: 1 }, mongodb: 'own', rooms: ROOMS, examinees: 1 },
      env: {
        EXAMHALL_ALARM_WEBHOOK_URL: receiver.url,
        EXAMHALL_ALARM_WEBHOOK_SECRET: WEBHOOK_SECRET,
        EXAMHALL_ALARM_SMTP_URL: mailbox.url,
        EXAMHALL_ALARM_MAIL_FROM: 'hall@exam.example',
        EXAMHALL_ALARM_MAIL_TO: 'duty@exam.example',
      },
      furnish(folder) {
        if (whyNoSmallDisk() === undefined) disk = mountSmallDisk(join(folder, 'files'), FILES_MIB);
      },
    });
    session = await whole.enter(0);
    await whole.begin();
  });
  after(async () => {
    await whole?.stop();
    disk?.unmount();
    await receiver.stop();
    await mailbox.stop();
  });

  const told = (alarm: AlarmName, state: 'raised' | 'cleared') =>
    receiver.notices.filter((notice) => notice.alarm === alarm && notice.state === state);
  const rings = (...alarms: AlarmName[]) =>
    until(`${alarms.join(', ')} ring`, () => alarms.every((alarm) => told(alarm, 'raised').length > 0), RINGS_MS);
  const areOver = (...alarms: AlarmName[]) =>
    until(
      `${alarms.join(', ')} are over`,
      () => alarms.every((alarm) => told(alarm, 'cleared').length === told(alarm, 'raised').length),
      RINGS_MS,
    );

  it('JobsFailed, where a job of another shape fails for good', async () => {
    const door = openQueue('statistics', whole.system.redisUrl);
    const job = await door.queue.add('statistics', { nobody: 'reads this' });
    await rings('JobsFailed');
    assert.equal(told('JobsFailed', 'raised').length, 1, 'of three processes that see it one tells it');
    await job.remove();
    await areOver('JobsFailed');
    await door.close();
  });

  it('ProcessGone, AnswersUnsaved and AnswersWaitInQueue, where the only workers were killed', async () => {
    await whole.system.kill('workers-1');
    session.answer(1, 'A');
    await rings('ProcessGone', 'AnswersUnsaved', 'AnswersWaitInQueue');
    assert.equal(isSaved(session, 1), false);
    await whole.system.start('workers-1');
    await until('it is saved', () => isSaved(session, 1), RINGS_MS);
    await areOver('AnswersUnsaved', 'AnswersWaitInQueue');
  });

  it('RoomsFlap, where others take three rooms within minutes', async () => {
    for (const { roomId } of whole.exam.rooms)
      await whole.redis.set(redisKeys.lease(roomId), 'somebody else', 'PX', 3_000);
    await rings('RoomsFlap');
    await until(
      'the rooms are back',
      async () => (await whole.figure('rooms-1', 'examhall_rooms')) === ROOMS,
      RINGS_MS,
    );
  });

  it('DiskLow, DiskFull and SheetFilesFail, where the disk of the files is full', async function () {
    if (disk === undefined) return this.skip();
    disk.fill();
    await session.submit();
    await rings('DiskLow', 'DiskFull', 'SheetFilesFail');
    disk.free();
    await areOver('DiskLow', 'DiskFull');
  });

  it('RedisAway and QueueAway, where Redis was killed', async () => {
    const other = await whole.enter(1);
    await whole.system.kill('redis');
    other.answer(1, 'B');
    await rings('RedisAway', 'QueueAway');
    await until('it is saved without', () => isSaved(other, 1), RINGS_MS);
    await whole.system.start('redis');
    let item = 2;
    const takesAgain = async () => {
      other.answer(item++, 'B'); // whether the queue takes answers, the next answer shows
      await sleep(500);
      return (await whole.figure('rooms-1', 'examhall_queue_away')) === 0;
    };
    await until('the queue takes answers again', takesAgain, RINGS_MS);
    await areOver('RedisAway', 'QueueAway');
  });

  it('StoreAway, RequestsFail and ErrorsLogged, where MongoDB was killed and people go on asking', async () => {
    await whole.system.kill('mongodb');
    const ask = () =>
      fetch(`${whole.system.url}/v1/plans/${whole.exam.planId}`, {
        headers: { authorization: `Bearer ${whole.token}` },
      });
    await Promise.all(Array.from({ length: REQUESTS }, ask));
    await rings('StoreAway', 'RequestsFail', 'ErrorsLogged');
    await whole.system.start('mongodb');
    await areOver('StoreAway');
  });

  it('and all but those of the clock have rung, signed, and were mailed too', async () => {
    const rung = new Set(receiver.notices.map(({ alarm }) => alarm));
    const expected = (Object.keys(ALARMS) as AlarmName[]).filter((alarm) => !['ClockOff', 'ClockSet'].includes(alarm));
    const unrung = expected.filter((alarm) => !rung.has(alarm));
    assert.deepEqual(unrung, disk === undefined ? ['DiskLow', 'DiskFull', 'SheetFilesFail'] : []);
    assert.deepEqual(receiver.forged, []);
    await until('all are mailed', () => mailbox.mails.length >= receiver.notices.length);
    for (const alarm of rung)
      assert.ok(
        mailbox.mails.some((mail) => mail.includes(alarm)),
        alarm,
      );
  });
});
