// The states of everything that has some, as unions. Which transition is allowed is in exam/transitions.ts.

export const PLAN_STATES = ['draft', 'scheduled', 'open', 'running', 'paused', 'ended', 'scored', 'archived'] as const;
export const ROOM_STATES = ['closed', 'open', 'running', 'paused', 'ended'] as const;
export const EXAMINEE_STATES = [
  'registered',
  'entered',
  'ready',
  'answering',
  'submitted',
  'timed-out',
  'removed',
  'absent',
] as const;
export const SHEET_STATES = ['empty', 'in-progress', 'submitted', 'timed-out', 'settled', 'scored'] as const;
export const PROCTOR_STATES = ['assigned', 'present', 'away'] as const;
export const LINK_STATES = ['online', 'dropped', 'offline'] as const;
export const CONTROL_STATES = ['pending', 'applied', 'failed'] as const;
/** `noted`: what a client reported below the plan's threshold. No incident yet: nobody is told, and nothing counts it. */
export const INCIDENT_STATES = ['noted', 'raised', 'acknowledged', 'unfounded', 'confirmed'] as const;

export const CALL_STATES = ['open', 'answered', 'closed', 'withdrawn'] as const;

export type PlanState = (typeof PLAN_STATES)[number];
export type RoomState = (typeof ROOM_STATES)[number];
export type ExamineeState = (typeof EXAMINEE_STATES)[number];
export type SheetState = (typeof SHEET_STATES)[number];
export type ProctorState = (typeof PROCTOR_STATES)[number];
export type LinkState = (typeof LINK_STATES)[number];
export type ControlState = (typeof CONTROL_STATES)[number];
export type CallState = (typeof CALL_STATES)[number];
export type IncidentState = (typeof INCIDENT_STATES)[number];

export const ROLES = ['examinee', 'proctor', 'admin', 'service'] as const;
export type Role = (typeof ROLES)[number];
