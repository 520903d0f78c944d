// The simulated store: documents with the compare-and-sets that the real one has (store/), each done in one moment. What
// is here has been journaled; whether the one who asked hears of it is decided by store-access.ts. It also keeps what
// only the judge reads. A flaw takes away what one of its writes compares.

import type { RoomFacts } from '../../exam/exam-room.ts';
import { sourcesOf } from '../../exam/transitions.ts';
import type { Hold } from '../../schema/controls.ts';
import type { ControlDocument, Delivery, ReceiptDocument } from '../../schema/documents/control.ts';
import type { Turn } from '../../schema/documents/room.ts';
import type { ExamineeState, RoomState, SheetState } from '../../schema/states.ts';
import type { Flaw } from './flaws.ts';

/** When simulated time begins, epoch ms. */
export const START = 1_800_000_000_000;
export const ROOM_ID = 'room';
export const PLAN_ID = 'plan';

export type StoredRoom = Pick<RoomFacts, 'startsAt' | 'endsAt' | 'adjustments'> & {
  readonly status: RoomState;
  readonly endedBy: string;
  readonly holds: readonly Hold[];
  readonly settledAt: number;
  readonly turn: Turn | undefined;
};
export type StoredAnswer = {
  readonly response: number;
  readonly hash: string;
  readonly at: number;
  readonly late: boolean;
};
type Row = StoredAnswer & { readonly storedAt: number };
export type StoredExaminee = { fence: number; entryId: string; status: ExamineeState; readonly turnedBy: Set<string> };
export type StoredSheet = {
  state: SheetState;
  vector: readonly (readonly [number, number])[] | null;
  endedAt: number;
  submittedFor: string;
  /** The epoch of the room's owner, since it was made anew. */
  epoch: number;
  readonly turnedBy: Set<string>;
};
export type NewAnswer = StoredAnswer & {
  readonly examineeId: string;
  readonly item: number;
  readonly revision: number;
};
export type Revision = {
  readonly item: number;
  readonly revision: number;
  readonly hash: string;
  readonly response: number;
};
/** An end as it was stored: what the vector was read from had these revisions. */
export type StoredEnd = {
  readonly examineeId: string;
  readonly to: 'submitted' | 'timed-out';
  readonly vector: readonly (readonly [number, number])[];
  readonly endedAt: number;
  readonly trueAt: number;
  /** A control submitted for the person. */
  readonly isByControl: boolean;
};

export type SimulatedStore = ReturnType<typeof createStore>;

const REOPENED = sourcesOf('sheet', 'in-progress', 'control.issue');
const BEFORE_ENTERING: readonly ExamineeState[] = sourcesOf('examinee', 'entered', 'enter');
const BEFORE_ANSWERING: readonly ExamineeState[] = sourcesOf('examinee', 'answering', 'system');

/** A store with these examinees, who have not come, and a room that is open. */
export function createStore(examineeIds: readonly string[], now: () => number, flaw: Flaw | undefined) {
  let epoch = 0;
  let room: StoredRoom = {
    status: 'open',
    startsAt: 0,
    endsAt: 0,
    endedBy: '',
    holds: [],
    adjustments: [],
    settledAt: 0,
    turn: undefined,
  };
  const applied: string[] = [];
  const examinees = new Map(
    examineeIds.map((id): [string, StoredExaminee] => [
      id,
      { fence: 0, entryId: '', status: 'registered', turnedBy: new Set() },
    ]),
  );
  const sheets = new Map(
    examineeIds.map((id): [string, StoredSheet] => [
      id,
      { state: 'empty', vector: null, endedAt: 0, submittedFor: '', epoch: 0, turnedBy: new Set() },
    ]),
  );
  /** Examinee → item → revision. */
  const answers = new Map(examineeIds.map((id): [string, Map<number, Map<number, Row>>] => [id, new Map()]));
  const controls: ControlDocument[] = [];
  const issuedAt = new Map<string, number>();
  const receipts = new Map<string, ReceiptDocument>();
  const ends: StoredEnd[] = [];
  const staleWrites: string[] = [];

  const isFenced = (by: number, what: string): boolean => {
    if (by === epoch) return false;
    if (flaw !== 'an old owner goes on writing') return true;
    staleWrites.push(what);
    return false;
  };

  function insertOne({ examineeId, item, revision, response, hash, at, late }: NewAnswer): boolean {
    const own = answers.get(examineeId);
    if (own === undefined) throw new RangeError(`examinee ${examineeId} is none`);
    const revisions = own.get(item) ?? new Map<number, Row>();
    own.set(item, revisions);
    const before = revisions.get(revision);
    if (before === undefined) revisions.set(revision, { response, hash, at, late, storedAt: now() });
    return before === undefined || before.hash === hash || flaw === 'a repeat counts as saved whatever it says';
  }

  return {
    rooms: {
      get: () => ({ ...room, epoch, applied: [...applied] }),
      epoch: () => epoch,
      take: () => ({ ...room, epoch: ++epoch, applied: [...applied] }),
      /** False: fenced. */
      change(by: number, set: Partial<StoredRoom>): boolean {
        if (isFenced(by, 'status')) return false;
        room = { ...room, ...set };
        return true;
      },
      /** The same for what a control comes to, once. False: fenced. */
      applied(by: number, controlId: string, set: Partial<StoredRoom>): boolean {
        if (isFenced(by, controlId)) return false;
        if (applied.includes(controlId) && flaw !== 'a control is applied again with each try') return true;
        applied.push(controlId);
        room = { ...room, ...set };
        return true;
      },
    },
    controls: {
      /** With its place; the same id again is the stored one. */
      issue(control: Omit<ControlDocument, 'sequence'>): ControlDocument {
        const before = controls.find(({ _id }) => _id === control._id);
        if (before !== undefined) return before;
        const stored = { ...control, sequence: controls.length + 1 };
        controls.push(stored);
        issuedAt.set(control._id, now());
        return stored;
      },
      after: (sequence: number): ControlDocument[] => controls.slice(sequence),
      /** Once; what is stored may be what came before. */
      receipt(made: ReceiptDocument): ReceiptDocument {
        const before = receipts.get(made._id);
        if (before !== undefined) return before;
        receipts.set(made._id, made);
        return made;
      },
      receipts: (): ReceiptDocument[] => [...receipts.values()],
      noteDelivery(receiptId: string, changes: ReadonlyMap<string, Partial<Delivery>>): void {
        const receipt = receipts.get(receiptId);
        if (receipt === undefined) return;
        const ledger = { ...receipt.ledger };
        for (const [id, change] of changes) {
          const before = ledger[id] ?? { sentAt: 0, deliveredAt: 0, confirmedAt: 0 };
          ledger[id] = { ...before, ...change };
        }
        receipts.set(receiptId, { ...receipt, ledger });
      },
    },
    answers: {
      /** The places whose revision is stored with another content; all others are stored. */
      insert: (rows: readonly NewAnswer[]): number[] => rows.flatMap((row, index) => (insertOne(row) ? [] : [index])),
      /** The highest revision of each item. */
      current(examineeId: string): Revision[] {
        const found: Revision[] = [];
        for (const [item, revisions] of answers.get(examineeId) ?? []) {
          let newest = 0;
          for (const revision of revisions.keys())
            if (newest === 0 || (flaw === 'the lower revision wins' ? revision < newest : revision > newest))
              newest = revision;
          const answer = revisions.get(newest);
          if (answer !== undefined)
            found.push({ item, revision: newest, hash: answer.hash, response: answer.response });
        }
        return found;
      },
      get: (examineeId: string, item: number, revision: number): StoredAnswer | undefined =>
        answers.get(examineeId)?.get(item)?.get(revision),
    },
    examinees: {
      get: (examineeId: string): Readonly<StoredExaminee> | undefined => examinees.get(examineeId),
      statuses: (): Map<string, ExamineeState> => new Map([...examinees].map(([id, { status }]) => [id, status])),
      /** The fence of this entry: the same for the same entry id. */
      enter(examineeId: string, entryId: string): number {
        const examinee = examinees.get(examineeId);
        if (examinee === undefined) throw new RangeError(`examinee ${examineeId} is none`);
        const isRepeat = examinee.fence > 0 && examinee.entryId === entryId;
        const isKept = examinee.fence > 0 && flaw === 'an enter raises no fence';
        if (!isRepeat && !isKept) examinee.fence++;
        examinee.entryId = entryId;
        if (BEFORE_ENTERING.includes(examinee.status)) examinee.status = 'entered';
        return examinee.fence;
      },
      /** How many of these were in one of `from`. */
      setStatus(ids: readonly string[], from: readonly ExamineeState[], to: ExamineeState): number {
        let count = 0;
        for (const id of ids) {
          const examinee = examinees.get(id);
          if (examinee === undefined || !from.includes(examinee.status)) continue;
          examinee.status = to;
          count++;
        }
        return count;
      },
      beginAnswering(ids: readonly string[]): void {
        this.setStatus(ids, BEFORE_ANSWERING, 'answering');
      },
      /** Once for each control. */
      turn(ids: readonly string[], controlId: string, from: readonly ExamineeState[], to: ExamineeState): void {
        for (const id of ids) {
          const examinee = examinees.get(id);
          if (examinee === undefined || examinee.turnedBy.has(controlId)) continue;
          examinee.turnedBy.add(controlId);
          if (from.includes(examinee.status)) examinee.status = to;
        }
      },
    },
    sheets: {
      get: (examineeId: string): Readonly<StoredSheet> | undefined => sheets.get(examineeId),
      all: (): Map<string, StoredSheet> => new Map([...sheets].map(([id, sheet]) => [id, { ...sheet }])),
      begin(ids: readonly string[]): void {
        for (const id of ids) {
          const sheet = sheets.get(id);
          if (sheet?.state === 'empty') sheet.state = 'in-progress';
        }
      },
      /** From now on no owner before this one ends a sheet. */
      own(by: number): void {
        for (const sheet of sheets.values()) sheet.epoch = Math.max(sheet.epoch, by);
      },
      /** Ends a live sheet; returns it as stored. One that had ended stays as it is. Undefined: fenced. */
      end(
        by: number,
        examineeId: string,
        to: 'submitted' | 'timed-out',
        vector: readonly (readonly [number, number])[],
        endedAt: number,
      ): Readonly<StoredSheet> | undefined {
        const sheet = sheets.get(examineeId);
        if (sheet === undefined) throw new RangeError(`examinee ${examineeId} is none`);
        if (sheet.epoch > by && flaw !== 'an old owner ends sheets' && flaw !== 'an old owner goes on writing')
          return undefined;
        if (sheet.state === 'empty' || sheet.state === 'in-progress') {
          Object.assign(sheet, { state: to, vector, endedAt });
          ends.push({ examineeId, to, vector, endedAt, trueAt: now(), isByControl: sheet.submittedFor !== '' });
        }
        return { ...sheet };
      },
      reopen(ids: readonly string[], controlId: string): void {
        for (const id of ids) {
          const sheet = sheets.get(id);
          if (sheet === undefined || sheet.turnedBy.has(controlId)) continue;
          sheet.turnedBy.add(controlId);
          if (REOPENED.includes(sheet.state)) Object.assign(sheet, { state: 'in-progress', vector: null, endedAt: 0 });
          sheet.submittedFor = '';
        }
      },
      submitFor(ids: readonly string[], controlId: string): void {
        for (const id of ids) {
          const sheet = sheets.get(id);
          if (sheet === undefined || sheet.turnedBy.has(controlId)) continue;
          if (sheet.state !== 'empty' && sheet.state !== 'in-progress') continue;
          sheet.turnedBy.add(controlId);
          sheet.submittedFor = controlId;
        }
      },
      settle(): void {
        for (const sheet of sheets.values())
          if (sheet.state === 'submitted' || sheet.state === 'timed-out') sheet.state = 'settled';
      },
    },
    /** What nobody but the judge reads. */
    judged: {
      ends,
      staleWrites,
      receipts,
      controls,
      issuedAt,
      revisionsOf: (examineeId: string): (Row & { readonly item: number; readonly revision: number })[] =>
        [...(answers.get(examineeId) ?? [])].flatMap(([item, revisions]) =>
          [...revisions].map(([revision, row]) => ({ item, revision, ...row })),
        ),
    },
  };
}
