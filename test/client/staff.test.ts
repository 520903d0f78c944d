// What a proctor's programme asks beside the sockets, through the SDK from the real api: replies, refusals that say why,
// and a network that fails in between.
import assert from 'node:assert/strict';
import { createTokens } from '../../api/tokens.ts';
import { ClientFault } from '../../client/faults.ts';
import { sealExport } from '../../client/sealed-export.ts';
import { login, type Staff, staff } from '../../client/staff.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import { RefusalError } from '../../schema/refusals.ts';
import { type ExamFixture, forceState, makeExam, personAt, proctorToken } from '../api/exam-fixture.ts';
import { type RunningApi, startApi } from '../api/running-api.ts';
import { aCall, aControl, aReport } from '../support/stored.ts';

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0);

describe('staff, through the SDK', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('staff');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
  });
  after(() => api.stop());

  const proctorOf = async (given: { fetch?: typeof fetch } = {}): Promise<Staff> => {
    const token = await proctorToken(api, exam.planId, [exam.roomIds[0]], { label: 'Choi' });
    return staff({ url: api.url, token, random: () => 0, ...given });
  };
  const refusalOf = (code: string) => (cause: unknown) =>
    cause instanceof RefusalError && cause.refusal.refused === code;
  const faultOf = (code: string) => (cause: unknown) => cause instanceof ClientFault && cause.code === code;

  it('logs in, says who it is, and logs out, twice too', async () => {
    const account = { login: `proctor.${exam.planId.toLowerCase()}`, password: 'a password of ten' };
    const body = { label: 'Choi', roomIds: [exam.roomIds[0]], ...account };
    await api.call('POST', `/v1/plans/${exam.planId}/proctors`, { token: exam.admin, body });
    const { token, role } = await login({ url: api.url, ...account });
    assert.equal(role, 'proctor');
    const one = staff({ url: api.url, token });
    const { label, rooms } = await one.me();
    assert.deepEqual([label, rooms.map(({ label }) => label)], ['Choi', ['one']]);
    await one.logout();
    await one.logout();
    await assert.rejects(one.me(), refusalOf('LOGIN_REQUIRED'));
    await assert.rejects(login({ url: api.url, ...account, password: 'wrong' }), refusalOf('LOGIN_REFUSED'));
  });

  it('reads the roster of a room with codes, and decides about an identity once for who has seen it', async () => {
    const one = await proctorOf();
    const [room] = (await one.me()).rooms;
    assert.ok(room);
    const { examineeId, code } = personAt(exam, 0);
    const before = (await one.roster(room)).find((row) => row.examineeId === examineeId);
    assert.deepEqual([before?.code, before?.identity], [code, null]);
    const decided = await one.confirmIdentity(examineeId, { confirmed: true, note: 'passport', version: 0 });
    assert.deepEqual([decided.confirmed, decided.version], [true, 1]);
    const again = await one.confirmIdentity(examineeId, { confirmed: true, note: 'passport', version: 0 });
    assert.deepEqual(again, decided);
    const stale = (await proctorOf()).confirmIdentity(examineeId, { confirmed: false, version: 0 });
    await assert.rejects(stale, (cause) => refusalOf('TRANSITION_REFUSED')(cause) && /look at it/.test(String(cause)));
    assert.deepEqual((await one.roster(room)).length, 2);
  });

  it('reads a photo as an image, and nothing where there is none', async () => {
    const one = await proctorOf();
    const { examineeId } = personAt(exam, 0);
    assert.equal(await one.photo(examineeId), undefined);
    assert.equal((await one.examinee(examineeId)).hasPhoto, false);
    const path = `/v1/examinees/${examineeId}/photo`;
    await api.call('PUT', path, { token: exam.admin, body: PNG, headers: { 'content-type': 'image/png' } });
    const [room] = (await one.me()).rooms;
    assert.ok(room);
    const row = (await one.roster(room)).find((entry) => entry.examineeId === examineeId);
    assert.deepEqual([row?.hasPhoto, (await one.examinee(examineeId)).hasPhoto], [true, true]);
    const photo = await one.photo(examineeId);
    assert.equal(photo?.type, 'image/png');
    assert.deepEqual(new Uint8Array((await photo?.arrayBuffer()) ?? new ArrayBuffer()), PNG);
    await assert.rejects(one.photo(personAt(exam, 2).examineeId), refusalOf('PERMISSION_DENIED'));
  });

  it('reads what has happened to somebody, all pages of it, in the order of time', async () => {
    const one = await proctorOf();
    const { examineeId, roomId } = personAt(exam, 0);
    const about = { planId: exam.planId, roomId, stream: 'examinee', subject: examineeId, data: {} } as const;
    const entries = Array.from({ length: 1_203 }, (_, at) => ({
      logId: newId(),
      ...about,
      kind: 'device.waiting',
      at,
    }));
    for (const from of [0, 500, 1_000]) await api.store.logs.insert(entries.slice(from, from + 500));
    const seen = await one.timeline(examineeId);
    assert.deepEqual(
      seen.map(({ at }) => at),
      entries.map(({ at }) => at),
    );
    await assert.rejects(one.timeline(personAt(exam, 2).examineeId), refusalOf('PERMISSION_DENIED'));
  });

  it('reads the report of a room, its controls, incidents with their evidence, calls and what devices held', async () => {
    const one = await proctorOf();
    const [room] = (await one.me()).rooms;
    assert.ok(room);
    const { planId, roomId } = room;
    const { examineeId } = personAt(exam, 0);
    const report = aReport({ planId, roomId, examineeId, note: 'a second phone' });
    await api.store.incidents.report(report, DEFAULT_INCIDENT_RULES, Date.now());
    await api.store.calls.raise(aCall({ planId, roomId, examineeId }));
    const { control } = await api.store.controls.issue(aControl(planId, { roomId, reason: 'noise' }));
    const outcome = { state: 'applied', code: '', message: '', at: 1, ledger: {} } as const;
    const ids = { _id: `${control._id}.${roomId}`, controlId: control._id, roomId, planId };
    await api.store.controls.receipt({ ...ids, ...outcome });
    assert.deepEqual((await one.report(roomId)).people.map(({ label }) => label).sort(), ['Ada', 'Ben']);
    assert.deepEqual(
      (await one.controls(roomId)).map(({ reason }) => reason),
      ['noise'],
    );
    assert.deepEqual(
      (await one.incidents(room)).map(({ incidentId }) => incidentId),
      [report.reportId],
    );
    assert.equal((await one.incident(report.reportId)).evidence[0]?.note, 'a second phone');
    assert.deepEqual(
      (await one.calls(room)).map(({ question }) => question),
      ['which page?'],
    );
    assert.deepEqual(await one.heldAnswers(roomId), []);
    await assert.rejects(one.report(exam.roomIds[1]), refusalOf('PERMISSION_DENIED'));
  });

  it('reads what people of the room could not work in', async () => {
    const one = await proctorOf();
    assert.deepEqual(await one.lostMinutes(exam.roomIds[0]), []);
    await assert.rejects(one.lostMinutes(exam.roomIds[1]), refusalOf('PERMISSION_DENIED'));
  });

  it('brings a sealed export, twice too, and says what is wrong with one', async () => {
    const one = await proctorOf();
    const { examineeId } = personAt(exam, 0);
    const { planId, roomIds } = exam;
    await api.store.examinees.enter(examineeId, 'a page', 'a device');
    const key = await api.store.exportKeys.publicOf(planId);
    assert.ok(key);
    const proof = createTokens(api.config.secret).exportProof({ planId, examineeId, fence: 1 });
    const target = { planId, roomId: roomIds[0], proof, ...key };
    const answers = [{ item: 1, revision: 1_000_001, response: 'A', at: 1 }];
    const [file = ''] = await sealExport({ examineeId, fence: 1, madeAt: 1 }, target, { answers, acknowledged: [] });
    const first = await one.importExport(roomIds[0], file);
    assert.deepEqual([first.label, first.kept], ['Ada', [[1, 1_000_001]]]);
    assert.deepEqual(await one.importExport(roomIds[0], file), first);
    await assert.rejects(one.importExport(roomIds[1], file), refusalOf('PERMISSION_DENIED'));
    await assert.rejects(one.importExport(roomIds[0], file.slice(1)), refusalOf('EXPORT_ALTERED'));
    await assert.rejects(one.importExport(roomIds[0], '{}'), refusalOf('REQUEST_INVALID'));
  });

  it('asks again where an answer is lost, and says that the network is away where none comes', async () => {
    let calls = 0;
    let lost = 2;
    const losing: typeof fetch = async (...request) => {
      calls++;
      const response = await fetch(...request);
      if (lost-- > 0) throw new TypeError('the answer is lost');
      return response;
    };
    const one = await proctorOf({ fetch: losing });
    const { examineeId } = personAt(exam, 0);
    const decided = await one.confirmIdentity(examineeId, { confirmed: true, version: 0 });
    assert.deepEqual([decided.version, calls], [1, 3]);
    lost = Number.POSITIVE_INFINITY;
    calls = 0;
    await assert.rejects(one.me(), faultOf('NETWORK'));
    assert.equal(calls, 4);
    const entry = { url: api.url, login: 'nobody', password: 'wrong', fetch: losing };
    calls = 0;
    await assert.rejects(login(entry), faultOf('NETWORK'));
    assert.equal(calls, 1, 'a login is tried once: wrong ones are counted');
  });

  it('takes no page of a proxy for an answer of the api', async () => {
    for (const page of ['<html>Log in to the Wi-Fi</html>', '{"login":"the Wi-Fi"}']) {
      const one = await proctorOf({ fetch: async () => new Response(page, { status: 200 }) });
      for (const asked of [one.me(), one.photo('x'), one.logout()]) await assert.rejects(asked, faultOf('NETWORK'));
    }
  });

  it('gives up when it is told to', async () => {
    const leaving = new AbortController();
    const never: typeof fetch = async (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const asked = staff({ url: api.url, token: 'x', fetch: never, signal: leaving.signal }).me();
    leaving.abort();
    await assert.rejects(asked, faultOf('LEFT'));
  });
});
