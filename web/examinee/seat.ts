// What every part of the page at a taken desk needs: the sitting, the person's marks, and what follows from both.
import { createContext, createMemo, useContext } from 'solid-js';
import { ticking } from '../shared/now.ts';
import type { OwnMarks } from './device/marks.ts';
import { type ExamFacts, factsOf } from './session/exam-facts.ts';
import { type NetworkLine, networkLineOf } from './session/network-line.ts';
import { type SheetLine, sheetLineOf } from './session/sheet-line.ts';
import type { Sitting } from './session/sitting.ts';
import { type Around, type Truth, truthOf } from './session/truth.ts';

export type Seat = {
  readonly sitting: Sitting;
  readonly marks: OwnMarks;
  facts(): ExamFacts;
  around(): Around;
  truth(item: number): Truth;
  sheetLine(): SheetLine;
  networkLine(): NetworkLine;
  /** Of the own time, in ms; follows the clock. */
  leftMs(): number;
  hasRunOut(): boolean;
  /** Whether an answer can be written now. */
  isWritable(): boolean;
  leave(isThrough: boolean): Promise<void>;
};

const SeatContext = createContext<Seat>();
export const SeatProvider = SeatContext.Provider;

export function useSeat(): Seat {
  const seat = useContext(SeatContext);
  if (seat === undefined) throw new Error('nobody sits here');
  return seat;
}

/** Follows the sitting as long as its owner lives. */
export function createSeat(sitting: Sitting, marks: OwnMarks, leave: Seat['leave']): Seat {
  const { now, session } = sitting;
  const around = createMemo<Around>(() => ({
    link: now.link,
    road: now.road,
    isLocked: now.room.locked,
    isPaused: now.room.status === 'paused' || (now.room.heldSince !== 0 && !now.room.locked),
    isAdmitted: now.admission === 'admitted',
    slowSince: now.slowSince,
  }));
  const onTick = <T>(read: () => T) =>
    createMemo(
      () => {
        ticking();
        return read();
      },
      undefined,
      { equals: (one, other) => JSON.stringify(one) === JSON.stringify(other) },
    );
  const leftMs = () => {
    ticking();
    void now.room.deadlineAt; // also where it changes between two ticks
    return session.remainingMs();
  };
  const hasRunOut = createMemo(
    () => now.room.status === 'running' && now.room.deadlineAt !== 0 && now.room.heldSince === 0 && leftMs() === 0,
  );
  return {
    sitting,
    marks,
    facts: createMemo(() => factsOf(now.info)),
    around,
    truth(item) {
      ticking();
      return truthOf(now.answers[item], around(), performance.now());
    },
    sheetLine: onTick(() => sheetLineOf(Object.values(now.answers), around(), performance.now())),
    networkLine: createMemo(() => networkLineOf(now.link, now.why, now.road)),
    leftMs,
    hasRunOut,
    isWritable: () => !now.room.locked && now.link !== 'fenced',
    leave,
  };
}
