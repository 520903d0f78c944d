// Every call of the store by name, with what it may read: at most ten times what it returns or writes, in a filled
// database. A call without an entry fails, so that nobody adds a query without looking at its plan.

import assert from 'node:assert/strict';
import { SYSTEM } from '../../exam/audit-facts.ts';
import { planEditFacts, renamedFacts } from '../../exam/audit-writes.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import type { Store } from '../../store/open-store.ts';
import {
  aCall,
  aControl,
  aHead,
  aHeldAnswer,
  anEntry,
  anExaminee,
  anExport,
  anExportFile,
  anImport,
  anUpload,
  aPlan,
  aReport,
  aRoom,
  aRosterImport,
} from '../support/stored.ts';
import { type FilledStore, fillStore, type Known } from './filled-store.ts';

const MOST_READ = 10;
const QUOTA = { planBytes: 1_000_000, personBytes: 1_000_000 };

/** `counts` is for calls that return a number in the place of what they counted, or write those of so many that are in a state. */
type Entry = { run: (store: Store, known: Known) => Promise<unknown>; counts?: number };
type Call = Entry['run'];

const importOf = ({ rosterImportId: _id, planId }: Known) => ({ _id, planId });

const QUERIES: Record<string, Call | Entry> = {
  'plans.create': (store) => store.plans.create(aPlan()),
  'plans.get': (store, { planId }) => store.plans.get(planId),
  'plans.list': async (store) => {
    await store.plans.list({ after: '1', limit: 2 });
    await store.plans.list({ limit: 2 });
    await store.plans.list({ limit: 2, status: 'running' });
    await store.plans.list({ limit: 2, paperId: 'paper 1' });
    await store.plans.list({ limit: 2, sort: 'start' });
    await store.plans.list({ limit: 2, sort: '-start', status: 'running' });
  },
  'plans.byStates': (store) => store.plans.byStates(['running', 'paused']),
  'plans.change': (store, { planId }) => store.plans.change(planId, ['running'], { name: 'x' }),
  'plans.move': (store, { planId }) =>
    store.plans.move({ planId, sequence: 9, actorId: '-', actorRole: 'admin' }, ['running'], { status: 'running' }),
  'plans.revive': (store, { planId }) =>
    store.plans.revive({ planId, sequence: 9, actorId: '-', actorRole: 'admin' }, 'running'),
  'plans.sayNotices': async (store, { planId }) => {
    const found = await store.plans.get(planId);
    if (found !== null) await store.plans.sayNotices(found, { noticeTemplates: [], freeNotices: true }, 1, SYSTEM);
  },
  'plans.edit': async (store, { planId }) => {
    const found = await store.plans.get(planId);
    if (found === null) return;
    const facts = planEditFacts(found, { graceMs: 1 }, [], { actor: SYSTEM, at: 1 }, '');
    await store.plans.edit(found, { graceMs: 1 }, [], facts);
  },
  'plans.toErase': (store) => store.plans.toErase(2, 3),
  'plans.beginErasing': async (store, { planId }) => {
    const found = await store.plans.get(planId);
    if (found !== null) await store.plans.beginErasing({ ...found, erasingAt: undefined } as never, 2);
  },
  'plans.erased': async (store, { planId }) => {
    const found = await store.plans.get(planId);
    if (found !== null) await store.plans.erased(found, 2);
  },
  'plans.beginImport': (store, { planId }) => store.plans.beginImport(planId, 'import'),
  'plans.namesOf': (store, { paperId }) => store.plans.namesOf(paperId, 2),
  'plans.empty': (store, { rehearsalId }) => store.plans.empty(rehearsalId),
  'plans.remove': (store, { rehearsalId }) => store.plans.remove(rehearsalId),
  'papers.create': (store) => store.papers.create({ _id: 'new', name: 'x', items: [], createdAt: new Date() }),
  'papers.get': (store, { paperId }) => store.papers.get(paperId),
  'papers.list': async (store) => {
    await store.papers.list({ after: '1', limit: 2 });
    await store.papers.list({ limit: 2 });
  },
  'papers.remove': (store, { paperId }) => store.papers.remove(paperId),
  'paperKeys.make': (store, { planId, roomId }) => store.paperKeys.make(planId, [roomId]),
  'paperKeys.seal': (store, { roomId }) => store.paperKeys.seal(roomId, new Uint8Array(1)),
  'paperKeys.released': (store, { roomId }) => store.paperKeys.released(roomId),
  'exportKeys.publicOf': (store, { planId }) => store.exportKeys.publicOf(planId),
  'exportKeys.open': (store, { planId }) => store.exportKeys.open(anExportFile(planId)),
  'keys.put': (store, { paperId }) => store.keys.put(paperId, []),
  'keys.versions': (store, { paperId }) => store.keys.versions(paperId, { limit: 2 }),
  'keys.newest': (store, { paperId }) => store.keys.newest(paperId),
  'rooms.create': (store, { planId }) => store.rooms.create([aRoom(planId)]),
  'rooms.rename': async (store, { roomId }) => {
    const found = await store.rooms.get(roomId);
    if (found === null) return;
    await store.rooms.rename(found, 'another', renamedFacts(found, 'another', { actor: SYSTEM, at: 1 }, ''));
  },
  'rooms.remove': async (store, { planId }) => {
    const room = aRoom(planId);
    await store.rooms.create([room]);
    await store.rooms.remove(room);
  },
  'rooms.get': (store, { roomId }) => store.rooms.get(roomId),
  'rooms.byPlan': (store, { planId }) => store.rooms.byPlan(planId),
  'rooms.list': async (store, { planId, roomId }) => {
    for (const sort of ['id', '-label', 'status']) await store.rooms.list(planId, { limit: 2, sort });
    await store.rooms.list(planId, { limit: 2, status: 'closed', roomIds: [roomId] });
  },
  'rooms.idsOf': (store, { planId }) => store.rooms.idsOf(planId),
  'rooms.take': (store, { roomId }) => store.rooms.take(roomId),
  'rooms.change': (store, { roomId }) => store.rooms.change(roomId, 1, { status: 'open' }),
  'rooms.applied': (store, { roomId }) => store.rooms.applied(roomId, 1, 'c', { status: 'open' }),
  'rooms.carriedOut': (store, { roomId }) => store.rooms.carriedOut(roomId, 1, 'c'),
  'rooms.served': (store, { roomId }) => store.rooms.served([{ roomId, epoch: 1, servedUntil: 1 }]),
  'rooms.charge': (store, { roomId }) => {
    const charge = { proctorId: '-', since: 1, version: 1, offer: null, last: null };
    return store.rooms.charge(roomId, 1, charge, anEntry('charge'));
  },
  'rooms.epochs': (store, { roomId }) => store.rooms.epochs([roomId, 'no such room']),
  'rooms.epoch': (store, { roomId }) => store.rooms.epoch(roomId),
  'rooms.unfinished': (store, { planId }) => store.rooms.unfinished([planId, 'no such plan']),
  'examinees.create': (store, { planId, roomId }) => store.examinees.create([anExaminee(planId, roomId)]),
  'examinees.get': (store, { examineeId }) => store.examinees.get(examineeId),
  'examinees.byCode': (store, { code }) => store.examinees.byCode(code),
  'examinees.byRoom': (store, { roomId }) => store.examinees.byRoom(roomId),
  'examinees.idsIn': (store, { roomId }) => store.examinees.idsIn(roomId, 500),
  'examinees.byIds': (store, { examineeIds }) => store.examinees.byIds(examineeIds),
  'examinees.remove': async (store, { planId, roomId }) => {
    const person = anExaminee(planId, roomId);
    await store.examinees.create([person]);
    await store.examinees.remove(person);
  },
  'examinees.byPlan': async (store, { planId }) => {
    await store.examinees.byPlan(planId, { after: '0', limit: 2 });
    await store.examinees.byPlan(planId, { limit: 2 });
    for (const sort of ['label', '-label', 'status', '-status'])
      await store.examinees.byPlan(planId, { limit: 2, sort });
    await store.examinees.byPlan(planId, { limit: 2, status: 'registered' });
  },
  'examinees.standings': (store, { planId }) => store.examinees.standings(planId, { after: '0', limit: 2 }),
  'examinees.allStandings': (store, { planId }) => store.examinees.allStandings(planId),
  'examinees.countByStatus': { run: (store, { planId }) => store.examinees.countByStatus(planId), counts: 48 },
  'examinees.enterFound': async (store, { examineeId }) =>
    store.examinees.enterFound((await store.examinees.get(examineeId)) ?? anExaminee('', ''), 'other', 'device'),
  'examinees.takeSession': async (store, { examineeId }) => {
    const found = await store.examinees.get(examineeId);
    const registering = { items: [1], reason: '-', actor: SYSTEM, at: 1 };
    if (found !== null) await store.examinees.takeSession(found, 'office', true, registering);
  },
  'examinees.enter': (store, { examineeId }) => store.examinees.enter(examineeId, 'entry', 'device'),
  'examinees.setStatus': (store, { examineeIds }) => store.examinees.setStatus(examineeIds, ['registered'], 'entered'),
  'examinees.beginAnswering': {
    run: (store, { examineeIds }) => store.examinees.beginAnswering(examineeIds),
    counts: 12,
  },
  'examinees.admit': (store, { examineeIds }) => store.examinees.admit(examineeIds, 'other', { is: 'admitted' }),
  'examinees.turn': (store, { examineeIds }) =>
    store.examinees.turn(examineeIds, 'control', ['timed-out'], 'answering'),
  'examinees.move': (store, { examineeIds, roomId }) =>
    store.examinees.move(examineeIds, 'move', 5, { fromRoomId: roomId, toRoomId: roomId, carried: {} }),
  'examinees.promiseSeat': (store, { examineeId, roomId }) =>
    store.examinees.promiseSeat(examineeId, { roomId, seat: 'A 1' }, 'seat'),
  'examinees.dropPromise': (store, { examineeId }) => store.examinees.dropPromise(examineeId, 'seat'),
  'examinees.reseat': (store, { examineeId, roomId }) =>
    store.examinees.reseat(examineeId, 'seat', 5, { roomId, seat: 'A 1', from: '' }),
  'examinees.decideIdentity': (store, { examineeId }) =>
    store.examinees.decideIdentity(examineeId, {
      confirmed: true,
      note: '',
      by: '-',
      byRole: 'proctor',
      at: 1,
      version: 1,
    }),
  'examinees.claim': (store, { examineeId }) => store.examinees.claim(examineeId, { proctorId: 'one', at: 1 }),
  'examinees.edit': async (store, { examineeId }) => {
    const found = await store.examinees.get(examineeId);
    if (found !== null) await store.examinees.edit(found, { label: 'another', extraMs: 1, editedAt: 2 }, SYSTEM);
  },
  'examinees.editedSince': (store, { planId }) => store.examinees.editedSince(planId, 1),
  'examinees.unclaim': (store, { examineeId }) => store.examinees.unclaim(examineeId, 'two'),
  'examinees.display': (store, { examineeId }) =>
    store.examinees.display([{ examineeId, link: 'online', savedCount: 1, lastSeenAt: 1, epoch: 1, sequence: 1 }]),
  'heldAnswers.keep': (store, { planId, examineeId }) =>
    store.heldAnswers.keep([aHeldAnswer(planId, '-', examineeId, { _id: 'new' })]),
  'heldAnswers.get': (store, { heldId }) => store.heldAnswers.get(heldId),
  'heldAnswers.count': { run: (store, { examineeId }) => store.heldAnswers.count(examineeId), counts: 4 },
  'heldAnswers.undecided': (store, { examineeId }) => store.heldAnswers.undecided(examineeId),
  'heldAnswers.undecidedNames': (store, { examineeId }) => store.heldAnswers.undecidedNames(examineeId),
  'heldAnswers.move': (store, { examineeIds, roomId }) => store.heldAnswers.move(examineeIds, roomId, roomId),
  'heldAnswers.undecidedIn': { run: (store, { roomId }) => store.heldAnswers.undecidedIn(roomId), counts: 40 },
  'heldAnswers.inRoom': (store, { roomId }) => store.heldAnswers.inRoom(roomId),
  'heldAnswers.decide': (store, { heldId }) =>
    store.heldAnswers.decide(heldId, ['held'], { state: 'dropped', decidedAt: 1, by: '', as: 0 }),
  'heldAnswers.byPlan': (store, { planId }) => store.heldAnswers.byPlan(planId, { after: '0', limit: 2 }),
  'imports.get': (store, { importId }) => store.imports.get(importId),
  'imports.brought': (store, { planId, examineeId }) => store.imports.brought({ planId, examineeId }, '-'),
  'imports.note': (store, { planId, examineeId }) => store.imports.note(anImport(planId, '-', examineeId)),
  'rosterImports.get': (store, { rosterImportId }) => store.rosterImports.get(rosterImportId),
  'rosterImports.byPlan': async (store, { planId }) => {
    await store.rosterImports.byPlan(planId, { after: '0', limit: 2 });
    await store.rosterImports.byPlan(planId, { limit: 2 });
  },
  'rosterImports.create': (store, { planId }) => store.rosterImports.create(aRosterImport(planId)),
  'rosterImports.addRooms': (store, { planId }) => store.rosterImports.addRooms(planId, [aRoom(planId)]),
  'rosterImports.addPeople': (store, { planId, roomId, rosterImportId }) =>
    store.rosterImports.addPeople(rosterImportId, [anExaminee(planId, roomId)], 2),
  'rosterImports.commit': async (store, { rosterImportId }) => {
    const found = await store.rosterImports.get(rosterImportId);
    if (found !== null) await store.rosterImports.commit(found, 3);
  },
  'rosterImports.giveUp': (store, { rosterImportId }) =>
    store.rosterImports.giveUp({ _id: rosterImportId, touchedAt: 9 }, 'of another', 4),
  'rosterImports.finish': { run: (store, known) => store.rosterImports.finish(importOf(known), 5), counts: 48 },
  'rosterImports.remove': { run: (store, known) => store.rosterImports.remove(importOf(known), 6), counts: 48 },
  'rosterImports.stale': (store) => store.rosterImports.stale(9, 2),
  'rosterImports.goneSince': (store) => store.rosterImports.goneSince(1, 2),
  'photos.put': (store, { planId, examineeId }) =>
    store.photos.put({ _id: examineeId, planId, type: 'image/png', bytes: Buffer.of(1), at: 1 }),
  'photos.get': (store, { examineeId }) => store.photos.get(examineeId),
  'keptExports.order': (store, { planId }) => store.keptExports.order(anExport(newId(), planId)),
  'keptExports.get': (store, { exportId }) => store.keptExports.get(exportId),
  'keptExports.byPlan': (store, { planId }) => store.keptExports.byPlan(planId, { limit: 2 }),
  'keptExports.take': (store) => store.keptExports.take(5, 6),
  'keptExports.hold': (store, { exportId: _id }) => store.keptExports.hold({ _id, attempt: 0 }, 1, 7),
  'keptExports.add': (store, { exportId: _id }) =>
    store.keptExports.add({ _id, attempt: 0, offset: 0 }, { name: 'piece', bytes: 1 }, 7),
  'keptExports.made': (store, { exportId: _id }) =>
    store.keptExports.made({ _id, attempt: 9, offset: 1 }, { sha256: '', rows: 1, madeAt: 1 }),
  'keptExports.later': (store, { exportId: _id }) => store.keptExports.later({ _id, attempt: 9 }, 7, true),
  'keptExports.fail': (store, { exportId: _id }) => store.keptExports.fail({ _id, attempt: 9 }, 'INTERNAL'),
  'keptExports.bytesOf': { run: (store, { planId }) => store.keptExports.bytesOf(planId), counts: 4 },
  'keptExports.removeExpired': (store) => store.keptExports.removeExpired(1),
  'keptExports.removeOfPlan': (store) => store.keptExports.removeOfPlan('-'),
  'uploads.create': { run: (store, { planId }) => store.uploads.create(anUpload(newId(), planId), QUOTA), counts: 3 },
  'uploads.get': (store, { uploadId }) => store.uploads.get(uploadId),
  'uploads.keyOf': async (store, { uploadId }) => {
    const found = await store.uploads.get(uploadId);
    if (found !== null) await store.uploads.keyOf(found);
  },
  'uploads.add': (store, { uploadId: _id }) =>
    store.uploads.add({ _id, offset: 0, attempt: 0 }, { name: 'piece', bytes: 1 }, 1),
  'uploads.restart': (store, { uploadId: _id }) => store.uploads.restart({ _id, attempt: 0 }),
  'uploads.whole': (store, { uploadId: _id }) =>
    store.uploads.whole({ _id, attempt: 1 }, { type: 'text/plain', state: 'checking', checkAt: 1 }),
  'uploads.toCheck': (store) => store.uploads.toCheck(2, 3),
  'uploads.checkLater': (store, { uploadId }) => store.uploads.checkLater(uploadId, 9),
  'uploads.checked': (store, { uploadId }) => store.uploads.checked(uploadId, 'clean'),
  'uploads.byPlan': async (store, { planId }) => {
    await store.uploads.byPlan(planId, undefined, { limit: 2 });
    await store.uploads.byPlan(planId, ['-'], { limit: 2 });
  },
  'uploads.remove': (store, { uploadId }) => store.uploads.remove(uploadId),
  'uploads.removeOf': (store) => store.uploads.removeOf('nobody', '-'),
  'uploads.removeIdle': (store) => store.uploads.removeIdle(1),
  'uploads.removed': (store) => store.uploads.removed(2),
  'uploads.forget': (store, { uploadId }) => store.uploads.forget(uploadId),
  'photos.has': (store, { examineeId }) => store.photos.has(examineeId),
  'photos.hasAny': (store, { planId }) => store.photos.hasAny(planId),
  'photos.remove': (store, { examineeId }) => store.photos.remove(examineeId),
  'sheets.create': (store, { planId, roomId }) => store.sheets.create([{ examineeId: 'new', planId, roomId }]),
  'sheets.get': (store, { examineeId }) => store.sheets.get(examineeId),
  'sheets.byRoom': (store, { roomId }) => store.sheets.byRoom(roomId),
  'sheets.statesByPlan': (store, { planId }) => store.sheets.statesByPlan(planId, { after: '0', limit: 2 }),
  'sheets.byPlan': async (store, { planId }) => {
    await store.sheets.byPlan(planId, { after: '0', limit: 2 });
    await store.sheets.byPlan(planId, { limit: 2 });
  },
  'sheets.begin': (store, { examineeIds }) => store.sheets.begin(examineeIds),
  'sheets.end': (store, { examineeId }) => store.sheets.end(examineeId, 'submitted', [], 5),
  'sheets.amend': async (store, { examineeId }) => {
    const found = await store.sheets.get(examineeId);
    if (found !== null) await store.sheets.amend(found, { vector: [], receipt: '-' }, anEntry(newId()));
  },
  'sheets.own': { run: (store, { roomId }) => store.sheets.own(roomId, 7), counts: 0 },
  'sheets.notePast': (store, { examineeId }) => store.sheets.notePast(examineeId),
  'sheets.reopen': (store, { examineeIds }) => store.sheets.reopen(examineeIds, 'control', 5),
  'sheets.move': (store, { examineeIds, roomId }) => store.sheets.move(examineeIds, 'move', roomId),
  'sheets.submitFor': (store, { examineeIds }) => store.sheets.submitFor(examineeIds, 'control'),
  'sheets.settleRoom': (store, { roomId }) => store.sheets.settleRoom(roomId),
  'sheets.unfiled': (store) => store.sheets.unfiled(3),
  'sheets.filed': (store, { examineeId }) => store.sheets.filed(examineeId, 6),
  'sheets.scored': (store, { planId }) => store.sheets.scored(planId),
  'answers.insert': (store, { planId, examineeId }) =>
    store.answers.insert(planId, [[examineeId, 1, 1_000_001, 'A', 'hash', 1]]),
  'answers.current': (store, { planId, examineeId }) => store.answers.current(planId, examineeId),
  'answers.revisions': (store, { planId, examineeId }) => store.answers.revisions(planId, examineeId),
  'answers.history': async (store, { planId, examineeId }) => {
    await store.answers.history(planId, examineeId, 3);
    await store.answers.history(planId, examineeId);
  },
  'answers.savedAt': (store, { planId, examineeId }) => store.answers.savedAt(planId, examineeId),
  'answers.byVector': (store, { planId, examineeId }) => store.answers.byVector(planId, examineeId, [[1, 1_000_001]]),
  'answers.byVectors': (store, { planId, examineeId }) =>
    store.answers.byVectors(planId, [[examineeId, [[1, 1_000_001]]]]),
  'answers.proofs': (store, { planId, examineeId }) => store.answers.proofs(planId, examineeId, [[1, 1_000_001]]),
  'receiptKeys.signer': (store) => store.receiptKeys.signer(),
  'receiptKeys.all': (store) => store.receiptKeys.all(),
  'receiptKeys.rotate': (store) => store.receiptKeys.rotate(),
  'answers.prune': (store, { planId, examineeId }) =>
    store.answers.prune([`${planId}.${examineeId}.0001.0000000001000001`]),
  'controls.issue': (store, { planId }) => store.controls.issue(aControl(planId)),
  'controls.get': (store, { controlId }) => store.controls.get(controlId),
  'controls.forPlan': (store, { planId }) => store.controls.forPlan(planId, 38),
  'controls.receipt': (store, { controlId, roomId, planId }) =>
    store.controls.receipt({
      _id: `${controlId}.${roomId}`,
      controlId,
      roomId,
      planId,
      state: 'failed',
      code: '',
      message: '',
      ledger: {},
      at: 1,
    }),
  'controls.refusedIn': (store, { controlId, roomId }) => store.controls.refusedIn(roomId, [controlId, 'unknown']),
  'controls.reopenings': (store) => store.controls.reopenings(0),
  'controls.receiptsFor': (store, { roomId, examineeId }) =>
    store.controls.receiptsFor([roomId, 'no such room'], examineeId),
  'controls.byIds': (store, { controlId }) => store.controls.byIds([controlId, 'unknown']),
  'controls.receiptsOfRoom': (store, { roomId }) => store.controls.receiptsOfRoom(roomId),
  'controls.noteDelivery': (store, { controlId, roomId, examineeId }) =>
    store.controls.noteDelivery(`${controlId}.${roomId}`, new Map([[examineeId, { deliveredAt: 5 }]])),
  'controls.receipts': (store, { controlId }) => store.controls.receipts(controlId),
  'calls.raise': (store) => store.calls.raise(aCall()),
  'calls.end': (store, { callId, roomId }) =>
    store.calls.end(callId, roomId, { status: 'closed', answer: '', by: '-', byRole: 'proctor', endedAt: 5 }),
  'calls.received': (store, { callId, examineeId }) => store.calls.received(examineeId, [callId], 6),
  'calls.move': (store, { examineeId, roomId }) => store.calls.move([examineeId], roomId, roomId),
  'calls.waitingIn': (store, { roomId }) => store.calls.waitingIn(roomId),
  'calls.ofExaminee': (store, { planId, examineeId }) => store.calls.ofExaminee(planId, examineeId),
  'calls.byPlan': async (store, { planId, roomId }) => {
    const [first] = await store.calls.byPlan(planId, {}, { limit: 3 });
    await store.calls.byPlan(planId, { states: ['open'] }, { limit: 3, after: `${first?.at}.${first?._id}` });
    await store.calls.byPlan(planId, { roomIds: [roomId] }, { limit: 3 });
  },
  'admins.create': (store) =>
    store.admins.create({ _id: 'new', login: 'new', passwordHash: '-', createdAt: new Date() }),
  'admins.get': (store) => store.admins.get('admin 7'),
  'admins.byLogin': (store) => store.admins.byLogin('admin 7'),
  'admins.list': (store) => store.admins.list({ after: 'admin 1', limit: 2 }),
  'admins.edit': async (store) => {
    const found = await store.admins.get('admin 5');
    if (found !== null) await store.admins.edit(found, { login: 'other' }, anEntry(newId()));
  },
  'admins.remove': (store) => store.admins.remove('admin 3'),
  'admins.count': { run: (store) => store.admins.count(), counts: 40 },
  'proctors.create': (store) =>
    store.proctors.create({
      _id: 'new',
      planId: '-',
      roomIds: [],
      chief: false,
      version: 1,
      login: 'new',
      label: '-',
      passwordHash: '-',
      createdAt: new Date(),
    }),
  'proctors.edit': async (store) => {
    const found = await store.proctors.get('proctor 8');
    if (found !== null) await store.proctors.edit(found, { label: 'other' }, anEntry(newId()));
  },
  'proctors.remove': async (store) => {
    const found = await store.proctors.get('proctor 9');
    if (found !== null) await store.proctors.remove(found);
  },
  'proctors.get': (store) => store.proctors.get('proctor 7'),
  'proctors.byLogin': (store) => store.proctors.byLogin('proctor 7'),
  'proctors.labels': (store) => store.proctors.labels(['proctor 7', 'unknown']),
  'proctors.byPlan': (store) => store.proctors.byPlan('plan 3'),
  'proctors.assignments': (store) => store.proctors.assignments('plan 3'),
  'proctors.assign': async (store) => {
    const proctor = await store.proctors.get('proctor 7');
    if (proctor !== null) await store.proctors.assign(proctor, { roomIds: [], chief: true }, 1, SYSTEM);
  },
  'proctors.ofRoom': (store) => store.proctors.ofRoom('plan 3', 'room 7'),
  'proctors.entered': (store) => store.proctors.entered('proctor 7', 'room 7', 1),
  'proctors.setPresence': (store) =>
    store.proctors.setPresence('proctor 7', 'room 7', ['assigned'], { state: 'present', at: 1, epoch: 1 }),
  'sessions.create': (store) =>
    store.sessions.create({
      _id: 'new',
      kind: 'link',
      subjectId: '-',
      role: 'admin',
      expiresAt: 9,
      createdAt: new Date(),
    }),
  'sessions.get': (store) => store.sessions.get('session 30'),
  'sessions.remove': (store) => store.sessions.remove('session 30'),
  'sessions.follow': (store) => store.sessions.follow('session 29', 'session 29', 1),
  'sessions.removeFamily': (store) => store.sessions.removeFamily('session 29'),
  'sessions.editService': async (store) => {
    const found = await store.sessions.get('session 28', 0);
    if (found !== null) await store.sessions.editService(found, { label: 'other' }, false);
  },
  'sessions.removeOf': (store) => store.sessions.removeOf('proctor 5', 'proctor'),
  'sessions.removeOthersOf': (store) => store.sessions.removeOthersOf('proctor 6', 'proctor', 'another'),
  'sessions.services': (store) => store.sessions.services({ limit: 2 }, 1),
  'sessions.ofService': (store) => store.sessions.ofService('service 1', 1),
  'sessions.sweep': (store) => store.sessions.sweep(10, 5),
  'marks.get': (store, { examineeId }) => store.marks.get(examineeId, 1),
  'marks.of': (store, { examineeIds }) => store.marks.of(examineeIds),
  'marks.byPlan': async (store, { planId }) => {
    await store.marks.byPlan(planId, { limit: 3 });
    await store.marks.byPlan(planId, { after: '0', limit: 3 });
  },
  'marks.lastAt': (store, { planId }) => store.marks.lastAt(planId),
  'marks.put': (store, { planId, examineeId }) =>
    store.marks.put({ planId, examineeId, item: 1 }, null, { revision: 1, marks: [], decision: null }, 1, SYSTEM),
  'erasures.get': (store) => store.erasures.get('erased'),
  'erasures.open': (store, { planId }) => store.erasures.open(planId, '', 3),
  'erasures.byPlan': (store, { planId }) => store.erasures.byPlan(planId, { limit: 3 }),
  'erasures.begin': (store, { planId, roomId, examineeId }) =>
    store.erasures.begin(
      {
        ...{ _id: examineeId, planId, roomId, reason: '-', by: '-', byRole: 'admin' },
        ...{ at: 1, doneAt: 0, removed: {} },
      },
      anEntry(newId()),
    ),
  // All controls of the plan are looked through for the name, and everything that waits for the chain, which here is all that there is.
  'erasures.remove': { run: (store, { planId }) => store.erasures.remove({ _id: 'nobody', planId }), counts: 16 },
  'erasures.done': (store) => store.erasures.done('nobody', { sheets: 1 }, 2),
  'scorings.begin': (store, { rehearsalId }) => store.scorings.begin(rehearsalId, 1),
  'scorings.stillMine': (store, { planId }) => store.scorings.stillMine(planId, 'scoring 1', 1),
  'scorings.abandon': (store, { planId }) => store.scorings.abandon(planId, 'scoring 1'),
  'scorings.makeCurrent': (store, { planId }) =>
    store.scorings.makeCurrent({ _id: planId }, { scoringId: 'scoring 1', keyVersion: 1, at: 1 }, 0),
  'scorings.sweep': {
    run: (store, { planId }) =>
      store.scorings.sweep({ _id: planId, scoring: { ...SCORING, earlier: [] } }, 'scoring of nobody'),
    counts: 40,
  },
  'scorings.release': (store, { planId }) => store.scorings.release(planId, SCORING, 1, SYSTEM),
  'results.put': (store, { planId }) =>
    store.results.put([
      {
        ...{ _id: 'x.1', planId, roomId: 'red', examineeId: 'x', scoringId: '1', keyVersion: 1 },
        ...{ points: 1, itemPoints: [], at: new Date() },
      },
    ]),
  'results.byScoring': async (store, { planId }) => {
    const after = '0';
    for (const page of [{}, { after }, { roomId: 'red' }, { after, roomId: 'red' }, { isChanged: true }])
      await store.results.byScoring(planId, 'scoring 1', { ...page, limit: 3 });
  },
  'results.of': {
    run: (store, { examineeIds }) => store.results.of('scoring 1', examineeIds),
    counts: 12,
  },
  'statistics.put': (store, { planId }) =>
    store.statistics.put([
      {
        ...{ _id: `${planId}.1.`, planId, roomId: '', scoringId: '1', keyVersion: 3 },
        ...{ examineeCount: 1, figures: {}, more: {}, at: new Date() },
      },
    ]),
  'statistics.of': (store, { planId }) => store.statistics.of(planId, 'scoring 1'),
  'files.put': (store, { planId }) =>
    store.files.put({
      _id: 'x',
      planId,
      kind: 'sheet',
      subjectId: '-',
      path: '-',
      sha256: '-',
      bytes: 1,
      at: new Date(),
    }),
  'files.get': (store) => store.files.get('x'),
  'files.byPlan': async (store, { planId }) => {
    await store.files.byPlan(planId, { limit: 3 });
    await store.files.byPlan(planId, { after: '0', limit: 3 });
  },
  'logs.insert': {
    run: (store, { planId }) =>
      store.logs.insert([{ logId: 'x', planId, stream: 'system', subject: '-', kind: '-', at: 1, data: {} }]),
    counts: 40,
  },
  'logs.byPlan': async (store, { planId, logId }) => {
    const limit = 3;
    const filters = [
      { since: 30 },
      { subject: 'room' },
      { roomId: 'r5' },
      { kind: 'kind 3' },
      { stream: 'proctor' },
    ] as const;
    await store.logs.byPlan(planId, { limit });
    await store.logs.byPlan(planId, { after: `20.${logId}`, limit });
    await store.logs.byPlan(planId, { sort: '-at', until: 30, limit });
    for (const filter of filters) await store.logs.byPlan(planId, { ...filter, limit });
  },
  'logs.about': async (store, { planId, examineeId }) => {
    const [first] = await store.logs.about(planId, examineeId, { limit: 2 });
    await store.logs.about(planId, examineeId, { after: `${first?.at}.${first?._id}`, limit: 2 });
  },
  'logs.countsByMinute': (store, { planId }) => store.logs.countsByMinute(planId, { limit: 3 }),
  'logs.recount': { run: (store) => store.logs.recount(Number.MAX_SAFE_INTEGER, 3), counts: 40 },
  'incidents.report': (store, { planId, roomId, examineeId }) =>
    store.incidents.report(aReport({ planId, roomId, examineeId }), DEFAULT_INCIDENT_RULES, 9),
  'incidents.handle': (store, { incidentId }) =>
    store.incidents.handle(
      incidentId,
      { to: 'acknowledged', actorId: '-', actorRole: 'admin', note: '', controlId: '', version: 1 },
      9,
    ),
  'incidents.get': (store, { incidentId }) => store.incidents.get(incidentId),
  'incidents.byIds': (store, { incidentId }) => store.incidents.byIds([incidentId, 'unknown']),
  'incidents.byPlan': async (store, { planId, roomId, incidentId }) => {
    const roomIds = [roomId, 'another'];
    await store.incidents.byPlan(planId, {}, { limit: 3 });
    await store.incidents.byPlan(planId, { states: ['raised'] }, { limit: 3, after: `20.${incidentId}` });
    await store.incidents.byPlan(planId, { roomIds }, { limit: 3, after: `20.${incidentId}` });
    await store.incidents.byPlan(planId, { kind: 'voice' }, { limit: 3 });
    await store.incidents.byPlan(planId, {}, { limit: 3, sort: '-severity' });
    await store.incidents.byPlan(planId, { kind: 'voice', roomIds, states: ['raised'] }, { limit: 3 });
  },
  'incidents.ofExaminee': (store, { planId, examineeId }) => store.incidents.ofExaminee(planId, examineeId),
  'incidents.move': (store, { planId, examineeIds, roomId }) =>
    store.incidents.move(planId, examineeIds, roomId, roomId),
  'incidents.openOfRoom': (store, { planId, roomId }) => store.incidents.openOfRoom(planId, roomId),
  'incidents.changedSince': (store, { planId }) => store.incidents.changedSince(planId, 38),
  'incidents.counts': (store, { planId }) => store.incidents.counts(planId),
  'monitoring.record': { run: (store, { planId }) => store.monitoring.record(planId, 10_000 * 60_000), counts: 48 },
  'monitoring.byPlan': (store, { planId }) => store.monitoring.byPlan(planId, { after: String(20 * 60_000), limit: 3 }),
  'audit.append': (store, { planId }) => store.audit.append(planId, [anEntry(newId())]),
  'audit.end': (store, { planId }) => store.audit.end(planId),
  'audit.byPlan': (store, { planId }) => store.audit.byPlan(planId, 20, 3),
  'audit.textsFor': async (store, { planId }) => {
    const source = 'with a text';
    await store.audit.append(planId, [{ ...anEntry(source), data: { reason: 'why' } }]);
    return store.audit.textsFor((await store.audit.byPlan(planId, 0, 500)).filter(({ _id }) => _id === source));
  },
  'audit.list': async (store, { planId }) => {
    await store.audit.list(planId, { sort: '-sequence', limit: 3 });
    await store.audit.list(planId, { kind: 'x', subject: '-', limit: 3 });
  },
  'audit.waiting': (store) => store.audit.waiting(5),
  'audit.taken': (store, { planId, controlId }) =>
    store.audit.taken([{ facts: anEntry('x'), planId, in: 'controls', documentId: controlId }]),
  'audit.keepHead': (store, { planId }) => store.audit.keepHead(aHead(planId, 41)),
  'audit.heads': (store, { planId }) => store.audit.heads(planId),
  'audit.lastHead': (store, { planId }) => store.audit.lastHead(planId),
  'idempotency.begin': (store) => store.idempotency.begin('request 3', 'hash', 1),
  'idempotency.done': (store) => store.idempotency.done('request 3', 200, {}),
  'idempotency.forget': (store) => store.idempotency.forget('request 3'),
  'idempotency.sweep': (store) => store.idempotency.sweep(1, 5),
  'clock.offset': (store) => store.clock.offset(),
};

const SCORING = { version: 1, scoringId: 'scoring 1', keyVersion: 1, at: 1 };

/** Members of the store that are no aggregate, read nothing, or all of it: those of copies have an index, as their tests see. */
const OWN = ['ensureIndexes', 'missingIndexes', 'ping', 'close', 'answerFiles', 'copies'];

describe('named queries of the store', () => {
  let filled: FilledStore;

  before(async function () {
    this.timeout(60_000);
    filled = await fillStore();
  });
  after(() => filled.close());

  it('are all in this table', () => {
    const names = Object.entries(filled.store)
      .filter(([aggregate]) => !OWN.includes(aggregate))
      .flatMap(([aggregate, calls]) => Object.keys(calls).map((call) => `${aggregate}.${call}`));
    assert.deepEqual(names.sort(), Object.keys(QUERIES).sort());
  });

  for (const [name, entry] of Object.entries(QUERIES)) {
    const { run, counts = 1 } = typeof entry === 'function' ? { run: entry } : entry;
    it(`${name} reads at most ${MOST_READ} times what it returns`, async () => {
      const readings = await filled.readings(() => run(filled.store, filled.known));
      for (const { command, read, returned } of readings) {
        const most = MOST_READ * Math.max(returned, counts);
        assert.ok(read <= most, `read ${read} for ${returned}: ${command}`);
      }
    });
  }
});
