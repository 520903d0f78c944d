// The examinee's sheet as this device knows it: what is shown, what waits in the outbox, what is held, and where all of
// it is stored. Decides nothing about links or rooms. Called by session.

import type { Answer, Response } from '../schema/answers.ts';
import type { ExportedAnswer } from '../schema/export-file.ts';
import { LIMITS } from '../schema/limits.ts';
import { type RefusalCode, refuse } from '../schema/refusals.ts';
import { type AnswerViews, createAnswerViews } from './answer-views.ts';
import type { ClientClock } from './clock.ts';
import { createDrafts } from './drafts.ts';
import type { AnswerEvent } from './events.ts';
import type { ClientFault } from './faults.ts';
import { utf8Bytes } from './message-size.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { type Adoption, adopt } from './outbox-adoption.ts';
import type { OutboxChange, OutboxEntry, OutboxStorage, SealingTarget, StoredOutbox } from './outbox-storage.ts';
import { createOutboxWriter } from './outbox-writer.ts';
import { sealExport } from './sealed-export.ts';

export type LocalSheetParts = {
  readonly examineeId: string;
  readonly fence: number;
  /** For whom what this device holds is sealed as the last resort. */
  readonly target: SealingTarget;
  /** The sheet as the store has it. */
  readonly answers: readonly Answer[];
  readonly stored: StoredOutbox;
  readonly storage: OutboxStorage;
  readonly clock: ClientClock;
  readonly random: () => number;
  report(event: AnswerEvent): void;
  failed(fault: ClientFault): void;
};

export type LocalSheet = {
  readonly outbox: Outbox;
  readonly views: AnswerViews;
  /**
   * Takes a text that is still being typed, or an answer that goes at once. `deadline` is monotonic. Returns the revision.
   * `written`: the revision under which an earlier session had written it.
   */
  answer(
    item: number,
    response: Response,
    kind: 'text' | 'whole',
    deadline: number | undefined,
    written?: number,
  ): number;
  /** Answers these items again, with what is shown as saved. */
  again(items: readonly number[]): void;
  /** The sheet is open again: what came too late for its end goes once more. */
  reopened(): void;
  /** Entered again: another fence, or more in the store. Returns the answers that are shown now and were not before. */
  entered(
    fence: number,
    target: SealingTarget,
    answers: readonly Answer[],
  ): { readonly current: Answer[]; readonly newlyHeld: number[] };
  held(): readonly OutboxEntry[];
  decideHeld(revision: number, decision: 'send' | 'discard'): void;
  /**
   * Once for each deadline, shortly before it, everything goes. Returns when that will be, undefined when it has been.
   * `deadlineAt` names the deadline; `deadline`, `now` and the result are monotonic.
   */
  callLast(deadlineAt: number, deadline: number | undefined, now: number): number | undefined;
  /** The store says that these count: what waited for exactly that is saved. */
  confirm(answers: readonly Answer[]): void;
  /** Resolves when the storage has had its chance to take everything. */
  stored(): Promise<void>;
  /** Everything that this device holds, for an export. */
  exported(): Readonly<Record<string, unknown>>;
  /** The same, sealed, as the texts of one file or several. Throws ClientFault SEALING. */
  sealed(): Promise<readonly string[]>;
  /** Stops writing and closes the storage. */
  close(): Promise<void>;
};

/** A local sheet after entering: what lay in the storage is adopted, held or forgotten. */
export function createLocalSheet(parts: LocalSheetParts): LocalSheet {
  const { examineeId, clock, random } = parts;
  const views = createAnswerViews();
  const drafts = createDrafts(random());
  const writer = createOutboxWriter(parts.storage, clock, parts.failed);
  const report = (event: AnswerEvent) => {
    views.noted(event);
    if (event.state !== 'draft') drafts.sent(event.item);
    parts.report(event);
  };
  let held: readonly OutboxEntry[] = [];
  let calledLastFor = 0;
  let { target } = parts;
  const take = (adoption: Adoption) => {
    held = adoption.held;
    writer.write(adoption.changes.map((change) => withTarget(change, target)));
    for (const entry of adoption.entries) views.wrote(entry);
  };

  for (const answer of parts.answers) views.stored(answer);
  const adoption = adopt(parts.stored, examineeId, parts.fence, parts.answers);
  take(adoption);
  const outbox = createOutbox({ examineeId, fence: parts.fence, ...adoption }, { store: writer.write, report, random });

  const put = (item: number, response: Response, dueAt: number, written?: number): number => {
    const revision = outbox.put(item, response, clock.wallNow(), dueAt, written);
    views.wrote({ item, revision, response });
    report({ item, revision, state: 'draft' });
    return revision;
  };
  const refuseHere = (item: number, response: Response, code: RefusalCode): number => {
    const revision = outbox.spare();
    views.wrote({ item, revision, response });
    report({ item, revision, state: 'refused', code, message: refuse(code).message });
    return revision;
  };
  /** The fence is another one: the same rule as after a reload, with what is in memory. */
  const adoptAgain = (fence: number, answers: readonly Answer[]): number[] => {
    const before = new Set(held.map(({ revision }) => revision));
    const session = { examineeId, fence: outbox.fence(), counter: 0 };
    const entries = [...outbox.unsaved(), ...held];
    const next = adopt({ entryId: undefined, sessions: [session], entries }, examineeId, fence, answers);
    take(next);
    outbox.restart({ fence, ...next }, clock.now());
    return held.filter(({ revision }) => !before.has(revision)).map(({ item }) => item);
  };

  /** What waits, what is put aside, and what was refused and could be taken after a decision. */
  const unsavedAnswers = (): ExportedAnswer[] => {
    const refused = [...views.all().values()].filter(({ state, code }) => state === 'refused' && !isUnfit(code));
    const at = clock.wallNow();
    const all = [...refused.map((view) => ({ ...view, at })), ...held, ...outbox.unsaved()];
    return all.map(({ item, revision, response, at }) => ({ item, revision, response, at }));
  };

  return {
    outbox,
    views,
    answer(item, given, kind, deadline, written) {
      const response = typeof given === 'string' ? given.toWellFormed() : given;
      const code = unsendable(response);
      if (code !== undefined) return refuseHere(item, response, code);
      const now = clock.now();
      return put(item, response, kind === 'text' ? drafts.dueAt(item, now, deadline) : now, written);
    },
    again(items) {
      for (const item of items) {
        const view = views.all().get(item);
        if (view?.state === 'saved') put(item, view.response, clock.now());
      }
    },
    reopened() {
      const late = [...views.all().values()].filter(({ state, code }) => state === 'refused' && code === 'ANSWER_LATE');
      for (const { item, response } of late.sort((one, other) => one.revision - other.revision))
        put(item, response, clock.now());
    },
    entered(fence, nextTarget, answers) {
      target = nextTarget;
      const newlyHeld = fence === outbox.fence() ? [] : adoptAgain(fence, answers);
      return { newlyHeld, current: answers.filter((answer) => views.stored(answer)) };
    },
    held: () => held,
    decideHeld(revision, decision) {
      const chosen = held.find((entry) => entry.revision === revision);
      if (chosen === undefined) return;
      held = held.filter((entry) => entry !== chosen);
      if (decision === 'send') put(chosen.item, chosen.response, clock.now(), chosen.written ?? revision);
      writer.write([{ kind: 'remove', examineeId, revision }]);
    },
    callLast(deadlineAt, deadline, now) {
      const lastCall = drafts.lastCall(deadline);
      if (lastCall === undefined || calledLastFor === deadlineAt) return undefined;
      if (now < lastCall) return lastCall;
      calledLastFor = deadlineAt;
      outbox.hurry(now);
      return undefined;
    },
    confirm(answers) {
      const counting = new Map(answers.map((answer) => [answer.item, answer]));
      const found = outbox.unsaved().filter((waiting) => isSame(waiting, counting.get(waiting.item)));
      outbox.saved(found.map(({ item, revision }) => [item, revision]));
    },
    stored: writer.idle,
    exported: () => ({
      format: 'examhall-outbox',
      version: 1,
      examineeId,
      fence: outbox.fence(),
      exportedAt: clock.wallNow(),
      unsaved: outbox.unsaved(),
      held,
      refused: [...views.all().values()].filter(({ state }) => state === 'refused'),
    }),
    sealed() {
      const owner = { examineeId, fence: outbox.fence(), madeAt: clock.wallNow() };
      return sealExport(owner, target, { answers: unsavedAnswers(), acknowledged: views.vector() });
    },
    async close() {
      await writer.stop();
      await parts.storage.close();
    },
  };
}

function isSame(one: Answer, other: Answer | undefined): boolean {
  return one.revision === other?.revision && JSON.stringify(one.response) === JSON.stringify(other.response);
}

/** The session's row says for whom this device seals, too. */
function withTarget(change: OutboxChange, target: SealingTarget): OutboxChange {
  return change.kind === 'session' ? { ...change, session: { ...change.session, target } } : change;
}

/** It would be refused whenever it came. */
function isUnfit(code: RefusalCode | undefined): boolean {
  return code === 'ANSWER_INVALID' || code === 'ANSWER_TOO_LARGE';
}

/** Why this response cannot be sent whatever its item; the room checks it against its item. */
function unsendable(response: Response): RefusalCode | undefined {
  if (typeof response === 'number' && !Number.isFinite(response)) return 'ANSWER_INVALID';
  if (typeof response !== 'string' || response.length * 3 <= LIMITS.answerBytes) return undefined;
  return utf8Bytes(response) > LIMITS.answerBytes ? 'ANSWER_TOO_LARGE' : undefined;
}
