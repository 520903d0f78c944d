// Seats of a room that is live, over real MongoDB, Redis, sockets and workers: to another seat of the same room, to a seat
// of another room, one seat for two at once, and through the death of the room at each step.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { SYSTEM } from '../../exam/audit-facts.ts';
import { newId } from '../../schema/ids.ts';
import type { BoardRow } from '../../schema/room-state.ts';
import { seatIn } from '../../schema/seats.ts';
import type { Store } from '../../store/open-store.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';
import { aProctor, aRoom, newStore } from '../support/stored.ts';

/** Two rooms of one plan; the people sit in the first. */
type Pair = { red: Exam; blue: Exam; proctorId: string };

/** Where the next write of a new seat fails, once. */
type Step = 'promise' | 'receipt' | 'applied' | 'reseat';

const SOON_MS = 1_000;
const isSeated = ({ kind }: { readonly kind: string }): boolean => kind === 'examinee.seated';

describe('a seat in a live room', () => {
  let hall: Hall;
  let fails: Step | undefined;
  let first: (() => Promise<unknown>) | undefined;
  before(async () => {
    const store = await newStore('room-seating');
    hall = await openHall('room-seating', {
      store: failing(
        store,
        (step) => isDue(step),
        () => takeFirst(),
      ),
    });
  });
  afterEach(() => {
    fails = undefined;
    first = undefined;
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

  /** What happens just before the next seat is promised; once. */
  async function takeFirst(): Promise<void> {
    const now = first;
    first = undefined;
    await now?.();
  }

  async function aPair(examinees = 2): Promise<Pair> {
    const red = await hall.exam({ examinees });
    const room = aRoom(red.planId);
    await hall.store.rooms.create([room]);
    const blue = { ...red, roomId: room._id };
    const proctorId = newId();
    await hall.store.proctors.create(aProctor(red.planId, [red.roomId, room._id], { _id: proctorId }));
    await hall.begin(red);
    await until(async () => (await hall.roomStatus(blue)) === 'running');
    return { red, blue, proctorId };
  }

  async function issue(sitting: Sitting, given: Record<string, unknown>) {
    const controlId = (given.controlId as string | undefined) ?? newId();
    sitting.send('control.issue', { action: 'move', ...given, controlId });
    return sitting.next('control.applied', (one) => one.controlId === controlId && one.state !== 'pending');
  }

  const idOf = (exam: Exam, index = 0): string => exam.examinees[index]?._id ?? '';
  const to = (exam: Exam, seat: string, index = 0) => ({ examineeIds: [idOf(exam, index)], seat });
  const stored = async (exam: Exam, index = 0) =>
    (await hall.store.examinees.get(idOf(exam, index))) ?? assert.fail('nobody is there');
  const seatOf = async (exam: Exam, index = 0) => seatIn(await stored(exam, index));
  const rowIn = (sitting: Sitting, examineeId: string) =>
    (sitting.room.state as { board?: Map<string, BoardRow> }).board?.get(examineeId);

  async function rebuild(exam: Exam): Promise<void> {
    const before = matchMaker.getLocalRoomById(exam.roomId);
    before?.onBeforeShutdown();
    await until(() => ![undefined, before].includes(matchMaker.getLocalRoomById(exam.roomId)));
  }

  it('is changed by a control while the person goes on, who is told; every board shows it within a second', async () => {
    const { red } = await aPair(1);
    const [sitting, one, two] = [await hall.sit(red), await hall.watch(red), await hall.watch(red)];
    await until(() => rowIn(one, idOf(red)) !== undefined && rowIn(two, idOf(red)) !== undefined);
    const { controlId, state } = await issue(one, { ...to(red, ' A 1 '), reason: 'the sun' });
    assert.equal(state, 'applied');
    await until(() => [one, two].every((proctor) => rowIn(proctor, idOf(red))?.seat === 'A 1'), SOON_MS);
    const told = await sitting.next('control.told', (control) => control.controlId === controlId);
    assert.deepEqual([told.action, told.seat, told.toRoomId, told.reason], ['move', 'A 1', undefined, 'the sun']);
    sitting.send('control.received', { controlIds: [controlId] });
    await one.next('control.ledger', (ledger) => ledger.controlId === controlId && ledger.delivered === 1);
    sitting.send('heartbeat', { sentAt: 1 });
    await sitting.next('heartbeat');
    assert.equal(sitting.received.filter(({ type }) => type === 'examinee.moved').length, 0);
    const entries = async () => (await hall.store.audit.byPlan(red.planId, 0, 500)).filter(isSeated);
    await until(async () => (await entries()).length > 0);
    const [entry] = await entries();
    assert.deepEqual([entry?.subject, entry?.data], [idOf(red), { controlId, from: '', seat: 'A 1' }]);
  });

  it('of another room goes with the move, and a move without one leaves the old seat free', async () => {
    const { red, blue, proctorId } = await aPair();
    const [inRed, inBlue] = [await hall.watch(red, proctorId), await hall.watch(blue, proctorId)];
    assert.equal((await issue(inRed, to(red, 'A1'))).state, 'applied');
    assert.equal((await issue(inRed, { ...to(red, 'B7'), toRoomId: blue.roomId })).state, 'applied');
    await until(() => rowIn(inBlue, idOf(red))?.seat === 'B7', SOON_MS);
    assert.deepEqual((await stored(red)).seats, [{ roomId: blue.roomId, seat: 'B7' }]);
    assert.equal((await issue(inRed, to(red, 'A1', 1))).state, 'applied', 'nobody has it any more');
    const home = { examineeIds: [idOf(red)], toRoomId: red.roomId };
    assert.equal((await issue(inBlue, home)).state, 'applied');
    await until(() => rowIn(inRed, idOf(red))?.seat === '', SOON_MS);
  });

  it('that is taken is refused with whose it is, here and in the other room, and nothing is changed', async () => {
    const { red, blue, proctorId } = await aPair(3);
    const boss = await hall.watch(red, proctorId);
    await issue(boss, to(red, 'A1'));
    await issue(boss, { ...to(red, 'B1', 1), toRoomId: blue.roomId });
    for (const given of [to(red, 'A1', 2), { ...to(red, 'B1', 2), toRoomId: blue.roomId }]) {
      const before = await stored(red, 2);
      const answer = await issue(boss, given);
      assert.deepEqual([answer.state, answer.code], ['failed', 'SEAT_TAKEN']);
      const holder = given.seat === 'A1' ? idOf(red, 0) : idOf(red, 1);
      assert.match(answer.message ?? '', new RegExp(`is that of ${holder}`));
      assert.deepEqual(await stored(red, 2), before);
    }
  });

  it('is given to one of two for whom two rooms ask at once, and the other has what it had', async () => {
    const { red, blue, proctorId } = await aPair(3);
    const [inRed, inBlue] = [await hall.watch(red, proctorId), await hall.watch(blue, proctorId)];
    await issue(inRed, { ...to(red, 'X', 1), toRoomId: blue.roomId });
    await until(() => rowIn(inBlue, idOf(red, 1)) !== undefined);
    for (const seat of ['C1', 'C2', 'C3', 'C4', 'C5']) {
      const answers = await Promise.all([
        issue(inRed, { ...to(red, seat), toRoomId: blue.roomId }),
        issue(inBlue, to(red, seat, 1)),
      ]);
      const isFirst = answers[0].state === 'applied';
      assert.deepEqual(answers.map(({ state, code }) => code ?? state).sort(), ['SEAT_TAKEN', 'applied'].sort());
      const people = await Promise.all([stored(red), stored(red, 1)]);
      const having = people.filter(({ seats = [] }) => seats.some((one) => one.seat === seat));
      assert.deepEqual(
        having.map(({ _id }) => _id),
        [idOf(red, isFirst ? 0 : 1)],
      );
      assert.ok(people.every(({ seats = [] }) => seats.every(({ promisedBy }) => promisedBy === undefined)));
      if (!isFirst) continue;
      await until(() => rowIn(inBlue, idOf(red)) !== undefined);
      await issue(inBlue, { examineeIds: [idOf(red)], toRoomId: red.roomId });
      await until(() => rowIn(inRed, idOf(red)) !== undefined);
    }
  });

  it('that another process promises at the same moment is refused, and nothing is changed', async () => {
    const { red } = await aPair();
    const boss = await hall.watch(red);
    const before = await stored(red);
    const entry = { roomId: red.roomId, seat: 'A1' };
    first = () => hall.store.examinees.promiseSeat(idOf(red, 1), entry, 'a control of another process');
    const answer = await issue(boss, to(red, 'A1'));
    assert.deepEqual([answer.state, answer.code], ['failed', 'SEAT_TAKEN']);
    assert.deepEqual(await stored(red), before);
  });

  it('that was promised is free again where the control has come to nothing', async () => {
    const { red } = await aPair();
    const boss = await hall.watch(red);
    const expiresAt = Date.now() + 1_000;
    fails = 'receipt';
    const { _id } = await hall.control(red, 'move', { roomId: red.roomId, ...to(red, 'A1'), expiresAt });
    await until(async () => (await stored(red)).seats?.[0]?.promisedBy === _id);
    await until(async () => (await hall.store.controls.receipts(_id)).some(({ code }) => code === 'CONTROL_EXPIRED'));
    await until(async () => (await stored(red)).seats?.length === 0);
    assert.equal((await issue(boss, to(red, 'A1', 1))).state, 'applied');
  });

  it('is refused to who has it, and a repeat of the control returns the first result', async () => {
    const { red } = await aPair(1);
    const boss = await hall.watch(red);
    const controlId = newId();
    for (let count = 0; count < 3; count++)
      assert.equal((await issue(boss, { ...to(red, 'A1'), controlId })).state, 'applied');
    const again = await issue(boss, to(red, 'A1'));
    assert.deepEqual([again.state, again.code], ['failed', 'TRANSITION_REFUSED']);
    assert.match(again.message ?? '', /They have that seat/);
    assert.equal((await stored(red)).turnedBy?.length, 1);
  });

  it('is given back by a control that names the one that took it, and by no other', async () => {
    const { red } = await aPair(1);
    const boss = await hall.watch(red);
    await issue(boss, to(red, 'A1'));
    const { controlId } = await issue(boss, to(red, 'A2'));
    assert.equal((await issue(boss, { ...to(red, 'A1'), undoes: newId() })).code, 'UNDO_REFUSED');
    assert.equal((await issue(boss, { ...to(red, 'A3'), undoes: controlId })).code, 'UNDO_REFUSED');
    assert.equal((await issue(boss, { ...to(red, 'A1'), undoes: controlId })).state, 'applied');
    assert.equal(await seatOf(red), 'A1');
    assert.equal((await issue(boss, { ...to(red, 'A1'), undoes: controlId })).code, 'UNDO_REFUSED', 'only once');
  });

  it('is shown within a second when the roster is edited, and the seat before is free', async () => {
    const { red } = await aPair();
    const boss = await hall.watch(red);
    await until(() => rowIn(boss, idOf(red)) !== undefined);
    const edit = async (seat: string) => {
      const found = await stored(red);
      const { label, extraMs, editedAt = 0 } = found;
      const row = { label, extraMs, seat, editedAt: Math.max(Date.now(), editedAt + 1) };
      assert.ok((await hall.store.examinees.edit(found, row, SYSTEM)) !== null);
      await hall.directory.hintPlan(red.planId);
      await until(() => rowIn(boss, idOf(red))?.seat === seat, SOON_MS);
    };
    await edit('A1');
    await edit('A2');
    assert.equal((await issue(boss, to(red, 'A1', 1))).state, 'applied');
    await edit('');
  });

  describe('[S6] through the death of a process', () => {
    for (const step of ['promise', 'receipt', 'applied', 'reseat'] as const)
      it(`before ${step} is stored, becomes the new one, once, and the old one is free`, async () => {
        const { red } = await aPair();
        const boss = await hall.watch(red);
        await issue(boss, to(red, 'A1'));
        fails = step;
        const controlId = newId();
        boss.send('control.issue', { controlId, action: 'move', ...to(red, 'A2') });
        await until(() => fails === undefined);
        await rebuild(red);
        await until(async () => (await seatOf(red)) === 'A2');
        const { seats, turnedBy = [] } = await stored(red);
        assert.deepEqual(seats, [{ roomId: red.roomId, seat: 'A2' }]);
        assert.equal(turnedBy.filter((one) => one === controlId).length, 1);
        const again = await hall.watch(red);
        await until(() => rowIn(again, idOf(red))?.seat === 'A2');
        assert.equal((await issue(again, to(red, 'A1', 1))).state, 'applied');
      });
  });
});

/**
 * The store, of which one write fails once: as if the process had died before it. `first` is what happens just before a seat
 * is promised.
 */
function failing(store: Store, isDue: (step: Step) => boolean, first: () => Promise<void>): Store {
  const die = (step: Step) => {
    if (isDue(step)) throw new Error(`died before ${step}`);
  };
  return {
    ...store,
    controls: {
      ...store.controls,
      async receipt(document) {
        // Late enough for a control that lives for a second to expire.
        if (document.state === 'applied' && isDue('receipt')) {
          await new Promise((resolve) => setTimeout(resolve, 1_200));
          throw new Error('died before receipt');
        }
        return store.controls.receipt(document);
      },
    },
    rooms: {
      ...store.rooms,
      async applied(roomId, epoch, controlId, set) {
        if (set.turn !== undefined) die('applied');
        return store.rooms.applied(roomId, epoch, controlId, set);
      },
    },
    examinees: {
      ...store.examinees,
      async promiseSeat(...given) {
        die('promise');
        await first();
        return store.examinees.promiseSeat(...given);
      },
      async reseat(...given) {
        die('reseat');
        return store.examinees.reseat(...given);
      },
    },
  };
}
