// Incidents in a live room: from a client's signal over the queue to the proctors' screens, the room's own rules, what
// proctors raise and handle, and that an examinee hears and sees nothing of it.
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { revisionOf } from '../../exam/revision.ts';
import { openIncidentQueue } from '../../rooms/incident-queue.ts';
import { newId } from '../../schema/ids.ts';
import { IncidentRules, type SignalKind } from '../../schema/incidents.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { IncidentView } from '../../schema/replies.ts';
import type { BoardRow } from '../../schema/room-state.ts';
import type { IncidentState } from '../../schema/states.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { aControl, aReport } from '../support/stored.ts';
import '../support/parts.ts';

const SECOND = 1_000;

/** Each kind is an incident with the first, and ten quick answers are four. */
const RULES = IncidentRules.parse({
  speed: { items: 4, eachMs: 5_000 },
  kinds: {
    'focus-lost': { from: 1, withinMs: 60_000, severity: 0.3 },
    paste: { from: 3, withinMs: 60_000, severity: 0.4 },
    'full-screen-left': 'off',
  },
});

describe('incidents in a room', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('room-incidents');
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 2 });
    await hall.store.plans.change(exam.planId, ['scheduled'], { incidentRules: RULES });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const stored = () => hall.store.incidents.byPlan(exam.planId, {}, { limit: 100 });
  let numbers = 0;
  const report = (sitting: Sitting, kind: SignalKind, given: { at?: number; ms?: number } = {}, number = ++numbers) =>
    sitting.send('signal.report', { number, signals: [{ kind, at: Date.now(), ...given }] });
  const changed = async (proctor: Sitting, passes: (incident: IncidentView) => boolean = () => true) =>
    (await proctor.next('incident.changed', ({ incident }) => passes(incident))).incident;
  const idOf = (index: number) => exam.examinees[index]?._id ?? '';

  it('that a client signals are told to the proctors and stored, with who and what', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    const before = Date.now();
    report(sitting, 'focus-lost', { ms: 1_500 });
    await sitting.next('signal.taken');
    const incident = await changed(proctor);
    assert.deepEqual(
      [incident.kind, incident.source, incident.examineeId, incident.state, incident.evidence[0]?.data],
      ['focus-lost', 'examinee', idOf(0), 'raised', { ms: 1_500 }],
    );
    assert.ok(incident.at >= before && incident.at <= Date.now());
    assert.equal((await stored())[0]?._id, incident.incidentId);
  });

  describe('on the boards', () => {
    /** Resolves when both boards show so many of the first examinee as open; how long it took since `from`. */
    async function shownAfter(boards: readonly Sitting[], count: number, from: number): Promise<number> {
      const openOn = ({ room }: Sitting) =>
        (room.state as { board?: Map<string, BoardRow> }).board?.get(idOf(0))?.openIncidents;
      await until(() => boards.every((board) => openOn(board) === count));
      return performance.now() - from;
    }
    const decided = (incidentId: string, to: IncidentState, version: number) => {
      const wish = { actorId: 'admin', actorRole: 'admin', note: '', controlId: '' } as const;
      return hall.store.incidents.handle(incidentId, { ...wish, to, version }, Date.now());
    };

    it('are there within a second, from a signal over the queue and from whoever handles one elsewhere', async () => {
      const [sitting, ...boards] = [await hall.sit(exam), await hall.watch(exam), await hall.watch(exam)];
      await shownAfter(boards, 0, 0);
      const signalledAt = performance.now();
      report(sitting, 'focus-lost');
      assert.ok((await shownAfter(boards, 1, signalledAt)) < SECOND);
      const [incident] = await stored();
      assert.ok(incident);
      const elsewhere = openIncidentQueue(hall.redis, 'another process', pino({ level: 'silent' }));
      await decided(incident._id, 'acknowledged', 1);
      await decided(incident._id, 'unfounded', 2);
      const handledAt = performance.now();
      elsewhere.changed(incident);
      assert.ok((await shownAfter(boards, 0, handledAt)) < SECOND);
      await elsewhere.stop();
    });

    it('are there after the next look, each second, where the word of it was lost', async () => {
      const boards = [await hall.watch(exam), await hall.watch(exam)];
      await shownAfter(boards, 0, 0);
      const storedAt = performance.now();
      const lost = aReport({ planId: exam.planId, roomId: exam.roomId, examineeId: idOf(0), at: Date.now() });
      await hall.store.incidents.report(lost, RULES, Date.now());
      assert.ok((await shownAfter(boards, 1, storedAt)) < 2 * SECOND);
      await decided(lost.reportId, 'acknowledged', 1);
      await decided(lost.reportId, 'confirmed', 2);
      const handledAt = performance.now();
      assert.ok((await shownAfter(boards, 0, handledAt)) < 2 * SECOND);
    });
  });

  it('of a storm of signals are one with the exact count', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    for (let message = 0; message < 8; message++) {
      const signals = Array.from({ length: 20 }, () => ({ kind: 'focus-lost', at: Date.now() }));
      sitting.send('signal.report', { number: ++numbers, signals });
    }
    const last = await changed(proctor, ({ count }) => count === 160);
    assert.deepEqual(
      (await stored()).map(({ _id, count }) => [_id, count]),
      [[last.incidentId, 160]],
    );
    assert.ok(last.joins <= 2, 'the room gathers what comes close together');
  });

  it('[S13] are never told or shown to an examinee', async () => {
    const [proctor, sitting, other] = [await hall.watch(exam), await hall.sit(exam), await hall.sit(exam, 1)];
    report(sitting, 'focus-lost');
    const { incidentId } = await changed(proctor);
    proctor.send('incident.handle', { incidentId, to: 'acknowledged', version: 1 });
    await changed(proctor, ({ state }) => state === 'acknowledged');
    report(other, 'paste'); // its answer comes after whatever would have been told before
    for (const one of [sitting, other]) {
      if (one === other) await one.next('signal.taken');
      assert.deepEqual(
        one.received.filter(({ type }) => type.startsWith('incident')),
        [],
      );
      const state = JSON.stringify(one.room.state);
      assert.ok(!state.includes('incident') && !state.includes(incidentId));
    }
  });

  it('need as many signals as the plan says, and count a message that is sent again once', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    report(sitting, 'full-screen-left');
    for (const number of [++numbers, numbers, numbers, ++numbers, numbers]) report(sitting, 'paste', {}, number);
    report(sitting, 'focus-lost');
    await changed(proctor, ({ kind }) => kind === 'focus-lost');
    await until(
      async () => (await hall.store.incidents.byPlan(exam.planId, { states: ['noted'] }, { limit: 9 }))[0]?.count === 2,
    );
    report(sitting, 'paste');
    assert.equal((await changed(proctor, ({ kind }) => kind === 'paste')).count, 3);
    assert.deepEqual((await stored()).map(({ kind }) => kind).toSorted(), ['focus-lost', 'paste']);
  });

  it('are not made of what a later session counts from one again', async () => {
    const first = await hall.sit(exam);
    report(first, 'focus-lost', {}, 1);
    await first.next('signal.taken');
    const [proctor, second] = [await hall.watch(exam), await hall.sit(exam)];
    await changed(proctor, ({ kind }) => kind === 'focus-lost');
    report(second, 'paste', {}, 1);
    report(second, 'paste', {}, 2);
    report(second, 'paste', {}, 3);
    assert.equal((await changed(proctor, ({ kind }) => kind === 'paste')).count, 3);
  });

  it('are not made of what was before the start or after the own end', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    report(sitting, 'second-screen', { at: 1_000 });
    sitting.send('sheet.submit', { revisions: [] });
    const { submittedAt } = await sitting.next('sheet.submitted');
    await until(() => Date.now() > submittedAt);
    report(sitting, 'second-screen');
    proctor.send('incident.raise', { incidentId: newId(), kind: 'other', severity: 1 });
    await changed(proctor, ({ kind }) => kind === 'other');
    const other = await hall.sit(exam, 1);
    report(other, 'second-screen');
    await changed(proctor, ({ kind, examineeId }) => kind === 'second-screen' && examineeId === idOf(1));
    assert.equal((await stored()).length, 2);
  });

  it('never happened later than now, whatever a client says', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    report(sitting, 'focus-lost', { at: Date.now() + 1_000_000 });
    assert.ok((await changed(proctor)).at <= Date.now());
  });

  it('are raised by a clock that jumps by more than the plan lets pass', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    report(sitting, 'clock-jump', { ms: 4_000 });
    report(sitting, 'clock-jump', { ms: -60_000 });
    const incident = await changed(proctor, ({ kind }) => kind === 'clock-jump');
    assert.deepEqual([incident.count, incident.evidence[0]?.data], [1, { ms: -60_000 }]);
  });

  it('are raised where another device takes over while the first is there, and not for the same device', async () => {
    const proctor = await hall.watch(exam);
    const first = await hall.sit(exam, 0, newId(), Date.now(), 'device one');
    first.send('heartbeat', { sentAt: 1 });
    await first.next('heartbeat');
    const second = await hall.sit(exam, 0, newId(), Date.now(), 'device one');
    second.send('heartbeat', { sentAt: 1 });
    await second.next('heartbeat');
    await hall.sit(exam, 0, newId(), Date.now(), 'device two');
    const incident = await changed(proctor);
    assert.deepEqual([incident.kind, incident.source, incident.count], ['two-devices', 'rule', 1]);
    await until(async () => (await stored()).length === 1);
  });

  it('are not raised where the first device is gone before another comes', async () => {
    const proctor = await hall.watch(exam);
    const first = await hall.sit(exam, 0, newId(), Date.now(), 'device one');
    await first.leave();
    const second = await hall.sit(exam, 0, newId(), Date.now(), 'device two');
    report(second, 'focus-lost');
    await changed(proctor, ({ kind }) => kind === 'focus-lost');
    assert.equal((await stored()).length, 1);
  });

  it('[S2] are not made of more messages than a client may send: those are refused for a while', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    for (let message = 0; message < 20; message++) report(sitting, 'focus-lost');
    const refused = await sitting.next('refused', ({ type }) => type === 'signal.report');
    assert.deepEqual([refused.code, refused.retry], ['BUSY', 'later']);
    assert.ok((await changed(proctor)).count < 20);
  });

  it('are raised by answers faster than anybody reads, and not by an outbox that is sent after an outage', async () => {
    const [proctor, slow, quick] = [await hall.watch(exam), await hall.sit(exam, 1), await hall.sit(exam)];
    const answer = (sitting: Sitting, item: number) => ({
      item,
      revision: revisionOf(sitting.fence, item),
      response: 'A',
    });
    slow.send('answer.save', { answers: [1, 2, 3, 4].map((item) => answer(slow, item)) });
    await slow.next('answer.saved');
    for (const item of [1, 2, 3, 4]) quick.send('answer.save', { answers: [answer(quick, item)] });
    const incident = await changed(proctor);
    assert.deepEqual([incident.kind, incident.examineeId, incident.source], ['impossible-speed', idOf(0), 'rule']);
    assert.equal((await stored()).length, 1);
  });

  it('are raised by answers that come after the end, with how many', async () => {
    const short = await hall.exam({ durationMs: 1_500 });
    await hall.store.plans.change(short.planId, ['scheduled'], { incidentRules: RULES });
    await hall.begin(short);
    exam = short;
    const [proctor, sitting] = [await hall.watch(short), await hall.sit(short)];
    await proctor.next('room.status', ({ status }) => status === 'ended');
    const answers = [1, 2].map((item) => ({ item, revision: revisionOf(sitting.fence, item), response: 'A' }));
    sitting.send('answer.save', { answers });
    await sitting.next('answer.refused', ({ refused }) => refused.every(({ code }) => code === 'ANSWER_LATE'));
    assert.deepEqual([(await changed(proctor)).count, (await stored())[0]?.kind], [2, 'late-answers']);
  });

  describe('that a proctor', () => {
    let proctor: Sitting;
    beforeEach(async () => {
      proctor = await hall.watch(exam);
    });
    const raise = (sitting: Sitting, given: object = {}, incidentId = newId()) => {
      sitting.send('incident.raise', { incidentId, kind: 'material', severity: 0.7, note: 'a slip', ...given });
      return sitting.next('incident.answered', ({ about }) => about === incidentId);
    };
    const handle = (sitting: Sitting, incidentId: string, to: string, version: number, given: object = {}) => {
      sitting.send('incident.handle', { incidentId, to, version, ...given });
      return sitting.next('incident.answered', ({ about }) => about === `${incidentId}.${version}.${to}`);
    };
    const raisedIn = async (sitting: Sitting, given: object = {}): Promise<IncidentView> => {
      const answered = await raise(sitting, given);
      assert.ok('incident' in answered);
      return answered.incident;
    };

    it('raises is stored, answered, and told to all proctors of the room, once for its id', async () => {
      const other = await hall.watch(exam);
      const incidentId = newId();
      const [first, again] = [
        await raise(proctor, { examineeId: idOf(1) }, incidentId),
        await raise(proctor, { examineeId: idOf(1) }, incidentId),
      ];
      assert.ok('incident' in first && 'incident' in again);
      assert.deepEqual([again.incident.incidentId, again.incident.count], [incidentId, 1]);
      assert.equal((await changed(other)).incidentId, incidentId);
      assert.equal((await changed(proctor)).incidentId, incidentId);
      assert.deepEqual(
        (await stored()).map(({ _id, examineeId, source, severity }) => [_id, examineeId, source, severity]),
        [[incidentId, idOf(1), 'proctor', 0.7]],
      );
    });

    it('handles goes step by step, and names the control that was taken', async () => {
      const { incidentId } = await raisedIn(proctor);
      const { control } = await hall.store.controls.issue(aControl(exam.planId, { roomId: exam.roomId }));
      await handle(proctor, incidentId, 'acknowledged', 1);
      const decided = await handle(proctor, incidentId, 'confirmed', 2, { note: 'seen', controlId: control._id });
      assert.ok('incident' in decided);
      assert.deepEqual(
        [decided.incident.state, decided.incident.handling.at(-1)?.controlId],
        ['confirmed', control._id],
      );
      await changed(proctor, ({ state }) => state === 'confirmed');
    });

    it('handles later than another is refused, and both know the state', async () => {
      const other = await hall.watch(exam);
      const { incidentId } = await raisedIn(proctor);
      await handle(other, incidentId, 'acknowledged', 1);
      const late = await handle(proctor, incidentId, 'acknowledged', 1);
      assert.deepEqual('code' in late && [late.code, late.retry], ['INCIDENT_CHANGED', 'never']);
      await changed(proctor, ({ state }) => state === 'acknowledged');
      const repeated = await handle(other, incidentId, 'acknowledged', 1);
      assert.ok('incident' in repeated);
    });

    it('names wrongly is refused: nobody of the room, no control of the plan, no incident of the room', async () => {
      const foreign = await hall.store.incidents.report(aReport(), RULES, Date.now());
      const { incidentId } = await raisedIn(proctor);
      const answers = [
        await raise(proctor, { examineeId: newId() }),
        await handle(proctor, incidentId, 'acknowledged', 1, { controlId: newId() }),
        await handle(proctor, 'incident' in foreign ? foreign.incident._id : '', 'acknowledged', 1),
        await handle(proctor, newId(), 'acknowledged', 1),
      ];
      assert.deepEqual(
        answers.map((one) => 'code' in one && one.code),
        ['EXAMINEE_UNKNOWN', 'CONTROL_UNKNOWN', 'INCIDENT_UNKNOWN', 'INCIDENT_UNKNOWN'],
      );
    });

    it('raises by the id of an incident of another cause is refused for good, and that one stays as it is', async () => {
      const { incidentId } = await raisedIn(proctor, { examineeId: idOf(1) });
      const before = await hall.store.incidents.get(incidentId);
      for (const other of [{ kind: 'other' }, { examineeId: idOf(0) }, { examineeId: undefined }]) {
        const answered = await raise(proctor, { examineeId: idOf(1), ...other }, incidentId);
        assert.deepEqual('code' in answered && [answered.code, answered.retry], ['INCIDENT_REUSED', 'never']);
      }
      assert.deepEqual(await hall.store.incidents.get(incidentId), before);
      assert.equal((await stored()).length, 1);
    });

    it('who comes later is told of is what is still open', async () => {
      const [open, decided] = [await raisedIn(proctor), await raisedIn(proctor, { kind: 'other' })];
      await handle(proctor, decided.incidentId, 'acknowledged', 1);
      await handle(proctor, decided.incidentId, 'unfounded', 2);
      const later = await hall.watch(exam);
      assert.deepEqual((await later.next('incident.open')).incidentIds, [open.incidentId]);
      assert.equal((await changed(later)).incidentId, open.incidentId);
    });

    it('is told at once of what a hint names', async () => {
      const report = aReport({ planId: exam.planId, roomId: exam.roomId, at: Date.now() });
      await proctor.next('incident.open');
      await hall.store.incidents.report(report, RULES, 1); // so long ago that no look finds it
      const hint = { planId: exam.planId, incidents: [[exam.roomId, report.reportId]] };
      await hall.redis.publish(redisKeys.incidentHints(), 'no hint at all');
      await hall.redis.publish(redisKeys.incidentHints(), JSON.stringify(hint));
      assert.equal((await changed(proctor)).incidentId, report.reportId);
    });

    it('is told of what others stored, also where nobody gave the hint', async () => {
      const report = aReport({ planId: exam.planId, roomId: exam.roomId, at: Date.now() });
      await proctor.next('incident.open');
      await hall.store.incidents.report(report, RULES, Date.now());
      assert.equal((await changed(proctor)).incidentId, report.reportId);
    });
  });

  it('are raised by nobody who may not, and by no message of another shape', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    const code = async (one: Sitting, type: string, message: unknown) => {
      one.send(type, message);
      return (await one.next('refused', (refused) => refused.type === type)).code;
    };
    const signal = { kind: 'paste', at: 1 };
    assert.equal(await code(proctor, 'signal.report', { number: 1, signals: [signal] }), 'PERMISSION_DENIED');
    const raise = { incidentId: newId(), kind: 'other', severity: 0.5 };
    assert.equal(await code(sitting, 'incident.raise', raise), 'PERMISSION_DENIED');
    const handle = { incidentId: newId(), to: 'acknowledged', version: 1 };
    assert.equal(await code(sitting, 'incident.handle', handle), 'PERMISSION_DENIED');
    const wrong: [Sitting, string, unknown][] = [
      [sitting, 'signal.report', { number: 1, signals: [] }],
      [sitting, 'signal.report', { number: 1, signals: Array(21).fill(signal) }],
      [sitting, 'signal.report', { number: 1, signals: [{ ...signal, kind: 'two-devices' }] }],
      [sitting, 'signal.report', { number: 1, signals: [{ ...signal, examineeId: newId() }] }],
      [proctor, 'incident.raise', { ...raise, severity: 1.5 }],
      [proctor, 'incident.raise', { ...raise, kind: 'focus-lost' }],
      [proctor, 'incident.handle', { ...handle, to: 'raised' }],
    ];
    for (const [one, type, message] of wrong) assert.equal(await code(one, type, message), 'MESSAGE_INVALID');
    report(sitting, 'focus-lost');
    await changed(proctor, ({ kind }) => kind === 'focus-lost');
    assert.equal((await stored()).length, 1);
  });
});
