// Who may still come in.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lateEntryRefusal } from '../../exam/late-entry.ts';
import { startForLate } from '../../exam/timeline.ts';
import type { Hold } from '../../schema/controls.ts';
import { holdsFor } from './seed.ts';

const START = 1_800_000_000_000;
const RULE = { allowedForMs: 60_000 };

describe('late entry', () => {
  const codeAt = (now: number, fence = 0, startsAt = START) =>
    lateEntryRefusal(RULE, { startsAt, fence }, now)?.refused;

  it('is allowed to the last millisecond of what the plan gives, and not one later', () => {
    assert.equal(codeAt(START + 60_000), undefined);
    assert.equal(codeAt(START + 60_001), 'ENTRY_TOO_LATE');
    assert.equal(lateEntryRefusal({ allowedForMs: 0 }, { startsAt: START, fence: 0 }, START), undefined);
  });

  it('says until when it was possible, and to whom to turn', () => {
    const { message = '', retry } = lateEntryRefusal(RULE, { startsAt: START, fence: 0 }, START + 60_001) ?? {};
    assert.match(message, new RegExp(`until ${new Date(START + 60_000).toISOString()}; turn to the proctor`));
    assert.equal(retry, 'never');
  });

  it('is no matter before there is a start', () => {
    assert.equal(codeAt(START + 99_999_999, 0, 0), undefined);
  });

  it('counts from the start without what everybody has stood since, paused once or still', () => {
    const room = {
      startsAt: START,
      durationMs: 3_600_000,
      windowEndsAt: 0,
      endsAt: 0,
      adjustments: [],
      lockStopsClock: false,
    };
    const pause = { kind: 'room', from: START + 10_000, to: START + 40_000, examineeIds: null } as const;
    const at = (now: number, holds: readonly Hold[]) => codeAt(now, 0, startForLate({ ...room, holds }, now));
    assert.equal(at(START + 90_000, [pause]), undefined);
    assert.equal(at(START + 90_001, [pause]), 'ENTRY_TOO_LATE');
    assert.equal(at(START + 9_000_000, [{ ...pause, to: 0 }]), undefined);
    assert.equal(at(START + 60_001, [{ ...pause, examineeIds: ['somebody'] }]), 'ENTRY_TOO_LATE');
    assert.equal(startForLate({ ...room, startsAt: 0, holds: [pause] }, START), 0);
  });

  it('never keeps out who has been in before, nor anybody where the plan says always', () => {
    const late = fc.integer({ min: 0, max: 10_000_000 });
    holdsFor(
      fc.property(late, fc.integer({ min: 1, max: 99 }), (afterMs, fence) => {
        assert.equal(codeAt(START + afterMs, fence), undefined);
        assert.equal(lateEntryRefusal('always', { startsAt: START, fence: 0 }, START + afterMs), undefined);
      }),
    );
  });
});
