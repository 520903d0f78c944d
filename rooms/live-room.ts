// What a room's actor holds in memory: the room's facts, and one seat for each examinee of its roster. Made by recovery
// from durable data alone; changed by the actor between awaits only.
import type { Client } from '@colyseus/core';
import type { EntryRules } from '../exam/admission.ts';
import type { AnswerSheet, SheetWindow } from '../exam/answer-sheet.ts';
import { FINAL_STATES, type RoomFacts, windowFor } from '../exam/exam-room.ts';
import type { Grace } from '../exam/grace.ts';
import { sourcesOf } from '../exam/transitions.ts';
import type { Admission } from '../schema/admission.ts';
import type { Item } from '../schema/answers.ts';
import type { Charge } from '../schema/charge.ts';
import type { DeviceChange } from '../schema/device-change.ts';
import type { ReceiptDocument } from '../schema/documents/control.ts';
import type { Turn } from '../schema/documents/room.ts';
import type { IncidentRules } from '../schema/incidents.ts';
import type { Outage } from '../schema/losses.ts';
import type { ItemRevision, Outgoing, OutgoingType } from '../schema/messages.ts';
import type { Moved } from '../schema/moves.ts';
import type { Navigation } from '../schema/navigation.ts';
import type { ExamineeState, LinkState } from '../schema/states.ts';
import type { Attendant } from './attendance.ts';
import type { Ledger } from './ledger.ts';
import type { Calls } from './open-calls.ts';
import type { OpenIncidents } from './open-incidents.ts';
import { countRefusals } from './refusal-counts.ts';

/** How a sheet comes to its end: in its grace, waiting for the store to hold what is pending, being stored, or ended. */
export type Ending =
  | { readonly step: 'none' }
  | { readonly step: 'grace'; readonly grace: Grace }
  | {
      readonly step: 'waiting';
      readonly to: 'submitted' | 'timed-out';
      readonly named: readonly ItemRevision[];
      readonly notBefore: number;
      /** The control that submits for the examinee. */
      readonly by?: string;
    }
  | { readonly step: 'storing' }
  | {
      readonly step: 'ended';
      readonly at: number;
      readonly vector: readonly ItemRevision[];
      /** The receipt's hash, where the sheet has one. */
      readonly receipt?: string;
    };

/** What a device is and says with its heartbeat: how far its clock is ahead, and what it has that is not saved. */
export type Reported = {
  readonly device: string;
  readonly clockAheadMs: number;
  readonly unsavedCount: number;
  readonly unsavedSince: number;
};

/** One examinee's place in the room. Instants epoch ms. */
export type Seat = {
  readonly examineeId: string;
  label: string;
  /** As the roster has it; '' for none. */
  seat: string;
  extraMs: number;
  /** Of the edit of the roster that label, extra time and seat are from; 0 for none. */
  editedAt: number;
  status: ExamineeState;
  /** By which move the examinee came here; undefined for who sat here from the beginning. */
  readonly moved: Moved | undefined;
  /** Controls that rooms before this one have told, or that are told in their name. */
  toldElsewhere: ReadonlySet<string>;
  /** Whether the examinee is let in; decided by a proctor, or by the plan's rules when somebody comes. */
  admission: Admission;
  isDecided: boolean;
  /** In which the examinee may answer; made anew when the room's facts change, because each answer asks for it. */
  window: SheetWindow;
  /** Loaded at the first join in this process; undefined before. */
  sheet: AnswerSheet | undefined;
  /** How many items had an answer as it was stored when the room was made; counts while there is no sheet. */
  readonly storedCount: number;
  loading: Promise<void> | undefined;
  client: Client | undefined;
  link: LinkState;
  lastSeenAt: number;
  /** When the live session was last heard over HTTP in this process; 0 before. */
  heardAt: number;
  /** What the device says of itself. */
  reported: Reported;
  /** Since when the link is online, if it is. */
  onlineSince: number;
  /** When the last answer was taken in this process; 0 before. */
  answeredAt: number;
  /** The proctor who has taken the examinee, as it is stored; '' for nobody. */
  takenBy: string;
  /** When a seat was last reserved for who has the sheet: somebody on the way in. */
  expectedAt: number;
  /** Something that a device held waits to be looked at; and something is offered to the person. */
  hasHeld: boolean;
  hasOffered: boolean;
  /** Another device wants in: since when, and when it last asked. */
  deviceWaiting: { readonly deviceKey: string; readonly since: number; readonly askedAt: number } | undefined;
  ending: Ending;
  /** How often answers were written past the room, as far as is known here (schema/documents/sheet.ts). */
  writtenPast: number;
  /** What became durable and is told with the next message. */
  saved: ItemRevision[];
  /** When an answer last became durable, or was found durable by a read; 0 before. */
  durableAt: number;
  /** The live session has still to be shown what became durable while it came. */
  missed: boolean;
  superseded: ItemRevision[];
  /** The board and the display fields are behind. */
  boardBehind: boolean;
  displayBehind: boolean;
  /** What the store was told to show of it, and whether live data has more since. */
  kept: { readonly words: string; readonly isBehind: boolean };
};

/** One exam room, live. `facts` is replaced, never edited. */
export type LiveRoom = {
  readonly roomId: string;
  readonly planId: string;
  readonly label: string;
  readonly epoch: number;
  readonly items: ReadonlyMap<number, Item>;
  readonly incidentRules: IncidentRules;
  readonly deviceChange: DeviceChange;
  /** A link that was not heard for so long is offline. */
  readonly offlineMs: number;
  readonly entryRules: EntryRules;
  readonly navigation: Navigation;
  /** When this process made the room: what was before, it could not see. */
  readonly madeAt: number;
  /** It has begun: its people may answer, and what was lost before is given back, or will be by `begunLateAt`. */
  hasBegun: boolean;
  /** When a room began that was late for its start; 0 for none. */
  begunLateAt: number;
  /** When this room was last known to be served while it ran, by whomever; 0 where it does not run. */
  servedUntil: number;
  /** When nobody served it while it ran; so many of them are stored. */
  outages: readonly Outage[];
  storedOutages: number;
  /** Whoever is moved to another room leaves it, and who is moved here comes in. */
  readonly seats: Map<string, Seat>;
  /** Its proctors, by id: whoever is assigned. */
  readonly attendants: Map<string, Attendant>;
  /** Hands that are up, and answers that their examinees have not received. */
  readonly calls: Calls;
  /** Who answers for the room, as stored. */
  charge: Charge;
  readonly appliedControls: Set<string>;
  facts: RoomFacts;
  /** All controls that were stored up to this instant have been taken; nobody's time is over beyond it. */
  lookedAt: number;
  /** What became of applied controls, by control. */
  readonly ledgers: Map<string, Ledger>;
  /** Incidents that are still to be decided, by whom they concern. */
  readonly openIncidents: OpenIncidents;
  /** Receipts as recovery found them, until their controls are seen. */
  readonly receipts: Map<string, ReceiptDocument>;
  /** What the store knows of the room's status; behind `facts` for a moment when time has changed it. */
  storedStatus: RoomFacts['status'];
  /** Statuses are being stored at this moment. */
  isStoringStatuses: boolean;
  settledAt: number;
  /** What the display fields of the room were last; '' where none were handed on yet. */
  displayed: string;
  /** The state that was in it; '' before the first time. */
  displayedStatus: RoomFacts['status'] | '';
  /** Opens the room's sealed paper, base64url; undefined until the store says that the room has started. */
  paperKey: string | undefined;
  /** Seats whose ending has begun and is not stored. */
  readonly ending: Set<Seat>;
  /** Ends of sheets, and of the room, that are being stored at this moment. */
  readonly storing: Set<Promise<void>>;
  /** A control decides who answers again: the room is not settled meanwhile. */
  reopening: boolean;
  /** A control is decided and not yet applied: neither the start nor the end of the room passes meanwhile. */
  isDeciding: boolean;
  /** What a control has decided about people and what is not carried out yet. */
  turn: Turn | undefined;
  /** Seats that began to answer and whose stored status is behind, and since when they have. */
  readonly begun: Map<Seat, number>;
  /** What changes the room's stored time does so in turn: the next begins when this has ended. */
  deciding: Promise<unknown>;
  /** It is about to be handed to another process: it takes nothing new, and nothing ends or begins any more. */
  isLeaving: boolean;
  /** Set when another process owns the room: nothing is written from then on. */
  lost: boolean;
};

/** Replaces the room's facts, and with them every examinee's window. */
export function setFacts(room: LiveRoom, facts: RoomFacts): void {
  room.facts = facts;
  for (const seat of room.seats.values()) seat.window = windowFor(facts, seat.examineeId, seat.extraMs);
}

/** Begins when everything of the room that was begun in turn has ended, well or not. Must not be called by what is in turn. */
export function inTurn<T>(room: LiveRoom, work: () => Promise<T>): Promise<T> {
  const next = room.deciding.then(work, work);
  room.deciding = next;
  return next;
}

/** Whether this examinee's part in the exam is over. */
export function isFinal(status: ExamineeState): boolean {
  return FINAL_STATES.includes(status);
}

const BEFORE_ANSWERING = sourcesOf('examinee', 'answering', 'system');

/** Who has entered and was let in begins to answer when the room runs; the store follows with the next upkeep. */
export function beginAnswering(room: LiveRoom, seat: Seat, now: number): boolean {
  if (room.facts.status !== 'running' || !BEFORE_ANSWERING.includes(seat.status)) return false;
  if (seat.admission !== 'admitted') return false;
  seat.status = 'answering';
  room.begun.set(seat, now);
  return true;
}

/** Whether this person is about to leave: nothing of theirs ends here any more. */
export function isLeaving({ turn }: LiveRoom, { examineeId }: Seat): boolean {
  return turn?.to === 'moved' && turn.examineeIds.includes(examineeId);
}

/** Sends a typed message. */
export function tell<T extends OutgoingType>(client: Client, type: T, message: Outgoing[T]): void {
  countRefusals(message);
  client.send(type, message);
}
