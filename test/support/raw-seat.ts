// A seat in a hall's room with a socket that speaks no protocol by itself: it acknowledges nothing and sends the bytes that
// it is given. Called by tests of rooms/.
import { Protocol } from '@colyseus/core';
import { pack } from 'msgpackr';
import WebSocket from 'ws';
import { newId } from '../../schema/ids.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { Exam, Hall } from './hall.ts';

export type RawSeat = { readonly socket: WebSocket; readonly fence: number };

/** Enters and connects; the socket may not be open yet. */
export async function rawSeat(hall: Hall, exam: Exam, index: number): Promise<RawSeat> {
  const examineeId = exam.examinees[index]?._id ?? '';
  const entered = await hall.store.examinees.enter(examineeId, newId(), 'device');
  const fence = entered?.fence ?? 0;
  const seat = await hall.directory.reserve(exam.roomId, {
    role: 'examinee',
    examineeId,
    planId: exam.planId,
    roomId: exam.roomId,
    fence,
    entryId: newId(),
    fresh: false,
    readAt: Date.now(),
  });
  if (isRefusal(seat)) throw new Error(seat.message);
  const address = `${hall.url.replace('http', 'ws')}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
  const socket = new WebSocket(address);
  socket.on('error', () => undefined); // a terminated socket is what some of these tests want
  return { socket, fence };
}

/** What acknowledges a join. */
export const JOINED = Buffer.from([Protocol.JOIN_ROOM]);

/** A message as a client sends it; types have less than 32 letters. */
export function messageFrame(type: string, message: unknown): Buffer {
  const name = Buffer.from(type);
  return Buffer.concat([Buffer.from([Protocol.ROOM_DATA, 0xa0 | name.length]), name, pack(message)]);
}
