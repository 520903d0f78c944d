// rooms, examinees and their photos: who sits where. Status is written by the room or the api alone, by compare-and-set.
import { Schema } from 'mongoose';
import type { AdmissionDecision, Ground } from '../admission.ts';
import type { Charge } from '../charge.ts';
import type { Adjustment, Hold } from '../controls.ts';
import type { Release } from '../device-change.ts';
import type { Outage } from '../losses.ts';
import type { Move, Moved } from '../moves.ts';
import { PHOTO_TYPES, type PhotoType } from '../photos.ts';
import type { SeatEntry, Seated, Seating } from '../seats.ts';
import {
  EXAMINEE_STATES,
  type ExamineeState,
  LINK_STATES,
  type LinkState,
  ROOM_STATES,
  type Role,
  type RoomState,
} from '../states.ts';
import { carriesAudit } from './audit.ts';

/**
 * People whom a control of the room has brought to another state. Stored with the control; carried out on sheets and
 * examinees afterwards, once by the control's id, and again by who finds the room after a crash; then it is removed.
 */
export type Turn = {
  readonly controlId: string;
  readonly to: 'answering' | 'entered' | 'removed' | 'submitted' | 'admitted' | 'refused' | 'moved' | 'seated';
  /** Of a refusal. */
  readonly ground?: Ground;
  /** Of a move: from where to where, and what goes along. */
  readonly move?: Move;
  /** Of a move to another seat of the same room. */
  readonly seating?: Seating;
  readonly examineeIds: readonly string[];
  readonly at: number;
};

/** `epoch` grows with each owner; a write of the room's own state carries it, and an older one is refused. */
export type RoomDocument = {
  _id: string;
  planId: string;
  label: string;
  status: RoomState;
  epoch: number;
  startsAt: number;
  endsAt: number;
  /** The control that ended the room; '' where none did. */
  endedBy?: string;
  /** The one that is being carried out; missing where there is none. */
  turn?: Turn;
  /** ids of controls that this room has applied, in their order. */
  appliedControls: string[];
  settledAt: number;
  /** The room's paper key, sealed; missing in rooms from before there were keys. Opened by store/paper-keys.ts alone. */
  sealedKey?: Buffer;
  /** Written with the control that makes them, in one write, so that a rebuild needs this document alone. */
  holds: readonly Hold[];
  adjustments: readonly Adjustment[];
  /** Who answers for the room; missing means that nobody ever did. */
  charge?: Charge;
  /** Missing until a proctor has released somebody's device. */
  releases?: readonly Release[];
  /** When it began, where that was later than its start: what was lost before is given back. Written with the status. */
  begunLateAt?: number;
  /** A recent instant at which the room was served while it ran; missing until then. */
  servedUntil?: number;
  /** When nobody served it while it ran; missing where that never was. */
  outages?: readonly Outage[];
  /** The import that brought it, without which it does not count (store/counting.ts); missing where none did. */
  importId?: string;
};

export const RoomSchema = new Schema<RoomDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    label: { type: String, required: true },
    status: { type: String, enum: ROOM_STATES, required: true },
    epoch: { type: Number, required: true },
    startsAt: { type: Number, required: true },
    endsAt: { type: Number, required: true },
    endedBy: { type: String },
    turn: { type: Schema.Types.Mixed } as never,
    appliedControls: { type: [String], required: true },
    settledAt: { type: Number, required: true },
    sealedKey: { type: Buffer },
    holds: { type: [Schema.Types.Mixed], default: [] } as never,
    adjustments: { type: [Schema.Types.Mixed], default: [] } as never,
    charge: { type: Schema.Types.Mixed } as never,
    releases: { type: [Schema.Types.Mixed], default: undefined } as never,
    begunLateAt: { type: Number },
    servedUntil: { type: Number },
    outages: { type: [Schema.Types.Mixed], default: undefined } as never,
    importId: { type: String },
  },
  { collection: 'rooms', versionKey: false },
);
RoomSchema.index({ planId: 1, label: 1 }, { unique: true });
RoomSchema.index({ planId: 1, _id: 1 });
RoomSchema.index({ planId: 1, settledAt: 1, _id: 1 });
RoomSchema.index({ planId: 1, status: 1, _id: 1 });
carriesAudit(RoomSchema);

/** What a person decided about who somebody is; `version` counts the decisions, from 1. */
export type IdentityDecision = {
  confirmed: boolean;
  note: string;
  by: string;
  byRole: Role;
  at: number;
  version: number;
};

/** A proctor has taken the examinee, so that no other runs to the same seat. */
export type Claim = { readonly proctorId: string; readonly at: number };

/** `display` is written by the states worker, guarded by (epoch, sequence), and is never a basis for a decision. */
export type ExamineeDocument = {
  _id: string;
  planId: string;
  roomId: string;
  label: string;
  code: string;
  status: ExamineeState;
  fence: number;
  entryId: string;
  deviceKey: string;
  /** The last time that an admin took the session to write something in; missing before. */
  registered?: { readonly entryId: string; readonly fence: number };
  /** The release by which the last other device came in; missing before. */
  usedRelease?: string;
  extraMs: number;
  /** The seat of the own room, and one that is promised; missing or empty for none. */
  seats?: readonly SeatEntry[];
  /** Missing unless a control gave the seat. */
  seated?: Seated;
  /** When label, extra time or seat were last edited, growing with each edit; missing until then. */
  editedAt?: number;
  /** Controls that brought this examinee to another state. */
  turnedBy?: string[];
  /** The last move from one room to another; missing until there was one. */
  moved?: Moved;
  /** Missing until a proctor has decided. */
  admission?: AdmissionDecision;
  /** Missing until somebody has looked. */
  identity?: IdentityDecision;
  /** Missing while nobody has taken the examinee. */
  claim?: Claim;
  /** The import that brought the row, without which it does not count (store/counting.ts); missing where none did. */
  importId?: string;
  display: { link: LinkState; savedCount: number; lastSeenAt: number; epoch: number; sequence: number };
};

export const ExamineeSchema = new Schema<ExamineeDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    label: { type: String, required: true },
    code: { type: String, required: true },
    status: { type: String, enum: EXAMINEE_STATES, required: true },
    fence: { type: Number, required: true },
    entryId: { type: String },
    deviceKey: { type: String },
    registered: { type: Schema.Types.Mixed } as never,
    usedRelease: { type: String },
    extraMs: { type: Number, required: true },
    seats: { type: [Schema.Types.Mixed], default: undefined } as never,
    seated: { type: Schema.Types.Mixed } as never,
    editedAt: { type: Number },
    turnedBy: { type: [String], default: undefined },
    moved: { type: Schema.Types.Mixed } as never,
    admission: { type: Schema.Types.Mixed } as never,
    identity: { type: Schema.Types.Mixed } as never,
    claim: { type: Schema.Types.Mixed } as never,
    importId: { type: String },
    display: {
      _id: false,
      link: { type: String, enum: LINK_STATES, required: true },
      savedCount: { type: Number, required: true },
      lastSeenAt: { type: Number, required: true },
      epoch: { type: Number, required: true },
      sequence: { type: Number, required: true },
    },
  },
  { collection: 'examinees', versionKey: false },
);
ExamineeSchema.index({ code: 1 }, { unique: true });
ExamineeSchema.index({ roomId: 1, _id: 1 });
ExamineeSchema.index({ planId: 1, _id: 1 });
ExamineeSchema.index({ planId: 1, status: 1, _id: 1 });
ExamineeSchema.index({ planId: 1, editedAt: 1 });
ExamineeSchema.index({ planId: 1, label: 1 }, { unique: true });
ExamineeSchema.index(
  { 'seats.roomId': 1, 'seats.seat': 1 },
  { unique: true, partialFilterExpression: { 'seats.seat': { $gt: '' } } },
);
carriesAudit(ExamineeSchema);

/** `_id` is the examinee's: each has one photo, or none. Shown to the proctors of the room and to admins alone. */
export type PhotoDocument = { _id: string; planId: string; type: PhotoType; bytes: Buffer; at: number };

export const PhotoSchema = new Schema<PhotoDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    type: { type: String, enum: PHOTO_TYPES, required: true },
    bytes: { type: Buffer, required: true },
    at: { type: Number, required: true },
  },
  { collection: 'photos', versionKey: false },
);
PhotoSchema.index({ planId: 1 });
