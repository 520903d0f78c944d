// Who is let in by the plan's rules, and what a proctor's word counts.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { admissionOf, type EntryRules, entryRefused, notAdmitted } from '../../exam/admission.ts';
import { lateEntryRefusal } from '../../exam/late-entry.ts';
import { GROUNDS } from '../../schema/admission.ts';
import { EXAMINEE_STATES } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const START = 1_800_000_000_000;
const BY_PROCTOR: EntryRules = { admission: 'by-proctor' };
const LATE: EntryRules = { lateEntry: { allowedForMs: 60_000, after: 'by-proctor' } };
const entered = { status: 'entered' } as const;

describe('admission', () => {
  it('is for everybody where the plan says nothing', () => {
    assert.equal(admissionOf({}, entered, START, START + 3_600_000), 'admitted');
  });

  it('waits for a proctor where the plan says so, until one has decided; who answers is in', () => {
    assert.equal(admissionOf(BY_PROCTOR, entered, 0, START), 'waiting');
    assert.equal(admissionOf(BY_PROCTOR, { ...entered, admission: { is: 'admitted' } }, 0, START), 'admitted');
    assert.equal(
      admissionOf({}, { ...entered, admission: { is: 'refused', ground: 'identity' } }, 0, START),
      'refused',
    );
    assert.equal(admissionOf(BY_PROCTOR, { status: 'answering' }, START, START), 'admitted');
  });

  it('of who comes late waits where the plan allows it by a proctor, and it is no late entry that is refused then', () => {
    assert.equal(admissionOf(LATE, { status: 'registered' }, START, START + 60_000), 'admitted');
    assert.equal(admissionOf(LATE, { status: 'registered' }, START, START + 60_001), 'waiting');
    assert.equal(admissionOf(LATE, { status: 'registered' }, 0, START + 60_001), 'admitted');
    const arrival = { startsAt: START, fence: 0 };
    assert.equal(lateEntryRefusal({ allowedForMs: 60_000, after: 'by-proctor' }, arrival, START + 90_000), undefined);
    assert.equal(lateEntryRefusal({ allowedForMs: 60_000 }, arrival, START + 90_000)?.refused, 'ENTRY_TOO_LATE');
  });

  it('tells each ground in a sentence of its own, and that it may be tried again', () => {
    const told = GROUNDS.map((ground) => entryRefused(ground));
    assert.equal(new Set(told.map(({ message }) => message)).size, GROUNDS.length);
    assert.ok(told.every(({ retry, retryAfterMs }) => retry === 'later' && retryAfterMs === 10_000));
  });

  it('by a proctor is final over every rule, and nobody but the admitted is in', () => {
    const rules = fc.record({
      admission: fc.constantFrom('open' as const, 'by-proctor' as const),
      lateEntry: fc.constantFrom(
        'always' as const,
        { allowedForMs: 5 },
        { allowedForMs: 5, after: 'by-proctor' as const },
      ),
    });
    holdsFor(
      fc.property(rules, fc.constantFrom(...EXAMINEE_STATES), fc.nat(20), (rule, status, at) => {
        assert.equal(admissionOf(rule, { status, admission: { is: 'admitted' } }, 1, at), 'admitted');
        assert.equal(admissionOf(rule, { status, admission: { is: 'refused', ground: 'late' } }, 1, at), 'refused');
        const admission = admissionOf(rule, { status }, 1, at);
        assert.equal(notAdmitted(admission) === undefined, admission === 'admitted');
      }),
    );
  });
});
