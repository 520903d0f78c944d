// The notifier over real HTTP and SMTP: what is told, signed how, told again, told once; and the two alarms of the clock.
import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { createMail } from '../../alarms/mail.ts';
import { startAlarmWatch } from '../../alarms/watch.ts';
import { createWebhook } from '../../alarms/webhook.ts';
import { alone, gaugeOf } from '../../metrics.ts';
import { startServerClock } from '../../server-clock.ts';
import { collectingLog, until } from '../workers/worker-parts.ts';
import { type Mailbox, type Receiver, startMailbox, startReceiver, WEBHOOK_SECRET } from './receivers.ts';

const EVERY_MS = 20;
const PROCESS = { host: 'hall-1', pid: 7, roles: ['rooms'], version: '1.2.3' };

describe('the notifier of alarms', () => {
  let receiver: Receiver;
  let mailbox: Mailbox;
  const running: { stop(): Promise<void> | void }[] = [];
  beforeEach(async () => {
    receiver = await startReceiver();
    mailbox = await startMailbox();
  });
  afterEach(async () => {
    for (const part of running.splice(0).reverse()) await part.stop();
    await receiver.stop();
    await mailbox.stop();
  });

  async function watch(registry: Registry, isFirst: () => Promise<boolean> = async () => true) {
    const { log, lines } = collectingLog();
    const tellers = [
      createWebhook(receiver.url, WEBHOOK_SECRET, Date.now),
      await createMail({ url: mailbox.url, from: 'hall@exam.example', to: ['duty@exam.example'] }),
    ];
    const now = () => 1_700_000_000_000;
    const parts = { registry, tellers, runbooks: 'docs/operations.md', process: PROCESS, isFirst, now, log };
    const watching = startAlarmWatch({ ...parts, everyMs: EVERY_MS });
    running.push(watching);
    return { lines };
  }

  it('tells webhook and mail once what rings, signed, with severity, value and runbook, however long it lasts', async () => {
    const registry = new Registry();
    let looks = 0;
    gaugeOf(registry, 'examhall_journal_oldest_seconds', () => {
      looks++;
      return alone(12);
    });
    const { lines } = await watch(registry);
    await until('both have it', () => receiver.notices.length > 0 && mailbox.mails.length > 0);
    const before = looks;
    await until('it was looked at again', () => looks > before + 5);
    const [notice, ...others] = receiver.notices;
    assert.deepEqual([others, receiver.forged], [[], []]);
    const { id, ...rest } = notice ?? { id: '' };
    assert.ok(id.length > 10);
    assert.deepEqual(rest, {
      ...{ alarm: 'AnswersUnsaved', state: 'raised', severity: 'critical', scope: 'process', value: 12, threshold: 10 },
      sentence: 'answers that a room accepted have not been saved for 10 s',
      runbook: 'docs/operations.md#answersunsaved',
      ...{ at: 1_700_000_000_000, process: PROCESS },
    });
    const [encoded = ''] = mailbox.mails;
    const mail = encoded.replaceAll('=\r\n', ''); // a line that goes on
    assert.match(mail, /^Subject: \[critical\] AnswersUnsaved on hall-1\r?$/m);
    assert.match(mail, /^To: duty@exam\.example\r?$/m);
    assert.match(mail, /docs\/operations\.md#answersunsaved/);
    assert.equal(mailbox.mails.length, 1);
    assert.equal(lines.filter(({ code }) => code === 'ALARM_RAISED').length, 1);
  });

  it('tells again what a receiver did not take, the same notice, and mails it meanwhile', async () => {
    const registry = new Registry();
    receiver.refuse(3);
    gaugeOf(registry, 'examhall_queue_away', () => alone(1));
    const { lines } = await watch(registry);
    await until('it has arrived', () => receiver.notices.length === 1);
    assert.equal(lines.filter(({ msg }) => msg === 'an alarm was not told, trying again').length, 3);
    await until('it is mailed', () => mailbox.mails.length === 1);
  });

  it('says nothing of what is not known, and rings when it is known and bad', async () => {
    const registry = new Registry();
    let isKnown = false;
    let looks = 0;
    gaugeOf(registry, 'examhall_journal_oldest_seconds', () => {
      looks++;
      if (!isKnown) throw new Error('nobody knows');
      return alone(11);
    });
    await watch(registry);
    await until('it was looked at', () => looks > 3);
    assert.deepEqual(receiver.notices, []);
    isKnown = true;
    await until('it rings', () => receiver.notices.length === 1);
  });

  it('leaves what the system shares to who was first, and tells it where nobody can say who that was', async () => {
    const registry = new Registry();
    gaugeOf(registry, 'examhall_processes', () => [{ labels: { state: 'silent' }, value: 1 }]);
    gaugeOf(registry, 'examhall_queue_away', () => alone(1));
    await watch(registry, async () => false);
    await until('what is its own is told', () => receiver.notices.length === 1);
    assert.equal(receiver.notices[0]?.alarm, 'QueueAway');
    await watch(registry, () => Promise.reject(new Error('Redis is away')));
    await until('it is told', () => receiver.notices.some(({ alarm }) => alarm === 'ProcessGone'));
  });

  for (const [alarm, offsets] of [
    ['ClockOff', { first: 1_500, later: 1_500 }],
    ['ClockSet', { first: 0, later: 3_600_000 }],
  ] as const) {
    it(`rings ${alarm} where the clock is ${alarm === 'ClockOff' ? 'off' : 'set'}`, async () => {
      let monotonicOffsetMs: number = offsets.first;
      const offset = async () => ({ offsetMs: offsets.first, monotonicOffsetMs, roundTripMs: 1 });
      const { log } = collectingLog();
      const clock = await startServerClock({ store: { clock: { offset } }, log, strict: false, everyMs: 5 });
      running.push(clock);
      const registry = new Registry();
      gaugeOf(registry, 'examhall_clock_off', () => alone(Number(clock.isOff())));
      gaugeOf(registry, 'examhall_clock_jump_seconds', () => alone(clock.jumpMs() / 1_000));
      await watch(registry);
      monotonicOffsetMs = offsets.later;
      await until('it rings', () => receiver.notices.some((notice) => notice.alarm === alarm));
    });
  }
});
