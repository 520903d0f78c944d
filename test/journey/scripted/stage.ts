// Carries out the script: cuts links, does what a step says, waits until everybody sees it, lets back in who was away, and
// keeps account of what must be stored. Throws with who sees something else than the script says. Called by the test.
import assert from 'node:assert/strict';
import type { EnterOptions } from '../../../client/enter-exam.ts';
import type { RoomWatch } from '../../../client/proctor.ts';
import type { ExamSession } from '../../../client/session.ts';
import type { ControlAction } from '../../../schema/controls.ts';
import type { RefusalCode } from '../../../schema/refusals.ts';
import type { ControlReply, IncidentView } from '../../../schema/replies.ts';
import { until } from '../../workers/worker-parts.ts';
import { type Cast, type Post, type RoomName, roomOf, SEATS, type Seat } from './cast.ts';
import { type Expected, isThrough, lineOf, nothingYet, personOf } from './expected.ts';
import { createRecord, type Record_ } from './record.ts';
import { type Step, titleOf } from './steps.ts';

/** Everybody whose link is up sees what has happened within this; and whoever was away, within so long of coming back. */
const SEEN_MS = 5_000;
const BACK_MS = 8_000;

/** What is called by this id in what the script says: people, rooms, orders, incidents. */
export type Names = { of(id: string): string; idOf(name: string): string; call(name: string, id: string): void };

/** What the system has applied and refused, by its own words. */
export type Happened = { readonly actions: Set<ControlAction>; readonly refusals: Set<RefusalCode> };

export type Stage = {
  readonly cast: Cast;
  readonly happened: Happened;
  readonly expected: Expected;
  readonly record: Record_;
  readonly names: Names;
  session(seat: Seat): ExamSession;
  watch(post: Post): RoomWatch;
  /** Somebody sits down, at the own device unless another is named. */
  enter(seat: Seat, options?: Partial<EnterOptions>): Promise<void>;
  /** A proctor begins to watch a room. */
  attend(post: Post): Promise<void>;
  leave(who: Seat | Post): void;
  /** Whether this code has come over the network of this person. */
  heard(who: Seat | Post, code: RefusalCode): Promise<boolean>;
  /** Waits until everybody who is not away sees what is expected. */
  settle(patienceMs?: number): Promise<void>;
  isAway(who: Seat | Post): boolean;
  isIn(seat: Seat): boolean;
  controlOf(name: string): Promise<ControlReply>;
};

/** What a step does; `then` is after the return of those who were away. */
export type Perform = {
  perform(stage: Stage, step: Step): Promise<void>;
  performThen(stage: Stage, step: Step): Promise<void>;
};

/** An empty stage: nobody is in, nothing has happened. */
export function createStage(
  cast: Cast,
  durationMs: number,
): Stage & { run(step: Step, perform: Perform): Promise<void> } {
  const expected = nothingYet(durationMs);
  const given = new Map<string, string>();
  const ids = new Map<string, string>();
  const names: Names = {
    of: (id) => given.get(id) ?? cast.nameOf(id),
    idOf: (name) => ids.get(name) ?? cast.idOf(name),
    call(name, id) {
      given.set(id, name);
      ids.set(name, id);
    },
  };
  const record = createRecord();
  const sessions = new Map<Seat, { readonly session: ExamSession; readonly told: Set<string> }>();
  const watches = new Map<Post, RoomWatch>();
  const away = new Set<Seat | Post>();

  const stage: Stage = {
    ...{ cast, expected, record, names },
    happened: { actions: new Set(), refusals: new Set() },
    session: (seat) => found(sessions, seat).session,
    watch: (post) => found(watches, post),
    async enter(seat, options) {
      const told = new Set<string>();
      const meet = (session: ExamSession) => void session.on('control', ({ controlId }) => told.add(controlId));
      const session = await cast.enter(seat, meet, options);
      sessions.set(seat, { session, told });
      personOf(expected, seat).told.clear();
      if (personOf(expected, seat).status === 'registered') personOf(expected, seat).status = 'entered';
      receive(seat);
    },
    async attend(post) {
      watches.set(post, await cast.watch(post));
    },
    leave: (who) => void (sessions.delete(who as Seat) || watches.delete(who as Post)),
    heard: async (who, code) => (await cast.network(who)).room.received().includes(code),
    async settle(patienceMs = SEEN_MS) {
      const end = performance.now() + patienceMs;
      for (let wrong = differences(); wrong.length > 0; wrong = differences()) {
        if (performance.now() > end) throw new Error(`not within ${patienceMs} ms:\n${wrong.slice(0, 6).join('\n')}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    isAway: (who) => away.has(who),
    isIn: (seat) => sessions.has(seat) && sessions.get(seat)?.session.link() !== 'ended',
    async controlOf(name) {
      const { status, body } = await cast.ask('admin', 'GET', `/controls/${names.idOf(name)}`);
      assert.equal(status, 200, `${name} is stored`);
      return body;
    },
  };

  /** Who sees something else than the script says. */
  function differences(): string[] {
    const wrong: string[] = [];
    const compare = (who: string, sees: string, should: string) => {
      if (sees !== should) wrong.push(`${who} sees    ${sees}\n${' '.repeat(who.length)} and not ${should}`);
    };
    for (const [seat, { session, told }] of sessions)
      if (!away.has(seat)) compare(seat, seenBy(seat, session, told), lineOf(expected, seat));
    for (const [post, watch] of watches)
      if (!away.has(post)) for (const [sees, should] of watched(post, watch)) compare(post, sees, should);
    return wrong;
  }

  function seenBy(seat: Seat, session: ExamSession, ids: ReadonlySet<string>): string {
    const told = [...ids].map(names.of).sort();
    const status = session.status();
    if (isThrough(personOf(expected, seat))) return JSON.stringify({ status, told });
    const { status: room, deadlineAt: until, heldSince: standsSince, locked } = session.room();
    return JSON.stringify({ status, room, until, standsSince, locked, told });
  }

  /** What a proctor's programme shows, beside what it must show. */
  function* watched(post: Post, watch: RoomWatch): Generator<[string, string]> {
    const room = roomOf(post);
    const { status, charge } = expected.rooms[room];
    yield [`room ${watch.room().status}`, `room ${status}`];
    yield [`in charge ${names.of(watch.charge()?.proctorId ?? '')}`, `in charge ${charge}`];
    for (const [name, rooms] of expected.ledgers) {
      const line = rooms.get(room);
      if (line === undefined) continue;
      const ledger = watch.ledger(names.idOf(name));
      const missing = [...line.concerned].filter((seat) => !line.delivered.has(seat));
      yield [
        `${name}: ${ledger?.concerned}, ${ledger?.confirmed} confirmed, without ${ledger?.missing.map(names.of).sort()}`,
        `${name}: ${line.concerned.size}, ${line.confirmed.size} confirmed, without ${missing.sort()}`,
      ];
    }
    for (const { incidentId, state } of watch.incidents().values())
      yield [`${names.of(incidentId)} ${state}`, incidentLine(incidentId)];
    for (const { incidentId, room: where, state, name } of expected.incidents.values())
      if (where === room && (state === 'raised' || state === 'acknowledged'))
        yield [`${name} ${watch.incidents().get(incidentId)?.state}`, `${name} ${state}`];
    yield* rowsOf(room, watch);
  }

  function incidentLine(incidentId: string): string {
    const known = expected.incidents.get(names.of(incidentId));
    return known === undefined ? 'no such incident' : `${known.name} ${known.state}`;
  }

  function* rowsOf(room: RoomName, watch: RoomWatch): Generator<[string, string]> {
    for (const seat of SEATS) {
      const { status, takenBy, room: where } = personOf(expected, seat);
      const row = watch.board().get(cast.idOf(seat));
      if (where !== room) yield [`${seat} ${row?.status}`, `${seat} undefined`];
      if (where !== room || away.has(seat)) continue;
      yield [`${seat} ${row?.status} ${names.of(row?.takenBy ?? '')}`, `${seat} ${status} ${takenBy}`];
    }
  }

  async function cut(who: Seat | Post): Promise<void> {
    const link = () => (sessions.get(who as Seat)?.session ?? watches.get(who as Post))?.link();
    await (await cast.network(who)).refuse();
    away.add(who);
    await until(`${who} has lost the link`, () => link() === 'reconnecting');
  }

  async function comeBack(who: Seat | Post): Promise<void> {
    await (await cast.network(who)).mend();
    const link = () => (sessions.get(who as Seat)?.session ?? watches.get(who as Post))?.link();
    await until(`${who} is back`, () => link() !== 'reconnecting', BACK_MS);
    if (link() === 'ended') return void away.delete(who); // there is nothing left to come back to
    record.returned(who);
    receive(who);
  }

  return {
    ...stage,
    async run(step, { perform, performThen }) {
      record.begin(titleOf(step));
      const { cut: lost = [], meanwhile = () => {}, leaves = [], afterwards = async () => {} } = step;
      await Promise.all(lost.map(cut));
      meanwhile(stage);
      record.expect(leaves);
      await perform(stage, step);
      await stage.settle(step.does === 'order' ? step.withinMs : undefined);
      await Promise.all(lost.map(comeBack));
      await performThen(stage, step);
      await stage.settle(BACK_MS);
      await afterwards(stage);
    },
  };

  /** Who is back gets what was not received, and what waits to be confirmed. */
  function receive(who: Seat | Post): void {
    away.delete(who);
    const seat = who as Seat;
    for (const [name, rooms] of expected.ledgers)
      for (const [room, { concerned, delivered, confirmed, mustConfirm, stays }] of rooms) {
        if (stays && seat.startsWith(`${room} `) && !isThrough(personOf(expected, seat))) concerned.add(seat);
        const isOpen = !delivered.has(seat) || (mustConfirm && !confirmed.has(seat));
        if (!concerned.has(seat) || !isOpen) continue;
        delivered.add(seat);
        personOf(expected, seat).told.add(name);
      }
  }
}

function found<K, V>(all: ReadonlyMap<K, V>, key: K): V {
  const one = all.get(key);
  if (one === undefined) throw new RangeError(`${String(key)} is not in`);
  return one;
}

/** Every incident of the plan that is one, by its id. */
export async function incidentsOf({ ask, planId }: Cast): Promise<IncidentView[]> {
  const all: IncidentView[] = [];
  for (let after = ''; ; ) {
    const { body } = await ask('admin', 'GET', `/plans/${planId}/incidents?limit=500${after}`);
    const page = body as { incidents: IncidentView[]; next: string | null };
    all.push(...page.incidents);
    if (page.next === null) return all;
    after = `&after=${page.next}`;
  }
}
