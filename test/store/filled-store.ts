// Two databases with the same content: in one the calls run and their commands are watched, in the other the same
// commands are explained, as if nothing had run. Called by queries.test.ts alone.

import mongoose from 'mongoose';
import { SYSTEM } from '../../exam/audit-facts.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import type { QueuedAnswer } from '../../schema/jobs.ts';
import { makeStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl } from '../support/parts.ts';
import {
  aCall,
  aControl,
  aHead,
  aHeldAnswer,
  anEntry,
  anExaminee,
  anExport,
  anImport,
  anUpload,
  aPlan,
  aReport,
  aRoom,
  aRosterImport,
  TEST_PAPER_KEY,
} from '../support/stored.ts';

const PLANS = 3;
const ROOMS = 4;
const EXAMINEES = 12;
const ITEMS = 5;
const REVISIONS = 3;
const RECORDS = 40;
/** Rows of a large plan beside: a query that reads by `_id` and throws away other plans' rows passes its bound. */
const STRANGERS = 1_500;

/** What a call may refer to: the ids of the middle plan, of its second room and of an examinee there. */
export type Known = {
  planId: string;
  /** Another plan, which may be removed. */
  rehearsalId: string;
  paperId: string;
  roomId: string;
  examineeIds: string[];
  examineeId: string;
  code: string;
  controlId: string;
  logId: string;
  incidentId: string;
  callId: string;
  heldId: string;
  importId: string;
  uploadId: string;
  exportId: string;
  rosterImportId: string;
};

export type Reading = { command: string; read: number; returned: number };

export type FilledStore = {
  store: Store;
  known: Known;
  /** Runs the call, and tells of each of its commands what the same would have read before. */
  readings(call: () => Promise<unknown>): Promise<Reading[]>;
  close(): Promise<void>;
};

/** Fills both; the second is a copy of the first. */
export async function fillStore(): Promise<FilledStore> {
  const name = `queries-${newId()}`;
  const own = new mongoose.Mongoose({
    sanitizeFilter: true,
    strictQuery: 'throw',
    autoIndex: false,
    autoCreate: false,
  });
  const connection = await own.createConnection(await mongodbUrl(name), { monitorCommands: true }).asPromise();
  const client = connection.getClient();
  const store = makeStore(connection, TEST_PAPER_KEY);
  await store.ensureIndexes();
  const known = await fill(store);
  await makeStore(connection.useDb(`${name}-copy`)).ensureIndexes();
  await copy(client.db(name), client.db(`${name}-copy`));
  return {
    store,
    known,
    async readings(call) {
      const commands: Record<string, unknown>[] = [];
      const watch = ({ command }: { command: Record<string, unknown> }) => commands.push(command);
      client.on('commandStarted', watch);
      await call();
      client.off('commandStarted', watch);
      return explainAll(client.db(`${name}-copy`), commands);
    },
    close: () => connection.close(),
  };
}

async function copy(from: mongoose.mongo.Db, to: mongoose.mongo.Db): Promise<void> {
  for (const { name } of await from.listCollections().toArray()) {
    const rows = await from
      .collection(name)
      .find({ _id: { $gt: '' as never } })
      .toArray();
    if (rows.length > 0) await to.collection(name).insertMany(rows);
  }
}

async function fill(store: Store): Promise<Known> {
  const all: Omit<Known, 'rehearsalId'>[] = [];
  for (let plan = 0; plan < PLANS; plan++) all.push(await fillPlan(store));
  await fillStrangers(store);
  for (let index = 0; index < RECORDS; index++) await fillPeople(store, index);
  const [rehearsal, known] = all;
  if (rehearsal === undefined || known === undefined) throw new Error('nothing was filled');
  await store.plans.change(rehearsal.planId, ['running'], { rehearsal: true, status: 'ended' });
  return { ...known, rehearsalId: rehearsal.planId };
}

async function fillPlan(store: Store): Promise<Omit<Known, 'rehearsalId'>> {
  const plan = aPlan({ status: 'running' });
  for (const one of [plan, aPlan()]) await store.plans.create(one);
  await store.papers.create({ _id: plan.paperId, name: 'paper', items: [], createdAt: new Date(0) });
  for (let correct = 0; correct < 15; correct++) {
    await store.keys.put(plan.paperId, [{ item: 1, kind: 'number', correct, tolerance: 0, points: 1 }]);
  }
  const rooms = Array.from({ length: ROOMS }, (_, index) =>
    aRoom(plan._id, { epoch: 1, settledAt: index === 0 ? 9 : 0 }),
  );
  await store.rooms.create(rooms);
  const examinees = rooms.flatMap((room) => Array.from({ length: EXAMINEES }, () => anExaminee(plan._id, room._id)));
  await store.examinees.create(examinees);
  await fillSheets(store, plan._id, examinees);
  await fillPhotos(
    store,
    plan._id,
    examinees.map(({ _id }) => _id),
  );
  const roomId = rooms[1]?._id ?? '';
  const inRoom = examinees.filter((examinee) => examinee.roomId === roomId);
  const callId = await fillCalls(store, plan._id, inRoom);
  const { controlId, logId, incidentId } = await fillRecords(
    store,
    plan._id,
    rooms.map(({ _id }) => _id),
  );
  await fillTimelines(store, inRoom);
  const held = examinees.flatMap(({ _id, roomId }) =>
    (['held', 'offered', 'applied', 'dropped'] as const).map((state) => aHeldAnswer(plan._id, roomId, _id, { state })),
  );
  await store.heldAnswers.keep(held);
  const heldId = held[0]?._id ?? '';
  const imported = anImport(plan._id, examinees[0]?.roomId ?? '', examinees[0]?._id ?? '');
  await store.imports.note(imported);
  const ids = { planId: plan._id, paperId: plan.paperId, roomId };
  return {
    ...ids,
    examineeIds: inRoom.map(({ _id }) => _id),
    examineeId: inRoom[3]?._id ?? '',
    code: inRoom[3]?.code ?? '',
    controlId,
    logId,
    incidentId,
    callId,
    heldId,
    importId: imported._id,
    uploadId: await fillUploads(store, plan._id),
    exportId: await fillExports(store, plan._id),
    rosterImportId: await fillRosterImports(store, plan._id),
  };
}

/** Half of them are over and received. Of the examinee whose own is not over nobody is known. */
async function fillCalls(
  store: Store,
  planId: string,
  people: readonly { _id: string; roomId: string }[],
): Promise<string> {
  for (const [index, { _id, roomId }] of people.entries()) {
    const call = aCall({ _id: `call ${_id}`, planId, roomId, examineeId: _id, at: index });
    await store.calls.raise(call);
    if (index % 2 === 0) continue;
    const end = { status: 'answered', answer: '-', by: '-', byRole: 'proctor', endedAt: 9 } as const;
    await store.calls.end(call._id, roomId, end);
    if (index > 3) await store.calls.received(_id, [call._id], 9);
  }
  return `call ${people[3]?._id}`;
}

/** What somebody did for each, and an incident of each: in the log and beside it. */
async function fillTimelines(
  store: Store,
  people: readonly { _id: string; planId: string; roomId: string }[],
): Promise<void> {
  for (const [at, { _id: examineeId, planId, roomId }] of people.entries()) {
    const entry = { planId, roomId, stream: 'proctor', subject: 'proctor', kind: 'examinee.taken', at } as const;
    await store.logs.insert([1, 2, 3].map(() => ({ logId: newId(), ...entry, data: { examineeId } })));
    await store.incidents.report(
      aReport({ planId, roomId, examineeId, kind: 'other', at }),
      DEFAULT_INCIDENT_RULES,
      at,
    );
  }
}

async function fillSheets(store: Store, planId: string, examinees: { _id: string; roomId: string }[]): Promise<void> {
  await store.sheets.create(examinees.map(({ _id, roomId }) => ({ examineeId: _id, planId, roomId })));
  for (const { _id } of examinees) {
    const answers = Array.from({ length: ITEMS * REVISIONS }, (_, index): QueuedAnswer => {
      return [_id, 1 + (index % ITEMS), 1_000_001 + index, 'A', 'hash', 1];
    });
    await store.answers.insert(planId, answers);
  }
  const half = examinees.filter((_, index) => index % 2 === 0);
  for (const { _id } of half) await store.sheets.end(_id, 'submitted', [[1, 1_000_001]], 5);
}

async function fillUploads(store: Store, planId: string): Promise<string> {
  const ids = Array.from({ length: 3 }, newId);
  for (const id of ids) await store.uploads.create(anUpload(id, planId), { planBytes: 9, personBytes: 99 });
  return ids[0] ?? '';
}

/** In the making, and never due. */
async function fillExports(store: Store, planId: string): Promise<string> {
  const ids = Array.from({ length: 3 }, newId);
  for (const id of ids) await store.keptExports.order(anExport(id, planId));
  return ids[0] ?? '';
}

async function fillPhotos(store: Store, planId: string, examineeIds: readonly string[]): Promise<void> {
  const photo = { planId, type: 'image/png' as const, bytes: Buffer.of(1), at: 0 };
  await Promise.all(examineeIds.map((_id) => store.photos.put({ _id, ...photo })));
}

async function fillRecords(
  store: Store,
  planId: string,
  roomIds: string[],
): Promise<Pick<Known, 'controlId' | 'logId' | 'incidentId'>> {
  const controlIds: string[] = [];
  const incidentIds: string[] = [];
  const logIds = Array.from({ length: RECORDS }, newId);
  await store.logs.insert(
    logIds.map((logId, at) => {
      const about = { roomId: `r${at % 8}`, subject: at % 2 ? 'room' : 'other', kind: `kind ${at % 4}` };
      return { logId, planId, stream: at % 2 ? ('proctor' as const) : ('system' as const), ...about, at, data: {} };
    }),
  );
  for (let at = 0; at < RECORDS; at++) {
    const { control } = await store.controls.issue(aControl(planId));
    controlIds.push(control._id);
    const receipts = roomIds.map((roomId) => ({
      _id: `${control._id}.${roomId}`,
      controlId: control._id,
      roomId,
      planId,
      state: 'applied' as const,
      code: '',
      message: '',
      at,
      ledger: {},
    }));
    for (const receipt of receipts) await store.controls.receipt(receipt);
    const report = aReport({
      planId,
      roomId: roomIds[at % 2] ?? '',
      examineeId: newId(),
      kind: at % 4 ? 'camera' : 'voice',
      at,
    });
    await store.monitoring.record(planId, at * 60_000);
    await store.audit.append(planId, [anEntry(newId())]);
    await store.audit.keepHead(aHead(planId, at + 1));
    await store.incidents.report(report, DEFAULT_INCIDENT_RULES, at);
    incidentIds.push(report.reportId);
    await store.files.put({
      _id: newId(),
      planId,
      kind: 'sheet',
      subjectId: '-',
      path: '-',
      sha256: '-',
      bytes: 1,
      at: new Date(0),
    });
    const of = {
      planId,
      roomId: at % 3 ? 'red' : 'blue',
      scoringId: `scoring ${at % 2}`,
      keyVersion: 1,
      at: new Date(0),
    };
    const change = { before: 1, items: [] };
    const scores = { examineeId: '-', points: 1, itemPoints: [], ...(at % 4 ? {} : { change }) };
    await store.results.put([{ _id: `${newId()}.${of.scoringId}`, ...of, ...scores }]);
    await store.statistics.put([{ _id: `${planId}.${at}.red`, ...of, examineeCount: 1, figures: {}, more: {} }]);
    const mark = { points: 1, reason: '-', by: '-', byRole: 'admin' as const, at };
    const marked = { planId, examineeId: newId(), item: 1 };
    await store.marks.put(marked, null, { revision: 1, marks: [mark], decision: null }, at, SYSTEM);
  }
  return { controlId: controlIds[20] ?? '', logId: logIds[20] ?? '', incidentId: incidentIds[20] ?? '' };
}

async function fillRosterImports(store: Store, planId: string): Promise<string> {
  const [writing, gone] = [aRosterImport(planId), aRosterImport(planId)];
  for (const one of [writing, gone]) await store.rosterImports.create(one);
  await store.rosterImports.giveUp(gone, 'of another', 2);
  await store.rosterImports.remove(gone, 2);
  return writing._id;
}

async function fillStrangers(store: Store): Promise<void> {
  const plan = aPlan({ status: 'archived' });
  const roomId = newId();
  const [planId, at] = [plan._id, new Date(0)];
  const ids = Array.from({ length: STRANGERS }, newId);
  await store.plans.create(plan);
  await store.rooms.create(ids.map((_id) => aRoom(planId, { _id, settledAt: 9 })));
  await store.examinees.create(ids.map((_id) => anExaminee(planId, roomId, { _id, status: 'submitted' })));
  await store.sheets.create(ids.map((examineeId) => ({ examineeId, planId, roomId })));
  await fillPhotos(store, planId, ids.slice(0, 500));
  await store.logs.insert(
    ids.map((logId, at) => ({ logId, planId, stream: 'system', subject: '-', kind: '-', at: at % RECORDS, data: {} })),
  );
  await inChunks(ids, (examineeId, index) =>
    store.incidents.report(aReport({ planId, roomId, examineeId, at: index % RECORDS }), DEFAULT_INCIDENT_RULES, 9),
  );
  const of = { planId, roomId, scoringId: 'scoring 1', keyVersion: 1 };
  await store.results.put(ids.map((_id) => ({ _id, ...of, examineeId: _id, points: 1, itemPoints: [], at })));
  const file = { planId, kind: 'sheet' as const, subjectId: '-', path: '-', sha256: '-', bytes: 1, at };
  await Promise.all(ids.slice(0, 500).map((_id) => store.files.put({ _id, ...file })));
}

async function inChunks(ids: readonly string[], fill: (id: string, index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < ids.length; from += 100)
    await Promise.all(ids.slice(from, from + 100).map((id, index) => fill(id, from + index)));
}

async function fillPeople(store: Store, index: number): Promise<void> {
  const createdAt = new Date(0);
  await store.admins.create({ _id: `admin ${index}`, login: `admin ${index}`, passwordHash: '-', createdAt });
  const proctor = {
    roomIds: [`room ${index}`],
    chief: false,
    version: 1,
    login: `proctor ${index}`,
    label: '-',
    passwordHash: '-',
    createdAt,
  };
  await store.proctors.create({ _id: `proctor ${index}`, planId: `plan ${index % 4}`, ...proctor });
  const session = { subjectId: `proctor ${index % 8}`, role: 'proctor' as const, createdAt };
  const expiresAt = index < RECORDS / 2 ? 5 : Number.MAX_SAFE_INTEGER;
  await store.sessions.create({ _id: `session ${index}`, kind: index % 2 ? 'link' : 'session', expiresAt, ...session });
  await store.idempotency.begin(`request ${index}`, 'hash', 60_000);
  await store.idempotency.done(`request ${index}`, 200, {});
}

/** Commands that read and can be explained; inserts read nothing. */
const READING = ['find', 'aggregate', 'count', 'distinct', 'findAndModify', 'update', 'delete'];

async function explainAll(db: mongoose.mongo.Db, commands: Record<string, unknown>[]): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const command of commands) {
    const verb = READING.find((one) => one in command);
    if (verb === undefined || command[verb] === 1) continue;
    for (const single of singles(command)) readings.push(await explain(db, verb, single));
  }
  return readings;
}

/** The server explains one update or delete at a time. */
function singles(command: Record<string, unknown>): Record<string, unknown>[] {
  for (const list of ['updates', 'deletes']) {
    const parts = command[list];
    if (Array.isArray(parts)) return parts.map((part) => ({ ...command, [list]: [part] }));
  }
  return [command];
}

async function explain(db: mongoose.mongo.Db, verb: string, command: Record<string, unknown>): Promise<Reading> {
  const { lsid: _, $db: __, txnNumber: ___, writeConcern: ____, readConcern: _____, ...bare } = command;
  const plan = await db.command({ explain: bare, verbosity: 'executionStats' });
  const stats = statsOf(plan);
  const read = Math.max(Number(stats.totalKeysExamined), Number(stats.totalDocsExamined));
  return { command: `${verb} ${JSON.stringify(bare)}`, read, returned: returnedOf(stats) };
}

type Stats = Record<string, unknown> & { executionStages?: Stats };

function statsOf(plan: Record<string, unknown>): Stats {
  const direct = plan.executionStats as Stats | undefined;
  const [first] = (plan.stages ?? []) as { $cursor?: { executionStats?: Stats } }[];
  const stats = direct ?? first?.$cursor?.executionStats;
  if (stats === undefined) throw new Error('the server explained nothing');
  return stats;
}

function returnedOf(stats: Stats): number {
  const written = ['nWouldModify', 'nMatched', 'nWouldDelete'].map((name) =>
    Number(stats.executionStages?.[name] ?? 0),
  );
  return Math.max(Number(stats.nReturned), ...written);
}
