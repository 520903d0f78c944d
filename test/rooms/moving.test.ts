// Moves between rooms, over real MongoDB, Redis, sockets and workers: with and without a link, in the waiting room, with
// what is pending, held and still to be told, and through the death of either room at each step.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { matchMaker } from '@colyseus/core';
import { DROPPED_MS } from '../../exam/grace.ts';
import { WAY_MS } from '../../exam/moving.ts';
import { revisionOf } from '../../exam/revision.ts';
import type { ControlAction } from '../../schema/controls.ts';
import { newId } from '../../schema/ids.ts';
import type { Store } from '../../store/open-store.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';
import { aProctor, aRoom, newStore } from '../support/stored.ts';

/** Two rooms of one plan; the people sit in the first. */
type Pair = { red: Exam; blue: Exam; proctorId: string };

/** Where the next write of a move fails, once. */
type Step = 'receipt' | 'applied' | 'sheets' | 'examinees' | 'calls' | 'arrival';

describe('a move to another room', () => {
  let hall: Hall;
  let fails: Step | undefined;
  before(async () => {
    hall = await openHall('room-moving', { store: failing(await newStore('room-moving'), (step) => isDue(step)) });
  });
  afterEach(() => {
    fails = undefined;
  });
  after(async () => {
    await hall.stop();
    await hall.store.close();
  });

  function isDue(step: Step): boolean {
    if (fails !== step) return false;
    fails = undefined;
    return true;
  }

  async function aPair(examinees = 2, isBegun = true, rules: object = {}): Promise<Pair> {
    const red = await hall.exam({ examinees, rules });
    const room = aRoom(red.planId);
    await hall.store.rooms.create([room]);
    const blue = { ...red, roomId: room._id };
    const proctorId = newId();
    await hall.store.proctors.create(aProctor(red.planId, [red.roomId, room._id], { _id: proctorId }));
    if (isBegun) await hall.begin(red);
    else {
      await hall.store.plans.change(red.planId, ['scheduled'], { status: 'open' });
      await hall.control(red, 'open');
    }
    const status = isBegun ? 'running' : 'open';
    await until(async () => (await hall.roomStatus(red)) === status && (await hall.roomStatus(blue)) === status);
    return { red, blue, proctorId };
  }

  async function issue(sitting: Sitting, action: ControlAction, given: Record<string, unknown> = {}) {
    const controlId = (given.controlId as string | undefined) ?? newId();
    sitting.send('control.issue', { controlId, action, ...given });
    return sitting.next('control.applied', (one) => one.controlId === controlId && one.state !== 'pending');
  }

  const idOf = (exam: Exam, index = 0): string => exam.examinees[index]?._id ?? '';
  const ada = ({ red, blue }: Pair) => ({ examineeIds: [idOf(red)], toRoomId: blue.roomId });
  const roomOf = async ({ red }: Pair, index = 0) => (await hall.store.examinees.get(idOf(red, index)))?.roomId;
  const rowIn = (sitting: Sitting, examineeId: string) =>
    (sitting.room.state as { board: Map<string, { status: string; deadlineAt: number; hold: string }> }).board.get(
      examineeId,
    );

  let counter = 0;
  function answer(sitting: Sitting, item: number, response = 'A'): [number, number] {
    const revision = revisionOf(sitting.fence, ++counter);
    sitting.send('answer.save', { answers: [{ item, revision, response }] });
    return [item, revision];
  }
  async function saved(sitting: Sitting, item: number, response = 'A'): Promise<[number, number]> {
    const name = answer(sitting, item, response);
    await sitting.next('answer.saved', ({ saved: told }) => told.some(([, one]) => one === name[1]));
    return name;
  }

  const lossesIn = ({ planId, roomId }: Exam) =>
    hall.store.logs.byPlan(planId, { roomId, kind: 'link.lost', limit: 10 });

  async function rebuild(exam: Exam): Promise<void> {
    const before = matchMaker.getLocalRoomById(exam.roomId);
    before?.onBeforeShutdown();
    await until(() => ![undefined, before].includes(matchMaker.getLocalRoomById(exam.roomId)));
  }

  it('is no lost link of who was heard all the time, and one of who takes long to come', async () => {
    const pair = await aPair();
    const { red, blue, proctorId } = pair;
    const [inRed, entryIds] = [await hall.watch(red, proctorId), [newId(), newId()]];
    const sittings = await Promise.all(entryIds.map((entryId, index) => hall.sit(red, index, entryId)));
    const beating = setInterval(() => {
      for (const sitting of sittings) sitting.send('heartbeat', { sentAt: performance.now() });
    }, 500);
    await sleep(DROPPED_MS + 1_000);
    await issue(inRed, 'move', { examineeIds: [idOf(red, 0), idOf(red, 1)], toRoomId: blue.roomId });
    clearInterval(beating);
    await Promise.all(sittings.map(({ closed }) => closed));
    await hall.sit(blue, 0, entryIds[0]);
    const { moved } = (await hall.store.examinees.get(idOf(red, 1))) ?? {};
    await sleep((moved?.at ?? 0) + DROPPED_MS + 500 - Date.now());
    await hall.sit(blue, 1, entryIds[1]);
    await until(async () => (await lossesIn(blue)).length > 0);
    assert.deepEqual(
      (await lossesIn(blue)).map(({ subject, data }) => [subject, data.from]),
      [[idOf(red, 1), moved?.at]],
    );
    assert.deepEqual(await lossesIn(red), []);
  });

  it('sends the device to the new room, where the same session goes on, and one sheet has the answers of both', async () => {
    const pair = await aPair();
    const { red, blue, proctorId } = pair;
    const entryId = newId();
    const [sitting, other] = [await hall.sit(red, 0, entryId), await hall.sit(red, 1)];
    const [inRed, inBlue] = [await hall.watch(red, proctorId), await hall.watch(blue, proctorId)];
    const first = await saved(sitting, 1);
    const { controlId, state } = await issue(inRed, 'move', { ...ada(pair), reason: 'the heating' });
    assert.equal(state, 'applied');
    assert.equal((await sitting.next('examinee.moved')).roomId, blue.roomId);
    assert.equal(await sitting.closed, 4019);
    await until(() => rowIn(inRed, idOf(red)) === undefined && rowIn(inBlue, idOf(red)) !== undefined, 1_000);
    await assert.rejects(hall.sit(red, 0, entryId), 'the old room has nobody of that name');
    const again = await hall.sit(blue, 0, entryId);
    assert.equal(again.fence, sitting.fence, 'the same session, so that the outbox goes on');
    const told = await again.next('control.told', (one) => one.controlId === controlId);
    assert.deepEqual([told.action, told.toRoomId, told.reason], ['move', blue.roomId, 'the heating']);
    again.send('control.received', { controlIds: [controlId] });
    await inBlue.next('control.ledger', (one) => one.controlId === controlId && one.delivered === 1);
    const second = await saved(again, 2, 'B');
    again.send('sheet.submit', { revisions: [first, second] });
    await again.next('sheet.submitted');
    const sheet = await hall.store.sheets.get(idOf(red));
    assert.deepEqual([sheet?.vector, sheet?.roomId], [[first, second], blue.roomId]);
    await saved(other, 1);
    const receipts = await hall.store.controls.receipts(controlId);
    assert.deepEqual(
      receipts.map(({ state: one }) => one),
      ['applied', 'applied'],
    );
    await until(async () =>
      (await hall.store.controls.receipts(controlId)).some(
        ({ ledger }) => ledger[idOf(red)]?.deliveredAt !== undefined,
      ),
    );
  });

  it('is applied once: a repeat returns the first result, and a second move is refused with where they are', async () => {
    const pair = await aPair();
    const { red, blue, proctorId } = pair;
    const boss = await hall.watch(red, proctorId);
    const controlId = newId();
    const all = await Promise.all([1, 2, 3].map(() => issue(boss, 'move', { ...ada(pair), controlId })));
    assert.deepEqual(
      all.map(({ state }) => state),
      ['applied', 'applied', 'applied'],
    );
    assert.equal((await issue(boss, 'move', { ...ada(pair), controlId })).state, 'applied');
    assert.equal((await issue(boss, 'move', ada(pair))).code, 'EXAMINEE_UNKNOWN');
    const stored = await hall.control(red, 'move', { roomId: red.roomId, ...ada(pair) });
    await until(async () => (await hall.store.controls.receipts(stored._id)).length > 0);
    const [receipt] = await hall.store.controls.receipts(stored._id);
    assert.deepEqual([receipt?.state, receipt?.code], ['failed', 'TRANSITION_REFUSED']);
    assert.equal(await roomOf(pair), blue.roomId);
    assert.equal((await hall.store.examinees.get(idOf(red)))?.moved?.count, 1);
  });

  it('is refused to a proctor who has not both rooms', async () => {
    const pair = await aPair();
    const one = await hall.watch(pair.red);
    assert.equal((await issue(one, 'move', ada(pair))).code, 'PERMISSION_DENIED');
    assert.equal(await roomOf(pair), pair.red.roomId);
  });

  it('finds who has no link, also in the waiting room, and the next enter leads to the new room', async () => {
    for (const isBegun of [false, true]) {
      const pair = await aPair(1, isBegun);
      const { red, blue, proctorId } = pair;
      if (isBegun) await (await hall.sit(red)).leave();
      const boss = await hall.watch(red, proctorId);
      assert.equal((await issue(boss, 'move', ada(pair))).state, 'applied');
      const sitting = await hall.sit(blue);
      await sitting.next('control.told', ({ action }) => action === 'move');
      if (isBegun) await saved(sitting, 1);
    }
  });

  it('[S10] takes the time along: what was left, what stood by name, and from then on the new room counts', async () => {
    const pair = await aPair(1);
    const { red, blue, proctorId } = pair;
    const id = idOf(red);
    await hall.sit(red);
    const [inRed, inBlue] = [await hall.watch(red, proctorId), await hall.watch(blue, proctorId)];
    await issue(inRed, 'extend', { extraMs: 600_000 });
    await issue(inRed, 'pause', { examineeIds: [id] });
    await until(() => rowIn(inRed, id)?.hold === 'person');
    const { deadlineAt = 0 } = rowIn(inRed, id) ?? {};
    await issue(inRed, 'move', ada(pair));
    await until(() => rowIn(inBlue, id)?.hold === 'person');
    await issue(inBlue, 'resume', { examineeIds: [id] });
    await until(() => rowIn(inBlue, id)?.hold === '');
    const kept = rowIn(inBlue, id)?.deadlineAt ?? 0;
    assert.ok(kept >= deadlineAt && kept < deadlineAt + WAY_MS + 5_000, `${kept - deadlineAt} ms later`);
    await issue(inRed, 'extend', { extraMs: 60_000 });
    await issue(inBlue, 'extend', { extraMs: 120_000 });
    await until(() => rowIn(inBlue, id)?.deadlineAt === kept + 120_000);
  });

  it('takes along what is still to be told and confirmed, the raised hand and what is open of incidents', async () => {
    const pair = await aPair(1);
    const { red, blue, proctorId } = pair;
    const id = idOf(red);
    const entryId = newId();
    const sitting = await hall.sit(red, 0, entryId);
    const [inRed, inBlue] = [await hall.watch(red, proctorId), await hall.watch(blue, proctorId)];
    const notice = await issue(inRed, 'notice', { text: 'page 3', mustConfirm: true, examineeIds: [id] });
    await sitting.next('control.told', (one) => one.controlId === notice.controlId);
    sitting.send('control.received', { controlIds: [notice.controlId] });
    const [callId, incidentId] = [newId(), newId()];
    sitting.send('call.raise', { callId, question: 'which page?' });
    await inRed.next('call.changed', ({ call }) => call.callId === callId);
    inRed.send('incident.raise', { incidentId, examineeId: id, kind: 'other', severity: 0.4 });
    await inRed.next('incident.answered');
    await issue(inRed, 'move', ada(pair));
    await inRed.next('call.open', ({ callIds }) => !callIds.includes(callId) && callIds.length === 0);
    await inBlue.next('call.changed', ({ call }) => call.callId === callId && call.roomId === blue.roomId);
    await inBlue.next('incident.changed', ({ incident }) => incident.incidentId === incidentId);
    const again = await hall.sit(blue, 0, entryId);
    await again.next('control.told', (one) => one.controlId === notice.controlId);
    again.send('control.confirm', { controlId: notice.controlId });
    await again.next('control.confirmed');
    inBlue.send('call.answer', { callId, text: 'page 4' });
    await again.next('call.told', ({ answer: text }) => text === 'page 4');
    const [receipt] = await hall.store.controls.receipts(notice.controlId);
    assert.notEqual(receipt?.ledger[id]?.confirmedAt, 0, 'in the ledger of the room that told it first');
  });

  it('back again is a control of its own that names the first, and the way leads home', async () => {
    const pair = await aPair(1);
    const { red, blue, proctorId } = pair;
    const entryId = newId();
    const first = await saved(await hall.sit(red, 0, entryId), 1);
    const [inRed, inBlue] = [await hall.watch(red, proctorId), await hall.watch(blue, proctorId)];
    const { controlId } = await issue(inRed, 'move', ada(pair));
    const there = await hall.sit(blue, 0, entryId);
    const second = await saved(there, 2);
    const back = { examineeIds: [idOf(red)], toRoomId: red.roomId };
    assert.equal((await issue(inBlue, 'move', { ...back, undoes: newId() })).code, 'UNDO_REFUSED');
    assert.equal((await issue(inBlue, 'move', { ...back, undoes: controlId })).state, 'applied');
    assert.equal(await there.closed, 4019);
    const home = await hall.sit(red, 0, entryId);
    home.send('sheet.submit', { revisions: [first, second] });
    await home.next('sheet.submitted');
  });

  describe('[S6] through the death of a process', () => {
    for (const step of ['receipt', 'applied', 'sheets', 'examinees', 'calls', 'arrival'] as const)
      it(`before ${step} is stored, ends in exactly one room, the new one, with every answer`, async () => {
        const pair = await aPair(1);
        const { red, blue, proctorId } = pair;
        const entryId = newId();
        const sitting = await hall.sit(red, 0, entryId);
        const first = await saved(sitting, 1);
        const boss = await hall.watch(red, proctorId);
        fails = step;
        boss.send('control.issue', { controlId: newId(), action: 'move', ...ada(pair) });
        await until(() => fails === undefined);
        await rebuild(step === 'arrival' ? blue : red);
        await until(async () => (await roomOf(pair)) === blue.roomId);
        const again = await hall.sit(blue, 0, entryId);
        const second = await saved(again, 2);
        again.send('sheet.submit', { revisions: [first, second] });
        await again.next('sheet.submitted');
        assert.equal((await hall.store.sheets.get(idOf(red)))?.roomId, blue.roomId);
        const stored = await hall.store.examinees.get(idOf(red));
        assert.equal(stored?.moved?.count, 1);
        await assert.rejects(hall.sit(red, 0, entryId), 'the old room has nobody of that name');
      });
  });
});

/** The store, of which one write fails once: as if the process had died before it. */
function failing(store: Store, isDue: (step: Step) => boolean): Store {
  const die = (step: Step) => {
    if (isDue(step)) throw new Error(`died before ${step}`);
  };
  return {
    ...store,
    controls: {
      ...store.controls,
      async receipt(document) {
        if (document.state === 'applied') die('receipt');
        return store.controls.receipt(document);
      },
    },
    rooms: {
      ...store.rooms,
      async applied(roomId, epoch, controlId, set) {
        if (controlId.includes('.')) die('arrival');
        else if (set.turn !== undefined) die('applied');
        return store.rooms.applied(roomId, epoch, controlId, set);
      },
    },
    sheets: {
      ...store.sheets,
      async move(...given) {
        die('sheets');
        return store.sheets.move(...given);
      },
    },
    examinees: {
      ...store.examinees,
      async move(...given) {
        die('examinees');
        return store.examinees.move(...given);
      },
    },
    calls: {
      ...store.calls,
      async move(...given) {
        die('calls');
        return store.calls.move(...given);
      },
    },
  };
}
