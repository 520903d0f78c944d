// What lies in the database, read from the outside: by its collections' names and past everything that the system is made of,
// so that what the system says of itself counts for nothing. Called by run.ts.
import type { mongo } from 'mongoose';
import { parseAnswerId, planRange } from '../exam/answer-id.ts';
import type { Response } from '../schema/answers.ts';
import type { Hold } from '../schema/controls.ts';
import type { Stored, StoredAnswer } from './history.ts';

type AnswerRow = { _id: string; hash: string; response: Response; pruned?: boolean };
type RoomRow = {
  _id: string;
  planId: string;
  startsAt: number;
  holds?: Hold[];
  adjustments?: { controlId: string; extraMs: number }[];
};
type SheetRow = { _id: string; planId: string; state: string; vector: [number, number][] | null };
type ReceiptRow = { _id: string; planId: string; controlId: string; roomId: string; state: string };

/** All of this plan but what is shown live. Waits until the engine answers. */
export async function readStored(database: mongo.Db, planId: string): Promise<Omit<Stored, 'live'>> {
  const [answers, rooms, sheets, receipts] = await Promise.all([
    database
      .collection<AnswerRow>('answers')
      .find({ _id: planRange(planId) }, { batchSize: 5_000 })
      .toArray(),
    database.collection<RoomRow>('rooms').find({ planId }).toArray(),
    database.collection<SheetRow>('sheets').find({ planId }).toArray(),
    database
      .collection<ReceiptRow>('receipts')
      .find({ planId }, { projection: { ledger: 0 } })
      .toArray(),
  ]);
  return {
    answers: answers.map(answerOf),
    rooms: rooms.map(({ _id, startsAt, holds = [], adjustments = [] }) => ({
      roomId: _id,
      startsAt,
      holds,
      adjustments,
    })),
    sheets: sheets.map(({ _id, state, vector }) => ({ examineeId: _id, state, vector })),
    receipts: receipts.map(({ controlId, roomId, state }) => ({ controlId, roomId, state })),
  };
}

function answerOf({ _id, hash, response, pruned = false }: AnswerRow): StoredAnswer {
  const { examineeId, item, revision } = parseAnswerId(_id);
  return { examineeId, item, revision, hash, response, isPruned: pruned };
}
