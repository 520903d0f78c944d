// A room's report: its people with their times, what controls were given and how far they came, and who was in charge, from
// what is stored. Pure: decides nothing. Must never take up the content of an answer. Called by the api.

import type { Adjustment } from '../schema/controls.ts';
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import type { LogDocument } from '../schema/documents/record.ts';
import type { ExamineeDocument } from '../schema/documents/room.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import type { Who } from '../schema/person-timeline.ts';
import type { ChargeStep, ChargeStepKind, RoomControl, RoomReport } from '../schema/room-report.ts';
import { seatIn } from '../schema/seats.ts';
import type { Role } from '../schema/states.ts';
import { compareLabels } from './attention-order.ts';
import { inTime } from './in-time.ts';
import { clockOf, type RoomTime, stoodMs } from './timeline.ts';

/** Names of proctors, by id. */
export type Labels = ReadonlyMap<string, string>;

type Lost = { readonly count: number; readonly ms: number };
type Step = Omit<ChargeStep, 'by' | 'from' | 'to'> & {
  readonly by: string;
  readonly from: string;
  readonly to: string;
};

/** What the room's log says of it, as its entries were taken up. */
export type LogNotes = {
  readonly enteredAt: ReadonlyMap<string, number>;
  readonly lost: ReadonlyMap<string, Lost>;
  readonly left: readonly { readonly examineeId: string; readonly toRoomId: string; readonly at: number }[];
  readonly steps: readonly Step[];
};

export const NO_NOTES: LogNotes = { enteredAt: new Map(), lost: new Map(), left: [], steps: [] };

const STEPS: Readonly<Record<string, ChargeStepKind>> = {
  'charge.taken': 'taken',
  'charge.lost': 'lost',
  'handover.offered': 'offered',
  'handover.confirmed': 'confirmed',
  'handover.declined': 'declined',
  'handover.withdrawn': 'withdrawn',
};

/** The notes with these entries too, which follow in the order of time. */
export function noted(before: LogNotes, entries: readonly LogDocument[]): LogNotes {
  const [enteredAt, lost] = [new Map(before.enteredAt), new Map(before.lost)];
  const [left, steps] = [[...before.left], [...before.steps]];
  for (const { kind, subject, at, data } of entries) {
    const step = STEPS[kind];
    const text = (name: string): string => String(data[name] ?? '');
    if (kind === 'examinee.entered' && !enteredAt.has(subject)) enteredAt.set(subject, at);
    if (kind === 'examinee.moved') left.push({ examineeId: subject, toRoomId: text('toRoomId'), at });
    if (kind === 'link.lost') {
      const { count, ms } = lost.get(subject) ?? { count: 0, ms: 0 };
      lost.set(subject, { count: count + 1, ms: ms + Math.max(0, Number(data.to) - Number(data.from)) });
    }
    if (step !== undefined)
      steps.push({
        ...{ at, step, by: step === 'lost' ? '' : subject },
        ...{ from: text('from'), to: text('to'), note: text('note') },
      });
  }
  return { enteredAt, lost, left, steps };
}

type Person = RoomReport['people'][number];

/** One person's line. `sheet` is missing before there was one. */
export function personLine(
  time: RoomTime,
  examinee: ExamineeDocument,
  sheet: Pick<SheetDocument, 'endedAt' | 'vector'> | undefined,
  { enteredAt, lost }: Pick<LogNotes, 'enteredAt' | 'lost'>,
  now: number,
): Person {
  const { _id: examineeId, label, code, status, extraMs: rosterMs, identity = null, display } = examinee;
  const endedAt = sheet?.endedAt ?? 0;
  const { deadlineAt } = clockOf(time, examineeId, rosterMs);
  return {
    ...{ examineeId, label, seat: seatIn(examinee) || null, code, status, identity },
    ...{ enteredAt: enteredAt.get(examineeId) ?? 0, endedAt, deadlineAt },
    heldMs: stoodMs(time, endedAt || now, examineeId),
    extra: {
      rosterMs,
      plannedMs: givenMs(time.adjustments, 'planned', examineeId),
      incidentMs: givenMs(time.adjustments, 'incident', examineeId),
    },
    lost: lost.get(examineeId) ?? { count: 0, ms: 0 },
    savedCount: sheet?.vector?.length ?? display.savedCount,
  };
}

function givenMs(adjustments: readonly Adjustment[], kind: Adjustment['time'], examineeId: string): number {
  return adjustments
    .filter(({ time, examineeIds }) => time === kind && (examineeIds === null || examineeIds.includes(examineeId)))
    .reduce((sum, { extraMs }) => sum + extraMs, 0);
}

/** By seat as people count, who has none after them by name. */
export function bySeat(people: readonly Person[]): Person[] {
  return [...people].sort((one, other) => {
    if ((one.seat === null) !== (other.seat === null)) return one.seat === null ? 1 : -1;
    return compareLabels(one.seat ?? '', other.seat ?? '') || compareLabels(one.label, other.label);
  });
}

/** What the room made of its controls, in the order in which it did; a control without its receipt is none yet. */
export function controlHistory(
  roomId: string,
  controls: readonly ControlDocument[],
  receipts: readonly ReceiptDocument[],
  labels: Labels,
): RoomControl[] {
  const byId = new Map(controls.map((control) => [control._id, control]));
  return inTime(
    receipts.flatMap((receipt) => {
      const control = byId.get(receipt.controlId);
      return control === undefined ? [] : [roomControl(roomId, control, receipt, labels)];
    }),
  );
}

function roomControl(roomId: string, control: ControlDocument, receipt: ReceiptDocument, labels: Labels): RoomControl {
  const { _id: controlId, action, storedAt, reason, actorId, actorRole, examineeIds = [] } = control;
  const { text = '', template = '', mustConfirm = false, extraMs = 0, time = 'planned', undoes = '' } = control;
  const { at, state, code, message = '', ledger = {} } = receipt;
  const entries = Object.entries(ledger);
  return {
    ...{ entryId: controlId, at: Math.round(at), controlId, action, isForPlan: control.roomId === '' },
    ...{ state, code, message, storedAt, by: named(actorId, actorRole, labels), reason, text },
    ...{ template: template || null, mustConfirm, extraMs, time, undoes: undoes || null },
    ...{ toRoomId: control.toRoomId ?? null, seat: control.seat ?? null },
    examineeIds: control.roomId === roomId ? [...examineeIds] : examineeIds.filter((id) => id in ledger),
    ledger: {
      concerned: entries.length,
      delivered: entries.filter(([, { deliveredAt }]) => deliveredAt !== 0).length,
      confirmed: entries.filter(([, { confirmedAt }]) => confirmedAt !== 0).length,
      missing: entries.filter(([, { deliveredAt }]) => deliveredAt === 0).map(([examineeId]) => examineeId),
    },
  };
}

/** The steps of who was in charge, with names. */
export function chargeSteps({ steps }: Pick<LogNotes, 'steps'>, labels: Labels): ChargeStep[] {
  return steps.map(({ by, from, to, ...step }) => ({
    ...step,
    ...{ by: named(by, 'proctor', labels), from: named(from, 'proctor', labels), to: named(to, 'proctor', labels) },
  }));
}

/** Null for nobody. */
export function named(id: string, role: Role, labels: Labels): Who {
  return id === '' ? null : { id, role, label: labels.get(id) ?? '' };
}
