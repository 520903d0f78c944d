// What has happened to one examinee: each thing once and in the order of time, and nothing that is not to be shown.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type PersonFacts, timelineOf } from '../../exam/person-timeline.ts';
import { orderFields } from '../../schema/documents/control.ts';
import type { LogDocument } from '../../schema/documents/record.ts';
import { TimelineEntry } from '../../schema/person-timeline.ts';
import { aCall, aControl } from '../support/stored.ts';
import { holdsFor } from './seed.ts';

const NOTHING: PersonFacts = {
  ...{ logs: [], answers: [], incidents: [], controls: [], calls: [] },
  ...{ identity: undefined, linkLostAt: 0, labels: new Map([['choi', 'Choi']]) },
};
const TEN = 1_800_000_000_000;
const at = (seconds: number): number => TEN + seconds * 1_000;
const log = (kind: string, seconds: number, given: Partial<LogDocument> = {}): LogDocument => {
  const about = { planId: 'plan', roomId: 'room', stream: 'examinee', subject: 'ada', kind } as const;
  return { _id: `${kind}${seconds}`, ...about, at: at(seconds), data: {}, ...given };
};
const kindsOf = (given: Partial<PersonFacts>) => timelineOf({ ...NOTHING, ...given }).map(({ kind }) => kind);

const instants = fc.integer({ min: 0, max: 7_200_000 }).map((ms) => TEN + ms);
const answers = fc.array(fc.record({ item: fc.integer({ min: 1, max: 9 }), at: instants, late: fc.boolean() }));
const kinds = fc.constantFrom(
  'examinee.entered',
  'examinee.ready',
  'examinee.began',
  'device.waiting',
  'sheet.submitted',
  'answers.held',
  'imported',
);
const logs = fc
  .array(fc.record({ kind: kinds, at: instants }))
  .map((rows) => rows.map((row, index) => log(row.kind, index, { _id: String(index), at: row.at })));
const losses = fc
  .array(fc.tuple(instants, fc.integer({ min: 1, max: 99_999 })))
  .map((rows) =>
    rows.map(([from, ms], index) =>
      log('link.lost', index, { _id: `lost${index}`, at: from + ms, data: { from, to: from + ms } }),
    ),
  );
const calls = fc
  .array(instants)
  .map((rows) =>
    rows.map((at, index) =>
      aCall({ _id: String(index), at, status: index % 2 ? 'open' : 'answered', endedAt: at + 1 }),
    ),
  );
const controls = fc.array(instants).map((rows) =>
  rows.map((appliedAt, index) => ({
    control: { ...aControl('plan', { _id: String(index) }), sequence: index },
    appliedAt,
    delivery: { sentAt: 0, deliveredAt: 0, confirmedAt: 0 },
  })),
);

describe('what has happened to one examinee', () => {
  it('is in the order of time, each thing once, in the shape in which it is sent', () => {
    const facts = fc.record({ answers, logs: fc.tuple(logs, losses).map((both) => both.flat()), calls, controls });
    const property = fc.property(facts, (given) => {
      const entries = timelineOf({ ...NOTHING, ...given });
      for (const [index, entry] of entries.entries()) {
        TimelineEntry.parse(entry);
        assert.ok(entry.at >= (entries[index - 1]?.at ?? 0));
      }
      assert.equal(new Set(entries.map(({ entryId }) => entryId)).size, entries.length);
      const lost = given.logs.filter(({ kind }) => kind === 'link.lost').length;
      const ended = given.calls.filter(({ status }) => status !== 'open').length;
      const others = entries.filter(({ kind }) => kind !== 'answers.saved').length;
      assert.equal(others, given.logs.length + lost + given.calls.length + ended + given.controls.length);
      const saved = entries.flatMap((entry) => (entry.kind === 'answers.saved' ? [entry] : []));
      assert.equal(
        saved.reduce((sum, { count }) => sum + count, 0),
        given.answers.length,
      );
      assert.equal(
        saved.reduce((sum, { lateCount }) => sum + lateCount, 0),
        given.answers.filter(({ late }) => late).length,
      );
      for (const { minute, at } of saved) assert.ok(at >= minute && at < minute + 60_000);
    });
    holdsFor(property, 300);
  });

  it('says when somebody entered, was ready, began, and how the sheet ended', () => {
    const kinds = ['examinee.entered', 'examinee.ready', 'examinee.began', 'sheet.submitted', 'sheet.timed-out'];
    assert.deepEqual(kindsOf({ logs: kinds.map((kind, n) => log(kind, n)) }), [
      ...['entered', 'ready', 'began', 'sheet', 'sheet'],
    ]);
  });

  it('has a lost link as two entries, from when to when', () => {
    const lost = log('link.lost', 100, { data: { from: at(60), to: at(100) } });
    const [first, between, last] = timelineOf({ ...NOTHING, logs: [lost, log('device.waiting', 80)] });
    assert.deepEqual([first?.kind, first?.at, between?.kind], ['link.lost', at(60), 'device.waiting']);
    assert.ok(last?.kind === 'link.back');
    assert.deepEqual([last.at, last.ms], [at(100), 40_000]);
  });

  it('has a link that is down now, without an end', () => {
    const [entry, ...rest] = timelineOf({ ...NOTHING, linkLostAt: at(7) });
    assert.deepEqual([entry?.kind === 'link.lost' && [entry.at, entry.until], rest], [[at(7), 0], []]);
  });

  it('says of answers how many in each minute, never which', () => {
    const rows = [
      { item: 1, at: at(1), late: false },
      { item: 1, at: at(30), late: false },
      { item: 7, at: at(59), late: false },
      { item: 9, at: at(61), late: true },
    ];
    const [first, second] = timelineOf({ ...NOTHING, answers: rows });
    const shape = { kind: 'answers.saved' };
    assert.deepEqual(first, {
      ...{ entryId: `answers.${TEN}`, at: at(1), ...shape, minute: TEN },
      ...{ count: 3, itemCount: 2, lateCount: 0 },
    });
    assert.ok(second?.kind === 'answers.saved');
    assert.deepEqual([second.minute, second.count, second.lateCount], [at(60), 1, 1]);
  });

  it('names by whom, a proctor by name, and nobody else whom a control concerns', () => {
    const order = orderFields({ action: 'notice', reason: '', text: 'Quiet.', examineeIds: ['ada', 'ben'] });
    const control = { ...aControl('plan', { ...order, actorId: 'choi', actorRole: 'proctor' }), sequence: 1 };
    const delivery = { sentAt: at(1), deliveredAt: at(2), confirmedAt: 0 };
    const [entry] = timelineOf({ ...NOTHING, controls: [{ control, appliedAt: at(1), delivery }] });
    assert.ok(entry?.kind === 'control');
    assert.deepEqual(entry.by, { id: 'choi', role: 'proctor', label: 'Choi' });
    assert.deepEqual([entry.text, entry.isForRoom, entry.deliveredAt, entry.confirmedAt], ['Quiet.', false, at(2), 0]);
    assert.ok(!JSON.stringify(entry).includes('ben'));
  });

  it('has who took the examinee, and a call and the last word about the identity once, with what was said', () => {
    const about = { subject: 'choi', stream: 'proctor', data: { examineeId: 'ada' } } as const;
    const claims = ['examinee.taken', 'examinee.returned', 'examinee.freed'].map((kind, n) => log(kind, n, about));
    assert.deepEqual(
      timelineOf({ ...NOTHING, logs: claims }).map((one) => one.kind === 'claim' && [one.to, one.by?.label]),
      [
        ['taken', 'Choi'],
        ['returned', 'Choi'],
        ['freed', 'Choi'],
      ],
    );
    const call = aCall({
      at: at(1),
      status: 'answered',
      answer: 'Page 3.',
      by: 'choi',
      byRole: 'proctor',
      endedAt: at(2),
    });
    const logged = [log('call.raised', 1), log('call.answered', 2, about)];
    assert.deepEqual(kindsOf({ calls: [call], logs: logged }), ['call', 'call.ended']);
    const identity = {
      confirmed: true,
      note: 'passport',
      by: 'choi',
      byRole: 'proctor',
      at: at(9),
      version: 2,
    } as const;
    const decided = [3, 9].map((n) =>
      log('identity.decided', n, { ...about, data: { ...about.data, confirmed: n > 3 } }),
    );
    assert.deepEqual(
      timelineOf({ ...NOTHING, identity, logs: decided }).map(
        (one) => one.kind === 'identity' && [one.confirmed, one.note],
      ),
      [
        [false, ''],
        [true, 'passport'],
      ],
    );
  });
});
