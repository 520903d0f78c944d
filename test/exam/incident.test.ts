// Reports and incidents: what is joined, what is told apart, how much of a kind makes an incident, and what people make of
// it. The property plays reports in any order, any of them twice, as two workers would.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { causeOf, decideHandling, decideReport, type HandlingWish, isOpen, letGo, over } from '../../exam/incident.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES, type Incident, type IncidentReport, IncidentRules } from '../../schema/incidents.ts';
import { LIMITS } from '../../schema/limits.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { aReport } from '../support/stored.ts';
import { holdsFor } from './seed.ts';

const NOW = 1_000_000;
const place = { planId: newId(), roomId: newId(), examineeId: newId() };
const report = (at: number, given: Partial<IncidentReport> = {}) => aReport({ ...place, at, ...given });

/** Everything of one cause after these reports, one after the other. */
function madeOf(reports: readonly IncidentReport[], rules = DEFAULT_INCIDENT_RULES): Incident[] {
  let incidents: Incident[] = [];
  for (const one of reports) {
    const verdict = decideReport(incidents, one, rules, NOW);
    if (verdict.step === 'create') incidents = [...incidents, verdict.incident];
    if (verdict.step === 'join')
      incidents = incidents.map((incident) => (incident._id === verdict.incident._id ? verdict.incident : incident));
    if (verdict.step === 'apart')
      incidents = [
        ...incidents.map((incident) => (incident === verdict.over ? over(incident) : incident)),
        verdict.incident,
      ];
  }
  return incidents;
}

const rulesWith = (from: number, withinMs = 60_000) =>
  IncidentRules.parse({ joinMs: 60_000, kinds: { paste: { from, withinMs, severity: 0.4 } } });

describe('reports of one cause', () => {
  it('are one incident in any order, however often each comes, with the sum of all and the ends of their time', () => {
    const reports = fc.array(
      fc.record({ at: fc.integer({ min: 100_000, max: 150_000 }), count: fc.integer({ min: 1, max: 9 }) }),
      { minLength: 1, maxLength: 30 },
    );
    holdsFor(
      fc.property(reports, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 40 }), (drawn, choices, from) => {
        const once = drawn.map(({ at, count }) => report(at, { kind: 'paste', count }));
        const order = [...once, ...once]
          .map((one) => ({ one, place: choices.next().value }))
          .toSorted((a, b) => a.place - b.place)
          .map(({ one }) => one);
        const incidents = madeOf(order, rulesWith(from));
        const [incident] = incidents;
        const sum = drawn.reduce((total, { count }) => total + count, 0);
        assert.equal(incidents.length, 1);
        assert.equal(incident?.count, sum);
        assert.equal(incident?.at, Math.min(...drawn.map(({ at }) => at)));
        assert.equal(incident?.lastAt, Math.max(...drawn.map(({ at }) => at)));
        assert.equal(incident?.status, sum >= from ? 'raised' : 'noted');
        assert.ok((incident?.evidence.length ?? 0) <= LIMITS.evidencePieces);
      }),
    );
  });

  it('become an incident with the last of so many within the plan’s time, and not before', () => {
    const rules = rulesWith(3, 10_000);
    const kind = 'paste';
    const few = [report(0, { kind }), report(9_000, { kind })];
    assert.deepEqual(
      madeOf(few, rules).map(({ status, count }) => [status, count]),
      [['noted', 2]],
    );
    const spread = [...few, report(18_500, { kind })];
    assert.deepEqual(
      madeOf(spread, rules).map(({ status, count, at }) => [status, count, at]),
      [['noted', 2, 9_000]],
    );
    const enough = [...spread, report(18_600, { kind })];
    assert.deepEqual(
      madeOf(enough, rules).map(({ status, count, raisedAt, version }) => [status, count, raisedAt, version]),
      [['raised', 3, NOW, 1]],
    );
    assert.equal(madeOf([report(0, { kind, count: 3 })], rules)[0]?.status, 'raised');
  });

  it('that are too old to be among enough are not counted', () => {
    const rules = rulesWith(2, 10_000);
    const [noted] = madeOf([report(50_000, { kind: 'paste' })], rules);
    assert.ok(noted);
    assert.equal(decideReport([noted], report(39_000, { kind: 'paste' }), rules, NOW).step, 'ignored');
  });

  it('are two incidents where the time to join has passed between them', () => {
    const rules = rulesWith(1);
    const incidents = madeOf(
      [100_000, 160_000, 220_001, 230_000].map((at) => report(at, { kind: 'paste' })),
      rules,
    );
    assert.deepEqual(
      incidents.map(({ at, lastAt, count }) => [at, lastAt, count]),
      [
        [100_000, 160_000, 2],
        [220_001, 230_000, 2],
      ],
    );
  });

  it('that was decided about are not joined, and a report that it holds is not counted again', () => {
    const first = report(1_000, { kind: 'camera', severity: 0.5 });
    const [raised] = madeOf([first]);
    assert.ok(raised);
    const decided: Incident = { ...raised, status: 'unfounded', open: over(raised).open };
    assert.equal(decideReport([decided], first, DEFAULT_INCIDENT_RULES, NOW).step, 'known');
    const next = decideReport([decided], report(1_001, { kind: 'camera' }), DEFAULT_INCIDENT_RULES, NOW);
    assert.equal(next.step, 'create');
  });

  it('are let go by their ids once they are over or more than an incident holds, and not while it is only noted', () => {
    const many = Array.from({ length: LIMITS.knownReports + 2 }, (_, at) => report(at, { kind: 'camera' }));
    const [before, after] = [madeOf(many.slice(0, -1)), madeOf(many)];
    assert.ok(before[0] && after[0]);
    assert.deepEqual(letGo(before[0], after[0]), [many[1]?.reportId]);
    assert.equal(after[0].count, many.length);
    const ids = after[0].reports.map(({ id }) => id);
    assert.deepEqual([letGo(after[0], over(after[0])), over(after[0]).reports], [ids, []]);
    const [noted] = madeOf([report(1, { kind: 'focus-lost' })]);
    assert.ok(noted);
    assert.deepEqual(letGo(noted, { reports: [] }), []);
  });

  it('of a kind that the plan turned off are ignored', () => {
    const rules = IncidentRules.parse({ kinds: { paste: 'off' } });
    assert.equal(decideReport([], report(1, { kind: 'paste', count: 99 }), rules, NOW).step, 'ignored');
  });

  it('keep the highest severity, what people wrote, and the first and the last pieces of evidence', () => {
    const seen = Array.from({ length: 60 }, (_, index) =>
      report(index, { kind: 'voice', severity: index === 30 ? 0.9 : 0.2, note: `note ${index}` }),
    );
    const [incident] = madeOf(seen);
    assert.equal(incident?.severity, 0.9);
    const notes = incident?.evidence.map(({ note }) => note) ?? [];
    assert.equal(notes.length, LIMITS.evidencePieces);
    assert.deepEqual([notes[0], notes[4], notes[5], notes.at(-1)], ['note 0', 'note 4', 'note 45', 'note 59']);
    assert.equal(incident?.count, 60);
  });

  it('of other people, kinds or rooms have other causes', () => {
    const one = report(1, { kind: 'paste' });
    const others = [
      { ...one, examineeId: newId() },
      { ...one, kind: 'focus-lost' as const },
      { ...one, examineeId: '' },
    ];
    assert.equal(new Set([one, ...others].map(causeOf)).size, 4);
  });
});

describe('handling an incident', () => {
  const [raised] = madeOf([report(5, { kind: 'camera', severity: 0.5 })]);
  const wish = (given: Partial<HandlingWish> = {}): HandlingWish => {
    return { to: 'acknowledged', actorId: 'p', actorRole: 'proctor', note: '', controlId: '', version: 1, ...given };
  };
  const handled = (incident: Incident | undefined, given: Partial<HandlingWish> = {}): Incident => {
    assert.ok(incident);
    const result = decideHandling(incident, wish(given), NOW);
    assert.ok(!isRefusal(result));
    return result;
  };
  const refusedAs = (incident: Incident | undefined, given: Partial<HandlingWish>) => {
    assert.ok(incident);
    const result = decideHandling(incident, wish(given), NOW);
    return isRefusal(result) ? result.refused : undefined;
  };

  it('goes from raised over acknowledged to a decision, and says who, when and by which control', () => {
    const acknowledged = handled(raised);
    const decided = handled(acknowledged, { to: 'confirmed', version: 2, note: 'seen', controlId: 'c' });
    assert.deepEqual([acknowledged.acknowledgedAt, acknowledged.decidedAt, isOpen(acknowledged)], [NOW, 0, true]);
    assert.deepEqual(
      [decided.status, decided.version, decided.decidedAt, isOpen(decided)],
      ['confirmed', 3, NOW, false],
    );
    assert.deepEqual(decided.handling.at(-1), {
      ...{ to: 'confirmed', at: NOW, actorId: 'p', actorRole: 'proctor', note: 'seen', controlId: 'c' },
    });
    assert.notEqual(decided.open, acknowledged.open);
  });

  it('is refused to the second of two, and a repeat of the first is done already', () => {
    const acknowledged = handled(raised);
    assert.equal(refusedAs(acknowledged, { actorId: 'another' }), 'INCIDENT_CHANGED');
    assert.equal(decideHandling(acknowledged, wish(), NOW + 1), acknowledged);
  });

  it('is not held up by reports that join meanwhile', () => {
    const [joinedByMany] = madeOf(Array.from({ length: 50 }, (_, at) => report(at, { kind: 'camera' })));
    assert.equal(handled(joinedByMany).status, 'acknowledged');
  });

  it('follows the table of states', () => {
    assert.equal(refusedAs(raised, { to: 'confirmed' }), 'TRANSITION_REFUSED');
    const decided = handled(handled(raised), { to: 'unfounded', version: 2 });
    assert.equal(refusedAs(decided, { to: 'acknowledged', version: 3 }), 'TRANSITION_REFUSED');
    const [noted] = madeOf([report(1, { kind: 'focus-lost' })]);
    assert.equal(refusedAs(noted, { version: 0 }), 'TRANSITION_REFUSED');
  });
});
