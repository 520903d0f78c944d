// The demo's proctor: one programme over all rooms through the SDK, as a person at work would use it. Answers raised hands,
// takes up incidents and decides them, lets other computers in, and at set moments sends a notice, gives somebody more time
// and pauses a room. What he did is read from the store at the end. Called by loadtest/demo.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Boards, watchRooms } from '../../client/boards.ts';
import type { ControlWish, RoomWatch } from '../../client/proctor.ts';
import type { IncidentKind } from '../../schema/incidents.ts';
import type { ControlReply, IncidentView } from '../../schema/replies.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { createSignal } from '../signal.ts';
import { DemoFailed } from './failed.ts';

export type DutyRequest = {
  readonly url: string;
  /** A proctor's token, of all rooms. */
  readonly token: string;
  readonly rehearsal: Rehearsal;
  readonly durationMs: number;
  readonly tell: (sentence: string) => void;
};

/** What was ordered, by id, in plain words. */
export type Ordered = { readonly controlId: string; readonly what: string };

export type Duty = {
  /** Resolves when every room is watched. Throws Stalled. */
  ready(): Promise<void>;
  /** Lets this examinee's next other computer in. Throws DemoFailed. */
  release(examineeId: string): Promise<void>;
  /** The acts at set moments. Rejects with DemoFailed where one is refused. */
  work(startsAt: number): Promise<void>;
  readonly ordered: readonly Ordered[];
  /** How many hands he has answered. */
  answered(): number;
  leave(): Promise<void>;
};

const LIMIT_MS = 30_000;
/** Before he reacts to something, as a share of the exam and at most. */
const REACTION = { share: 0.02, mostMs: 1_500 };
/** When he does what is planned, as shares of the exam, and how long a pause and how much an extension is. */
const PLANNED = { notice: 0.22, extension: 0.33, pause: 0.45, pauseFor: 0.06, extra: 0.1 };

const NOTICE = 'The clock on the wall is two minutes fast. Please look at the one on your screen.';
const CONFIRMED: readonly IncidentKind[] = ['second-screen'];
const REASONS: Readonly<Partial<Record<IncidentKind, string>>> = {
  'focus-lost': 'An update of the computer put a window in front; nothing was read.',
  'two-devices': 'The second computer was let in by the proctor.',
  'second-screen': 'A second screen was plugged in; it is unplugged now.',
};

/** Begins to enter all rooms. */
export function onDuty({ url, token, rehearsal, durationMs, tell }: DutyRequest): Duty {
  const roomIds = rehearsal.rooms.map(({ roomId }) => roomId);
  const boards = watchRooms({ url, token, roomIds });
  const { changed, until } = createSignal();
  const ordered: Ordered[] = [];
  const reactionMs = Math.min(REACTION.mostMs, durationMs * REACTION.share);
  const desk: Desk = { boards, rehearsal, tell, ordered, reactionMs, answered: 0 };
  const isReady = () => boards.counts().roomsOnline === roomIds.length;
  const watched = new Set<RoomWatch>();
  boards.on('room', ({ watch }) => {
    if (watch !== undefined && !watched.has(watch)) attend(desk, watch);
    if (watch !== undefined) watched.add(watch);
    changed();
  });
  return {
    ready: () => until(isReady, LIMIT_MS, () => 'the proctor has not entered all rooms'),
    async release(examineeId) {
      const watch = watchOf(desk, roomOf(desk, examineeId));
      const what = `lets ${nameOf(watch, examineeId)} in at another computer`;
      await order(desk, watch, what, { action: 'release', examineeIds: [examineeId] });
    },
    work: (startsAt) => planned(desk, startsAt, durationMs),
    ordered,
    answered: () => desk.answered,
    leave: () => boards.leave(),
  };
}

type Desk = Pick<DutyRequest, 'rehearsal' | 'tell'> & {
  readonly boards: Boards;
  readonly ordered: Ordered[];
  readonly reactionMs: number;
  answered: number;
};

/** Reacts to what happens in one room. */
function attend(desk: Desk, watch: RoomWatch): void {
  const { label } = watch.info;
  const react = (what: string, act: () => Promise<void>): void => {
    sleep(desk.reactionMs)
      .then(act)
      .catch((error: unknown) => desk.tell(`The proctor could not ${what}: ${String(error)}`));
  };
  watch.on('call', ({ callId, examineeId, question, state }) => {
    if (state === 'open') react('answer', () => answer(desk, watch, { callId, examineeId, question }));
  });
  watch.on('incident', (incident) => {
    if (incident.state === 'raised') react('handle an incident', () => handle(desk, watch, incident, label));
  });
}

type Hand = { readonly callId: string; readonly examineeId: string; readonly question: string };

async function answer(desk: Desk, watch: RoomWatch, { callId, examineeId, question }: Hand): Promise<void> {
  const text = question === '' ? 'I am coming to your desk.' : 'Yes. Use the back of the sheet, too.';
  const answered = await watch.answerCall(callId, text);
  if (answered.state !== 'done') return;
  desk.answered++;
  desk.tell(`The proctor answers ${nameOf(watch, examineeId)}.`);
}

/** Takes it up, looks, and decides. */
async function handle(desk: Desk, watch: RoomWatch, incident: IncidentView, room: string): Promise<void> {
  const { incidentId, version, kind, examineeId } = incident;
  const taken = await watch.handleIncident({ incidentId, to: 'acknowledged', version });
  if (taken.state !== 'done') return;
  const who = examineeId === null ? `room ${room}` : nameOf(watch, examineeId);
  desk.tell(`The proctor takes up an incident of ${who}: ${kind}.`);
  await sleep(desk.reactionMs);
  const to = CONFIRMED.includes(kind) ? 'confirmed' : 'unfounded';
  const decision = { incidentId, to, version: taken.incident.version, note: REASONS[kind] ?? 'Looked at.' } as const;
  const decided = await watch.handleIncident(decision);
  if (decided.state === 'done') desk.tell(`The incident of ${who} is ${to}: ${decision.note}`);
}

async function planned(desk: Desk, startsAt: number, durationMs: number): Promise<void> {
  const [maple = '', oak = '', , cedar = ''] = desk.rehearsal.rooms.map(({ roomId }) => roomId);
  const at = (share: number) => sleep(Math.max(0, startsAt + share * durationMs - Date.now()));
  await at(PLANNED.notice);
  const notice = { action: 'notice', text: NOTICE, mustConfirm: true } as const;
  await order(desk, watchOf(desk, cedar), `sends a notice to room ${labelOf(desk, cedar)}`, notice);
  await at(PLANNED.extension);
  await extend(desk, maple, Math.max(1_000, Math.round((durationMs * PLANNED.extra) / 1_000) * 1_000));
  await at(PLANNED.pause);
  const watch = watchOf(desk, oak);
  const name = `room ${labelOf(desk, oak)}`;
  await order(desk, watch, `pauses ${name}`, { action: 'pause', reason: 'the fire alarm rings' });
  await at(PLANNED.pause + PLANNED.pauseFor);
  await order(desk, watch, `lets ${name} go on`, { action: 'resume', reason: 'it was a false alarm' });
}

/** Somebody who would still be writing at the end. */
async function extend(desk: Desk, roomId: string, extraMs: number): Promise<void> {
  const watch = watchOf(desk, roomId);
  const examineeId = desk.rehearsal.roster.find(({ label }) => label === EXTENDED)?.examineeId ?? '';
  const what = `gives ${EXTENDED} ${extraMs / 1_000} s more`;
  const wish = { action: 'extend' as const, extraMs, time: 'incident' as const, examineeIds: [examineeId] };
  await order(desk, watch, what, { ...wish, reason: 'the light at the desk went out' });
}

/** Of room Maple; the cast lets this one write until the end. */
const EXTENDED = 'Examinee 37';

/** Issues it and waits until it is applied. Throws DemoFailed. */
async function order(desk: Desk, watch: RoomWatch, what: string, wish: ControlWish): Promise<void> {
  const issued = await watch.issue(wish);
  const { state, message = '' } = issued.state === 'pending' ? await becameOf(watch, issued.controlId) : issued;
  if (state !== 'applied') throw new DemoFailed(`the proctor ${what}, but that is ${state}: ${message}`);
  desk.ordered.push({ controlId: issued.controlId, what });
  desk.tell(`The proctor ${what}${wish.reason === undefined ? '' : `: ${wish.reason}`}.`);
}

type Became = { readonly state: string; readonly message?: string };

async function becameOf(watch: RoomWatch, controlId: string): Promise<Became> {
  const { promise, resolve } = Promise.withResolvers<Became>();
  const off = watch.on('control', (result) => {
    if (result.controlId === controlId && result.state !== 'pending') resolve(result);
  });
  const limit = sleep(LIMIT_MS, { state: 'pending' }, { ref: false });
  return Promise.race([promise, limit]).finally(off);
}

function watchOf({ boards }: Desk, roomId: string): RoomWatch {
  const watch = boards.rooms().get(roomId)?.watch;
  if (watch === undefined) throw new DemoFailed('the proctor is not in the room.');
  return watch;
}

function roomOf({ boards }: Desk, examineeId: string): string {
  return boards.rows().find((row) => row.examineeId === examineeId)?.roomId ?? '';
}

function labelOf({ rehearsal }: Desk, roomId: string): string {
  return rehearsal.rooms.find((room) => room.roomId === roomId)?.label ?? '';
}

function nameOf(watch: RoomWatch, examineeId: string): string {
  return `${watch.board().get(examineeId)?.label ?? examineeId} (room ${watch.info.label})`;
}

/** `14 of 15 reached, 13 confirmed` from the ledger. */
export function reachedLine({ ledger: { concerned, delivered, confirmed } }: ControlReply): string {
  const said = confirmed === 0 ? '' : `, ${confirmed} confirmed`;
  return `${delivered} of ${concerned} reached${said}`;
}
