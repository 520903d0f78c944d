// Every control a second time, over the socket and over REST, to the room that has applied it and to one that another
// process has made anew from the store alone: the first result comes back, and nothing at all has changed.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import type { ExamSession } from '../../client/session.ts';
import { type Administrator, createAdministrator, type RosterEntry } from '../../loadtest/administrator.ts';
import { AdministratorError } from '../../loadtest/api-call.ts';
import { CONTROL_ACTIONS, CONTROL_FIELDS, type ControlAction, ControlOrder } from '../../schema/controls.ts';
import { newId } from '../../schema/ids.ts';
import type { Outgoing } from '../../schema/messages.ts';
import type { ControlReply } from '../../schema/replies.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { join, type Sitting } from '../support/hall.ts';
import { mongodbUrl, testFolder } from '../support/parts.ts';
import { EXAM_ITEMS, EXAM_KEY, isSaved } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { type Doorkeeper, openDoorkeeper } from './doorkeeper.ts';
import { ORDERS, type Says, type Stand } from './orders.ts';

const ELSEWHERE = 'elsewhere';
/** The room in which there is more than its control. */
const BUSY: ControlAction = 'notice';
const PATIENCE_MS = 30_000;
/** Longer than a room waits before it looks for controls by itself. */
const LOOKED_MS = 1_200;

/** What the same order may not say besides, field by field: as many of them as make an order are tried. */
const OTHERWISE: Omit<Required<Says>, 'reason' | 'time' | 'examineeIds'> = {
  at: Date.now() + 3_600_000,
  extraMs: 61_000,
  text: 'Something else.',
  template: 'another',
  mustConfirm: true,
  lifeMs: 120_000,
  undoes: newId(),
  ground: 'other',
  toRoomId: newId(),
  seat: 'Z9',
};

/** One room for each control, in which it is given. */
type Scene = {
  readonly action: ControlAction;
  readonly roomId: string;
  readonly stand: Stand;
  readonly order: ControlOrder;
  sitting: Sitting;
  /** What became of it: as the socket told it, and over REST but for how far it has come with those whom it concerns. */
  readonly first: { readonly told: Outgoing['control.applied']; readonly reply: Omit<ControlReply, 'ledger'> };
};

describe('a control that is given again', function () {
  this.timeout(180_000);
  let system: System;
  let admin: Administrator;
  let store: Store;
  let database: mongoose.mongo.MongoClient;
  let planId: string;
  let door: Doorkeeper;
  let scenes: Scene[];
  const sessions: ExamSession[] = [];

  before(async () => {
    const url = await mongodbUrl(`repeats-${newId()}`);
    const layout = { api: 1, rooms: 2, workers: 1 };
    const folder = await testFolder();
    system = await startSystem({ folder, layout, restart: false, mongodbUrl: url, env: { NODE_ENV: 'production' } });
    await system.kill('rooms-2'); // so that one process has all rooms, and later another one
    admin = createAdministrator({ url: system.url, token: await system.admin() });
    store = await openStore({ url });
    database = await mongoose.mongo.MongoClient.connect(url);
    const { rooms, roster } = await gather();
    scenes = await Promise.all(CONTROL_ACTIONS.map((action) => play(action, rooms, roster)));
  });
  after(async () => {
    await Promise.all(sessions.map((session) => session.leave()));
    await database?.close();
    await store?.close();
    await system?.stop();
  });

  /** Open, with a room for each control that nobody has opened yet. */
  async function gather() {
    const paperId = await admin.createPaper('paper', EXAM_ITEMS);
    await admin.putKey(paperId, EXAM_KEY);
    const rules = { lateEntry: { allowedForMs: 1, after: 'by-proctor' }, graceMs: 500, rehearsal: true } as const;
    planId = await admin.createPlan({ name: 'repeats', paperId, durationMs: 3_600_000, ...rules });
    const rooms = await admin.addRooms(planId, [...CONTROL_ACTIONS, ELSEWHERE]);
    const people = rooms.flatMap(({ label, roomId }) =>
      ['one', 'two'].map((who) => ({ label: `${label} ${who}`, roomId })),
    );
    const roster = await admin.addExaminees(planId, people);
    door = await openDoorkeeper(system, admin, planId);
    await admin.schedule(planId);
    await store.plans.change(planId, ['scheduled'], { status: 'open' }); // a control of the plan would open the rooms, too
    return { rooms: new Map(rooms.map(({ label, roomId }) => [label, roomId])), roster };
  }

  async function play(
    action: ControlAction,
    rooms: ReadonlyMap<string, string>,
    roster: readonly RosterEntry[],
  ): Promise<Scene> {
    const { says, room = 'running', first } = ORDERS[action];
    const roomId = rooms.get(action) ?? '';
    const person = (who: string) => roster.find(({ label }) => label === `${action} ${who}`);
    const elsewhere = rooms.get(ELSEWHERE) ?? '';
    const stand: Stand = {
      ...{ one: person('one')?.examineeId ?? '', two: person('two')?.examineeId ?? '', elsewhere },
      order: (before, given = {}) => admin.control(planId, { action: before, roomId, ...given }),
      comeLate: async () => void (await enter(person('two'))),
      settled: () => until(`${action} is settled`, async () => ((await store.rooms.get(roomId))?.settledAt ?? 0) > 0),
    };
    const sitting = await attend(roomId);
    if (action === 'move') await begin(elsewhere);
    if (room !== 'closed') await stand.order('open');
    if (room !== 'closed') await enter(person('one'));
    if (room === 'running') await begin(roomId, true);
    if (action === BUSY) await fill(await enter(person('one')), sitting);
    await first?.(stand);
    const order = ControlOrder.parse({ controlId: newId(), action, ...says(stand) });
    const told = await give(sitting, order);
    assert.equal(told.state, 'applied', `${action}: ${JSON.stringify(told)}`);
    const isFinal = async () => (await admin.controlNow(order.controlId)).state === 'applied';
    await until(`${action} is applied everywhere`, isFinal, PATIENCE_MS);
    const reply = withoutLedger(await admin.controlNow(order.controlId));
    return { action, roomId, stand, order, sitting, first: { told, reply } };
  }

  /** A second session of one person, with answers, a raised hand, and an incident. */
  async function fill(session: ExamSession, sitting: Sitting): Promise<void> {
    const { examineeId, fence } = session.info.examinee;
    assert.equal(fence, 2);
    for (const item of [1, 2, 3]) session.answer(item, 'B');
    await until('they are saved', () => isSaved(session, 1, 2, 3), PATIENCE_MS);
    session.raiseHand('May I ask?');
    await sitting.next('call.changed');
    const incidentId = newId();
    sitting.send('incident.raise', { incidentId, examineeId, kind: 'other', severity: 0.5, note: 'a slip' });
    await sitting.next('incident.answered', ({ about }) => about === incidentId);
  }

  async function begin(roomId: string, isOpen = false): Promise<void> {
    if (!isOpen) await admin.control(planId, { action: 'open', roomId });
    await admin.control(planId, { action: 'start', roomId });
    await until('it runs', async () => (await store.rooms.get(roomId))?.status === 'running', PATIENCE_MS);
  }

  async function enter(person: RosterEntry | undefined): Promise<ExamSession> {
    const { code = '', examineeId = '' } = person ?? {};
    const device = { url: system.url, code, deviceKey: `device-${examineeId}`, storage: memoryOutbox() };
    const session = await enterExam(device);
    sessions.push(session);
    await until('the link is up', () => session.link() === 'online', PATIENCE_MS);
    return session;
  }

  /** A proctor at this room, over a bare socket. */
  const attend = async (roomId: string): Promise<Sitting> => join(system.url, await door.reservationOf(roomId));

  function give(sitting: Sitting, order: ControlOrder): Promise<Outgoing['control.applied']> {
    sitting.send('control.issue', order);
    return sitting.next('control.applied', (one) => one.controlId === order.controlId && one.state !== 'pending');
  }

  /** The order with one field otherwise, as often as that is an order; and another order. */
  function otherwise({ action, order, stand }: Scene): ControlOrder[] {
    const { must, may } = CONTROL_FIELDS[action];
    const time = order.time === 'incident' ? 'planned' : 'incident'; // unless it says so it is planned
    const other: Says = {
      ...OTHERWISE,
      time,
      examineeIds: [order.examineeIds?.[0] === stand.two ? stand.one : stand.two],
    };
    const changed = [...must, ...may].map((field) => ({ ...order, [field]: other[field as keyof Says] }));
    const { controlId } = order;
    const another = { controlId, action: action === 'lock' ? 'unlock' : 'lock', reason: '' };
    return [...changed, another].flatMap((one) => ControlOrder.safeParse(one).data ?? []);
  }

  /** What is stored, but for what says only that somebody is there; and what every room shows. */
  async function everything(): Promise<Map<string, string>> {
    const all = new Map<string, string>();
    for (const name of STORED)
      for (const document of await database.db().collection(name).find().hint({ _id: 1 }).toArray())
        if (name !== 'logs' || String(document.kind).startsWith('control.'))
          all.set(`${name} ${document._id}`, JSON.stringify({ ...withoutOwner(name, document), ...PRESENCE }));
    for (const { action, sitting } of scenes)
      for (const [name, shown] of shownBy(sitting)) all.set(`${action} ${name}`, shown);
    for (const session of sessions) {
      const { info, answers, calls, status, admission } = session;
      const own = [session.room(), [...answers()], [...calls()], status(), admission(), info.examinee.fence];
      all.set(`session ${info.examinee.label}`, JSON.stringify(own));
    }
    for (const { action, sitting } of scenes) all.set(`${action} incidents`, JSON.stringify(incidentsTo(sitting)));
    return all;
  }

  /** Once nothing changes any more by itself. */
  async function quiet(): Promise<Map<string, string>> {
    let before = await everything();
    for (;;) {
      await looked();
      const now = await everything();
      if (differences(before, now).length === 0) return now;
      before = now;
    }
  }

  const looked = () => new Promise((resolve) => setTimeout(resolve, LOOKED_MS));

  async function changesNothing(work: () => Promise<void>): Promise<void> {
    const before = await quiet();
    await work();
    await looked();
    assert.deepEqual(differences(before, await everything()), []);
  }

  function returnsTheFirstResult(): void {
    it('returns the first result over the socket and over REST, and changes nothing', () =>
      changesNothing(async () => {
        for (const { action, roomId, order, sitting, first } of scenes) {
          assert.deepEqual(await give(sitting, order), first.told, action);
          const { controlId, ...said } = order;
          const reply = await admin.issue(planId, controlId, { ...said, roomId });
          assert.deepEqual(withoutLedger(reply), first.reply, action);
        }
      }));

    it('is refused with another content, and changes nothing', () =>
      changesNothing(async () => {
        for (const scene of scenes)
          for (const other of otherwise(scene)) {
            const what = JSON.stringify(other);
            assert.equal((await give(scene.sitting, other)).code, 'CONTROL_REUSED', `over the socket: ${what}`);
            const { controlId, ...said } = other;
            const asked = admin.issue(planId, controlId, { ...said, roomId: scene.roomId });
            const isReused = (error: unknown) => error instanceof AdministratorError && error.code === 'CONTROL_REUSED';
            await assert.rejects(asked, isReused, `over REST: ${what}`);
          }
      }));
  }

  describe('to the room that has applied it', () => returnsTheFirstResult());

  describe('to the room that another process has made anew', () => {
    let found: { before: ReadonlyMap<string, string>; after: ReadonlyMap<string, string> };
    before(async () => {
      const before = await quiet();
      await system.start('rooms-2');
      await system.kill('rooms-1');
      for (const scene of scenes) scene.sitting = await attend(scene.roomId);
      const isBack = ({ link, admission }: ExamSession) => link() !== 'reconnecting' || admission() === 'refused';
      await until('everybody who may is back', () => sessions.every(isBack), PATIENCE_MS);
      found = { before, after: await quiet() };
    });

    const differing = (kinds: RegExp) => {
      const only = (all: ReadonlyMap<string, string>) =>
        new Map([...all].filter(([name, text]) => kinds.test(name) && !isOfTheKill(text)).map(durable));
      return differences(only(found.before), only(found.after));
    };

    it('has applied nothing again', () => {
      assert.deepEqual(differing(/^(?:controls|receipts) /), []);
    });

    it('has everything that was there: progress, states, sheets, incidents, hands, fences, as it was stored', () => {
      assert.deepEqual(differing(/^(?:plans|sheets|answers|results|incidents|calls|heldAnswers|examinees) /), []);
    });

    it('shows proctors and examinees what they saw before: status, clock, holds, progress, incidents, notices', () => {
      const shown = [...found.before.keys()].filter((name) => SHOWN.test(name));
      assert.ok(shown.length > CONTROL_ACTIONS.length * 3, `too little to prove anything: ${shown.length}`);
      assert.deepEqual(differing(SHOWN), []);
    });

    returnsTheFirstResult();
  });
});

/** What a room shows: itself, a row for each examinee, and what a session tells of itself. */
const SHOWN = new RegExp(`^(?:session|${CONTROL_ACTIONS.join('|')}) `);
const STORED = [
  ...['plans', 'rooms', 'examinees', 'sheets', 'answers', 'results', 'controls', 'receipts', 'incidents', 'calls'],
  ...['heldAnswers', 'audit', 'logs'],
];
const PRESENCE = { servedUntil: 0, display: 0 };

/** The owner that makes a room anew writes its epoch to the sheets, so that no earlier one ends them. */
function withoutOwner(name: string, document: object): object {
  const { epoch: _, ...rest } = { epoch: 0, ...document };
  return name === 'sheets' ? rest : document;
}

/** That everybody's link was lost is what the test has done. */
function isOfTheKill(text: string): boolean {
  return text.includes('"kind":"network-lost"');
}

/** Without what no store has: the device of who is not there; and who has not come yet is judged by the clock. */
function durable([name, text]: readonly [string, string]): [string, string] {
  const row: unknown = JSON.parse(text);
  if (typeof row !== 'object' || row === null || !('admission' in row) || !('device' in row)) return [name, text];
  const { device: _, admission, ...rest } = row;
  const isHere = 'status' in row && row.status !== 'registered' && row.status !== 'absent';
  return [name, JSON.stringify(isHere ? { ...rest, admission } : rest)];
}

/** What the proctor was told last of each incident, as often as it came. */
function incidentsTo({ received }: Sitting): [string, unknown][] {
  const told = received
    .filter(({ type }) => type === 'incident.changed')
    .map(({ message }) => (message as Outgoing['incident.changed']).incident);
  return [...new Map(told.map((incident) => [incident.incidentId, incident]))].sort();
}

function withoutLedger({ ledger: _, ...result }: ControlReply): Omit<ControlReply, 'ledger'> {
  return result;
}

function shownBy(sitting: Sitting): [string, string][] {
  const { board, proctors, ...room } = sitting.room.state.toJSON() as {
    board: Record<string, object>;
    proctors: object;
  };
  void proctors;
  return [
    ['room', JSON.stringify(room)],
    ...Object.entries(board).map(([id, row]): [string, string] => {
      const { link, linkAt, clockAheadMs, attention, reasons, ...shown } = row as Record<string, unknown>;
      return [id, JSON.stringify(shown)];
    }),
  ];
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) =>
    before.get(name) === after.get(name) ? [] : [`${name}: ${before.get(name)} → ${after.get(name)}`],
  );
}
