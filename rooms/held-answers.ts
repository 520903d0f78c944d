// What fenced devices held comes to its sheets here: what the live session has not written since is applied, the rest is
// offered to the person. The answer is stored, then the decision, and then it is told; what a process that died has not
// finished, the next look finds again. Called by the room's actor.
import { answerId } from '../exam/answer-id.ts';
import { type AnswerSheet, outside } from '../exam/answer-sheet.ts';
import { foreignFile } from '../exam/answering.ts';
import { appliedAs, fateOfHeld, type HeldFate } from '../exam/held-answer.ts';
import type { Response } from '../schema/answers.ts';
import type { HeldAnswerDocument } from '../schema/documents/held.ts';
import type { HeldState } from '../schema/held-answers.ts';
import type { QueuedAnswer } from '../schema/jobs.ts';
import type { Incoming } from '../schema/messages.ts';
import { refuse } from '../schema/refusals.ts';
import { type Seat, tell } from './live-room.ts';
import { becameDurable, tellSaved } from './receiver.ts';
import { loadSheet } from './recovery.ts';
import type { RoomContext } from './room-context.ts';

/** Read and decided at once; an essay may have 64 KiB. */
const AT_ONCE = 50;

const looking = new WeakMap<Seat, Promise<void>>();

/** Looks at what is undecided of this examinee, one look after the other. Throws where the store is away: it is looked again. */
export async function takeHeld(context: RoomContext, seat: Seat): Promise<void> {
  const before = looking.get(seat) ?? Promise.resolve();
  const look = before.catch(() => undefined).then(() => lookAtHeld(context, seat)); // whoever began the other one heard of it
  looking.set(seat, look);
  await look;
}

/** Whether this examinee may answer now, so that something held may become an answer. */
export function mayTakeHeld({ sheet, window, ending }: Seat, now: number): boolean {
  const isOpen = sheet === undefined ? ending.step === 'none' : sheet.phase === 'in-progress';
  return isOpen && outside(window, now) === undefined;
}

async function lookAtHeld(context: RoomContext, seat: Seat): Promise<void> {
  const { room, services } = context;
  const { heldAnswers } = services.store;
  const undecided = await heldAnswers.undecidedNames(seat.examineeId);
  const examinee = undecided.length === 0 ? null : await services.store.examinees.get(seat.examineeId);
  if (examinee === null || room.lost) return;
  await loadSheet(services, room, seat, examinee.fence, false);
  const newest = new Map(undecided.map(({ item, revision }) => [item, revision]));
  const states: HeldState[] = [];
  for (let from = 0; from < undecided.length && !room.lost; from += AT_ONCE) {
    const ids = undecided.slice(from, from + AT_ONCE).map(({ _id }) => _id);
    for (const held of await heldAnswers.undecided(seat.examineeId, ids))
      states.push(await decide(context, seat, held, newest.get(held.item) ?? 0));
  }
  seat.hasHeld = states.includes('held');
  seat.hasOffered = states.includes('offered');
  tellSaved(seat);
}

/** The state in which it is then. */
async function decide(context: RoomContext, seat: Seat, held: HeldAnswerDocument, newest: number): Promise<HeldState> {
  const { room, services } = context;
  const { sheet } = seat;
  if (held.state === 'offered') return offer(seat, held);
  if (sheet === undefined || room.lost) return 'held';
  const fate = held.revision < newest ? 'outdated' : fateOf(context, sheet, held);
  if (fate === 'wait') return 'held';
  if (fate === 'apply') return apply(context, seat, sheet, held);
  const decision = decisionOf(fate, services.now());
  if (!(await services.store.heldAnswers.decide(held._id, ['held'], decision))) return decision.state;
  return fate === 'offer' ? offer(seat, held) : decision.state;
}

function fateOf({ room, services }: RoomContext, sheet: AnswerSheet, held: HeldAnswerDocument): HeldFate {
  const { planId, items } = room;
  const { examineeId } = held;
  const { answerFiles } = services.store;
  const isOwnFile = (item: number, response: Response) => answerFiles.isProven({ planId, examineeId, item }, response);
  if (foreignFile(items.get(held.item), held, isOwnFile)) return 'refused';
  return fateOfHeld(sheet, items.get(held.item), held, held.importId !== undefined);
}

const STATES = {
  offer: 'offered',
  outdated: 'outdated',
  refused: 'refused',
  apply: 'applied',
} as const satisfies Record<Exclude<HeldFate, 'wait'>, HeldState>;

function decisionOf(fate: Exclude<HeldFate, 'wait'>, at: number, as = 0) {
  return { state: STATES[fate], decidedAt: fate === 'offer' ? 0 : at, by: '', as };
}

/** Stays held where this examinee may not answer now: it is looked again when that has changed, and never after the end. */
async function apply(
  { room, services }: RoomContext,
  seat: Seat,
  sheet: AnswerSheet,
  held: HeldAnswerDocument,
): Promise<HeldState> {
  const now = services.now();
  if (!mayTakeHeld(seat, now)) return 'held';
  const { item, response, hash } = held;
  const revision = appliedAs(held.revision, sheet.fence);
  const answer: QueuedAnswer = [seat.examineeId, item, revision, response, hash, now];
  const { conflicts } = await services.store.answers.insert(room.planId, [answer]);
  const isTaken = conflicts.length > 0; // another one took the item's only place in this session
  const decision = isTaken ? decisionOf('offer', now) : decisionOf('apply', now, revision);
  await services.store.heldAnswers.decide(held._id, ['held'], decision);
  if (isTaken) return offer(seat, held);
  services.writtenThrough(room.planId, [seat.examineeId]);
  becameDurable(seat, { item, revision, response, hash }, now);
  if (seat.client !== undefined) tell(seat.client, 'answer.current', { item, revision, response });
  log({ room, services }, seat, 'held.applied', { item, heldRevision: held.revision, revision });
  return 'applied';
}

function offer({ client }: Seat, { item, revision, response }: HeldAnswerDocument): 'offered' {
  if (client !== undefined) tell(client, 'held.offered', { item, revision, response });
  return 'offered';
}

function log({ room, services }: Pick<RoomContext, 'room' | 'services'>, seat: Seat, kind: string, data: object): void {
  const { planId, roomId } = room;
  const at = services.now();
  services.recorder.log({ planId, roomId, stream: 'examinee', subject: seat.examineeId, kind, at, data: { ...data } });
}

/** The person has chosen. What is taken the client writes as an answer of its own; here the choice is stored, once. */
export function chooseHeld(
  context: RoomContext,
  { client, seat }: { readonly client: NonNullable<Seat['client']>; readonly seat: Seat },
  { item, revision, choice }: Incoming<'held.choose'>,
): void {
  const { room, services } = context;
  context.effect('choose held answer', async () => {
    const id = answerId(room.planId, seat.examineeId, item, revision);
    const state = choice === 'take' ? 'taken' : 'dropped';
    const decision = { state, decidedAt: services.now(), by: seat.examineeId, as: 0 } as const;
    if (await services.store.heldAnswers.decide(id, ['offered'], decision)) {
      tell(client, 'held.chosen', { item, revision, choice });
      return log(context, seat, `held.${state}`, { item, heldRevision: revision });
    }
    const before = await services.store.heldAnswers.get(id);
    if (before?.state === 'taken' || before?.state === 'dropped')
      return tell(client, 'held.chosen', { item, revision, choice: before.state === 'taken' ? 'take' : 'drop' });
    const { refused: code, retry, message } = refuse('TRANSITION_REFUSED', 'It is not offered.');
    tell(client, 'refused', { type: 'held.choose', code, retry, message });
  });
}
