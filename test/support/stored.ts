// Documents as tests store them: whole and valid, with new ids, and a store of a test's own. Called by tests.

import { newExaminee, newRoom } from '../../api/new-rows.ts';
import type { Call } from '../../schema/calls.ts';
import type { AuditFacts, HeadDocument } from '../../schema/documents/audit.ts';
import { type ControlDocument, orderFields } from '../../schema/documents/control.ts';
import type { HeldAnswerDocument, ImportDocument } from '../../schema/documents/held.ts';
import type { ProctorDocument } from '../../schema/documents/people.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import type { ExamineeDocument, RoomDocument } from '../../schema/documents/room.ts';
import type { RosterImportDocument } from '../../schema/documents/roster-import.ts';
import { EXPORT_FORMAT, EXPORT_VERSION, type ExportFile } from '../../schema/export-file.ts';
import { newId } from '../../schema/ids.ts';
import type { IncidentReport } from '../../schema/incidents.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl } from './parts.ts';

/** Of a password that nobody knows. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$FpSs5hTn2ia3jGED0bYiKw$OoNQfRObQVgMa9CHh9Voi0wKhAhV28iB0ZKKgcK1RgE';

/** What the heads of audit chains are signed with in tests. */
export const SECRET = 'a secret of a test, long enough for it';

/** Seals the papers of tests. Not regular, because processes that are given it do not start with one that is. */
export const TEST_PAPER_KEY = Uint8Array.from({ length: 32 }, (_, index) => (index * 89 + 41) % 256);

/** A store on a new database with all indexes; the caller closes it. */
export async function newStore(name: string): Promise<Store> {
  return openStore({ url: await mongodbUrl(`${name}-${newId()}`), autoIndex: true, paperKey: TEST_PAPER_KEY });
}

/** A draft of one hour, but for what is given. */
export function aPlan(given: Partial<PlanDocument> = {}): PlanDocument {
  return {
    _id: newId(),
    name: 'plan',
    paperId: newId(),
    status: 'draft',
    durationMs: 3_600_000,
    windowEndsAt: 0,
    rehearsal: false,
    startsAt: 0,
    endedAt: 0,
    createdAt: new Date(0),
    version: 1,
    lockStopsClock: false,
    warningsMs: [600_000, 300_000, 60_000],
    graceMs: 0,
    movedBy: 0,
    ...given,
  };
}

/** A closed room that nobody has owned. */
export function aRoom(planId: string, given: Partial<RoomDocument> = {}): RoomDocument {
  const _id = given._id ?? newId();
  return { ...newRoom(_id, planId, `room ${_id}`), ...given };
}

/** An examinee who never entered. */
export function anExaminee(planId: string, roomId: string, given: Partial<ExamineeDocument> = {}): ExamineeDocument {
  const examineeId = given._id ?? newId();
  const named = { examineeId, label: `examinee ${examineeId}`, roomId, extraMs: 0 };
  return { ...newExaminee(planId, named), ...given };
}

/** A proctor of these rooms who has not come yet. */
export function aProctor(planId: string, roomIds: string[], given: Partial<ProctorDocument> = {}): ProctorDocument {
  const _id = given._id ?? newId();
  const names = { login: `login-${_id}`, label: `proctor ${_id}`, passwordHash: NOBODYS_HASH };
  return { _id, planId, roomIds, chief: false, version: 1, ...names, createdAt: new Date(0), ...given };
}

/** A hand that is up. */
export function aCall(given: Partial<Call> = {}): Call {
  const [_id, examineeId] = [given._id ?? newId(), given.examineeId ?? newId()];
  const over = { answer: '', by: '', byRole: '', endedAt: 0, receivedAt: 0 } as const;
  const asked = { planId: newId(), roomId: newId(), question: 'which page?', at: 1_000, status: 'open' } as const;
  return { _id, examineeId, ...asked, ...over, open: examineeId, waiting: true, ...given };
}

/** An answer that a fenced device held, and nobody has looked at. */
export function aHeldAnswer(
  planId: string,
  roomId: string,
  examineeId: string,
  given: Partial<HeldAnswerDocument> = {},
): HeldAnswerDocument {
  return {
    _id: newId(),
    ...{ planId, roomId, examineeId, item: 1, revision: 1_000_001, response: 'A', hash: '-' },
    ...{ heldAt: 1, state: 'held', decidedAt: 0, by: '', as: 0 },
    ...given,
  };
}

/** What an export came to. */
export function anImport(planId: string, roomId: string, examineeId: string): ImportDocument {
  return {
    _id: newId(),
    ...{ planId, roomId, examineeId, fence: 1, at: 1, by: '-', byRole: 'proctor' },
    ...{ kept: [[1, 1_000_001]], conflicts: [], missing: [], sheet: 'in-progress' },
  };
}

/** A roster of which nothing is written yet. */
export function aRosterImport(planId: string, given: Partial<RosterImportDocument> = {}): RosterImportDocument {
  const by = { by: '-', byRole: 'admin', at: 1, touchedAt: 1, endedAt: 0 } as const;
  return { _id: newId(), planId, state: 'writing', people: 1, written: 0, newRooms: 0, ...by, ...given };
}

/** A file that nobody can open. */
export function anExportFile(planId: string): ExportFile {
  const head = { format: EXPORT_FORMAT, version: EXPORT_VERSION, keyId: newId(), planId } as const;
  return {
    ...head,
    roomId: newId(),
    examineeId: newId(),
    fence: 1,
    proof: '-',
    madeAt: 1,
    ephemeralKey: '',
    sealed: '',
  };
}

/** Something that happened, for the audit chain. */
export function anEntry(source: string, given: Partial<AuditFacts> = {}): AuditFacts {
  const who = { actorId: '', actorRole: 'system' } as const;
  return { source, at: 1_000, ...who, kind: 'test.happened', subject: newId(), roomId: '', data: {}, ...given };
}

/** A head of the audit chain that nobody has signed. */
export function aHead(planId: string, sequence: number): HeadDocument {
  return { _id: `${planId}.${sequence}`, planId, sequence, hash: '-', at: 1_000, signature: '-' };
}

/** A control that opens all rooms of the plan. */
export function aControl(planId: string, given: Partial<ControlDocument> = {}): Omit<ControlDocument, 'sequence'> {
  return {
    _id: newId(),
    planId,
    roomId: '',
    at: 1_000,
    actorId: newId(),
    actorRole: 'admin',
    storedAt: 1_000,
    expiresAt: 61_000,
    ...orderFields({ action: 'open', reason: '' }),
    ...given,
  };
}

/** A camera's report of something worth half, of nobody in particular unless given. */
export function aReport(given: Partial<IncidentReport> = {}): IncidentReport {
  return {
    reportId: newId(),
    planId: newId(),
    roomId: newId(),
    examineeId: '',
    kind: 'camera',
    source: 'service',
    at: 1_000,
    count: 1,
    severity: 0.5,
    actorId: '',
    note: '',
    data: {},
    ...given,
  };
}

/** Evidence of a byte, announced. */
export const anExport = (_id: string, planId: string) => ({
  ...{ _id, planId, by: 'somebody', name: 'logs.csv', type: 'text/csv', at: 5, expiresAt: 9 },
  order: { what: 'logs' as const, format: 'csv' as const, quotaBytes: 1 },
});

export const anUpload = (_id: string, planId: string) => ({
  ...{ _id, planId, use: 'evidence' as const, roomId: '-', by: 'somebody' },
  ...{ name: 'seen', bytes: 1, sha256: '0'.repeat(64), at: 1 },
});
