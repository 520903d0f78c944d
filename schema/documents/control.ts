// controls and receipts: a command is stored before anybody hears of it, and each room's result of it once.
import { Schema } from 'mongoose';
import type { Ground } from '../admission.ts';
import { CONTROL_ACTIONS, type ControlAction, type ControlOrder, TIME_KINDS, type TimeKind } from '../controls.ts';
import { CONTROL_STATES, type ControlState, type Role } from '../states.ts';
import { carriesAudit } from './audit.ts';

/**
 * `roomId` '' means every room of the plan, no `examineeIds` everybody in scope. `at` is the instant from which it holds.
 * `sequence` orders a plan's controls. What an action does not say is 0, '' or false.
 */
export type ControlDocument = {
  _id: string;
  planId: string;
  roomId: string;
  action: ControlAction;
  at: number;
  actorId: string;
  actorRole: Role;
  reason: string;
  storedAt: number;
  expiresAt: number;
  sequence: number;
  examineeIds: string[];
  extraMs: number;
  time: TimeKind;
  text: string;
  /** The name of the plan's text that it is. */
  template: string;
  mustConfirm: boolean;
  undoes: string;
  ground?: Ground;
  /** Of a move; `roomId` is then the room that they leave. */
  toRoomId?: string;
  /** Of a move of one person: the seat. */
  seat?: string;
};

type Order = Pick<ControlOrder, 'action' | 'reason'> & { readonly [F in OrderField]?: ControlOrder[F] | undefined };
type OrderField =
  | 'examineeIds'
  | 'extraMs'
  | 'time'
  | 'text'
  | 'template'
  | 'mustConfirm'
  | 'undoes'
  | 'ground'
  | 'toRoomId'
  | 'seat';

/** The fields of a document that an order says, with what it leaves out. */
export function orderFields(order: Order): Pick<ControlDocument, OrderField | 'action' | 'reason'> {
  const { action, reason, examineeIds = [], extraMs = 0, time = 'planned' } = order;
  const { text = '', template = '', mustConfirm = false, undoes = '', ground, toRoomId, seat } = order;
  const said = { action, reason, examineeIds, extraMs, time, text, template, mustConfirm, undoes };
  return {
    ...said,
    ...(ground === undefined ? {} : { ground }),
    ...(toRoomId === undefined ? {} : { toRoomId }),
    ...(seat === undefined ? {} : { seat }),
  };
}

/** Whether the stored control says what this order says; its reason may be another. */
export function isSameOrder(control: ControlDocument, order: Order): boolean {
  const [stored, asked] = [orderFields(control), orderFields(order)];
  return JSON.stringify({ ...stored, reason: '' }) === JSON.stringify({ ...asked, reason: '' });
}

export const ControlSchema = new Schema<ControlDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String },
    action: { type: String, enum: CONTROL_ACTIONS, required: true },
    at: { type: Number, required: true },
    actorId: { type: String, required: true },
    actorRole: { type: String, required: true },
    reason: { type: String },
    storedAt: { type: Number, required: true },
    expiresAt: { type: Number, required: true },
    sequence: { type: Number, required: true },
    examineeIds: { type: [String], default: [] },
    extraMs: { type: Number, default: 0 },
    time: { type: String, enum: TIME_KINDS, default: 'planned' },
    text: { type: String, default: '' },
    template: { type: String, default: '' },
    mustConfirm: { type: Boolean, default: false },
    undoes: { type: String, default: '' },
    ground: { type: String },
    toRoomId: { type: String },
    seat: { type: String },
  },
  { collection: 'controls', versionKey: false },
);
ControlSchema.index({ planId: 1, sequence: 1 }, { unique: true });
// Asked each second for rooms that are to be reopened and that nobody owns.
ControlSchema.index({ action: 1, expiresAt: 1 }, { partialFilterExpression: { action: 'reopen' } });
carriesAudit(ControlSchema);

/** How far a control has come with one examinee, epoch ms, 0 = not yet. Only a stored `confirmedAt` is a confirmation. */
export type Delivery = { readonly sentAt: number; readonly deliveredAt: number; readonly confirmedAt: number };

/**
 * What one room made of one control. `_id` is `controlId.roomId`, inserted once: `failed` is final. `ledger` names whom it
 * concerns there, and grows more complete.
 */
export type ReceiptDocument = {
  _id: string;
  controlId: string;
  roomId: string;
  planId: string;
  state: ControlState;
  code: string;
  message: string;
  at: number;
  ledger: Record<string, Delivery>;
};

export const ReceiptSchema = new Schema<ReceiptDocument>(
  {
    _id: { type: String, required: true },
    controlId: { type: String, required: true },
    roomId: { type: String, required: true },
    planId: { type: String, required: true },
    state: { type: String, enum: CONTROL_STATES, required: true },
    code: { type: String },
    message: { type: String, default: '' },
    at: { type: Number, required: true },
    ledger: { type: Schema.Types.Mixed, default: {} } as never,
  },
  { collection: 'receipts', versionKey: false, minimize: false },
);
ReceiptSchema.index({ controlId: 1, _id: 1 });
ReceiptSchema.index({ roomId: 1, _id: 1 });
ReceiptSchema.index({ planId: 1 });
carriesAudit(ReceiptSchema);
