// What a room is, as its synchronised state and the store say, without what time, links and workers change by themselves:
// a refused message must leave it as it was. Called by the fuzz over sockets.
import { matchMaker } from '@colyseus/core';
import mongoose from 'mongoose';
import type { ExamRoomState } from '../../schema/room-state.ts';
import { type Exam, until } from '../support/hall.ts';

export type Snapshots = {
  /** `isOrdered`: a control was issued, which is stored with what became of it also where that is nothing. */
  of(exam: Exam, isOrdered?: boolean): Promise<string>;
  /** The same with what the proctors' boards show, once nothing of it moves any more. */
  settled(exam: Exam): Promise<string>;
  /** Resolves when the room's upkeep has stored what began with the exam: who answers, and who is in charge. */
  begun(exam: Exam): Promise<void>;
  close(): Promise<void>;
};

const SHOWN = 160;
/** A board is written with each patch, four times a second. */
const PATCHED_MS = 300;

/** Throws with what was done and the first difference. */
export function mustBeSame(before: string, after: string, what: () => string): void {
  if (before === after) return;
  const at = [...before].findIndex((_, index) => before[index] !== after[index]);
  const from = Math.max(0, (at < 0 ? before.length : at) - SHOWN);
  const [was, is] = [before, after].map((text) => text.slice(from, from + 2 * SHOWN));
  throw new Error(`${what()} has changed something.\n  was … ${was}\n  is  … ${is}`);
}

type Row = Record<string, unknown>;

/** Reads the database at this URL beside the store. */
export async function openSnapshots(url: string): Promise<Snapshots> {
  const client = await mongoose.mongo.MongoClient.connect(url);
  const find = (name: string, filter: object, without: readonly string[] = []): Promise<Row[]> => {
    const projection = Object.fromEntries(without.map((field) => [field, 0]));
    return client.db().collection(name).find(filter, { projection }).sort({ _id: 1 }).toArray();
  };
  const snapshots: Snapshots = {
    async of({ planId, roomId }, isOrdered = false) {
      const byPlan = { planId };
      const controls = isOrdered ? [] : ['controls', 'receipts'];
      const stored = await Promise.all([
        find('rooms', { _id: roomId as never }, ['audit', 'unchained', 'appliedControls', 'servedUntil']),
        find('examinees', byPlan, ['display', 'fence', 'entryId', 'deviceKey', 'unchained']),
        find('sheets', byPlan),
        find('plans', { _id: planId as never }, ['unchained', 'movedBy']),
        find('calls', byPlan),
        find('heldAnswers', byPlan),
        find('proctors', byPlan, ['presence', 'unchained']),
        find('results', byPlan),
        find('answers', { _id: { $gt: `${planId}.`, $lt: `${planId}/` } as never }),
        find('incidents', { planId, status: { $in: ['raised', 'acknowledged', 'unfounded', 'confirmed'] } }, [
          'unchained',
        ]),
        ...controls.map((name) => find(name, byPlan, ['ledger', 'unchained'])),
      ]);
      return JSON.stringify([shownState(roomId), ...stored]);
    },
    async settled(exam) {
      const now = async () => `${await snapshots.of(exam)} ${JSON.stringify(shownBoard(exam.roomId))}`;
      for (let last = await now(); ; ) {
        await new Promise((resolve) => setTimeout(resolve, PATCHED_MS));
        const next = await now();
        if (next === last) return next;
        last = next;
      }
    },
    begun: ({ planId, roomId }) =>
      until(async () => {
        const [room] = await find('rooms', { _id: roomId as never });
        const waiting = await find('examinees', { planId, status: { $ne: 'answering' } });
        return waiting.length === 0 && (room as { charge?: { proctorId: string } }).charge?.proctorId !== undefined;
      }),
    close: () => client.close(),
  };
  return snapshots;
}

function shownState(roomId: string): unknown {
  const state = matchMaker.getLocalRoomById(roomId)?.state as ExamRoomState | undefined;
  if (state === undefined) return null;
  const { status, startsAt, deadlineAt, heldSince, locked, examinees } = state;
  const rows = [...examinees.values()].map((row) => row.toJSON());
  return [status, startsAt, deadlineAt, heldSince, locked, rows];
}

/** What links, clocks and time alone change of a row. */
const MOVING = new Set<string>([
  'link',
  'linkAt',
  'clockAheadMs',
  'unsavedCount',
  'unsavedSince',
  'attention',
  'reasons',
]);

function shownBoard(roomId: string): unknown {
  const state = matchMaker.getLocalRoomById(roomId)?.state as ExamRoomState | undefined;
  const rows = [...(state?.board.values() ?? [])].map((row) => Object.entries(row.toJSON()));
  const watching = [...(state?.proctors.values() ?? [])].map(({ proctorId, watching, chief }) => [
    proctorId,
    watching,
    chief,
  ]);
  return [rows.map((row) => row.filter(([name]) => !MOVING.has(name))), watching];
}
