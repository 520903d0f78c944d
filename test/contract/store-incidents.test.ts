// The contract of incidents in the store: each report once, one open incident a cause whatever comes at once, handling by
// whoever was first, lists and counts.

import assert from 'node:assert/strict';
import type { HandlingWish } from '../../exam/incident.ts';
import { figuresOf } from '../../exam/incident-counts.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES, type IncidentReport } from '../../schema/incidents.ts';
import { LIMITS } from '../../schema/limits.ts';
import { LISTS } from '../../schema/lists.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type ListPage, pagesOf } from '../../store/listing.ts';
import type { Store } from '../../store/open-store.ts';
import { aReport, newStore } from '../support/stored.ts';

const RULES = DEFAULT_INCIDENT_RULES;

describe('incidents in the store', () => {
  let store: Store;
  let place: { planId: string; roomId: string; examineeId: string };

  before(async () => {
    store = await newStore('contract-incidents');
  });
  beforeEach(() => {
    place = { planId: newId(), roomId: newId(), examineeId: newId() };
  });
  after(() => store.close());

  const report = (given: Partial<IncidentReport> = {}, now = 50_000) =>
    store.incidents.report(aReport({ ...place, ...given }), RULES, now);
  const list = (filter = {}, limit = 100) => store.incidents.byPlan(place.planId, filter, { limit });
  const wish = (given: Partial<HandlingWish> = {}): HandlingWish => {
    return { to: 'acknowledged', actorId: 'p', actorRole: 'proctor', note: '', controlId: '', version: 1, ...given };
  };
  /** A raised incident's id. */
  async function raised(given: Partial<IncidentReport> = {}): Promise<string> {
    const reported = await report(given);
    assert.equal(reported.outcome, 'raised');
    return reported.outcome === 'raised' ? reported.incident._id : '';
  }

  it('are one with the exact count where many reports come at once, each at two workers', async () => {
    const reports = Array.from({ length: 40 }, (_, index) => aReport({ ...place, at: 1_000 + index, count: 2 }));
    await Promise.all([...reports, ...reports.toReversed()].map((one) => store.incidents.report(one, RULES, 5)));
    const all = await list();
    assert.deepEqual(
      all.map(({ count, at, lastAt, joins }) => [count, at, lastAt, joins]),
      [[80, 1_000, 1_039, 39]],
    );
  });

  it('are raised by the last of enough signals, also where those come at once', async () => {
    const signals = Array.from({ length: 6 }, (_, index) => aReport({ ...place, kind: 'focus-lost', at: index }));
    const outcomes = await Promise.all(signals.map((one) => store.incidents.report(one, RULES, 9)));
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'raised').length, 1);
    assert.deepEqual(
      (await list()).map(({ status, count, severity }) => [status, count, severity]),
      [['raised', 6, 0.3]],
    );
  });

  it('[S23] carry into the audit chain that they were raised, and each step of their handling, once', async () => {
    const signal = (at: number) => aReport({ ...place, kind: 'focus-lost', at });
    const signals = [signal(1), signal(2), signal(3), signal(4)];
    for (const one of [...signals, ...signals]) await store.incidents.report(one, RULES, 9);
    const [incident] = await list();
    assert.ok(incident !== undefined);
    const taken = wish({ version: incident.version });
    for (let time = 0; time < 2; time++) await store.incidents.handle(incident._id, taken, 20);
    await store.incidents.handle(incident._id, wish({ to: 'confirmed', version: incident.version + 1 }), 30);
    const voice = await raised({ kind: 'voice', source: 'proctor', actorId: 'q' });
    const waiting = (await store.audit.waiting(1_000)).filter(({ planId }) => planId === place.planId);
    assert.deepEqual(
      waiting.map(({ facts }) => [facts.data.incidentId, facts.kind, facts.actorId, facts.subject]).toSorted(),
      [
        [incident._id, 'incident.raised', '', place.examineeId],
        [incident._id, 'incident.acknowledged', 'p', place.examineeId],
        [incident._id, 'incident.confirmed', 'p', place.examineeId],
        [voice, 'incident.raised', 'q', place.examineeId],
      ].toSorted(),
    );
    assert.equal(new Set(waiting.map(({ facts }) => facts.source)).size, 4);
  });

  it('are not listed while they are only noted, but to who asks for those', async () => {
    assert.equal((await report({ kind: 'focus-lost' })).outcome, 'noted');
    assert.deepEqual(await list(), []);
    assert.equal((await list({ states: ['noted'] })).length, 1);
    assert.deepEqual(await store.incidents.changedSince(place.planId, 1), []);
  });

  it('count a report that comes again after the decision not a second time', async () => {
    const first = aReport({ ...place });
    await store.incidents.report(first, RULES, 5);
    await store.incidents.handle(first.reportId, wish(), 6);
    await store.incidents.handle(first.reportId, wish({ to: 'unfounded', version: 2 }), 7);
    assert.equal((await store.incidents.report(first, RULES, 8)).outcome, 'known');
    const next = await raised({ at: 2_000 });
    assert.equal((await store.incidents.report(first, RULES, 9)).outcome, 'known');
    assert.deepEqual(
      (await list()).map(({ _id, count }) => [_id, count]),
      [
        [first.reportId, 1],
        [next, 1],
      ],
    );
  });

  it('count a report that comes again once, however many have come in between, also where many come again at once', async () => {
    const all = Array.from({ length: LIMITS.knownReports + 20 }, () => aReport({ ...place }));
    for (const one of all) await store.incidents.report(one, RULES, 5);
    const outcomes = await Promise.all(
      [...all.slice(0, 30), ...all.slice(0, 10)].map((one) => store.incidents.report(one, RULES, 6)),
    );
    assert.deepEqual(new Set(outcomes.map(({ outcome }) => outcome)), new Set(['known']));
    const [incident] = await list();
    assert.deepEqual([incident?.count, incident?.joins], [all.length, all.length - 1]);
    const last = all.at(-1);
    assert.ok(incident && last);
    await store.incidents.handle(incident._id, wish(), 6);
    await store.incidents.handle(incident._id, wish({ to: 'confirmed', version: 2 }), 7);
    assert.equal((await store.incidents.report(last, RULES, 8)).outcome, 'known');
  });

  it('count a report that comes again once, however many incidents its cause has had since', async () => {
    const apart = (index: number) => 1_000 + index * (RULES.joinMs + 1);
    const [first, joined] = [aReport({ ...place, at: 1_000 }), aReport({ ...place, at: 1_001 })];
    await store.incidents.report(first, RULES, 5);
    await store.incidents.report(joined, RULES, 5);
    for (let index = 1; index <= 40; index++) await report({ at: apart(index) });
    for (const one of [first, joined]) {
      const again = await store.incidents.report(one, RULES, 6);
      assert.deepEqual(again.outcome === 'known' && again.incident._id, first.reportId);
    }
    assert.equal(
      (await list()).reduce((sum, { count }) => sum + count, 0),
      42,
    );
  });

  it('count each of many once where the cause begins anew in the middle of them', async () => {
    const late = Array.from({ length: 20 }, () => aReport({ ...place, at: 2_000 + RULES.joinMs }));
    const early = Array.from({ length: 20 }, (_, index) => aReport({ ...place, at: 1_000 + index }));
    await Promise.all(early.map((one) => store.incidents.report(one, RULES, 5)));
    const mixed = early.flatMap((one, index) => [one, late[index] ?? one]);
    await Promise.all([...mixed, ...late].map((one) => store.incidents.report(one, RULES, 6)));
    assert.deepEqual(
      (await list()).map(({ count }) => count),
      [20, 20],
    );
  });

  it('[S22] take no report for good whose id names an incident of another cause, and change nothing', async () => {
    const incidentId = await raised();
    const before = await store.incidents.get(incidentId);
    for (const other of [{ kind: 'voice' as const }, { examineeId: newId() }])
      assert.deepEqual(await report({ ...other, reportId: incidentId }), { outcome: 'reused' });
    assert.deepEqual(await store.incidents.get(incidentId), before);
    assert.equal((await list()).length, 1);
  });

  it('begin anew where the last report of the open one is longer ago than the plan joins', async () => {
    const first = await raised({ at: 1_000 });
    const second = await raised({ at: 1_001 + RULES.joinMs });
    assert.notEqual(first, second);
    assert.equal(await raised({ at: 1_000, examineeId: newId() }).then((id) => id !== first), true);
    const again = await report({ at: 1_002 + RULES.joinMs });
    assert.deepEqual(again.outcome === 'joined' && again.incident._id, second);
  });

  it('are handled by the first of many, and the others hear what it is now', async () => {
    const incidentId = await raised();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.incidents.handle(incidentId, wish({ actorId: `p${index}` }), 60_000),
      ),
    );
    const refused = results.filter(isRefusal);
    assert.deepEqual(
      refused.map((one) => one.refused),
      Array(7).fill('INCIDENT_CHANGED'),
    );
    assert.match(refused[0]?.message ?? '', /acknowledged now, version 2/);
    assert.equal((await store.incidents.get(incidentId))?.handling.length, 1);
    assert.equal(await store.incidents.handle(newId(), wish(), 60_000), null);
  });

  it('are handled in the middle of a storm of reports, and lose none of them', async () => {
    const incidentId = await raised();
    const storm = Array.from({ length: 60 }, () => report());
    const handled = await store.incidents.handle(incidentId, wish(), 60_000);
    await Promise.all(storm);
    assert.ok(handled !== null && !isRefusal(handled));
    const [incident] = await list();
    assert.deepEqual([incident?.count, incident?.status], [61, 'acknowledged']);
  });

  it('are listed by time, page by page, by state, room and kind', async () => {
    const kinds = ['camera', 'voice', 'other'] as const;
    const ids: string[] = [];
    for (let index = 0; index < 9; index++) {
      const kind = kinds[index % 3] ?? 'other';
      ids.push(await raised({ kind, at: 100 + (index % 2), roomId: `room${index % 2}`, examineeId: newId() }));
    }
    await store.incidents.handle(ids[4] ?? '', wish(), 1);
    const seen: string[] = [];
    const read = (page: ListPage) => store.incidents.byPlan(place.planId, {}, page);
    for await (const page of pagesOf(LISTS.incidents.sorts, read, 4)) seen.push(...page.map(({ _id }) => _id));
    const all = await list();
    assert.deepEqual(
      seen,
      all.map(({ _id }) => _id),
    );
    assert.deepEqual(seen.toSorted(), ids.toSorted());
    assert.ok(all.every(({ at }, index) => index === 0 || at >= (all[index - 1]?.at ?? 0)));
    assert.ok(all.every((incident) => !('reports' in incident)));
    assert.deepEqual(
      (await list({ states: ['acknowledged'] })).map(({ _id }) => _id),
      [ids[4]],
    );
    assert.equal((await list({ roomIds: ['room1'] })).length, 4);
    assert.equal((await list({ roomIds: ['room0', 'room1'] })).length, 9);
    assert.equal((await list({ kind: 'voice' })).length, 3);
    assert.equal((await list({ kind: 'voice', roomIds: ['room1'], states: ['raised'] })).length, 2);
    assert.deepEqual(await store.incidents.byPlan(place.planId, {}, { limit: 4, after: 'unknown' }), []);
  });

  it('are found by their room while they are open, and by when they changed', async () => {
    const [first, second] = [await raised(), await raised({ examineeId: newId(), at: 2_000 })];
    await store.incidents.handle(first, wish(), 70_000);
    assert.deepEqual(
      (await store.incidents.openOfRoom(place.planId, place.roomId)).map(({ _id }) => _id),
      [second, first],
    );
    assert.deepEqual(
      (await store.incidents.changedSince(place.planId, 60_000)).map(({ _id }) => _id),
      [first],
    );
    await store.incidents.handle(first, wish({ to: 'confirmed', version: 2 }), 80_000);
    assert.deepEqual(
      (await store.incidents.openOfRoom(place.planId, place.roomId)).map(({ _id }) => _id),
      [second],
    );
    assert.equal((await store.incidents.byIds([first, second, 'unknown'])).length, 2);
  });

  it('are counted exactly as they are stored', async () => {
    const first = await raised({ severity: 0.9 });
    await report({ severity: 0.1 });
    await raised({ kind: 'voice', examineeId: newId() });
    await report({ kind: 'paste' });
    await store.incidents.handle(first, wish(), 50_250);
    await store.incidents.handle(first, wish({ to: 'confirmed', version: 2 }), 51_000);
    const figures = figuresOf(await store.incidents.counts(place.planId));
    assert.deepEqual(figures, {
      incidentCount: 2,
      reportCount: 3,
      kinds: [
        { kind: 'camera', incidentCount: 1, reportCount: 2 },
        { kind: 'voice', incidentCount: 1, reportCount: 1 },
      ],
      severities: [
        { from: 0.4, incidentCount: 1 },
        { from: 0.8, incidentCount: 1 },
      ],
      rooms: [{ roomId: place.roomId, incidentCount: 2 }],
      minutes: [{ at: 0, incidentCount: 2 }],
      states: [
        { state: 'confirmed', incidentCount: 1 },
        { state: 'raised', incidentCount: 1 },
      ],
      acknowledged: { incidentCount: 1, totalMs: 250, meanMs: 250 },
      decided: { incidentCount: 1, totalMs: 1_000, meanMs: 1_000 },
    });
  });
});
