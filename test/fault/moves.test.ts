// People are moved from a room of one process to a room of another one while they answer, and one of the two processes is
// killed at a seeded instant: nothing that was acknowledged is lost, everybody is in one room, nobody has less time.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { WAY_MS } from '../../exam/moving.ts';
import { between, pick, type Random, seededRandom } from '../../loadtest/random.ts';
import { newId } from '../../schema/ids.ts';
import type { ExamRoomState } from '../../schema/room-state.ts';
import { join } from '../support/hall.ts';
import { openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { type Doorkeeper, openDoorkeeper, placeOf } from './doorkeeper.ts';
import { answering, drained, testify, type Witness, witnessOf } from './witness.ts';
import '../support/parts.ts';

const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const ROOMS = 8;
const EACH = 3;
const ROUNDS = 2;
const MOVED_AT_ONCE = 2;
const ITEMS = 40;
const PATIENCE_MS = 60_000;
/** A move is stored, decided and carried out within this where nobody dies. */
const UNDER_WAY_MS = 150;

describe(`moves while a rooms process is killed (KILL_SEED=${SEED})`, function () {
  this.timeout(240_000);
  let whole: WholeExam;
  let door: Doorkeeper;
  let witnesses: Witness[];
  let roomIds: string[];
  let goesOn = true;
  let work: Promise<void>;
  /** By examinee: the moves that were applied, in their order; and the deadline as it was last seen. */
  const moves = new Map<string, string[]>();
  const deadlines = new Map<string, number>();
  /** How many of its two rooms had a move when the process was killed: 1 is in the middle of it. */
  const found: number[] = [];

  before(async () => {
    // With three, the rooms of whoever dies are on two processes again.
    const layout = { api: 1, rooms: 3, workers: 1 };
    whole = await openWholeExam('fault-moves', { layout, rooms: ROOMS, examinees: EACH });
    door = await openDoorkeeper(whole.system, whole.admin, whole.exam.planId);
    roomIds = whole.exam.rooms.map(({ roomId }) => roomId);
    witnesses = await Promise.all(
      whole.exam.roster.map(async ({ examineeId }, index) => witnessOf(await whole.enter(index), examineeId)),
    );
    await whole.begin();
    for (const { examineeId, session } of witnesses) deadlines.set(examineeId, session.room().deadlineAt);
    work = answering(witnesses, ITEMS, seededRandom(`answers ${SEED}`), () => goesOn);
  });
  after(async () => {
    goesOn = false;
    await work;
    await whole?.stop();
  });

  type Way = { readonly from: string; readonly to: string; readonly source: string; readonly target: string };

  /** Two rooms with different processes; somebody sits in the first. Where one process has all, it dies before. */
  async function aWay(random: Random): Promise<Way> {
    for (;;) {
      const places = new Map(
        await Promise.all(roomIds.map(async (id) => [id, await placeOf(whole, door, id)] as const)),
      );
      const ways: Way[] = [];
      for (const [from, source] of places)
        if ((await whole.store.examinees.byRoom(from)).length > 0)
          for (const [to, target] of places) if (source !== target) ways.push({ from, to, source, target });
      const way = pick(random, ways);
      if (way !== undefined) return way;
      const [only = ''] = places.values();
      await whole.system.kill(only);
      await whole.system.start(only);
      await everybodyIsIn();
    }
  }

  function everybodyIsIn(): Promise<void> {
    const isIn = async ({ session, examineeId }: Witness) =>
      session.link() === 'online' && session.info.room.roomId === (await roomOf(examineeId));
    return until('everybody is in', async () => (await Promise.all(witnesses.map(isIn))).every(Boolean), PATIENCE_MS);
  }

  /** The process dies at any instant of the move, or when the source has decided and the target has nobody yet. */
  async function moveAndKill(victim: 'source' | 'target', inTheMiddle: boolean, random: Random): Promise<void> {
    const { from, to, ...names } = await aWay(random);
    const examineeIds = (await whole.store.examinees.byRoom(from)).slice(0, MOVED_AT_ONCE).map(({ _id }) => _id);
    const controlId = newId();
    const order = { action: 'move', roomId: from, toRoomId: to, examineeIds } as const;
    const issued = whole.admin.issue(whole.exam.planId, controlId, order);
    const receipts = async () => (await whole.store.controls.receipts(controlId)).length;
    if (inTheMiddle) await until('the source has decided', async () => (await receipts()) > 0);
    else await sleep(between(random, 0, UNDER_WAY_MS));
    await whole.system.kill(names[victim]);
    found.push(await receipts());
    await issued;
    await sleep(between(random, 100, 500));
    await whole.system.start(names[victim]);
    const state = await finalOf(controlId);
    if (state === 'applied') for (const id of examineeIds) moves.set(id, [...(moves.get(id) ?? []), controlId]);
    await everybodyIsIn();
    await isInOrder(controlId, state, examineeIds, to);
  }

  async function finalOf(controlId: string): Promise<'applied' | 'failed'> {
    let state: string = 'pending';
    const isFinal = async () => {
      ({ state } = await whole.admin.controlNow(controlId));
      return state !== 'pending';
    };
    await until('the move is applied or has failed', isFinal, PATIENCE_MS);
    return state === 'applied' ? 'applied' : 'failed';
  }

  const roomOf = async (examineeId: string) => (await whole.store.examinees.get(examineeId))?.roomId;

  /** Applied or failed and not both, and nobody has less time than before. */
  async function isInOrder(controlId: string, state: string, whom: readonly string[], to: string): Promise<void> {
    const states = (await whole.store.controls.receipts(controlId)).map((receipt) => receipt.state);
    assert.deepEqual(states, state === 'applied' ? ['applied', 'applied'] : ['failed']);
    for (const id of whom) if (state === 'applied') assert.equal(await roomOf(id), to);
    for (const { examineeId, session } of witnesses) {
      const isMoved = state === 'applied' && whom.includes(examineeId);
      const more = session.room().deadlineAt - (deadlines.get(examineeId) ?? 0);
      assert.ok(isMoved ? more >= WAY_MS && more < PATIENCE_MS : more === 0, `${examineeId} has ${more} ms more`);
      deadlines.set(examineeId, session.room().deadlineAt);
    }
  }

  for (const victim of ['source', 'target'] as const)
    it(`[S6] [S10] of the ${victim}: each move is applied or has failed, and takes no time from anybody`, async () => {
      const random = seededRandom(`${victim} ${SEED}`);
      for (let round = 0; round < ROUNDS; round++) await moveAndKill(victim, round === 0, random);
    });

  it('[S6] everybody is in exactly one room in the end, by every move once, with every answer that was acknowledged', async () => {
    goesOn = false;
    await work;
    await drained(witnesses, PATIENCE_MS);
    const boards = await Promise.all(roomIds.map(boardOf));
    for (const { examineeId } of witnesses) {
      const [stored, sheet] = await Promise.all([
        whole.store.examinees.get(examineeId),
        whole.store.sheets.get(examineeId),
      ]);
      const own = moves.get(examineeId) ?? [];
      assert.deepEqual([stored?.moved?.count ?? 0, stored?.moved?.controlId], [own.length, own.at(-1)]);
      assert.equal(sheet?.roomId, stored?.roomId);
      const shownIn = roomIds.filter((_, index) => boards[index]?.has(examineeId));
      assert.deepEqual(shownIn, [stored?.roomId], examineeId);
    }
    for (const controlId of new Set([...moves.values()].flat())) assert.equal(await finalOf(controlId), 'applied');
    const { lost, altered, foreign, unsaved, notBack, unproved, acknowledged } = await testify(
      whole.store,
      whole.exam.planId,
      witnesses,
    );
    assert.deepEqual([lost, altered, foreign, unsaved, notBack, unproved], [0, 0, 0, 0, 0, 0]);
    console.log(
      `      ${acknowledged} answers, ${[...moves.values()].flat().length} people moved; rooms that had the move when the process died: ${found}`,
    );
    assert.ok(acknowledged >= witnesses.length * 50, 'too few answers to prove anything');
  });

  /** Whom the board of this room shows, once it shows as many as the store has there. */
  async function boardOf(roomId: string): Promise<ReadonlySet<string>> {
    const watch = await join(whole.system.url, await door.reservationOf(roomId));
    const state = watch.room.state as ExamRoomState;
    const { length } = await whole.store.examinees.byRoom(roomId);
    await until('the board is there', () => (state.board?.size ?? 0) === length);
    const ids = new Set(state.board?.keys());
    await watch.leave();
    return ids;
  }
});
