// Lost minutes over REST: who may see them, and what they say.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { LostMinutesReply } from '../../schema/replies.ts';
import { type ExamFixture, makeExam, personAt, proctorToken } from './exam-fixture.ts';
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
});
