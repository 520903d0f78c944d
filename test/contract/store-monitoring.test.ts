// The contract of monitoring in the store: exact counts of a plan, one row a minute, whoever writes it.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import type { Store } from '../../store/open-store.ts';
import { anExaminee, aReport, newStore } from '../support/stored.ts';

describe('contract of the store: monitoring', () => {
  let store: Store;

  before(async () => {
    store = await newStore('contract-monitoring');
  });
  after(() => store.close());

  it('counts examinees by state and link, answers and open incidents, once a minute', async () => {
    const [planId, roomId] = [newId(), newId()];
    const display = { link: 'online', savedCount: 3, lastSeenAt: 1, epoch: 1, sequence: 1 } as const;
    const away = { ...display, link: 'dropped', savedCount: 4 } as const;
    await store.examinees.create([
      anExaminee(planId, roomId, { status: 'answering', display }),
      anExaminee(planId, roomId, { status: 'answering', display: away }),
      anExaminee(planId, roomId),
      anExaminee(newId(), roomId, { status: 'submitted', display }),
    ]);
    const raise = async () => {
      const report = aReport({ planId, roomId, kind: 'voice', examineeId: newId() });
      const reported = await store.incidents.report(report, DEFAULT_INCIDENT_RULES, 5);
      return reported.outcome === 'raised' ? reported.incident : assert.fail(reported.outcome);
    };
    const [acknowledged, unfounded] = [await raise(), await raise(), await raise()];
    const by = { actorId: 'p', actorRole: 'proctor', note: '', controlId: '' } as const;
    await store.incidents.handle(acknowledged._id, { ...by, to: 'acknowledged', version: acknowledged.version }, 6);
    await store.incidents.handle(unfounded._id, { ...by, to: 'acknowledged', version: unfounded.version }, 6);
    await store.incidents.handle(unfounded._id, { ...by, to: 'unfounded', version: unfounded.version + 1 }, 7);
    await Promise.all([60_010, 60_020, 119_999].map((now) => store.monitoring.record(planId, now)));
    const [row, ...others] = await store.monitoring.byPlan(planId, { limit: 10 });
    assert.ok(row !== undefined && [60_010, 60_020, 119_999].includes(row.at));
    assert.deepEqual(others, []);
    assert.deepEqual(
      [row.minute, row.examineeCount, row.answersSaved, row.incidentsOpen, row.links],
      [60_000, 3, 7, 2, { online: 1, dropped: 1, offline: 1 }],
    );
    const none = { entered: 0, ready: 0, submitted: 0, 'timed-out': 0, removed: 0, absent: 0 };
    assert.deepEqual(row.examinees, { ...none, answering: 2, registered: 1 });
    await store.examinees.create([anExaminee(planId, roomId)]);
    await store.monitoring.record(planId, 61_000);
    assert.deepEqual(await store.monitoring.byPlan(planId, { limit: 10 }), [row]);
    await store.monitoring.record(planId, 120_000);
    const later = await store.monitoring.byPlan(planId, { after: '60000', limit: 10 });
    assert.deepEqual(
      later.map(({ minute, examineeCount }) => [minute, examineeCount]),
      [[120_000, 4]],
    );
  });

  it('names every state of a plan without anybody', async () => {
    const planId = newId();
    await store.monitoring.record(planId, 1);
    const [row] = await store.monitoring.byPlan(planId, { limit: 1 });
    assert.deepEqual([row?.examineeCount, row?.examinees.registered, row?.links.online], [0, 0, 0]);
  });
});
