// The counts of incidents: each incident once in each of them, and sums that do not depend on where they were added.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Counted, countsOf, figuresOf, severityBand, sumOf } from '../../exam/incident-counts.ts';
import { INCIDENT_KINDS } from '../../schema/incidents.ts';
import { INCIDENT_STATES } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const counted: fc.Arbitrary<Counted> = fc
  .record({
    kind: fc.constantFrom(...INCIDENT_KINDS),
    severity: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    roomId: fc.constantFrom('room1', 'room2', 'room3'),
    status: fc.constantFrom(...INCIDENT_STATES),
    count: fc.integer({ min: 1, max: 500 }),
    raisedAt: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_600_000 }),
    waits: fc.tuple(fc.nat(90_000), fc.nat(90_000)),
  })
  .map(({ waits: [first, second], ...rest }) => {
    const acknowledgedAt = ['noted', 'raised'].includes(rest.status) ? 0 : rest.raisedAt + first;
    const isDecided = ['unfounded', 'confirmed'].includes(rest.status);
    return { ...rest, acknowledgedAt, decidedAt: isDecided ? acknowledgedAt + second : 0 };
  });

describe('counts of incidents', () => {
  it('hold each incident once by kind, severity, room, minute and state, and what is noted not at all', () => {
    holdsFor(
      fc.property(fc.array(counted), (incidents) => {
        const shown = incidents.filter(({ status }) => status !== 'noted');
        const figures = figuresOf(sumOf(incidents.map(countsOf)));
        assert.equal(figures.incidentCount, shown.length);
        assert.equal(
          figures.reportCount,
          shown.reduce((sum, { count }) => sum + count, 0),
        );
        for (const part of [figures.kinds, figures.severities, figures.rooms, figures.minutes, figures.states])
          assert.equal(
            part.reduce((sum, { incidentCount }) => sum + incidentCount, 0),
            shown.length,
          );
        for (const { at } of figures.minutes) assert.equal(at % 60_000, 0);
        const decided = shown.filter(({ decidedAt }) => decidedAt !== 0);
        assert.equal(
          figures.decided.totalMs,
          decided.reduce((sum, one) => sum + one.decidedAt - one.raisedAt, 0),
        );
        assert.equal(figures.decided.incidentCount, decided.length);
        assert.equal(figures.decided.meanMs === null, decided.length === 0);
      }),
    );
  });

  it('are the same however they were added up', () => {
    holdsFor(
      fc.property(fc.array(counted), fc.nat(), (incidents, cut) => {
        const all = incidents.map(countsOf);
        const at = all.length === 0 ? 0 : cut % all.length;
        assert.deepEqual(figuresOf(sumOf([sumOf(all.slice(at)), sumOf(all.slice(0, at))])), figuresOf(sumOf(all)));
      }),
    );
  });

  it('put a severity into the fifth that begins with it', () => {
    assert.deepEqual([0, 0.19, 0.2, 0.4, 0.6, 0.79, 0.8, 1].map(severityBand), [
      ...['0.0', '0.0', '0.2', '0.4', '0.6', '0.6', '0.8', '0.8'],
    ]);
  });
});
