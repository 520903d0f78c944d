// When a paper may be read: by the room's start, and by nothing else.
import assert from 'node:assert/strict';
import { hasStarted, isPaperReleased } from '../../exam/paper-release.ts';
import { ROOM_STATES } from '../../schema/states.ts';

const START = 1_800_000_000_000;

describe('the release of a paper', () => {
  it('[S12] follows the stored status, not a start that is only named', () => {
    const released = ROOM_STATES.filter((status) => isPaperReleased({ status, startsAt: START, endsAt: 0 }));
    assert.deepEqual(released, ['running', 'paused', 'ended']);
  });

  it('[S12] never comes where the room was ended before its start', () => {
    for (const ended of [
      { startsAt: 0, endsAt: START },
      { startsAt: START, endsAt: START },
      { startsAt: START, endsAt: 1 },
    ]) {
      assert.equal(isPaperReleased({ status: 'ended', ...ended }), false);
      assert.equal(hasStarted(ended, START + 9_999), false);
    }
    assert.equal(isPaperReleased({ status: 'ended', startsAt: START, endsAt: START + 1 }), true);
  });

  it('over HTTP comes with the instant of the start, to the millisecond', () => {
    assert.equal(hasStarted({ startsAt: START, endsAt: 0 }, START - 1), false);
    assert.equal(hasStarted({ startsAt: START, endsAt: 0 }, START), true);
    assert.equal(hasStarted({ startsAt: 0, endsAt: 0 }, START), false);
  });
});
