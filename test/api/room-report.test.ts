// A room's report and its history of controls over REST: what is in them, for whom; and that no answer and no other room is.
import assert from 'node:assert/strict';
import { contentHash } from '../../exam/content-hash.ts';
import { orderFields } from '../../schema/documents/control.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import type { RoomControlList, RoomReport } from '../../schema/room-report.ts';
import { aCall, aControl, aProctor, aReport } from '../support/stored.ts';
import { type ExamFixture, examineeToken, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const CANARY = { answer: 'canary-of-an-answer', other: 'canary-of-another-room' } as const;
const TEN = 1_800_000_000_000;

describe('the report of a room', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let proctor: string;
  let choi: string;

  before(async () => {
    api = await startApi('room-report');
    exam = await makeExam(api);
    proctor = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
    const known = aProctor(exam.planId, [exam.roomIds[0]], { label: 'Choi' });
    await api.store.proctors.create(known);
    choi = known._id;
    for (const [index, roomId] of exam.roomIds.entries())
      await happens(roomId, index * 2, index === 0 ? 'own' : CANARY.other);
  });
  after(() => api.stop());

  const read = (path: string, token = proctor) => api.call('GET', `/v1/rooms/${exam.roomIds[0]}/${path}`, { token });

  /** Everything that a report has, of this room and the person at this place. */
  async function happens(roomId: string, index: number, word: string): Promise<void> {
    const { planId } = exam;
    const { examineeId } = personAt(exam, index);
    const response = CANARY.answer;
    await api.store.answers.insert(planId, [[examineeId, 2, 1_000_001, response, contentHash(response), TEN]]);
    await api.store.sheets.end(examineeId, 'submitted', [[2, 1_000_001]], TEN + 60_000);
    const log = { planId, roomId, at: TEN } as const;
    const examinee = { logId: newId(), ...log, stream: 'examinee', subject: examineeId } as const;
    const lost = { ...examinee, logId: newId(), kind: 'link.lost', data: { from: TEN, to: TEN + 9_000 } };
    const handover = { from: choi, to: '', note: word };
    await api.store.logs.insert([
      { ...examinee, kind: 'examinee.entered', data: { fence: 1 } },
      lost,
      { ...log, logId: newId(), stream: 'proctor', subject: choi, kind: 'handover.offered', data: handover },
    ]);
    const report = aReport({ planId, roomId, examineeId, note: word });
    await api.store.incidents.report(report, DEFAULT_INCIDENT_RULES, TEN);
    await api.store.calls.raise(aCall({ planId, roomId, examineeId, question: word }));
    for (const [text, at] of [
      ['first', 5],
      ['second', 6],
    ] as const) {
      const order = orderFields({ action: 'notice', reason: word, text, examineeIds: [examineeId] });
      const { control } = await api.store.controls.issue(aControl(planId, { roomId, actorId: choi, ...order }));
      const ledger = { [examineeId]: { sentAt: at, deliveredAt: 0, confirmedAt: 0 } };
      const outcome = { state: 'applied', code: '', message: '', at: TEN + at, ledger } as const;
      await api.store.controls.receipt({
        _id: `${control._id}.${roomId}`,
        controlId: control._id,
        roomId,
        planId,
        ...outcome,
      });
    }
  }

  it('has people with their times and counts, incidents, controls, calls, handovers and proctors', async () => {
    const { body } = await read('report');
    const report = body as RoomReport;
    const { examineeId, code } = personAt(exam, 0);
    assert.deepEqual([report.plan.name, report.room.label, report.people.length], ['plan', 'one', 2]);
    const ada = report.people.find((one) => one.examineeId === examineeId);
    assert.deepEqual(
      [ada?.label, ada?.code, ada?.enteredAt, ada?.endedAt, ada?.savedCount, ada?.lost],
      ['Ada', code, TEN, TEN + 60_000, 1, { count: 1, ms: 9_000 }],
    );
    assert.deepEqual(
      report.incidents.map(({ evidence }) => evidence[0]?.note),
      ['own'],
    );
    assert.deepEqual(
      report.calls.map(({ question }) => question),
      ['own'],
    );
    assert.deepEqual(
      report.controls.map(({ text, reason, ledger }) => [text, reason, ledger.missing]),
      [
        ['first', 'own', [examineeId]],
        ['second', 'own', [examineeId]],
      ],
    );
    const [step] = report.charge.steps;
    assert.deepEqual([step?.step, step?.by?.label, step?.note], ['offered', 'Choi', 'own']);
    assert.deepEqual(report.proctors.filter(({ label }) => label === 'Choi').length, 1);
  });

  it('and its history have no answer, and nothing of another room', async () => {
    const other = personAt(exam, 2);
    for (const path of ['report', 'controls']) {
      const { text } = await read(path);
      for (const canary of [...Object.values(CANARY), other.examineeId, other.label, other.code])
        assert.ok(!text.includes(canary), `${path}: ${canary}`);
      assert.ok(text.includes('own'), 'what is of the room is there, so the scan would find another');
    }
  });

  it('has a history of controls in pages, each control once', async () => {
    const first = (await read('controls?limit=1')).body as RoomControlList;
    assert.deepEqual([first.controls.length, first.controls[0]?.text], [1, 'first']);
    const second = (await read(`controls?limit=1&after=${first.next}`)).body as RoomControlList;
    assert.deepEqual([second.controls.map(({ text }) => text), second.next], [['second'], null]);
  });

  it('is for admins and the own proctors', async () => {
    const other = await proctorToken(api, exam.planId, [exam.roomIds[1]]);
    for (const path of ['report', 'controls']) {
      for (const token of [other, examineeToken(api, exam, 0), await api.session({ role: 'service' })])
        assert.equal((await read(path, token)).status, 403);
      assert.deepEqual([(await read(path, exam.admin)).status, (await read(path)).status], [200, 200]);
    }
  });
});
