// A proctor's view of a room's incidents, and what the proctor raises and handles: over links that break, beside others who
// are faster.
import assert from 'node:assert/strict';
import { createIncidents } from '../../client/incidents.ts';
import { incidentView } from '../../exam/incident-view.ts';
import { newId } from '../../schema/ids.ts';
import type { Incident } from '../../schema/incidents.ts';
import { refuse } from '../../schema/refusals.ts';
import type { IncidentView } from '../../schema/replies.ts';
import { createTestClock, settled } from './test-clock.ts';

function some() {
  const clock = createTestClock();
  const sent: string[] = [];
  const shown: IncidentView[] = [];
  const gone: string[] = [];
  const incidents = createIncidents({
    clock,
    send: (type) => sent.push(type),
    show: (incident) => shown.push(incident),
    gone: (incidentId) => gone.push(incidentId),
  });
  return { clock, sent, shown, gone, incidents };
}

function anIncident(given: Partial<Incident> = {}): IncidentView {
  const at = { at: 1, lastAt: 1, raisedAt: 1, acknowledgedAt: 0, decidedAt: 0, updatedAt: 1 };
  return incidentView({
    ...{ _id: newId(), planId: 'plan', roomId: 'room', examineeId: 'e', kind: 'other', source: 'proctor', severity: 1 },
    ...{ status: 'raised', count: 1, evidence: [], handling: [], version: 1, joins: 0, open: '', ...at, ...given },
  });
}

describe('incidents that a proctor sees', () => {
  it('are shown when they are new or changed, and each change once, in whatever order it comes', () => {
    const { incidents, shown } = some();
    const first = anIncident();
    const joined = { ...first, joins: 2, count: 3 };
    const handled = { ...joined, version: 2, state: 'acknowledged' as const };
    for (const one of [first, first, handled, joined, first, handled]) incidents.changed(one);
    assert.deepEqual(
      shown.map(({ version, joins }) => [version, joins]),
      [
        [1, 0],
        [2, 2],
      ],
    );
    assert.deepEqual([...incidents.all().values()], [handled]);
  });

  it('that were decided while there was no link are open no longer, and those that came over it stay', () => {
    const { incidents, gone: told } = some();
    const [gone, open, done] = [anIncident(), anIncident(), anIncident({ status: 'confirmed' })];
    for (const one of [gone, open, done]) incidents.changed(one);
    incidents.linked();
    const fresh = anIncident();
    incidents.changed(fresh);
    incidents.open([open.incidentId]);
    assert.deepEqual(
      [...incidents.all().keys()].toSorted(),
      [open, done, fresh].map((one) => one.incidentId).toSorted(),
    );
    assert.deepEqual(told, [gone.incidentId]);
  });
});

describe('what a proctor raises or handles', () => {
  const wish = { kind: 'other', severity: 0.5, note: '' } as const;

  it('is sent again until the room has answered, also over a new link, and then is done', async () => {
    const { clock, incidents, sent } = some();
    const incidentId = newId();
    const raised = incidents.raise({ ...wish, incidentId });
    incidents.linked();
    const incident = anIncident({ _id: incidentId });
    incidents.answered({ about: newId(), incident: anIncident() });
    incidents.answered({ about: incidentId, code: 'INTERNAL', retry: 'later', message: '' });
    await clock.advance(4_999);
    assert.deepEqual(sent, ['incident.raise', 'incident.raise']);
    incidents.answered({ about: incidentId, incident });
    assert.deepEqual(await raised, { state: 'done', incident });
    await clock.advance(60_000);
    assert.equal(sent.length, 2);
    assert.equal(incidents.all().get(incidentId), incident);
  });

  it('is pending after five seconds, and goes on being sent', async () => {
    const { clock, incidents, sent } = some();
    const raised = incidents.raise({ ...wish, incidentId: newId() });
    await clock.advance(5_000);
    assert.deepEqual(await raised, { state: 'pending' });
    await clock.advance(10_000);
    assert.equal(sent.length, 4);
    incidents.stop();
    await clock.advance(60_000);
    assert.equal(sent.length, 4);
  });

  it('is refused where somebody else was faster, or where the room does not take it at all', async () => {
    const { incidents } = some();
    const { incidentId } = anIncident();
    const late = incidents.handle({ incidentId, to: 'acknowledged', version: 1, note: '' });
    const { refused: code, retry, message } = refuse('INCIDENT_CHANGED');
    incidents.answered({ about: `${incidentId}.1.acknowledged`, code, retry, message });
    assert.deepEqual(await late, { state: 'refused', code: 'INCIDENT_CHANGED', message });
    const raised = incidents.raise({ ...wish, incidentId: newId() });
    const handled = incidents.handle({ incidentId, to: 'acknowledged', version: 1, note: '' });
    incidents.refused('incident.raise', refuse('BUSY'));
    incidents.refused('incident.raise', refuse('MESSAGE_INVALID'));
    const outcome = await raised;
    assert.equal(outcome.state === 'refused' && outcome.code, 'MESSAGE_INVALID');
    incidents.stop();
    assert.equal((await handled).state, 'pending');
  });

  it('twice at once is answered twice', async () => {
    const { incidents } = some();
    const incident = anIncident();
    const { incidentId } = incident;
    const both = [1, 2].map(() => incidents.handle({ incidentId, to: 'acknowledged', version: 1, note: '' }));
    await settled();
    incidents.answered({ about: `${incidentId}.1.acknowledged`, incident });
    assert.deepEqual(
      (await Promise.all(both)).map(({ state }) => state),
      ['done', 'done'],
    );
  });
});
