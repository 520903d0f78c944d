// What the board's rows cost on the wire, whatever the machine: the bytes that the framework's encoder makes for a proctor's
// view of 300 who answer every ten seconds, with links that drop and incidents. `npm run bench:board` measures the whole.
import assert from 'node:assert/strict';
import { Encoder, StateView } from '@colyseus/schema';
import { BoardRow, ExamRoomState } from '../../schema/room-state.ts';

const ROOMS = 20;
const EXAMINEES = 300;
const ANSWER_EVERY_MS = 10_000;
const PATCH_MS = 250;
const SECONDS = 60;
/** 20 kB a second, less what beats, incidents and ledgers take as messages. */
const LIMIT_BYTES = 15_000;
/** A frame's head and its kind. */
const FRAME_BYTES = 5;

describe('the traffic of a board', () => {
  it('of 20 rooms of 300 leaves room for its messages below 20 kB a second, also where each answer is saved a patch after it came', () => {
    const state = new ExamRoomState();
    const rows = Array.from({ length: EXAMINEES }, (_, index) => {
      const row = new BoardRow();
      row.examineeId = `examinee${String(index).padStart(8, '0')}`;
      row.link = 'online';
      state.board.set(row.examineeId, row);
      return row;
    });
    const encoder = new Encoder(state);
    const view = new StateView();
    view.subscribe(state.board);
    patchBytes(encoder, view);
    let bytes = 0;
    let due = 0;
    let next = 0;
    let unsaved: BoardRow[] = [];
    for (let ms = 0; ms < SECONDS * 1_000; ms += PATCH_MS) {
      for (const row of unsaved) row.savedCount++;
      unsaved = [];
      for (due += (EXAMINEES * PATCH_MS) / ANSWER_EVERY_MS; due >= 1; due--) {
        const row = rows[next++ % EXAMINEES] ?? assert.fail();
        row.answeredCount++;
        unsaved.push(row);
      }
      if (ms % 10_000 === 0) trouble(rows[next % EXAMINEES] ?? assert.fail(), ms);
      bytes += patchBytes(encoder, view) + FRAME_BYTES;
    }
    const perSecond = (bytes / SECONDS) * ROOMS;
    assert.ok(rows.every(({ answeredCount }) => answeredCount >= SECONDS / 10 - 1));
    assert.ok(perSecond > 4_000, `${perSecond} bytes a second are too few to be true`);
    assert.ok(perSecond < LIMIT_BYTES, `${perSecond} bytes a second`);
  });
});

/** A link drops and is back with the next, an incident is raised: what is written then is long, and seldom. */
function trouble(row: BoardRow, ms: number): void {
  row.link = row.link === 'online' ? 'dropped' : 'online';
  row.linkAt = 1_795_000_000_000 + ms;
  row.openIncidents++;
  row.worstSeverity = 0.6;
  row.attention = 106;
  row.reasons = 'incident link';
}

function patchBytes(encoder: Encoder, view: StateView): number {
  const it = { offset: 1 };
  encoder.encode(it);
  const { length } = encoder.encodeView(view, it.offset, it);
  encoder.discardChanges();
  return length;
}
