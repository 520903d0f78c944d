// Why the clock has changed: whatever comes first, the clock or the control with its reason, it is one sentence.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ControlTold } from '../../../schema/messages.ts';
import { type ClockEntry, clockChanged, clockControl } from '../../../web/examinee/session/clock-story.ts';

const NOW = 1_000_000;
const extend: ControlTold = { controlId: 'c', action: 'extend', at: NOW, reason: 'fire alarm', extraMs: 600_000 };
const running = { deadlineAt: NOW + 60_000, heldSince: 0 };
const longer = { deadlineAt: NOW + 660_000, heldSince: 0 };
const bare = ({ kind, byMs, reason }: ClockEntry) => ({ kind, byMs, reason });

describe('the story of the clock', () => {
  it('is one sentence with its reason, whichever of the two is heard first', () => {
    const said = [{ kind: 'longer', byMs: 600_000, reason: 'fire alarm' }];
    const clockFirst = clockControl(clockChanged([], running, longer, NOW, 0), extend, 500);
    const controlFirst = clockChanged(clockControl([], extend, 0), running, longer, NOW, 500);
    assert.deepEqual(clockFirst.map(bare), said);
    assert.deepEqual(controlFirst.map(bare), said);
  });

  it('says that it stands and runs again, and nothing of more time where what was left is left', () => {
    const held = { ...running, heldSince: NOW };
    const stopped = clockChanged([], running, held, NOW, 0);
    assert.deepEqual(stopped.map(bare), [{ kind: 'stopped', byMs: 0, reason: '' }]);
    const later = NOW + 300_000;
    const again = clockChanged(
      stopped,
      held,
      { deadlineAt: running.deadlineAt + 300_000, heldSince: 0 },
      later,
      300_000,
    );
    assert.deepEqual(
      again.map(({ kind }) => kind),
      ['stopped', 'running'],
    );
  });

  it('tells of every change of what is left by more than two seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: -600_000, max: 600_000 }), (byMs) => {
        const story = clockChanged([], running, { deadlineAt: running.deadlineAt + byMs, heldSince: 0 }, NOW, 0);
        if (Math.abs(byMs) > 2_000) assert.equal(story.length, 1);
        assert.ok(story.every((entry) => entry.byMs === Math.abs(byMs)));
      }),
    );
  });
});
