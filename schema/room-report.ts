// What a room's printed report needs, and the room's history of controls. Never an answer. Put together by
// exam/room-report.ts, sent by the api. Instants are epoch ms, 0 = not yet; lengths ms.
import { z } from 'zod';
import { CONTROL_ACTIONS, TIME_KINDS } from './controls.ts';
import { Who } from './person-timeline.ts';
import { CallView, Identity, IncidentView } from './replies.ts';
import { CONTROL_STATES, EXAMINEE_STATES, PLAN_STATES, PROCTOR_STATES, ROOM_STATES } from './states.ts';

const Count = z.int().min(0);

/**
 * What the room made of a control. `examineeIds` are those of this room whom it names, none where it is of everybody; the
 * ledger counts whom it concerns, and `missing` are those whose client has not received it.
 */
export const RoomControl = z.strictObject({
  entryId: z.string(),
  at: z.int(),
  controlId: z.string(),
  action: z.enum(CONTROL_ACTIONS),
  isForPlan: z.boolean(),
  state: z.enum(CONTROL_STATES),
  code: z.string(),
  message: z.string(),
  storedAt: z.number(),
  by: Who,
  reason: z.string(),
  text: z.string(),
  template: z.string().nullable(),
  mustConfirm: z.boolean(),
  extraMs: z.number(),
  time: z.enum(TIME_KINDS),
  undoes: z.string().nullable(),
  toRoomId: z.string().nullable(),
  seat: z.string().nullable(),
  examineeIds: z.array(z.string()),
  ledger: z.strictObject({ concerned: Count, delivered: Count, confirmed: Count, missing: z.array(z.string()) }),
});
export type RoomControl = z.infer<typeof RoomControl>;

export const RoomControlList = z.strictObject({
  controls: z.array(RoomControl),
  next: z.string().nullable().describe('the cursor of the next page; null on the last one'),
});
export type RoomControlList = z.infer<typeof RoomControlList>;

/** `extra`: from the roster, and what controls gave, each kind by itself. `lost`: links of four seconds and more. */
const ReportedPerson = z.strictObject({
  examineeId: z.string(),
  label: z.string(),
  seat: z.string().nullable(),
  code: z.string(),
  status: z.enum(EXAMINEE_STATES),
  identity: Identity.nullable(),
  enteredAt: z.number(),
  endedAt: z.number(),
  deadlineAt: z.number(),
  heldMs: z.number(),
  extra: z.strictObject({ rosterMs: z.number(), plannedMs: z.number(), incidentMs: z.number() }),
  lost: z.strictObject({ count: Count, ms: z.number() }),
  savedCount: Count,
});

const CHARGE_STEPS = ['taken', 'lost', 'offered', 'confirmed', 'declined', 'withdrawn'] as const;

/** `from` and `to` are proctors, null for nobody; `by` is who did it, null where it followed from an assignment. */
export const ChargeStep = z.strictObject({
  at: z.number(),
  step: z.enum(CHARGE_STEPS),
  by: Who,
  from: Who,
  to: Who,
  note: z.string(),
});
export type ChargeStep = z.infer<typeof ChargeStep>;
export type ChargeStepKind = (typeof CHARGE_STEPS)[number];

/** `left` are those whom a control moved to another room; `outages`, when nobody served the room while it ran. */
export const RoomReport = z.strictObject({
  plan: z.strictObject({
    planId: z.string(),
    name: z.string(),
    status: z.enum(PLAN_STATES),
    durationMs: z.number(),
    windowEndsAt: z.number(),
  }),
  room: z.strictObject({
    roomId: z.string(),
    label: z.string(),
    status: z.enum(ROOM_STATES),
    startsAt: z.number(),
    endsAt: z.number(),
    settledAt: z.number(),
  }),
  people: z.array(ReportedPerson),
  left: z.array(z.strictObject({ examineeId: z.string(), label: z.string(), toRoomId: z.string(), at: z.number() })),
  proctors: z.array(
    z.strictObject({
      proctorId: z.string(),
      label: z.string(),
      chief: z.boolean(),
      state: z.enum(PROCTOR_STATES),
      at: z.number(),
    }),
  ),
  charge: z.strictObject({ inCharge: Who, steps: z.array(ChargeStep) }),
  incidents: z.array(IncidentView),
  calls: z.array(CallView),
  controls: z.array(RoomControl),
  outages: z.array(z.strictObject({ from: z.number(), to: z.number() })),
  now: z.number(),
});
export type RoomReport = z.infer<typeof RoomReport>;
