// What the journal tells a seat: these answers are durable, this one is in conflict. Turns it into what the examinee's
// live session hears. Each seat has one receiver, so that an acknowledgement makes one message.
import { noteConflict, noteDurable, noteFailed } from '../exam/answer-sheet.ts';
import { refuse } from '../schema/refusals.ts';
import { noteFate } from './fates.ts';
import type { AnswerReceiver, JournalEntry } from './journal-entry.ts';
import { type LiveRoom, type Seat, tell } from './live-room.ts';
import type { RoomServices } from './room-services.ts';

type ReceiverServices = Pick<RoomServices, 'log' | 'now' | 'queue'>;

const receivers = new WeakMap<Seat, AnswerReceiver>();

/** The seat's receiver. */
export function receiverOf(room: LiveRoom, seat: Seat, services: ReceiverServices): AnswerReceiver {
  const known = receivers.get(seat);
  if (known !== undefined) return known;
  const made = createReceiver(room, seat, services);
  receivers.set(seat, made);
  return made;
}

function createReceiver(room: LiveRoom, seat: Seat, { log, now, queue }: ReceiverServices): AnswerReceiver {
  function refuseEntry(entry: JournalEntry, code: 'ANSWER_CONFLICT' | 'ANSWER_REFUSED'): void {
    noteFate(seat, entry.revision, code);
    if (seat.client === undefined) return;
    const { refused, retry, message } = refuse(code);
    tell(seat.client, 'answer.refused', {
      refused: [{ item: entry.item, revision: entry.revision, code: refused, retry, message }],
    });
  }
  return {
    durable: (entry) => becameDurable(seat, entry, now()),
    conflict(entry) {
      if (seat.sheet !== undefined) noteConflict(seat.sheet, entry.revision);
      refuseEntry(entry, 'ANSWER_CONFLICT');
    },
    failed(entry) {
      log.error({ roomId: room.roomId, examineeId: seat.examineeId, item: entry.item }, 'an answer cannot be stored');
      if (seat.sheet !== undefined) noteFailed(seat.sheet, entry.revision);
      refuseEntry(entry, 'ANSWER_REFUSED');
    },
    settled() {
      tellSaved(seat);
      // Whoever owns the room now read the sheet before this became durable.
      if (room.lost)
        queue.tellOrphans([seat.examineeId]).catch((error: unknown) => {
          log.warn({ err: error, examineeId: seat.examineeId }, 'the new owner was not told of what became durable');
        });
    },
  };
}

/** Records a durable revision and notes what the live session is to be told. */
export function becameDurable(
  seat: Seat,
  entry: Pick<JournalEntry, 'item' | 'revision' | 'hash' | 'response'>,
  now: number,
): void {
  if (seat.sheet === undefined) return;
  const { item, revision } = entry;
  const outcome = noteDurable(seat.sheet, item, revision, entry.hash);
  seat.durableAt = now;
  seat.boardBehind = true;
  seat.displayBehind = true;
  noteFate(seat, revision, outcome === 'superseded' ? 'superseded' : 'saved');
  if (outcome === 'superseded') seat.superseded.push([item, revision]);
  else if (outcome === 'saved') seat.saved.push([item, revision]);
  else if (seat.client !== undefined) tell(seat.client, 'answer.current', { item, revision, response: entry.response });
}

/** Sends what has been noted; without a client it is forgotten, and the resend is answered from the sheet. */
export function tellSaved(seat: Seat): void {
  const { client, saved, superseded } = seat;
  seat.saved = [];
  seat.superseded = [];
  if (client === undefined) return;
  if (superseded.length > 0) tell(client, 'answer.superseded', { superseded });
  if (saved.length > 0) tell(client, 'answer.saved', { saved });
}
