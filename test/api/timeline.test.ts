// The timeline of an examinee over REST: what it has, in pages, to whom; and that no answer, no key and nobody else is in it.
import assert from 'node:assert/strict';
import { contentHash } from '../../exam/content-hash.ts';
import { orderFields } from '../../schema/documents/control.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import type { LogEntry } from '../../schema/jobs.ts';
import type { TimelineReply } from '../../schema/person-timeline.ts';
import { aCall, aControl, aProctor, aReport } from '../support/stored.ts';
import { type ExamFixture, examineeToken, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const CANARY = { answer: 'canary-of-an-answer', other: 'canary-of-another' } as const;
const TEN = 1_800_000_000_000;

describe('the timeline of an examinee', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let ada: string;
  let roomId: string;
  let proctor: string;

  before(async () => {
    api = await startApi('timeline');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    ({ examineeId: ada, roomId } = personAt(exam, 0));
    proctor = await proctorToken(api, exam.planId, [roomId]);
  });
  after(() => api.stop());

  const read = async (token = proctor, query = '') =>
    api.call('GET', `/v1/examinees/${ada}/timeline${query}`, { token });
  const entriesOf = async (token = proctor) => ((await read(token)).body as TimelineReply).entries;
  const log = (kind: string, at: number, given: Partial<LogEntry> = {}) => {
    const about = { planId: exam.planId, roomId, stream: 'examinee', subject: ada, kind } as const;
    return api.store.logs.insert([{ logId: newId(), ...about, at, data: {}, ...given }]);
  };

  /** A control of these people that the room has applied, with what it came to with each. */
  async function told(text: string, examineeIds: string[], concerned: string[], room = roomId): Promise<string> {
    const order = orderFields({ action: 'notice', reason: 'noise', text, examineeIds });
    const { control } = await api.store.controls.issue(aControl(exam.planId, { roomId: room, ...order }));
    const ids = { controlId: control._id, roomId: room, planId: exam.planId };
    const delivery = { sentAt: TEN + 5, deliveredAt: TEN + 6, confirmedAt: 0 };
    const ledger = Object.fromEntries(concerned.map((id) => [id, delivery]));
    const outcome = { state: 'applied', code: '', message: '', at: TEN + 4, ledger } as const;
    await api.store.controls.receipt({ _id: `${control._id}.${room}`, ...ids, ...outcome });
    return control._id;
  }

  /** Everything that may happen to the first, and the same to the second, who sits there too. */
  async function everythingHappens(): Promise<void> {
    const ben = personAt(exam, 1).examineeId;
    const choi = aProctor(exam.planId, [roomId], { label: 'Choi' });
    await api.store.proctors.create(choi);
    const by = { subject: choi._id, stream: 'proctor' } as const;
    for (const [person, word] of [
      [ada, 'own'],
      [ben, CANARY.other],
    ] as const) {
      await log('examinee.entered', TEN, { subject: person, data: { fence: 1, repeated: false, device: word } });
      await log('link.lost', TEN + 9, { subject: person, data: { from: TEN + 7, to: TEN + 9 } });
      await log('examinee.taken', TEN + 1, { ...by, data: { examineeId: person } });
      const response = CANARY.answer;
      await api.store.answers.insert(exam.planId, [[person, 2, 1_000_001, response, contentHash(response), TEN + 2]]);
      const report = aReport({ planId: exam.planId, roomId, examineeId: person, at: TEN + 3, note: word });
      await api.store.incidents.report(report, DEFAULT_INCIDENT_RULES, TEN);
      await told(word, [person], [person]);
      await api.store.calls.raise(
        aCall({ planId: exam.planId, roomId, examineeId: person, at: TEN + 8, question: word }),
      );
      const identity = {
        confirmed: true,
        note: word,
        by: choi._id,
        byRole: 'proctor',
        at: TEN + 10,
        version: 1,
      } as const;
      await api.store.examinees.decideIdentity(person, identity);
    }
    await told('to both', [ada, ben], [ada, ben]);
  }

  it('has links, counts of answers, incidents, controls with their delivery, calls and identity, in order', async () => {
    await everythingHappens();
    const entries = await entriesOf();
    const order = [
      ...['entered', 'claim', 'answers.saved', 'incident', 'control', 'control'],
      ...['link.lost', 'call', 'link.back', 'identity'],
    ];
    assert.deepEqual(
      entries.map(({ kind }) => kind),
      order,
    );
    const control = entries.find((one) => one.kind === 'control' && one.text === 'own');
    assert.ok(control?.kind === 'control');
    assert.deepEqual([control.reason, control.deliveredAt, control.confirmedAt], ['noise', TEN + 6, 0]);
    const claim = entries[1];
    assert.deepEqual(claim?.kind === 'claim' && [claim.to, claim.by?.label], ['taken', 'Choi']);
    assert.deepEqual(await entriesOf(exam.admin), entries);
  });

  it('has no answer, no key and nothing of another examinee', async () => {
    await everythingHappens();
    const { text } = await read();
    const ben = personAt(exam, 1);
    for (const canary of [...Object.values(CANARY), ben.examineeId, ben.label, ben.code, 'because'])
      assert.ok(!text.includes(canary), canary);
    assert.ok(text.includes('own'), 'what is the own is there, so the scan would find another');
    assert.ok(
      (await api.call('GET', `/v1/examinees/${ben.examineeId}/timeline`, { token: proctor })).text.includes(
        CANARY.other,
      ),
    );
  });

  it('has since when the link is down, until it is back or the examinee is through', async () => {
    const display = {
      examineeId: ada,
      link: 'offline',
      savedCount: 0,
      lastSeenAt: TEN,
      epoch: 1,
      sequence: 1,
    } as const;
    await api.store.examinees.display([display]);
    const kindsOf = async () => (await entriesOf()).map(({ kind, at }) => [kind, at]);
    assert.deepEqual(await kindsOf(), [['link.lost', TEN]]);
    await api.store.examinees.display([{ ...display, link: 'online', sequence: 2 }]);
    assert.deepEqual(await kindsOf(), []);
    await api.store.examinees.display([{ ...display, sequence: 3 }]);
    await api.store.examinees.setStatus([ada], ['registered'], 'submitted');
    assert.deepEqual(await kindsOf(), []);
  });

  it('is in pages that together have each entry once', async () => {
    await everythingHappens();
    const seen: unknown[] = [];
    for (let after = ''; ; ) {
      const { entries, next } = (await read(proctor, `?limit=3${after}`)).body as TimelineReply;
      assert.ok(entries.length <= 3);
      seen.push(...entries);
      if (next === null) break;
      after = `&after=${next}`;
    }
    assert.deepEqual(seen, await entriesOf());
  });

  it('goes along with who is moved, with what was told in the room before, and to the proctors of the new room', async () => {
    const [first, second] = exam.roomIds;
    const noticeId = await told('before', [ada], [ada]);
    await log('examinee.moved', TEN + 20, { data: { toRoomId: second } });
    const there = await proctorToken(api, exam.planId, [second]);
    assert.equal((await read(there)).status, 403);
    await api.store.examinees.move([ada], newId(), TEN + 20, { fromRoomId: first, toRoomId: second, carried: {} });
    assert.equal((await read(proctor)).status, 403);
    const entries = await entriesOf(there);
    assert.deepEqual(
      entries.map((one) => (one.kind === 'control' ? one.controlId : one.kind)),
      [noticeId, 'moved'],
    );
  });

  it('is for admins and the own proctors', async () => {
    const other = await proctorToken(api, exam.planId, [exam.roomIds[1]]);
    for (const token of [other, examineeToken(api, exam, 0), await api.session({ role: 'service' })])
      assert.equal((await read(token)).status, 403);
    assert.equal((await api.call('GET', `/v1/examinees/${newId()}/timeline`, { token: exam.admin })).status, 404);
  });
});
