// What the api and the workers change reaches the room that owns it, its examinees and every board: within a second, and
// also where the hint about it was lost. Over real MongoDB, Redis, sockets and workers.
import assert from 'node:assert/strict';
import { SYSTEM } from '../../exam/audit-facts.ts';
import { revisionOf } from '../../exam/revision.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { BoardRow, ExamineeRow } from '../../schema/room-state.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { aReport } from '../support/stored.ts';
import '../support/parts.ts';

const MINUTE = 60_000;
/** With a hint; the patch that carries it may take half of it. */
const SOON_MS = 1_000;
/** Without: the next look of the watch comes first. */
const LOOKED_MS = 2_500;

describe('what others change of a plan', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('plan-changes');
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const idOf = (index = 0) => exam.examinees[index]?._id ?? '';
  type State = { readonly board?: Map<string, BoardRow>; readonly examinees?: Map<string, ExamineeRow> };
  const rowIn = (proctor: Sitting) => (proctor.room.state as State).board?.get(idOf());
  const ownRow = (sitting: Sitting) => (sitting.room.state as State).examinees?.get(idOf());
  async function edit(given: { label?: string; extraMs?: number }, hint = true): Promise<void> {
    const found = await hall.store.examinees.get(idOf());
    assert.ok(found !== null);
    const { label, extraMs, editedAt = 0 } = found;
    const to = { label, extraMs, ...given, editedAt: Math.max(Date.now(), editedAt + 1) };
    assert.ok((await hall.store.examinees.edit(found, to, SYSTEM)) !== null);
    if (hint) await hall.directory.hintPlan(exam.planId);
  }
  async function within(ms: number, holds: () => boolean): Promise<void> {
    const startedAt = performance.now();
    await until(holds);
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs <= ms, `it took ${tookMs} ms`);
  }

  for (const [name, hint, ms] of [
    ['within a second', true, SOON_MS],
    ['also where the hint was lost', false, LOOKED_MS],
  ] as const) {
    it(`reaches the examinee and every board ${name}: extra time moves the deadline, a label is shown`, async () => {
      const [one, two, sitting] = [await hall.watch(exam), await hall.watch(exam), await hall.sit(exam)];
      await until(
        () => rowIn(one)?.status === 'answering' && rowIn(two) !== undefined && ownRow(sitting) !== undefined,
      );
      const before = rowIn(one)?.deadlineAt ?? 0;
      await edit({ label: 'Kim Ha-neul', extraMs: 10 * MINUTE }, hint);
      await within(ms, () =>
        [one, two].every((proctor) => {
          const row = rowIn(proctor);
          return row?.label === 'Kim Ha-neul' && row.deadlineAt === before + 10 * MINUTE;
        }),
      );
      const told = await sitting.next('room.status', ({ deadlineAt }) => deadlineAt === before + 10 * MINUTE);
      assert.equal(told.status, 'running');
      await until(() => ownRow(sitting)?.deadlineAt === before + 10 * MINUTE);
      assert.equal((one.room.state as { deadlineAt: number }).deadlineAt, before + 10 * MINUTE);
    });

    it(`reaches every board ${name}: an incident that was handled elsewhere`, async () => {
      const [one, two] = [await hall.watch(exam), await hall.watch(exam)];
      const report = aReport({ planId: exam.planId, roomId: exam.roomId, examineeId: idOf(), at: Date.now() });
      const raised = await hall.store.incidents.report(report, DEFAULT_INCIDENT_RULES, Date.now());
      assert.ok('incident' in raised);
      await until(() => rowIn(one)?.openIncidents === 1 && rowIn(two)?.openIncidents === 1);
      const { _id } = raised.incident;
      const by = { actorId: 'admin', actorRole: 'admin', note: '', controlId: '' } as const;
      const seen = await hall.store.incidents.handle(_id, { ...by, to: 'acknowledged', version: 1 }, Date.now());
      assert.ok(seen !== null && !isRefusal(seen));
      await hall.store.incidents.handle(_id, { ...by, to: 'unfounded', version: 2 }, Date.now());
      const hinted = { planId: exam.planId, incidents: [[exam.roomId, _id]] };
      if (hint) await hall.redis.publish(redisKeys.incidentHints(), JSON.stringify(hinted));
      await within(ms, () => rowIn(one)?.openIncidents === 0 && rowIn(two)?.openIncidents === 0);
    });
  }

  it('is told at once on a hint, and not with the next look', async () => {
    const sitting = await hall.sit(exam);
    const startedAt = performance.now();
    for (const minutes of [1, 2, 3, 4]) {
      await edit({ extraMs: minutes * MINUTE });
      await sitting.next('room.status', ({ deadlineAt }) => {
        return Math.round((deadlineAt - Date.now()) / MINUTE) === 60 + minutes;
      });
    }
    // A look comes each second: after the first it would have taken three of them.
    assert.ok(performance.now() - startedAt < 2_000, `${performance.now() - startedAt} ms`);
  });

  it('reaches every board: the statistics were computed', async () => {
    const plan = await hall.store.plans.get(exam.planId);
    await hall.store.keys.put(plan?.paperId ?? '', [{ item: 1, kind: 'singleChoice', correct: 'B', points: 1_000 }]);
    const [one, two, sitting] = [await hall.watch(exam), await hall.watch(exam), await hall.sit(exam)];
    sitting.send('answer.save', { answers: [{ item: 1, revision: revisionOf(sitting.fence, 1), response: 'B' }] });
    await sitting.next('answer.saved');
    await hall.store.plans.change(exam.planId, ['open'], { status: 'running' });
    await hall.control(exam, 'end');
    for (const proctor of [one, two]) await proctor.next('plan.status', ({ status }) => status === 'scored');
    assert.equal((await hall.store.plans.get(exam.planId))?.status, 'scored');
  });

  it('[S9] counts where it was stored just before the own end, also where the hint was lost', async () => {
    exam = await hall.exam({ durationMs: 3_000 });
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    await until(() => (ownRow(sitting)?.deadlineAt ?? 0) > 0);
    const deadlineAt = ownRow(sitting)?.deadlineAt ?? 0;
    await until(() => Date.now() >= deadlineAt - 100);
    await edit({ extraMs: MINUTE }, false);
    await until(() => Date.now() > deadlineAt + 500 && ownRow(sitting)?.deadlineAt === deadlineAt + MINUTE);
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    assert.deepEqual((await sitting.next('answer.saved')).saved, [[1, revision]]);
    assert.equal((await hall.store.examinees.get(idOf()))?.status, 'answering');
  });

  it('is edited by one of two who found the same row', async () => {
    await edit({ extraMs: MINUTE });
    const found = await hall.store.examinees.get(idOf());
    assert.equal(found?.extraMs, MINUTE);
    const stale = { ...found, editedAt: (found?.editedAt ?? 0) - 1 };
    const to = { label: 'late', extraMs: 0, editedAt: Date.now() };
    assert.equal(await hall.store.examinees.edit(stale as never, to, SYSTEM), null);
  });
});
