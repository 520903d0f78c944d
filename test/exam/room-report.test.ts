// The parts of a room's report: what the log says however it is read, a person's times, and a control's line.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bySeat, chargeSteps, controlHistory, NO_NOTES, noted, personLine } from '../../exam/room-report.ts';
import { roomTime } from '../../exam/timeline.ts';
import { orderFields } from '../../schema/documents/control.ts';
import type { LogDocument } from '../../schema/documents/record.ts';
import { aControl, anExaminee } from '../support/stored.ts';
import { holdsFor } from './seed.ts';

const TEN = 1_800_000_000_000;
const MINUTE = 60_000;
const LABELS = new Map([
  ['choi', 'Choi'],
  ['park', 'Park'],
]);
const entry = (kind: string, at: number, given: Partial<LogDocument> = {}): LogDocument => {
  const about = { planId: 'plan', roomId: 'room', stream: 'examinee', subject: 'ada', kind } as const;
  return { _id: `${kind}${at}`, ...about, at, data: {}, ...given };
};

describe('a room’s report', () => {
  it('says the same of a log however it is cut into pages', () => {
    const kinds = fc.constantFrom('examinee.entered', 'link.lost', 'examinee.moved', 'handover.offered', 'other');
    const rows = fc.array(fc.tuple(kinds, fc.constantFrom('ada', 'ben')), { maxLength: 30 });
    const property = fc.property(rows, fc.integer({ min: 1, max: 9 }), (given, size) => {
      const log = given.map(([kind, subject], at) => entry(kind, at, { subject, data: { from: at, to: at + 5 } }));
      let notes = NO_NOTES;
      for (let from = 0; from < log.length; from += size) notes = noted(notes, log.slice(from, from + size));
      assert.deepEqual(notes, noted(NO_NOTES, log));
      for (const subject of ['ada', 'ben']) {
        const own = log.filter((one) => one.subject === subject);
        assert.equal(notes.enteredAt.get(subject), own.find(({ kind }) => kind === 'examinee.entered')?.at);
        const lost = own.filter(({ kind }) => kind === 'link.lost').length;
        assert.deepEqual(notes.lost.get(subject) ?? { count: 0, ms: 0 }, { count: lost, ms: lost * 5 });
      }
    });
    holdsFor(property, 300);
  });

  it('tells apart what a person was given from the roster, as planned and for incidents, and how long the clock stood', () => {
    const given = (controlId: string, extraMs: number, time: 'planned' | 'incident', examineeIds: string[] | null) => {
      return { controlId, extraMs, time, examineeIds, undoes: '' } as const;
    };
    const adjustments = [
      given('a', 5 * MINUTE, 'planned', null),
      given('b', 3 * MINUTE, 'incident', ['ada']),
      given('c', 9 * MINUTE, 'incident', ['ben']),
    ];
    const pause = { kind: 'room', from: TEN + MINUTE, to: TEN + 3 * MINUTE, examineeIds: null } as const;
    const time = roomTime(
      { startsAt: TEN, endsAt: 0, adjustments, holds: [pause] },
      { durationMs: 60 * MINUTE, windowEndsAt: 0 },
    );
    const ada = anExaminee('plan', 'room', {
      _id: 'ada',
      extraMs: 10 * MINUTE,
      seats: [{ roomId: 'room', seat: 'B2' }],
    });
    const sheet = {
      endedAt: TEN + 70 * MINUTE,
      vector: [
        [1, 1],
        [2, 1],
      ] as [number, number][],
    };
    const notes = { ...NO_NOTES, enteredAt: new Map([['ada', TEN - MINUTE]]) };
    const line = personLine(time, ada, sheet, notes, TEN + 99 * MINUTE);
    assert.deepEqual(line.extra, { rosterMs: 10 * MINUTE, plannedMs: 5 * MINUTE, incidentMs: 3 * MINUTE });
    assert.deepEqual(
      [line.seat, line.enteredAt, line.endedAt, line.heldMs, line.savedCount],
      ['B2', TEN - MINUTE, TEN + 70 * MINUTE, 2 * MINUTE, 2],
    );
    assert.equal(line.deadlineAt, TEN + (60 + 10 + 5 + 3 + 2) * MINUTE);
  });

  it('has people by their seats as people count, and those without one after them', () => {
    const line = (label: string, seat: string | null) => {
      const one = personLine(
        roomTime({ startsAt: 0, endsAt: 0 }, { durationMs: 1, windowEndsAt: 0 }),
        anExaminee('plan', 'room', { label }),
        undefined,
        NO_NOTES,
        0,
      );
      return { ...one, seat };
    };
    const ordered = bySeat([line('Cyd', null), line('Ada', '10'), line('Ben', '9'), line('Bea', null)]);
    assert.deepEqual(
      ordered.map(({ label }) => label),
      ['Ben', 'Ada', 'Bea', 'Cyd'],
    );
  });

  it('has controls as the room took them, with by whom, why, and whom they have not reached, of this room alone', () => {
    const order = orderFields({ action: 'notice', reason: 'noise', text: 'Quiet.', examineeIds: ['ada', 'elsewhere'] });
    const control = {
      ...aControl('plan', { _id: 'c1', ...order, actorId: 'choi', actorRole: 'proctor' }),
      sequence: 1,
    };
    const delivered = { sentAt: 1, deliveredAt: 2, confirmedAt: 3 };
    const ledger = { ada: delivered, ben: { sentAt: 1, deliveredAt: 0, confirmedAt: 0 } };
    const outcome = { state: 'applied', code: '', message: '', ledger } as const;
    const receipt = { _id: 'c1.room', controlId: 'c1', roomId: 'room', planId: 'plan', at: 5, ...outcome };
    const stranger = { ...receipt, _id: 'c2.room', controlId: 'c2' };
    const [line, ...rest] = controlHistory('room', [control], [stranger, receipt], LABELS);
    assert.deepEqual(rest, []);
    assert.deepEqual(
      [line?.by?.label, line?.reason, line?.isForPlan, line?.examineeIds, line?.ledger],
      ['Choi', 'noise', true, ['ada'], { concerned: 2, delivered: 1, confirmed: 1, missing: ['ben'] }],
    );
  });

  it('has each step of who was in charge, with names and the note', () => {
    const by = { subject: 'choi', stream: 'proctor' } as const;
    const steps = chargeSteps(
      noted(NO_NOTES, [
        entry('charge.taken', 1, { ...by, data: { from: '', to: 'choi' } }),
        entry('handover.offered', 2, { ...by, data: { from: 'choi', to: 'park', note: 'Seat 4 is ill.' } }),
        entry('charge.lost', 3, { ...by, data: { from: 'choi', to: '' } }),
      ]),
      LABELS,
    );
    assert.deepEqual(
      steps.map(({ step, by, from, to, note }) => [step, by?.label, from?.label, to?.label, note]),
      [
        ['taken', 'Choi', undefined, 'Choi', ''],
        ['offered', 'Choi', 'Choi', 'Park', 'Seat 4 is ill.'],
        ['lost', undefined, 'Choi', undefined, ''],
      ],
    );
  });
});
