// controls and receipts: a command is stored before anybody hears of it, and each room's result of it once.
import { Schema } from 'mongoose';
import { CONTROL_STATES, type ControlState, type Role } from '../states.ts';
import { carriesAudit } from './audit.ts';

export type ControlAction = 'open' | 'start' | 'end';

/** `roomId` '' means every room of the plan. `at` is the instant from which it holds. `sequence` orders a plan's controls. */
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
};

export const ControlSchema = new Schema<ControlDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String },
    action: { type: String, enum: ['open', 'start', 'end'], required: true },
    at: { type: Number, required: true },
    actorId: { type: String, required: true },
    actorRole: { type: String, required: true },
    reason: { type: String },
    storedAt: { type: Number, required: true },
    expiresAt: { type: Number, required: true },
    sequence: { type: Number, required: true },
  },
  { collection: 'controls', versionKey: false },
);
ControlSchema.index({ planId: 1, sequence: 1 }, { unique: true });
carriesAudit(ControlSchema);

/** What one room made of one control. `_id` is `controlId.roomId`, inserted once: `failed` is final. */
export type ReceiptDocument = {
  _id: string;
  controlId: string;
  roomId: string;
  planId: string;
  state: ControlState;
  code: string;
  at: number;
};

export const ReceiptSchema = new Schema<ReceiptDocument>(
  {
    _id: { type: String, required: true },
    controlId: { type: String, required: true },
    roomId: { type: String, required: true },
    planId: { type: String, required: true },
    state: { type: String, enum: CONTROL_STATES, required: true },
    code: { type: String },
    at: { type: Number, required: true },
  },
  { collection: 'receipts', versionKey: false },
);
ReceiptSchema.index({ controlId: 1, _id: 1 });
ReceiptSchema.index({ planId: 1 });
carriesAudit(ReceiptSchema);
