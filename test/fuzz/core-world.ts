// A room of the fuzz without sockets: its facts, its people's sheets, its incidents and who is in charge, changed by the
// pure rules alone. A rule looks first and returns a refusal, or what there is to be applied. A type without a rule here is
// only parsed. Called by core-fuzz.ts.
import assert from 'node:assert/strict';
import {
  type AnswerSheet,
  createSheet,
  decideAnswer,
  decideSubmit,
  noteDurable,
  noteTaken,
} from '../../exam/answer-sheet.ts';
import { decideCharge, NOBODY } from '../../exam/charge.ts';
import { hasRunOut, remainingOf } from '../../exam/clock.ts';
import {
  decideControl,
  decideTime,
  FINAL_STATES,
  type RoomChange,
  type RoomControl,
  type RoomFacts,
  type Roster,
  roomClock,
  roomEnd,
  type TimedSeat,
  windowFor,
} from '../../exam/exam-room.ts';
import { decideInGrace, graceAfter, type LastBeats, NO_BEATS, openedBy, withBeat } from '../../exam/grace.ts';
import { causeOf, decideHandling, decideReport, over } from '../../exam/incident.ts';
import { isClockJump, isWithinExam } from '../../exam/incident-rules.ts';
import { arrived, type MoveAsked } from '../../exam/moving.ts';
import { instantOf } from '../../exam/start-instant.ts';
import { NOTHING_WAITS } from '../../exam/tally.ts';
import { transit } from '../../exam/transitions.ts';
import type { Admission } from '../../schema/admission.ts';
import { ITEM_KINDS, type Item } from '../../schema/answers.ts';
import type { Charge } from '../../schema/charge.ts';
import type { Turn } from '../../schema/documents/room.ts';
import { DEFAULT_INCIDENT_RULES, type Incident, type IncidentReport } from '../../schema/incidents.ts';
import type { Incoming, IncomingType } from '../../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import type { ExamineeState } from '../../schema/states.ts';

export const GRACE_MS = 30_000;
const START_AHEAD_MS = 3_000;
const HOUR_MS = 3_600_000;

export type World = {
  now: number;
  facts: RoomFacts;
  charge: Charge;
  readonly people: Map<string, Person>;
  readonly proctors: ReadonlySet<string>;
  readonly incidents: Map<string, Incident>;
  /** Counts reports and sessions, for ids that nobody draws. */
  count: number;
};
export type Person = {
  seat: string;
  status: ExamineeState;
  admission: Admission;
  extraMs: number;
  sheet: AnswerSheet;
  beats: LastBeats;
};

/** Who sends a message: an examinee by name, or a proctor. */
export type From = { readonly role: 'examinee' | 'proctor'; readonly id: string };

/** One item of each kind. */
const ITEMS = ITEM_KINDS.map((kind, index): Item => {
  const isChoice = kind === 'singleChoice' || kind === 'multipleChoice';
  const options = isChoice ? ['A', 'B', 'C', 'D'].map((id) => ({ id, text: '' })) : [];
  return { number: index + 1, name: kind, kind, text: '', options };
});
const items: ReadonlyMap<number, Item> = new Map(ITEMS.map((item) => [item.number, item]));
export const ITEM_COUNT = ITEMS.length;

/** A room that is open or runs, with these people. */
export function newWorld(now: number, examinees: readonly string[], proctors: readonly string[], fence: number): World {
  const people = examinees.map((id, index): [string, Person] => [
    id,
    {
      seat: `${index}`,
      status: 'entered',
      admission: 'admitted',
      extraMs: index * 60_000,
      sheet: createSheet(fence),
      beats: NO_BEATS,
    },
  ]);
  const facts: RoomFacts = {
    ...{ status: 'open', startsAt: 0, endsAt: 0, durationMs: HOUR_MS, windowEndsAt: 0 },
    ...{ holds: [], adjustments: [], lockStopsClock: false },
  };
  return {
    ...{ now, facts, charge: NOBODY, people: new Map(people), proctors: new Set(proctors) },
    ...{ incidents: new Map(), count: 0 },
  };
}

/** Decides purely; what it returns applies it. */
type Rule<T extends IncomingType> = (world: World, from: From, message: Incoming<T>) => Refusal | (() => void);
const NOTHING_FOLLOWS = (): void => {};

const RULES: { readonly [T in IncomingType]?: Rule<T> } = {
  'answer.save': saveAnswers,
  'sheet.submit': submitSheet,
  'examinee.ready': becomeReady,
  'signal.report': reportSignals,
  heartbeat: beat,
  'tally.open': openTally,
  'control.issue': issueControl,
  'incident.raise': raiseIncident,
  'incident.handle': handleIncident,
  'handover.offer': offerHandover,
  'handover.answer': answerHandover,
};

/** Decides about a message that was parsed, and applies it. The refusal, which has changed nothing, or undefined. */
export function receive(world: World, from: From, type: IncomingType, message: unknown): Refusal | undefined {
  const rule = RULES[type] as Rule<IncomingType> | undefined;
  const verdict = rule?.(world, from, message as never) ?? NOTHING_FOLLOWS;
  if (isRefusal(verdict)) return verdict;
  verdict();
  return undefined;
}

function seatOf(world: World, { id }: From): Person {
  const person = world.people.get(id);
  if (person === undefined) throw new Error('no such examinee in this world');
  return person;
}

function clockOf({ facts }: World, id: string, { extraMs }: Person) {
  return windowFor(facts, id, extraMs);
}

function rosterOf({ people }: World): Roster {
  return new Map([...people].map(([id, { extraMs, status, admission }]) => [id, { extraMs, status, admission }]));
}

function seatsOf(world: World): TimedSeat[] {
  return [...world.people].map(([id, person]) => ({ status: person.status, window: clockOf(world, id, person) }));
}

/** Refused where not one of them is taken. What is taken becomes durable for every second item. */
function saveAnswers(world: World, from: From, { answers }: Incoming<'answer.save'>): Refusal | (() => void) {
  const person = seatOf(world, from);
  const { sheet } = person;
  if (person.status === 'removed') return refuse('BUSY');
  const window = clockOf(world, from.id, person);
  const grace = graceAfter(window.deadlineAt, false, 0, GRACE_MS);
  const verdicts = answers.map((answer) =>
    decideAnswer(sheet, items.get(answer.item), answer, window, world.now, (entry) =>
      decideInGrace(person.beats, grace, entry, world.now),
    ),
  );
  const [first] = verdicts;
  if (first !== undefined && isRefusal(first) && verdicts.every(isRefusal)) return first;
  return () => {
    for (const [index, { item, revision }] of answers.entries()) {
      const verdict = verdicts[index];
      if (verdict === undefined || isRefusal(verdict) || verdict.verdict !== 'take') continue;
      noteTaken(sheet, item, revision, verdict.hash, world.now);
      if (item % 2 === 0) noteDurable(sheet, item, revision, verdict.hash);
    }
  };
}

function submitSheet(world: World, from: From, { revisions }: Incoming<'sheet.submit'>): Refusal | (() => void) {
  const person = seatOf(world, from);
  if (person.status === 'removed') return refuse('EXAMINEE_REMOVED');
  const verdict = decideSubmit(person.sheet, revisions, clockOf(world, from.id, person), world.now);
  if (isRefusal(verdict)) return verdict;
  return () => {
    person.sheet.phase = verdict.verdict === 'end' ? 'submitted' : 'submitting';
    if (verdict.verdict === 'end') person.status = 'submitted';
  };
}

function becomeReady(world: World, from: From): Refusal | (() => void) {
  const person = seatOf(world, from);
  const status = transit('examinee', person.status, 'ready');
  return isRefusal(status)
    ? status
    : () => {
        person.status = status;
      };
}

function beat(world: World, from: From, { tally = NOTHING_WAITS, over }: Incoming<'heartbeat'>): () => void {
  if (from.role === 'proctor') return NOTHING_FOLLOWS;
  const person = seatOf(world, from);
  const window = clockOf(world, from.id, person);
  const beaten = { at: world.now, tally, over: over === true, isSame: true };
  const beats = hasRunOut(window, world.now)
    ? withBeat(person.beats, graceAfter(window.deadlineAt, false, 0, GRACE_MS), beaten)
    : { ...NO_BEATS, at: world.now, tally };
  return () => {
    person.beats = beats;
  };
}

function openTally(world: World, from: From, { entries }: Incoming<'tally.open'>): () => void {
  const person = seatOf(world, from);
  const beats = openedBy(person.beats, entries);
  return () => {
    person.beats = beats;
  };
}

function issueControl(world: World, _: From, message: Incoming<'control.issue'>): Refusal | (() => void) {
  const { now, facts, people } = world;
  const { action, examineeIds } = message;
  const { at, tooSoon } = instantOf(message, now, START_AHEAD_MS);
  if (tooSoon !== undefined) return tooSoon;
  if (examineeIds?.some((id) => !people.has(id))) return refuse('EXAMINEE_UNKNOWN');
  const scope = world.count++ % 3 === 0 && examineeIds === undefined ? 'plan' : 'room';
  const control: RoomControl = {
    ...{ scope, at, expiresAt: at + HOUR_MS, examineeIds: examineeIds ?? null },
    ...{ controlId: message.controlId, action, extraMs: message.extraMs, time: message.time, undoes: message.undoes },
    ...(action === 'move' ? { move: moveTo(world, message) } : {}),
  };
  const change = decideControl(facts, rosterOf(world), control, now);
  return isRefusal(change) ? change : () => applyChange(world, change);
}

/** The other room is like this one, and whoever goes there comes back at once. */
function moveTo(
  { facts, people }: World,
  { toRoomId = 'room', seat, examineeIds: [id = ''] = [] }: Incoming<'control.issue'>,
): MoveAsked {
  const target = { status: facts.status, endsAt: 0, peopleCount: people.size };
  const asked = { fromRoomId: 'room', toRoomId, target };
  if (seat === undefined) return asked;
  const [heldBy = ''] = [...people].find(([other, person]) => other !== id && person.seat === seat) ?? [];
  return { ...asked, seat: { seat, heldBy, own: people.get(id)?.seat ?? '' } };
}

function sitDown({ people }: World, person: Person, { seating }: Turn): void {
  assert.ok(seating !== undefined && seating.from === person.seat, 'somebody is taken from a seat of another');
  person.seat = seating.seat;
  const seats = [...people.values()].map(({ seat }) => seat).filter((seat) => seat !== '');
  assert.equal(new Set(seats).size, seats.length, 'two people have one seat');
}

function comeBack(world: World, id: string, person: Person, { controlId, at, move }: Turn): void {
  const carried = move?.carried[id];
  assert.ok(carried !== undefined, 'somebody is moved without what goes along');
  person.seat = move?.seat ?? '';
  const moved = { ...carried, controlId, at, fromRoomId: 'other', count: 1, leftRoomIds: ['other'] };
  const before = clockOf(world, id, person);
  const { extraMs } = person;
  world.facts = { ...world.facts, ...arrived(world.facts, { examineeId: id, extraMs, moved }, new Set(), world.now) };
  const after = clockOf(world, id, person);
  assert.ok(remainingOf(after, at) >= remainingOf(before, at), 'somebody lost time by a move');
}

function applyChange(world: World, { settledAt: _, turn, ...change }: RoomChange): void {
  world.facts = { ...world.facts, ...change };
  for (const id of turn?.examineeIds ?? []) {
    const person = world.people.get(id);
    if (person === undefined || turn === undefined) continue;
    if (turn.to === 'admitted' || turn.to === 'refused') {
      person.admission = turn.to;
      continue;
    }
    if (turn.to === 'moved') {
      comeBack(world, id, person, turn);
      continue;
    }
    if (turn.to === 'seated') {
      sitDown(world, person, turn);
      continue;
    }
    person.status = turn.to;
    person.sheet.phase = turn.to === 'submitted' ? 'submitted' : 'in-progress';
  }
}

function reportSignals(world: World, from: From, { signals }: Incoming<'signal.report'>): () => void {
  const { now } = world;
  const window = clockOf(world, from.id, seatOf(world, from));
  const reports = signals
    .filter(({ at }) => isWithinExam(Math.min(at, now), window, 0))
    .filter(({ kind, ms = 0 }) => kind !== 'clock-jump' || isClockJump(ms, DEFAULT_INCIDENT_RULES))
    .map(({ kind, at, ms }): IncidentReport => {
      const what = { kind, at: Math.min(at, now), count: 1, data: ms === undefined ? {} : { ms } } as const;
      return { ...reportOf(world, from, `signal-${world.count++}`), ...what, source: 'examinee', severity: 0 };
    });
  return () => {
    for (const report of reports) takeReport(world, report);
  };
}

function reportOf(world: World, { id }: From, reportId: string): IncidentReport {
  return {
    ...{ reportId, planId: 'plan', roomId: 'room', examineeId: id, kind: 'other', source: 'proctor', at: world.now },
    ...{ count: 1, severity: 0, actorId: '', note: '', data: {} },
  };
}

function takeReport({ incidents, now }: World, report: IncidentReport): void {
  const ofCause = [...incidents.values()].filter((one) => causeOf(one) === causeOf(report));
  const verdict = decideReport(ofCause, report, DEFAULT_INCIDENT_RULES, now);
  if (verdict.step === 'apart') incidents.set(verdict.over._id, over(verdict.over));
  if (verdict.step !== 'ignored' && verdict.step !== 'known') incidents.set(verdict.incident._id, verdict.incident);
}

function raiseIncident(world: World, from: From, message: Incoming<'incident.raise'>): Refusal | (() => void) {
  const { incidentId, examineeId = '', at = world.now, ...said } = message;
  if (examineeId !== '' && !world.people.has(examineeId)) return refuse('EXAMINEE_UNKNOWN');
  const about = { ...reportOf(world, from, incidentId), ...said, examineeId, at: Math.min(at, world.now) };
  return () => takeReport(world, { ...about, actorId: from.id });
}

function handleIncident(world: World, { id }: From, message: Incoming<'incident.handle'>): Refusal | (() => void) {
  const { incidentId, to, note, controlId = '', version } = message;
  const incident = world.incidents.get(incidentId);
  if (incident === undefined) return refuse('INCIDENT_UNKNOWN');
  const wish = { to, note, controlId, version, actorId: id, actorRole: 'proctor' } as const;
  const handled = decideHandling(incident, wish, world.now);
  return isRefusal(handled) ? handled : () => void world.incidents.set(incidentId, handled);
}

function offerHandover(world: World, { id: by }: From, message: Incoming<'handover.offer'>): Refusal | (() => void) {
  return stepCharge(
    world,
    decideCharge(world.charge, world.proctors, { kind: 'offer', by, isChief: false, ...message }, world.now),
  );
}

const OUTCOMES = { confirm: 'confirmed', decline: 'declined', withdraw: 'withdrawn' } as const;

function answerHandover(world: World, { id: by }: From, message: Incoming<'handover.answer'>): Refusal | (() => void) {
  const { handoverId, decision } = message;
  const step = { kind: 'answer', handoverId, by, isChief: false, outcome: OUTCOMES[decision] } as const;
  return stepCharge(world, decideCharge(world.charge, world.proctors, step, world.now));
}

function stepCharge(world: World, charge: Charge | Refusal): Refusal | (() => void) {
  return isRefusal(charge)
    ? charge
    : () => {
        world.charge = charge;
      };
}

/** Time passes: what follows from it alone is applied, and who is there takes charge where nobody is. */
export function passTime(world: World, ms: number): void {
  world.now += ms;
  const before = world.facts.status;
  const change = decideTime(world.facts, roomEnd(world.facts, seatsOf(world)), world.now);
  if (change !== undefined) applyChange(world, change);
  for (const [id, person] of world.people) {
    const isNew = person.status === 'entered' || person.status === 'ready';
    if (world.facts.status === 'running' && isNew) person.status = 'answering';
    if (person.status === 'answering' && hasRunOut(clockOf(world, id, person), world.now)) person.sheet.phase = 'grace';
    if (world.facts.status === 'ended' && before !== 'ended' && !FINAL_STATES.includes(person.status)) {
      person.status = 'timed-out';
      person.sheet.phase = 'timed-out';
    }
  }
  const [first = ''] = world.proctors;
  const charge = decideCharge(world.charge, world.proctors, { kind: 'take', by: first }, world.now);
  if (!isRefusal(charge)) world.charge = charge;
}

/** Everything of the world that a refused message must leave as it was; what it counts for its own choices is none of it. */
export function fingerprint({ count: _, ...world }: World): string {
  return JSON.stringify(world, (_name, value: unknown) =>
    value instanceof Map ? ['map', ...value] : value instanceof Set ? ['set', ...value] : value,
  );
}

/** Throws where an instant is no number, or a clock says nothing. */
export function mustBeSound(world: World): void {
  const seats = seatsOf(world);
  const clocks = [...seats.map(({ window }) => window), roomClock(world.facts, seats)];
  const { holds, adjustments } = world.facts;
  const instants = [
    ...clocks.flatMap(({ deadlineAt, heldSince }) => [deadlineAt, heldSince]),
    ...holds.flatMap(({ from, to }) => [from, to]),
    ...adjustments.map(({ extraMs }) => extraMs),
    roomEnd(world.facts, seats),
  ];
  if (!instants.every(Number.isFinite)) throw new Error(`an instant is none: ${JSON.stringify(world.facts)}`);
}
