// Everything that travels over a room's socket, both ways. Parsed once, at the border, inside the handler.
// Items are named by their number in the paper; instants are epoch milliseconds of the server's clock.
import { z } from 'zod';
import type { Ground } from './admission.ts';
import { Response } from './answers.ts';
import { CallAnswer, type CallTold, Question } from './calls.ts';
import type { ChargeView } from './charge.ts';
import { type ControlAction, ControlOrder, type TimeKind } from './controls.ts';
import { HELD_CHOICES, type HeldChoice } from './held-answers.ts';
import { Id } from './id-shapes.ts';
import { Note, REPORT_KINDS, Severity, SIGNAL_KINDS } from './incidents.ts';
import { LIMITS } from './limits.ts';
import type { RefusalCode, Retry } from './refusals.ts';
import type { CallView, IncidentView } from './replies.ts';
import type { ExamineeState, PlanState, RoomState } from './states.ts';

const Revision = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const ItemNumber = z.int().min(1).max(LIMITS.items);

/** `written`: the revision under which an earlier session had written it, where a device sends it anew. */
export const AnswerMessage = z.strictObject({
  item: ItemNumber,
  revision: Revision,
  response: Response,
  written: Revision.optional(),
});
export type SentAnswer = z.infer<typeof AnswerMessage>;

/** A bit less than 25 days, what 32 bits hold. */
const MOST_AHEAD_MS = 2_147_483_000;

/** What waits in an outbox, in three values: how many answers, the highest revision, and a hash over all of them. */
const Tally = z.strictObject({
  count: z.int().min(1).max(LIMITS.tallyEntries),
  top: Revision,
  hash: z.string().length(LIMITS.shortHash),
});
export type Tally = { readonly count: number; readonly top: number; readonly hash: string };
/** [item, revision, hash of the response] */
const TallyEntry = z.tuple([ItemNumber, Revision, z.string().length(LIMITS.shortHash)]);
export type TallyEntry = z.infer<typeof TallyEntry>;

const Signal = z.strictObject({ kind: z.enum(SIGNAL_KINDS), at: z.number(), ms: z.number().optional() });

/** Messages that a client may send, by type. */
export const INCOMING = {
  /** A batch of the outbox. */
  'answer.save': z.strictObject({ answers: z.array(AnswerMessage).min(1).max(LIMITS.batchAnswers) }),
  /** Ends the sheet; names the revision of every item the examinee sees as answered. */
  'sheet.submit': z.strictObject({ revisions: z.array(z.tuple([ItemNumber, Revision])).max(LIMITS.items) }),
  /** The person chooses about an answer that a device held before; `take` is also written as an answer of its own. */
  'held.choose': z.strictObject({ item: ItemNumber, revision: Revision, choice: z.enum(HELD_CHOICES) }),
  /** The person says: I am ready. */
  'examinee.ready': z.strictObject({}),
  /**
   * What the client noticed by itself, at instants of the server's clock as far as it knows it; `ms` is how long it lasted,
   * or by how much a clock jumped. `number` counts these messages in a session: the same one again changes nothing.
   */
  'signal.report': z.strictObject({
    number: z.int().min(1),
    signals: z.array(Signal).min(1).max(LIMITS.signals),
  }),
  /**
   * Each second; `sentAt` is the client's own monotonic clock and comes back as it is. For boards: `aheadMs` is the device's
   * clock minus the server's, `unsaved` what the device has that is not known to be saved, with the age of the oldest. For
   * the end: `tally` is an examinee's, of those answers; without it nothing waits. `over`: the client knows that time is over.
   * What a newer client says besides is left out: a beat that is refused would count as none, and the link as dead.
   */
  heartbeat: z.object({
    sentAt: z.number(),
    aheadMs: z.int().min(-MOST_AHEAD_MS).max(MOST_AHEAD_MS).optional(),
    unsaved: z
      .strictObject({ count: z.int().min(1).max(0xffff), oldestMs: z.int().min(0).max(MOST_AHEAD_MS) })
      .optional(),
    tally: Tally.optional(),
    over: z.literal(true).optional(),
    /** How long the last beat and its answer took; said now and then, for the figures alone. */
    roundTripMs: z.int().min(0).max(LIMITS.roundTripMs).optional(),
  }),
  /** What the last tally before the end stood for, as the room has asked. */
  'tally.open': z.strictObject({ entries: z.array(TallyEntry).min(1).max(LIMITS.tallyEntries) }),
  /** A proctor's control for the own room; the same as the API's. */
  'control.issue': ControlOrder,
  /** The client has these controls; said by itself. */
  'control.received': z.strictObject({ controlIds: z.array(Id).min(1).max(50) }),
  /** The person confirms this one. */
  'control.confirm': z.strictObject({ controlId: Id }),
  /** The proctor goes to this examinee, or is through with what was to be done. */
  'claim.take': z.strictObject({ examineeId: Id }),
  'claim.return': z.strictObject({ examineeId: Id }),
  /** What a proctor saw; the id is new for each, and names it when it is sent again. */
  'incident.raise': z.strictObject({
    incidentId: Id,
    examineeId: Id.optional(),
    kind: z.enum(REPORT_KINDS),
    severity: Severity,
    note: Note.default(''),
    at: z.number().optional(),
  }),
  /** `version` is the one that the proctor saw; `controlId` names the action that was taken. */
  'incident.handle': z.strictObject({
    incidentId: Id,
    to: z.enum(['acknowledged', 'unfounded', 'confirmed']),
    note: Note.default(''),
    controlId: Id.optional(),
    version: z.int().min(0),
  }),
  /** The hand goes up, with a question or without; the id is new for each. */
  'call.raise': z.strictObject({ callId: Id, question: Question }),
  'call.withdraw': z.strictObject({ callId: Id }),
  /** The client has what became of these; said by itself. */
  'call.received': z.strictObject({ callIds: z.array(Id).min(1).max(50) }),
  /** A proctor's answer, or that it needs none any more. */
  'call.answer': z.strictObject({ callId: Id, text: CallAnswer }),
  'call.close': z.strictObject({ callId: Id }),
  /** Whom the proctor looks at now; nobody where it is left out. For display alone. */
  'examinee.watch': z.strictObject({ examineeId: Id.optional() }),
  /** Hands the room over to another of its proctors; the id is new for each. */
  'handover.offer': z.strictObject({ handoverId: Id, to: Id, note: Note.default('') }),
  'handover.answer': z.strictObject({ handoverId: Id, decision: z.enum(['confirm', 'decline', 'withdraw']) }),
} as const;
export type IncomingType = keyof typeof INCOMING;
export type Incoming<T extends IncomingType> = z.infer<(typeof INCOMING)[T]>;

/** What proctors alone say. */
export type ProctorType =
  | 'control.issue'
  | 'incident.raise'
  | 'incident.handle'
  | 'claim.take'
  | 'claim.return'
  | 'call.answer'
  | 'call.close'
  | 'examinee.watch'
  | 'handover.offer'
  | 'handover.answer';

/** [item, revision] */
export type ItemRevision = readonly [item: number, revision: number];

export type RefusedAnswer = {
  readonly item: number;
  readonly revision: number;
  readonly code: RefusalCode;
  readonly retry: Retry;
  readonly message: string;
  readonly retryAfterMs?: number;
};

export type ControlTold = {
  readonly controlId: string;
  readonly action: ControlAction;
  readonly at: number;
  readonly reason: string;
  readonly extraMs?: number;
  readonly time?: TimeKind;
  readonly text?: string;
  readonly mustConfirm?: boolean;
  /** Of a refusal, which says no reason beside it. */
  readonly ground?: Ground;
  /** Of a move. */
  readonly toRoomId?: string;
  readonly seat?: string;
};

export type ControlLedger = {
  readonly controlId: string;
  readonly concerned: number;
  readonly delivered: number;
  readonly confirmed: number;
  readonly missing: readonly string[];
};

/** Messages that a room sends, by type. Nothing but `answer.saved` ever says saved. */
export type Outgoing = {
  /** These revisions are durable. */
  'answer.saved': { saved: ItemRevision[] };
  /** These are durable or will be, and a newer revision of the item is known: the outbox may forget them. */
  'answer.superseded': { superseded: ItemRevision[] };
  /** Taken before and not durable yet: wait, do not send again soon. */
  'answer.pending': { pending: ItemRevision[]; retryAfterMs: number };
  'answer.refused': { refused: RefusedAnswer[] };
  /** An answer of an earlier session became the current one. */
  'answer.current': { item: number; revision: number; response: Response };
  /** Time is over, and something waited: what did this tally stand for? Asked again until it is told. */
  'tally.asked': { hash: string };
  /** A device before this one held this answer, and the item was written since: the person chooses. Told again at each join. */
  'held.offered': { item: number; revision: number; response: Response };
  /** The choice is stored. */
  'held.chosen': { item: number; revision: number; choice: HeldChoice };
  'sheet.submitted': { submittedAt: number; revisions: ItemRevision[]; hash?: string };
  /** Time is over, and this is what counts. `hash` of both is exam/receipt.ts's. */
  'sheet.ended': { endedAt: number; revisions: ItemRevision[]; hash?: string };
  'sheet.refused': {
    code: RefusalCode;
    retry: Retry;
    message: string;
    retryAfterMs?: number;
    missing?: readonly number[];
  };
  'examinee.status': { status: ExamineeState };
  /** Another room has this examinee now: enter again, the way leads there. The socket closes with 4019. */
  'examinee.moved': { roomId: string };
  /** To an examinee with the own clock and lock, to a proctor with the room's. */
  'room.status': { status: RoomState; startsAt: number; deadlineAt: number; heldSince: number; locked: boolean };
  'control.applied': {
    controlId: string;
    state: 'pending' | 'applied' | 'failed';
    code?: RefusalCode;
    message?: string;
  };
  /** The room has started: what opens its sealed paper, as base64url. Told again at each join. */
  'paper.key': { key: string };
  /** A control that concerns this examinee; comes again until it is received. */
  'control.told': ControlTold;
  /** The confirmation is stored. */
  'control.confirmed': { controlId: string };
  /** To proctors: how far a control has come with those whom it concerns; `missing` have not received it. */
  'control.ledger': ControlLedger;
  /** Taken up; nothing is promised. */
  'signal.taken': { number: number };
  /** To the examinee alone: the own call as it is now. One that is over comes again until it is received. */
  'call.told': CallTold;
  /** To the examinee: why the hand did not go up, or down. */
  'call.refused': { callId: string; code: RefusalCode; retry: Retry; message: string; retryAfterMs?: number };
  /** To proctors alone: a call of the room as it is now. */
  'call.changed': { call: CallView };
  /** To a proctor who has come: which hands are up. Each has been told before. */
  'call.open': { callIds: string[] };
  /** What became of an answer or a closing (`about` is call.state): the call, or why not. */
  'call.answered': { about: string } & ({ call: CallView } | { code: RefusalCode; retry: Retry; message: string });
  /** To proctors alone: who is in charge of the room, and who is to be. */
  'charge.changed': { charge: ChargeView };
  /** What became of an offer (`about` its id) or an answer (`about` id.decision): who is in charge now, or why not. */
  'handover.answered': { about: string } & (
    | { charge: ChargeView }
    | { code: RefusalCode; retry: Retry; message: string }
  );
  /** To a proctor whose assignment has ended; the socket closes with 4017. */
  'watch.ended': { code: RefusalCode; retry: Retry; message: string };
  /** To proctors alone: an incident of the room as it is now, with its last piece of evidence. */
  'incident.changed': { incident: IncidentView };
  /** To a proctor who has come: which incidents are still to be decided. Each has been told before. */
  'incident.open': { incidentIds: string[] };
  /** What became of a raising (`about` its id) or a handling (`about` incident.version.to): the incident, or why not. */
  'incident.answered': { about: string } & (
    | { incident: IncidentView }
    | { code: RefusalCode; retry: Retry; message: string }
  );
  /** To proctors: the plan has come to this state, as when its statistics were computed. */
  'plan.status': { status: PlanState };
  /** What became of taking or giving back: who has taken the examinee now, '' for nobody; and why not, where it was refused. */
  'claim.answered': {
    type: 'claim.take' | 'claim.return';
    examineeId: string;
    takenBy: string;
    code?: RefusalCode;
    retry?: Retry;
    message?: string;
  };
  /** Another device continues: stop sending, keep everything. The socket closes with 4011. */
  'session.fenced': { fence: number };
  heartbeat: { sentAt: number; at: number };
  /** Anything else that was refused. */
  refused: { type: string; code: RefusalCode; retry: Retry; message: string; retryAfterMs?: number };
};
export type OutgoingType = keyof Outgoing;
