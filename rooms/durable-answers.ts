// Answers over HTTP while nobody can be asked who leads the room: judged by what is stored, by the same rule
// (exam/answering.ts), and written with the journal's own idempotent insert. What the stored facts cannot decide is told to
// come again: a control that no room has taken, a time that has run out and whose grace is a room's. Writes nothing of the
// room's own. Called by http-road.ts, in the api's processes.

import { type AnswerSheet, createSheet, noteTaken } from '../exam/answer-sheet.ts';
import { type Answering, isForHistory, judgeAnswer, mayNotAnswer } from '../exam/answering.ts';
import { arrivalId } from '../exam/moving.ts';
import { writtenAs } from '../exam/navigation.ts';
import type { ControlAction } from '../schema/controls.ts';
import type { ControlDocument } from '../schema/documents/control.ts';
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import type { QueuedAnswer } from '../schema/jobs.ts';
import type { ItemRevision, SentAnswer } from '../schema/messages.ts';
import type { Asker, RoomStanding } from '../schema/over-http.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { AnswersReply } from '../schema/replies.ts';
import type { Store } from '../store/open-store.ts';
import { refusedAnswer } from './answer-taking.ts';
import { arrivalOf } from './arrival-time.ts';
import type { Seat } from './live-room.ts';
import { refusedAll, standingIn } from './over-http.ts';
import type { PlanCatalogue, PlanFacts } from './plan-catalogue.ts';
import { phaseOf, storedFacts } from './recovery.ts';
import { seatOf } from './seats.ts';
import { insertAnswers } from './write-through.ts';

export type DurableAnswers = {
  /** Throws where the store is away: then nothing is known. */
  save(asker: Asker, answers: readonly SentAnswer[]): Promise<AnswersReply | Refusal>;
  /** Without controls that are still to be told: who has been told what is a room's. */
  standing(asker: Asker): Promise<RoomStanding | Refusal>;
  /** Tells whom it concerns that answers went past queue and room. */
  written(planId: string, examineeId: string): void;
};

export type DurableAnswersParts = {
  readonly store: Store;
  readonly catalogue: PlanCatalogue;
  now(): number;
  /** False while this process cannot tell the time. */
  isClockSure(): boolean;
  /** Told of answers that went past queue and room: live sheets are out of date, and so is who leads the room. */
  written(planId: string, examineeId: string): void;
};

/** Somebody leads the room again within seconds. */
const AGAIN_MS = 2_000;
/** They change nothing of what is taken. */
const HARMLESS: readonly ControlAction[] = ['notice', 'call', 'release'];

type Facts = { readonly seat: Seat; readonly sheet: AnswerSheet; readonly plan: PlanFacts; readonly isOpen: boolean };

export function createDurableAnswers({ store, catalogue, now, ...parts }: DurableAnswersParts): DurableAnswers {
  async function read({ examineeId, fence }: Asker): Promise<Facts | Refusal> {
    const examinee = await store.examinees.get(examineeId);
    if (examinee === null) return refuse('EXAMINEE_UNKNOWN');
    if (fence < examinee.fence) return refuse('SESSION_FENCED');
    const { planId, roomId } = examinee;
    const [room, stored, revisions, controls, plan] = await Promise.all([
      store.rooms.get(roomId),
      store.sheets.get(examineeId),
      store.answers.revisions(planId, examineeId),
      store.controls.forPlan(planId, 0),
      catalogue.factsOf(planId),
    ]);
    if (room === null || stored === null) return refuse('ROOM_UNKNOWN');
    const at = now();
    const seat = seatOf({ facts: storedFacts(room, plan.plan), entryRules: plan.plan }, examinee, stored, at);
    const sheet = createSheet(fence, revisions);
    sheet.phase = stored.submittedFor !== undefined && seat.ending.step === 'none' ? 'closing' : phaseOf(seat);
    const isWaitedFor = controls.some((control) => isAhead(control, room, examineeId, at));
    const isOpen = isWaitedFor || isHalfDone(room, examinee, stored) || !parts.isClockSure();
    return { seat, sheet, plan, isOpen };
  }

  return {
    written: parts.written,
    async save(asker, answers) {
      const facts = await read(asker);
      if (isRefusal(facts)) return facts;
      const refusal = mayNotAnswer(facts.seat);
      if (refusal !== undefined) return refusedAll(answers, refusal);
      const { _id: planId } = facts.plan.plan;
      const { examineeId } = asker;
      const isOwnFile: Answering['isOwnFile'] = (item, response) =>
        store.answerFiles.isProven({ planId, examineeId, item }, response);
      const judged = judgeAll(facts, isOwnFile, answers, now());
      if (judged.queued.length === 0) return judged.reply;
      const { conflicts, failed } = await insertAnswers(store.answers, planId, judged.queued);
      const after = await store.sheets.notePast(asker.examineeId);
      parts.written(planId, asker.examineeId);
      for (const [index, [, item, revision]] of judged.queued.entries()) {
        if (!judged.taken.has(revision)) continue; // for the history alone
        const name = { item, revision };
        if (conflicts.includes(index)) judged.reply.refusals.push(refusedAnswer(name, refuse('ANSWER_CONFLICT')));
        else if (failed.includes(index)) judged.reply.refusals.push(refusedAnswer(name, refuse('ANSWER_REFUSED')));
        else if (counts(after, [item, revision])) judged.reply.saved.push([item, revision]);
        else judged.reply.refusals.push(refusedAnswer(name, refuse('ANSWER_LATE')));
      }
      return judged.reply;
    },
    async standing(asker) {
      const facts = await read(asker);
      return isRefusal(facts) ? facts : standingIn(facts.seat, []);
    },
  };
}

type Judged = {
  readonly reply: AnswersReply;
  readonly queued: QueuedAnswer[];
  /** Revisions of `queued` whose sender waits for them. */
  readonly taken: ReadonlySet<number>;
};

function judgeAll(
  { seat, sheet, plan, isOpen }: Facts,
  isOwnFile: Answering['isOwnFile'],
  answers: readonly SentAnswer[],
  at: number,
): Judged {
  const reply = refusedAll([], refuse('BUSY'));
  const queued: QueuedAnswer[] = [];
  const taken = new Set<number>();
  const { status, admission, window } = seat;
  const navigation = plan.plan.navigation ?? 'free';
  const answering = { status, admission, window, items: plan.items, navigation, isOwnFile };
  for (const answer of answers) {
    const { item, revision, response } = answer;
    const verdict = judgeAnswer(sheet, answering, answer, at);
    if (isRefusal(verdict)) reply.refusals.push(refusedAnswer(answer, verdict));
    else if (verdict.verdict === 'take' && isOpen) reply.refusals.push(refusedAnswer(answer, nobodyLeads()));
    else if (verdict.verdict === 'saved' || verdict.verdict === 'superseded') {
      reply[verdict.verdict].push([item, revision]);
      const isKept = !isOpen && isForHistory(sheet, answering, answer, at);
      if (isKept) queued.push([seat.examineeId, item, revision, response, verdict.hash, at]);
    } else if (verdict.verdict === 'take') {
      queued.push([seat.examineeId, item, revision, response, verdict.hash, at]);
      taken.add(revision);
      noteTaken(sheet, item, revision, verdict.hash, at, writtenAs(answer));
    }
  }
  return { reply, queued, taken };
}

function nobodyLeads(): Refusal {
  return refuse('BUSY', 'Nobody leads your room at this moment.', AGAIN_MS);
}

/** A control that concerns this person, and that no room has taken yet. */
function isAhead(control: ControlDocument, room: RoomDocument, examineeId: string, at: number): boolean {
  const { _id, roomId, action, examineeIds = [], expiresAt } = control;
  if (HARMLESS.includes(action) || at > expiresAt || room.appliedControls.includes(_id)) return false;
  const isOfRoom = roomId === '' || roomId === room._id;
  return isOfRoom && (examineeIds.length === 0 || examineeIds.includes(examineeId));
}

/** A control was taken, and what follows from it for this person is not stored yet; or its room has not taken them in. */
function isHalfDone(
  { turn, appliedControls }: RoomDocument,
  examinee: ExamineeDocument,
  sheet: SheetDocument,
): boolean {
  const { _id, moved } = examinee;
  if (moved !== undefined && !appliedControls.includes(arrivalId(arrivalOf(examinee, moved)))) return true;
  if (turn === undefined || turn.to === 'seated' || !turn.examineeIds.includes(_id)) return false;
  return ![...(examinee.turnedBy ?? []), ...(sheet.turnedBy ?? [])].includes(turn.controlId);
}

/** Whether whoever ends the sheet has read this revision, or will. */
function counts(sheet: SheetDocument | null, [item, revision]: ItemRevision): boolean {
  if (sheet === null || sheet.vector === null) return sheet !== null;
  return sheet.vector.some(([known, counting]) => known === item && counting >= revision);
}
