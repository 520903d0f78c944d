// admins, proctors, sessions: who works here. Passwords are Argon2id hashes, tokens and links SHA-256 hashes.
import { Schema } from 'mongoose';
import type { ProctorState, Role } from '../states.ts';
import { carriesAudit } from './audit.ts';

export type AdminDocument = { _id: string; login: string; passwordHash: string; createdAt: Date };

export const AdminSchema = new Schema<AdminDocument>(
  {
    _id: { type: String, required: true },
    login: { type: String, required: true },
    passwordHash: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'admins', versionKey: false },
);
AdminSchema.index({ login: 1 }, { unique: true });
carriesAudit(AdminSchema);

/** Where a proctor is with one room, since `at`; `epoch` is of the room's owner that wrote it. */
export type Presence = { readonly state: ProctorState; readonly at: number; readonly epoch: number };

/**
 * What rooms a proctor has: `roomIds`, or every one of the plan for a chief. `version` counts the assignments, from 1.
 * `presence` is by room, written by the room alone, by compare-and-set; a room that is missing there is only assigned.
 */
export type ProctorDocument = {
  _id: string;
  planId: string;
  roomIds: string[];
  chief: boolean;
  version: number;
  login: string;
  label: string;
  passwordHash: string;
  presence?: Readonly<Record<string, Presence>>;
  createdAt: Date;
};

export const ProctorSchema = new Schema<ProctorDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomIds: { type: [String], required: true },
    chief: { type: Boolean, default: false },
    version: { type: Number, default: 1 },
    login: { type: String, required: true },
    label: { type: String, required: true },
    passwordHash: { type: String, required: true },
    presence: { type: Schema.Types.Mixed } as never,
    createdAt: { type: Date, required: true },
  },
  { collection: 'proctors', versionKey: false },
);
ProctorSchema.index({ login: 1 }, { unique: true });
ProctorSchema.index({ planId: 1, _id: 1 });
ProctorSchema.index({ planId: 1, roomIds: 1 });
ProctorSchema.index({ planId: 1, chief: 1 });
carriesAudit(ProctorSchema);

/** `_id` is the hash of a bearer token or of a one-time link; expired ones are swept. Rights are not in it: they may change. */
export type SessionDocument = {
  _id: string;
  kind: 'session' | 'link';
  subjectId: string;
  role: Role;
  expiresAt: number;
  createdAt: Date;
  /** The first of the sessions that came one from another; missing until one was renewed. */
  family?: string;
  /** When another one followed it; from then on it is good for nothing but to hear again of that one. */
  refreshedAt?: number;
  /** Of a service: what it is called, and the actions that it may; missing means all of its role. */
  label?: string;
  scopes?: readonly string[];
};

export const SessionSchema = new Schema<SessionDocument>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    subjectId: { type: String, required: true },
    role: { type: String, required: true },
    expiresAt: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    family: { type: String },
    refreshedAt: { type: Number },
    label: { type: String },
    scopes: { type: [String], default: undefined } as never,
  },
  { collection: 'sessions', versionKey: false },
);
SessionSchema.index({ expiresAt: 1 });
SessionSchema.index({ subjectId: 1 });
SessionSchema.index({ family: 1 }, { sparse: true });
SessionSchema.index({ role: 1, subjectId: 1 });
