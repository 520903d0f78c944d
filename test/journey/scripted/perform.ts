// What each kind of step does, and what is expected after it. Called by the stage for each step of the script.
import assert from 'node:assert/strict';
import type { ControlWish } from '../../../client/proctor.ts';
import { WAY_MS } from '../../../exam/moving.ts';
import { newId } from '../../../schema/ids.ts';
import { REFUSALS, type RefusalCode } from '../../../schema/refusals.ts';
import type { ControlReply, IncidentView } from '../../../schema/replies.ts';
import { until } from '../../workers/worker-parts.ts';
import {
  POSTS,
  type Post,
  type ProctorName,
  proctorOf,
  ROOMS,
  type RoomName,
  roomOf,
  SEATS,
  type Seat,
} from './cast.ts';
import { change, clockOf, type Expected, type KnownIncident, type LedgerLine, personOf, thoseIn } from './expected.ts';
import { incidentsOf, type Stage } from './stage.ts';
import {
  type Ask,
  type Deed,
  type Handle,
  type Order,
  OVER,
  type Raise,
  type Raised,
  type Row,
  type Signals,
  type Step,
  titleOf,
} from './steps.ts';

/** The sender sees applied or failed within this. */
const APPLIED_MS = 5_000;

export async function perform(stage: Stage, step: Step): Promise<void> {
  switch (step.does) {
    case 'order':
      await order(stage, step);
      break;
    case 'signal':
      signal(stage, step);
      break;
    case 'raise':
      await raise(stage, step);
      break;
    case 'handle':
      await handle(stage, step);
      break;
    case 'ask':
      await ask(stage, step);
      break;
    case 'deed':
      await deed(stage, step);
      break;
  }
  await expectAll(stage, step.raises);
}

/** Once those are back who were away. */
export async function performThen(stage: Stage, { raisesThen }: Step): Promise<void> {
  await expectAll(stage, raisesThen);
}

async function expectAll(stage: Stage, raised: readonly Raised[] = []): Promise<void> {
  for (const one of raised) await expectRaised(stage, one);
}

function isPost(by: string): by is Post {
  return POSTS.some((post) => post === by);
}

function actorOf(by: 'admin' | 'machine' | ProctorName | Post): 'admin' | 'machine' | ProctorName {
  return isPost(by) ? proctorOf(by) : by;
}

type Issued = { readonly controlId: string; readonly code: RefusalCode | undefined };

async function order(stage: Stage, step: Order): Promise<void> {
  const issued = isPost(step.by) ? await overSocket(stage, step, step.by) : await overRest(stage, step);
  stage.names.call(step.name, issued.controlId);
  noteRefused(stage, issued.code);
  if (step.refused?.stored === false) return assert.equal(issued.code, step.refused.code);
  assert.ok(issued.code === undefined || issued.code === step.refused?.code, `refused with ${issued.code}`);
  const rooms = isPost(step.by) ? [roomOf(step.by)] : step.of === undefined ? ROOMS : [step.of];
  const there = step.to === undefined || step.refused !== undefined ? [] : [step.to];
  const reply = await applied(stage, step.name, rooms.length + there.length);
  assert.equal(reply.state, step.refused === undefined ? 'applied' : 'failed', JSON.stringify(reply.outcomes));
  noteRefused(stage, ...reply.outcomes.map(({ code }) => code));
  if (reply.state === 'applied') stage.happened.actions.add(reply.control.action);
  const isOver = (room: RoomName) => step.over?.includes(room) === true;
  const said = reply.outcomes.map(({ roomId, code }) => `${stage.names.of(roomId)} ${code}`);
  const should = [...rooms, ...there].map((room) => `${room} ${isOver(room) ? OVER : (step.refused?.code ?? '')}`);
  assert.deepEqual(said.sort(), should.sort());
  const actor = actorOf(step.by);
  const state = step.refused === undefined ? 'applied' : 'failed';
  stage.record.expect([
    `audit control.issued by ${actor} about ${isPost(step.by) ? roomOf(step.by) : (step.of ?? 'plan')}: ${step.name}`,
    ...(isPost(step.by)
      ? []
      : [`log control.issued by ${actor}${step.of === undefined ? '' : ` in ${step.of}`}: ${step.name}` as const]),
    ...rooms.flatMap((room): Row[] => [
      `log control.${isOver(room) ? 'failed' : state} by ${actor} in ${room}: ${step.name}`,
      `audit control.${isOver(room) ? 'failed' : state} by system about ${room}: ${step.name}`,
    ]),
    ...there.map((room): Row => `audit control.applied by system about ${room}: ${step.name}`),
  ]);
  if (step.to !== undefined && state === 'applied') await move(stage, step, step.to);
  const taken = rooms.filter((room) => !isOver(room));
  if (state === 'applied') follow(stage, step, [...taken, ...there], reply);
  if (state === 'applied') await reached(stage, step);
}

/** What a room said of a control has its code as text, '' for none. */
function noteRefused({ happened }: Stage, ...codes: readonly (string | undefined)[]): void {
  for (const code of codes) if (code !== undefined && isCode(code)) happened.refusals.add(code);
}

function isCode(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}

/** Their programmes have gone there by themselves, and have no second less than before. */
async function move(
  { expected, record, session, names }: Stage,
  { whom = [], name }: Order,
  to: RoomName,
): Promise<void> {
  for (const seat of whom) {
    const person = personOf(expected, seat);
    const moreMs = () => session(seat).room().deadlineAt - clockOf(expected, person).until;
    const isThere = () => names.of(session(seat).info.room.roomId) === to && session(seat).link() === 'online';
    await until(`${seat} is in ${to}`, () => isThere() && moreMs() >= WAY_MS, APPLIED_MS);
    assert.ok(moreMs() < WAY_MS + APPLIED_MS, `${seat} has ${moreMs()} ms more by ${name}`);
    record.expect([
      `log examinee.moved by ${seat} in ${person.room}`,
      `audit examinee.moved by system about ${seat}: ${name}`,
      `log examinee.entered by ${seat} in ${to}`,
    ]);
    person.moreMs += moreMs();
    carryTold(expected, seat, person.room, to);
    person.room = to;
  }
}

/** What somebody has still to confirm, or has not received, is a line of the new room from then on. */
function carryTold({ ledgers }: Expected, seat: Seat, from: RoomName, to: RoomName): void {
  for (const lines of ledgers.values()) {
    const [before, after] = [lines.get(from), lines.get(to)];
    const isOpen = before?.concerned.has(seat) === true && !(before.delivered.has(seat) && !before.mustConfirm);
    if (!isOpen || before.confirmed.has(seat)) continue;
    const isDelivered = before.delivered.delete(seat);
    before.concerned.delete(seat);
    const line = after ?? { ...before, concerned: new Set(), delivered: new Set(), confirmed: new Set() };
    line.concerned.add(seat);
    if (isDelivered) line.delivered.add(seat);
    lines.set(to, line);
  }
}

function wishOf({ names, cast }: Stage, { says, whom, undoes, to }: Order): ControlWish {
  const { aheadMs, ...said } = says;
  return {
    ...said,
    ...(aheadMs === undefined ? {} : { at: Date.now() + aheadMs }),
    ...(whom === undefined ? {} : { examineeIds: whom.map((seat) => cast.idOf(seat)) }),
    ...(undoes === undefined ? {} : { undoes: names.idOf(undoes) }),
    ...(to === undefined ? {} : { toRoomId: cast.idOf(to) }),
  };
}

async function overSocket(stage: Stage, step: Order, post: Post): Promise<Issued> {
  const { controlId, code } = await stage.watch(post).issue(wishOf(stage, step));
  return { controlId, code };
}

async function overRest({ cast, ...stage }: Stage, step: Order): Promise<Issued> {
  const controlId = newId();
  const room = step.of === undefined ? {} : { roomId: cast.idOf(step.of) };
  const body = { controlId, ...wishOf({ cast, ...stage }, step), ...room };
  const { code } = await cast.ask(actorOf(step.by), 'POST', `/plans/${cast.planId}/controls`, body);
  return { controlId, code };
}

/** What the rooms have made of it, once all have said so. */
async function applied(stage: Stage, name: string, rooms: number): Promise<ControlReply> {
  let reply = await stage.controlOf(name);
  const isSaid = async () => {
    reply = await stage.controlOf(name);
    return reply.outcomes.length === rooms && reply.state !== 'pending';
  };
  await until(`${name} is applied or has failed`, isSaid, APPLIED_MS);
  return reply;
}

/** The change, whom it is told, and the ledgers of the rooms that have applied it. */
function follow(stage: Stage, step: Order, rooms: readonly RoomName[], { control, outcomes }: ControlReply): void {
  const { expected, names } = stage;
  const concerned = step.reaches ?? step.whom ?? thoseIn(expected, rooms);
  const lines = new Map<RoomName, LedgerLine>();
  for (const room of rooms) {
    const here = concerned.filter((seat) => personOf(expected, seat).room === room);
    const there = here.filter((seat) => isThere(stage, seat));
    lines.set(room, {
      ...{ concerned: new Set(here), delivered: new Set(there), confirmed: new Set() },
      mustConfirm: step.says.mustConfirm === true,
      stays: step.says.action === 'notice' && step.whom === undefined,
    });
    for (const seat of there) personOf(expected, seat).told.add(step.name);
  }
  expected.ledgers.set(step.name, lines);
  const appliedAt = (room: RoomName) => outcomes.find(({ roomId }) => names.of(roomId) === room)?.at ?? Number.NaN;
  if (step.says.action === 'start') expected.startsAt = control.at;
  if (step.becomes?.plan !== undefined)
    stage.record.expect([`audit plan.${step.becomes.plan} by ${actorOf(step.by)} about plan`]);
  for (const room of rooms) {
    const here = (seat: Seat) => personOf(expected, seat).room === room;
    const seats = { clocks: (step.whom ?? SEATS).filter(here), states: concerned.filter(here) };
    const made = step.becomesIn?.[room] ?? step.becomes ?? {};
    stage.record.expect(change(expected, made, room, seats, { at: control.at, appliedAt: appliedAt(room) }));
  }
}

function isThere(stage: Stage, seat: Seat): boolean {
  return !stage.isAway(seat) && stage.isIn(seat);
}

/** The stored ledger names exactly those who are away. */
async function reached(stage: Stage, { name }: Order): Promise<void> {
  const lines = [...(stage.expected.ledgers.get(name)?.values() ?? [])];
  const away = lines.flatMap(({ concerned, delivered }) => [...concerned].filter((seat) => !delivered.has(seat)));
  const missing = async () => (await stage.controlOf(name)).ledger.missing.map(stage.names.of).sort();
  const isSo = async () => JSON.stringify(await missing()) === JSON.stringify(away.sort());
  await until(`${name} has reached all but those who are away`, isSo, APPLIED_MS).catch(async () =>
    assert.deepEqual(await missing(), away.sort(), `whom ${name} has not reached`),
  );
}

function signal(stage: Stage, { by, kind, times, ms }: Signals): void {
  for (let n = 0; n < times; n++) stage.session(by).report({ kind, ...(ms === undefined ? {} : { ms }) });
}

/** A machine or a rule has made an incident of it, which is called `KIND of SEAT`. */
async function expectRaised(stage: Stage, { kind, about }: Raised): Promise<void> {
  const examineeId = stage.cast.idOf(about);
  let found: IncidentView | undefined;
  const isThere = async () => {
    const all = await incidentsOf(stage.cast);
    found = all.find(
      (one) => one.kind === kind && one.examineeId === examineeId && stage.names.of(one.incidentId) === one.incidentId,
    );
    return found !== undefined;
  };
  await until(`${kind} of ${about} is an incident`, isThere, APPLIED_MS);
  if (found === undefined) return;
  note(stage, `${kind} of ${about}`, found);
  stage.record.expect([`audit incident.raised by system about ${about}: ${kind} of ${about}`]);
}

function note({ names, expected }: Stage, name: string, incident: IncidentView): void {
  const { incidentId, state, version, roomId, examineeId } = incident;
  names.call(name, incidentId);
  const about = examineeId === null ? undefined : (names.of(examineeId) as Seat);
  const known: KnownIncident = { name, room: names.of(roomId) as RoomName, about, incidentId, state, version };
  expected.incidents.set(name, known);
}

type Outcome = { readonly incident: IncidentView | undefined; readonly code: RefusalCode | undefined };

async function raise(stage: Stage, step: Raise): Promise<void> {
  const { name, kind, severity, about, joins } = step;
  const examinee = about === undefined ? {} : { examineeId: stage.cast.idOf(about) };
  const { incident, code } = isPost(step.by)
    ? outcomeOf(await stage.watch(step.by).raiseIncident({ kind, severity, note: name, ...examinee }))
    : await raiseOverRest(stage, step, { kind, severity, note: name, roomId: stage.cast.idOf(step.in), ...examinee });
  noteRefused(stage, code);
  assert.equal(code, step.refused);
  if (incident === undefined) return;
  if (joins !== undefined) return assert.equal(stage.names.of(incident.incidentId), joins);
  note(stage, name, incident);
  stage.record.expect([`audit incident.raised by ${actorOf(step.by)} about ${about ?? step.in}: ${name}`]);
}

async function raiseOverRest({ cast }: Stage, { by, joins }: Raise, body: object): Promise<Outcome> {
  const reply = await cast.ask(actorOf(by), 'POST', `/plans/${cast.planId}/incidents`, body);
  if (reply.code !== undefined) return { incident: undefined, code: reply.code };
  const { incident, outcome } = reply.body as { incident: IncidentView; outcome: string };
  assert.equal(outcome, joins === undefined ? 'raised' : 'joined');
  return { incident, code: undefined };
}

type Asked = Awaited<ReturnType<ReturnType<Stage['watch']>['handleIncident']>>;

function outcomeOf(asked: Asked): Outcome {
  assert.notEqual(asked.state, 'pending');
  return {
    incident: asked.state === 'done' ? asked.incident : undefined,
    code: asked.state === 'refused' ? asked.code : undefined,
  };
}

async function handle(stage: Stage, step: Handle): Promise<void> {
  const { incident: name, by, to, because, behind = 0 } = step;
  const known = stage.expected.incidents.get(name);
  const incidentId = known?.incidentId ?? name;
  const version = (known?.version ?? 1) - behind;
  const wish = { to, version, ...(because === undefined ? {} : { controlId: stage.names.idOf(because) }) };
  const { incident, code } = isPost(by)
    ? outcomeOf(await stage.watch(by).handleIncident({ incidentId, ...wish }))
    : await handleOverRest(stage, actorOf(by), incidentId, wish);
  noteRefused(stage, code);
  assert.equal(code, step.refused);
  if (incident === undefined || known === undefined) return;
  Object.assign(known, { state: incident.state, version: incident.version });
  const subject = known.about ?? known.room;
  stage.record.expect([`audit incident.${to} by ${actorOf(by)} about ${subject}: ${name}`]);
}

async function handleOverRest(
  { cast }: Stage,
  by: 'admin' | 'machine' | ProctorName,
  incidentId: string,
  wish: object,
): Promise<Outcome> {
  const { body, code } = await cast.ask(by, 'POST', `/incidents/${incidentId}/handling`, wish);
  return { incident: code === undefined ? body : undefined, code };
}

async function ask(stage: Stage, { asks }: Ask): Promise<void> {
  for (const { who, method, path, body, headers, times = 1, refused } of asks) {
    const named = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => stage.names.idOf(name));
    const said = JSON.parse(
      JSON.stringify(body ?? null).replaceAll(/\{([^{}"]+)\}/g, (_, name: string) => stage.names.idOf(name)),
    ) as unknown;
    let code: RefusalCode | undefined;
    for (let n = 0; n < times; n++)
      ({ code } = await stage.cast.ask(who, method, named, body === undefined ? undefined : said, headers));
    noteRefused(stage, code);
    assert.equal(code, refused, `${method} ${path}`);
  }
}

async function deed(stage: Stage, step: Deed): Promise<void> {
  const codes = (await step.act(stage)) ?? [];
  noteRefused(stage, ...codes);
  assert.deepEqual([...codes].sort(), [...(step.refused ?? [])].sort(), titleOf(step));
}
