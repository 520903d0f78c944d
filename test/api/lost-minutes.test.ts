// Lost minutes over REST: who may see them, and what they say.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { ControlReply, LostMinutesReply } from '../../schema/replies.ts';
import { type ExamFixture, forceState, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('lost minutes', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  before(async () => {
    api = await startApi('lost-minutes');
    exam = await makeExam(api);
  });
  after(() => api.stop());

  it('are proposed to admins and to the own proctors, until an extension under their id has granted them', async () => {
    const { examineeId, roomId } = personAt(exam, 0);
    const startsAt = Date.now() - 600_000;
    const { epoch = 0 } = (await api.store.rooms.take(roomId)) ?? {};
    await api.store.rooms.change(roomId, epoch, { status: 'running', startsAt });
    const [logId, from, to] = [newId(), startsAt + 60_000, startsAt + 180_000];
    const entry = { planId: exam.planId, roomId, subject: examineeId, kind: 'link.lost', at: to, data: { from, to } };
    await api.store.logs.insert([{ ...entry, logId, stream: 'examinee' }]);
    const path = `/v1/rooms/${roomId}/lost-minutes`;
    const read = async (token: string | undefined) => api.call('GET', path, { token });
    for (const token of [exam.admin, await proctorToken(api, exam.planId, [roomId])]) {
      const { proposals } = (await read(token)).body as LostMinutesReply;
      assert.deepEqual(
        proposals.map(({ label, ...rest }) => rest),
        [
          {
            ...{ controlId: logId, examineeId, examineeIds: [examineeId] },
            ...{ from, to, ms: 120_000, evidence: 'link.lost' },
          },
        ],
      );
    }
    const other = exam.roomIds.find((one) => one !== roomId) ?? '';
    assert.equal((await read(await proctorToken(api, exam.planId, [other]))).status, 403);
    const granted = {
      controlId: logId,
      extraMs: 120_000,
      time: 'incident',
      examineeIds: [examineeId],
      undoes: '',
    } as const;
    await api.store.rooms.change(roomId, epoch, { adjustments: [granted] });
    assert.deepEqual((await read(exam.admin)).body, { proposals: [] });
  });

  it('of a room that nobody served are proposed to it as a whole and to each of its people, and given once', async () => {
    const { examineeId, roomId } = personAt(exam, 0);
    const startsAt = Date.now() - 600_000;
    const { epoch = 0 } = (await api.store.rooms.take(roomId)) ?? {};
    const outage = { outageId: newId(), from: startsAt + 300_000, to: startsAt + 340_000 };
    await api.store.rooms.change(roomId, epoch, { status: 'running', startsAt, outages: [outage], adjustments: [] });
    const read = async () => {
      const { body } = await api.call('GET', `/v1/rooms/${roomId}/lost-minutes`, { token: exam.admin });
      return (body as LostMinutesReply).proposals.filter(({ evidence }) => evidence === 'room.unserved');
    };
    const [ofRoom, ...own] = await read();
    const { outageId: controlId, from, to } = outage;
    const { label: _, ...rest } = ofRoom ?? {};
    const evidence = 'room.unserved';
    assert.deepEqual(rest, { controlId, examineeId: null, examineeIds: null, from, to, ms: 40_000, evidence });
    const here = (await api.store.examinees.byRoom(roomId)).map(({ _id }) => _id);
    assert.deepEqual(
      own.map(({ examineeIds }) => examineeIds),
      here.map((id) => [id]),
    );
    assert.deepEqual(await read(), [ofRoom, ...own], 'under the same ids for whoever asks');
    const mine = own.find((one) => one.examineeId === examineeId);
    const granted = { extraMs: 40_000, time: 'incident', examineeIds: [examineeId], undoes: '' } as const;
    const one = { ...granted, controlId: mine?.controlId ?? '' };
    await api.store.rooms.change(roomId, epoch, { adjustments: [one] });
    assert.deepEqual(
      (await read()).map(({ examineeIds }) => examineeIds),
      [here.filter((id) => id !== examineeId), ...here.filter((id) => id !== examineeId).map((id) => [id])].filter(
        (ids) => ids.length > 0,
      ),
    );
    await api.store.rooms.change(roomId, epoch, { adjustments: [{ ...granted, controlId, examineeIds: null }] });
    assert.deepEqual(await read(), []);
  });

  it('may be granted after a refusal, under another id that is the same for whoever asks, and again just once', async () => {
    const { examineeId, roomId } = personAt(exam, 1);
    const startsAt = Date.now() - 600_000;
    const { epoch = 0 } = (await api.store.rooms.take(roomId)) ?? {};
    const outage = { outageId: newId(), from: startsAt + 300_000, to: startsAt + 340_000 };
    await api.store.rooms.change(roomId, epoch, { status: 'running', startsAt, outages: [outage], adjustments: [] });
    const ids = async () => {
      const { body } = await api.call('GET', `/v1/rooms/${roomId}/lost-minutes`, { token: exam.admin });
      const { proposals } = body as LostMinutesReply;
      const of = (whose: string | null) =>
        proposals.find((one) => one.evidence === 'room.unserved' && one.examineeId === whose)?.controlId;
      return { room: of(null), own: of(examineeId) };
    };
    const grant = (controlId: string) => {
      const body = { controlId, action: 'extend', extraMs: 40_000, time: 'incident', roomId };
      return api.call('POST', `/v1/plans/${exam.planId}/controls`, { token: exam.admin, body });
    };
    await forceState(api, exam.planId, 'running');
    const first = await ids();
    const seen = [first.room ?? ''];
    for (const code of ['ROOM_ENDED', 'CONTROL_EXPIRED']) {
      const { room: controlId = '' } = await ids();
      assert.equal((await grant(controlId)).status, 202);
      assert.equal((await ids()).room, controlId, 'while nobody has refused it, it is the same for who else grants it');
      const of = { _id: `${controlId}.${roomId}`, controlId, roomId, planId: exam.planId };
      await api.store.controls.receipt({ ...of, state: 'failed', code, message: '', at: Date.now(), ledger: {} });
      assert.equal(
        ((await grant(controlId)).body as ControlReply).state,
        'failed',
        'a repeat returns the first result',
      );
      const next = await ids();
      assert.deepEqual(next, await ids());
      assert.equal(next.own, first.own, 'what nobody has refused stays as it was');
      seen.push(next.room ?? '');
    }
    assert.equal(new Set(seen).size, 3);
    const granted = {
      controlId: seen[2] ?? '',
      extraMs: 40_000,
      time: 'incident',
      examineeIds: null,
      undoes: '',
    } as const;
    assert.equal((await grant(granted.controlId)).status, 202);
    await api.store.rooms.change(roomId, epoch, { adjustments: [granted] });
    assert.deepEqual(await ids(), { room: undefined, own: undefined });
  });
});
