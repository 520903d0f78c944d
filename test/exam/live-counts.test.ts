// The counts of live data: each examinee once, in its room, under its state, its link and the state of its sheet.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type LiveRow, liveCountsOf, roomCountsOf, sumOfRooms } from '../../exam/live-counts.ts';
import { EXAMINEE_STATES, LINK_STATES, SHEET_STATES } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const ROOMS = ['a', 'b', 'c'];
const aRow = fc.record<LiveRow, 'roomId' | 'status' | 'link' | 'savedCount'>(
  {
    roomId: fc.constantFrom(...ROOMS),
    status: fc.constantFrom(...EXAMINEE_STATES),
    link: fc.constantFrom(...LINK_STATES),
    savedCount: fc.nat(200),
    sheet: fc.constantFrom(...SHEET_STATES),
  },
  { requiredKeys: ['roomId', 'status', 'link', 'savedCount'] },
);

describe('counts of live data', () => {
  it('count what a look at the rows counts', () => {
    holdsFor(
      fc.property(fc.array(aRow), (rows) => {
        const counts = liveCountsOf(rows);
        for (const roomId of ROOMS) {
          const here = rows.filter((row) => row.roomId === roomId);
          const room = roomCountsOf(counts, roomId);
          assert.equal(room.examineeCount, here.length);
          for (const state of EXAMINEE_STATES)
            assert.equal(room.examinees[state], here.filter(({ status }) => status === state).length);
          for (const state of LINK_STATES)
            assert.equal(room.links[state], here.filter(({ link }) => link === state).length);
          for (const state of SHEET_STATES)
            assert.equal(room.sheets[state], here.filter(({ sheet }) => sheet === state).length);
          assert.equal(
            room.answersSaved,
            here.reduce((sum, { savedCount }) => sum + savedCount, 0),
          );
        }
        const all = sumOfRooms(ROOMS.map((roomId) => roomCountsOf(counts, roomId)));
        assert.equal(all.examineeCount, rows.length);
        assert.equal(all.links.online, rows.filter(({ link }) => link === 'online').length);
      }),
    );
  });

  it('leave out what comes to nothing', () => {
    const counts = liveCountsOf([{ roomId: 'a', status: 'entered', link: 'online', savedCount: 0 }]);
    assert.deepEqual(counts, { 'status:a:entered': 1, 'link:a:online': 1 });
  });
});
