// A proctor's board over real MongoDB, Redis, sockets and workers: what each row says, what does not make a patch, and that
// nobody else sees any of it.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { RoomNeeds } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { BoardRow } from '../../schema/room-state.ts';
import { type Exam, HALL_ITEMS, type Hall, join, openHall, type Sitting, until } from '../support/hall.ts';
import { JOINED, rawSeat } from '../support/raw-seat.ts';
import '../support/parts.ts';

const SECOND = 1_000;

describe('the board', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('board');
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 3 });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const idOf = (index = 0) => exam.examinees[index]?._id ?? '';
  const rowIn = (proctor: Sitting, index = 0): BoardRow | undefined =>
    (proctor.room.state as { board?: Map<string, BoardRow> }).board?.get(idOf(index));
  async function shows(proctor: Sitting, passes: (row: BoardRow) => boolean, index = 0): Promise<BoardRow> {
    const found = () => {
      const row = rowIn(proctor, index);
      return row !== undefined && passes(row) ? row : undefined;
    };
    try {
      await until(() => found() !== undefined);
    } catch (cause) {
      throw new Error(`not shown: ${passes}; the row is ${JSON.stringify(rowIn(proctor, index))}`, { cause });
    }
    return found() as BoardRow;
  }
  const answer = (sitting: Sitting, counter: number, item = counter) =>
    sitting.send('answer.save', {
      answers: [{ item, revision: revisionOf(sitting.fence, counter), response: item === 5 ? 'text' : 'A' }],
    });
  const beat = (sitting: Sitting, report: object = {}) => sitting.send('heartbeat', { sentAt: 1, ...report });

  it('counts what is answered and saved, of how many items', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    answer(sitting, 1);
    answer(sitting, 2);
    answer(sitting, 3, 1);
    const row = await shows(proctor, ({ savedCount }) => savedCount === 2);
    assert.deepEqual([row.answeredCount, row.unsavedCount, row.unsavedSince], [2, 0, 0]);
    assert.equal((proctor.room.state as { itemCount: number }).itemCount, HALL_ITEMS.length);
  });

  it('shows answers that are not saved, since when, and asks for attention when they are old', async () => {
    await hall.stopWorkers();
    try {
      const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
      const before = Date.now();
      answer(sitting, 1);
      answer(sitting, 2);
      const row = await shows(proctor, ({ unsavedCount }) => unsavedCount === 2);
      assert.ok(row.unsavedSince >= before && row.unsavedSince <= Date.now() - SECOND);
      assert.equal(row.savedCount, 0);
      assert.equal(row.answeredCount, 2);
      await shows(proctor, ({ reasons }) => reasons.split(' ').includes('unsaved'));
      assert.ok((rowIn(proctor)?.attention ?? 0) > 0);
      await hall.startWorkers();
      await shows(proctor, ({ unsavedCount, savedCount, reasons }) => {
        return unsavedCount === 0 && savedCount === 2 && !reasons.includes('unsaved');
      });
    } finally {
      await hall.startWorkers();
    }
  });

  it('shows what a device says of itself: its clock, and what it holds', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    beat(sitting, { aheadMs: -7_200_300, unsaved: { count: 7, oldestMs: 65_000 } });
    const row = await shows(proctor, ({ unsavedCount }) => unsavedCount === 7);
    assert.equal(row.clockAheadMs, -7_200_000);
    assert.ok(Math.abs(Date.now() - 65_000 - row.unsavedSince) < 3 * SECOND);
    assert.equal(row.reasons, 'unsaved');
    beat(sitting);
    assert.equal((await shows(proctor, ({ unsavedCount }) => unsavedCount === 0)).clockAheadMs, -7_200_000);
  });

  it('shows since when a link is as it is, with the last sign of life of one that is down', async () => {
    const [proctor, before] = [await hall.watch(exam), Date.now()];
    const sitting = await hall.sit(exam);
    const up = await shows(proctor, ({ link }) => link === 'online');
    assert.ok(up.linkAt >= before && up.linkAt <= Date.now());
    beat(sitting);
    const beatenAt = (await sitting.next('heartbeat')).at;
    await sitting.leave();
    const down = await shows(proctor, ({ link }) => link === 'dropped');
    assert.equal(down.linkAt, beatenAt);
    await shows(proctor, ({ reasons }) => reasons === 'link');
    await hall.sit(exam);
    await shows(proctor, ({ link, reasons, linkAt }) => link === 'online' && reasons === '' && linkAt > beatenAt);
  });

  it('counts incidents that are to be decided, with the worst of them', async () => {
    const [proctor, severity] = [await hall.watch(exam), 0.75];
    const raise = async (given: object) => {
      const incidentId = newId();
      proctor.send('incident.raise', { incidentId, examineeId: idOf(), kind: 'material', severity, ...given });
      const answered = await proctor.next('incident.answered', ({ about }) => about === incidentId);
      assert.ok('incident' in answered);
      return answered.incident;
    };
    const worst = await raise({});
    await raise({ kind: 'other', severity: 0.25 });
    const row = await shows(proctor, ({ openIncidents }) => openIncidents === 2);
    assert.deepEqual([row.worstSeverity, row.reasons], [0.75, 'incident']);
    const { attention } = row;
    for (const [to, version] of [
      ['acknowledged', worst.version],
      ['unfounded', worst.version + 1],
    ]) {
      proctor.send('incident.handle', { incidentId: worst.incidentId, to, version });
      await proctor.next('incident.answered');
    }
    const after = await shows(proctor, ({ openIncidents }) => openIncidents === 1);
    assert.ok(after.worstSeverity === 0.25 && after.attention < attention);
    assert.equal(rowIn(proctor, 1)?.openIncidents, 0);
  });

  it('shows the last notice of each, how far it came, and whom a control has not reached', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    await hall.sit(exam, 1);
    const controlId = newId();
    proctor.send('control.issue', { controlId, action: 'notice', text: 'five more minutes', mustConfirm: true });
    await sitting.next('control.told', (told) => told.controlId === controlId);
    const sent = await shows(proctor, ({ notice }) => notice === 'sent');
    assert.deepEqual([sent.noticeId, sent.unreachedCount], [controlId, 1]);
    await shows(proctor, ({ reasons }) => reasons.split(' ').includes('not-reached'), 1);
    sitting.send('control.received', { controlIds: [controlId] });
    assert.equal((await shows(proctor, ({ notice }) => notice === 'delivered')).unreachedCount, 0);
    sitting.send('control.confirm', { controlId });
    await shows(proctor, ({ notice }) => notice === 'confirmed');
    assert.deepEqual([rowIn(proctor, 1)?.notice, rowIn(proctor, 2)?.notice], ['sent', '']);
  });

  it('tells what its examinees need to whoever looks at the whole exam, in counts', async () => {
    const proctor = await hall.watch(exam);
    await hall.sit(exam);
    const incident = { incidentId: newId(), examineeId: idOf(), kind: 'other', severity: 0.5 };
    proctor.send('incident.raise', incident);
    proctor.send('claim.take', { examineeId: idOf() });
    await proctor.next('claim.answered');
    const needs = async () => {
      const text = await hall.redis.hget(redisKeys.needs(exam.planId), exam.roomId);
      return text === null ? undefined : RoomNeeds.strip().parse(JSON.parse(text));
    };
    await until(async () => (await needs())?.openIncidents === 1);
    const { worstSeverity, needing, untaken, attention } = (await needs()) ?? assert.fail();
    assert.deepEqual([worstSeverity, needing, untaken], [0.5, 1, 0]);
    assert.ok(attention >= 70, `${attention}`);
  });

  it('makes no patch of heartbeats, nor of what only grows older', async () => {
    const sittings = [await hall.sit(exam), await hall.sit(exam, 1), await hall.sit(exam, 2)];
    const proctor = await hall.watch(exam);
    await shows(proctor, ({ link }) => link === 'online', 2);
    for (const [index] of sittings.entries()) await shows(proctor, ({ status }) => status === 'answering', index);
    const givenAt = Date.now() - 61_000;
    beat(sittings[0] as Sitting, { aheadMs: 900, unsaved: { count: 1, oldestMs: 61_000 } });
    await shows(proctor, ({ attention }) => attention > 0);
    const proctors = (proctor.room.state as { proctors: Map<string, { state: string }> }).proctors;
    await until(() => [...proctors.values()].some(({ state }) => state === 'present'));
    let patches = 0;
    proctor.room.onStateChange(() => patches++);
    for (let beats = 0; beats < 8; beats++) {
      const oldestMs = Date.now() - givenAt;
      beat(sittings[0] as Sitting, { aheadMs: 900 + beats, unsaved: { count: 1, oldestMs } });
      for (const sitting of sittings.slice(1)) beat(sitting, { aheadMs: -20 - beats });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    assert.equal(patches, 0);
    await (sittings[2] as Sitting).leave();
    await shows(proctor, ({ link }) => link === 'dropped', 2);
    assert.ok(patches > 0);
  });

  it('[S13] is seen by no examinee, in the decoded state or in any frame: rows, incidents, labels and what others were told', async () => {
    const proctor = await hall.watch(exam);
    const [watched, frames] = [await hall.sit(exam, 1), await framesOf(2)];
    const [label, note, forOther] = ['canary-of-a-label', 'canary of a note', 'canary of a notice'];
    const device = 'canary of a device';
    const other = await seatWithDevice(0, device);
    const incidentId = newId();
    proctor.send('incident.raise', { incidentId, examineeId: idOf(), kind: 'other', severity: 0.875, note });
    await proctor.next('incident.answered');
    const forOneId = newId();
    const forOne = { action: 'notice', text: forOther, examineeIds: [idOf()] };
    proctor.send('control.issue', { controlId: forOneId, reason: label, ...forOne });
    await other.next('control.told', ({ controlId }) => controlId === forOneId);
    await shows(proctor, ({ openIncidents, notice, device: shown }) => {
      return openIncidents === 1 && notice === 'sent' && shown === device;
    });
    // What follows comes after whatever would have been shown before.
    const allId = newId();
    proctor.send('control.issue', { controlId: allId, action: 'notice', text: 'for everybody' });
    await watched.next('control.told', ({ controlId }) => controlId === allId);
    await until(() => frames.all().includes('for everybody'));
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // two patches
    const canaries = [label, note, forOther, device, incidentId, forOneId, idOf(), 'attention', 'incident.'];
    const told = JSON.stringify(watched.received);
    const state = JSON.stringify(watched.room.state);
    for (const canary of canaries) {
      assert.ok(!told.includes(canary), `told: ${canary}`);
      assert.ok(!state.includes(canary), `state: ${canary}`);
      assert.ok(canary === 'attention' || !frames.all().includes(canary), `frame: ${canary}`);
    }
    assert.ok(frames.all().includes(idOf(2)) && !frames.all().includes(idOf(1)), 'the own row alone');
    frames.close();
  });

  /** Everything that comes over an examinee's socket, as text of its bytes, from the first byte on. */
  async function framesOf(index: number): Promise<{ all(): string; close(): void }> {
    const { socket } = await rawSeat(hall, exam, index);
    const frames: Buffer[] = [];
    socket.on('message', (bytes: Buffer) => {
      frames.push(bytes);
      if (bytes[0] === JOINED[0]) socket.send(JOINED);
    });
    await until(() => frames.length > 1);
    assert.equal(socket.readyState, WebSocket.OPEN);
    return { all: () => Buffer.concat(frames).toString('latin1'), close: () => socket.terminate() };
  }

  async function seatWithDevice(index: number, device: string): Promise<Sitting> {
    const { planId, roomId } = exam;
    const examineeId = idOf(index);
    const entered = await hall.store.examinees.enter(examineeId, newId(), 'device');
    const fence = entered?.fence ?? 0;
    const who = { role: 'examinee', examineeId, planId, roomId, fence, entryId: newId() } as const;
    const seat = await hall.directory.reserve(roomId, { ...who, fresh: false, readAt: Date.now(), device });
    assert.ok(!isRefusal(seat));
    return join(hall.url, seat, fence);
  }
});
