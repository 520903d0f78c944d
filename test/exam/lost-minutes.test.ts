// Minutes that somebody could not work in, against an oracle that counts them second by second.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type GrantIds,
  type Loss,
  type Proposal,
  proposalForRoom,
  proposalsFor as proposed,
} from '../../exam/lost-minutes.ts';
import { clockOf, roomTime } from '../../exam/timeline.ts';
import type { Adjustment, Hold } from '../../schema/controls.ts';
import type { ExamineeState } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const TEN = 1_800_000_000_000;
const SECOND = 1_000;
const at = (seconds: number): number => TEN + seconds * SECOND;
const person = { examineeId: 'ada', extraMs: 0, status: 'answering' } as const;
const loss = (lossId: string, from: number, to: number): Loss => {
  return { lossId, evidence: 'link.lost', from: at(from), to: at(to) };
};
const outage = (lossId: string, from: number, to: number): Loss => {
  return { ...loss(lossId, from, to), evidence: 'room.unserved' };
};
const IDS: GrantIds = {
  whole: (lossId) => lossId,
  own: (lossId, examineeId) => `${lossId} of ${examineeId}`,
};
const proposalsFor = (
  time: ReturnType<typeof room>,
  who: Parameters<typeof proposed>[1],
  losses: readonly Loss[],
  ids = IDS,
) => proposed(time, who, losses, ids);
const room = (given: Partial<Parameters<typeof roomTime>[0]> = {}) =>
  roomTime({ startsAt: TEN, endsAt: 0, ...given }, { durationMs: 600 * SECOND, windowEndsAt: 0 });

describe('minutes that were lost', () => {
  it('are proposed with from when to when, under an id that grants them once', () => {
    const [proposal] = proposalsFor(room(), person, [loss('first', 100, 160)]);
    assert.deepEqual(proposal, { ...loss('first', 100, 160), controlId: 'first', ms: 60 * SECOND });
    const given = {
      controlId: 'first',
      extraMs: 60 * SECOND,
      time: 'incident',
      examineeIds: ['ada'],
      undoes: '',
    } as const;
    assert.deepEqual(proposalsFor(room({ adjustments: [given] }), person, [loss('first', 100, 160)]), []);
  });

  it('are proposed under the next id while the one before was refused, and not any more once that has granted them', () => {
    const again: GrantIds = { whole: (lossId) => `${lossId} again`, own: (lossId, id) => `${lossId} of ${id} again` };
    const losses = [loss('link', 100, 160), outage('dead', 200, 240)];
    const ids = (time: ReturnType<typeof room>) =>
      proposalsFor(time, person, losses, again).map(({ controlId }) => controlId);
    assert.deepEqual(ids(room()), ['link again', 'dead of ada again']);
    const given = (controlId: string, examineeIds: string[] | null) =>
      ({ controlId, extraMs: 60 * SECOND, time: 'incident', examineeIds, undoes: '' }) as const;
    assert.deepEqual(ids(room({ adjustments: [given('link again', ['ada']), given('dead again', null)] })), []);
  });

  it('are none before the start, after the own end, or for who has submitted', () => {
    assert.deepEqual(proposalsFor(room(), person, [loss('early', -60, 0), loss('late', 600, 700)]), []);
    assert.deepEqual(proposalsFor(room(), { ...person, status: 'submitted' }, [loss('one', 100, 160)]), []);
    assert.deepEqual(proposalsFor(room({ startsAt: 0 }), person, [loss('one', 100, 160)]), []);
  });

  it('are proposed to who was timed out too, because a late extension or a reopening may still give them', () => {
    const late = proposalsFor(room(), { ...person, status: 'timed-out' }, [outage('one', 560, 700)]);
    assert.deepEqual(
      late.map(({ ms }) => ms),
      [40 * SECOND],
    );
  });

  const stretches = fc.array(fc.tuple(fc.integer({ min: -60, max: 700 }), fc.integer({ min: 1, max: 120 })), {
    maxLength: 8,
  });
  const who = fc.constantFrom(null, ['ada'], ['ben']);

  it('are what counting second by second says: each moment once, none while the clock stood', () => {
    holdsFor(
      fc.property(
        stretches,
        fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 1, max: 200 }), who), { maxLength: 4 }),
        (lost, held) => {
          const losses = lost.map(([from, length], index) => loss(`loss ${index}`, from, from + length));
          const holds = held.map(([from, length, examineeIds]): Hold => {
            return { kind: 'person', from: at(from), to: at(from + length), examineeIds };
          });
          const time = room({ holds });
          const deadline = (clockOf(time, 'ada', 0).deadlineAt - TEN) / SECOND;
          const own = held.filter(([, , examineeIds]) => examineeIds === null || examineeIds[0] === 'ada');
          let counted = 0;
          for (let second = 0; second < deadline; second++) {
            const isLost = lost.some(([from, length]) => from <= second && second < from + length);
            const stood = own.some(([from, length]) => from <= second && second < from + length);
            if (isLost && !stood) counted++;
          }
          const proposed = proposalsFor(time, person, losses).reduce((sum, { ms }) => sum + ms, 0);
          assert.equal(proposed, counted * SECOND);
        },
      ),
    );
  });
});

describe('minutes in which nobody served the room', () => {
  const people = new Map<string, ExamineeState>([
    ['ada', 'answering'],
    ['ben', 'answering'],
    ['cyd', 'submitted'],
    ['dan', 'registered'],
  ]);
  const given = (controlId: string, examineeIds: readonly string[] | null): Adjustment => {
    return { controlId, extraMs: 40 * SECOND, time: 'incident', examineeIds, undoes: '' };
  };
  const all = (time: ReturnType<typeof room>, ...losses: readonly Loss[]): Map<string, Proposal[]> =>
    new Map(
      [...people].map(([examineeId, status]) => [
        examineeId,
        proposalsFor(time, { examineeId, extraMs: 0, status }, losses),
      ]),
    );
  const dead = outage('dead', 100, 140);
  const who = (own: Map<string, Proposal[]>) => [...own].filter(([, some]) => some.length > 0).map(([id]) => id);
  const ofRoom = (time: ReturnType<typeof room>) => proposalForRoom(time, dead, all(time, dead), IDS);

  it('are proposed to the room, under the id of the outage, and to everybody of it who was not done, under one of the own', () => {
    assert.deepEqual(ofRoom(room()), { ...dead, controlId: 'dead', ms: 40 * SECOND, examineeIds: null });
    assert.deepEqual(who(all(room(), dead)), ['ada', 'ben', 'dan']);
    assert.deepEqual(all(room(), dead).get('ben'), [{ ...dead, controlId: 'dead of ben', ms: 40 * SECOND }]);
  });

  it('are not proposed any more to whom one control for the room has given them', () => {
    const time = room({ adjustments: [given('dead', null)] });
    assert.equal(ofRoom(time), undefined);
    assert.deepEqual(who(all(time, dead)), []);
  });

  it('are given once where one person had them before the room: the room’s control names the others', () => {
    const time = room({ adjustments: [given('dead of ada', ['ada'])] });
    assert.deepEqual(ofRoom(time)?.examineeIds, ['ben', 'dan']);
    assert.deepEqual(who(all(time, dead)), ['ben', 'dan']);
    const after = room({ adjustments: [...time.adjustments, given('dead', ['ben', 'dan'])] });
    assert.equal(ofRoom(after), undefined);
    assert.deepEqual(who(all(after, dead)), []);
  });

  it('are the most that it took from one of them: whose clock stood meanwhile has lost less, and nobody where all stood', () => {
    const stood = (examineeIds: string[] | null): Hold => ({ kind: 'person', from: at(90), to: at(130), examineeIds });
    const time = room({ holds: [stood(['ada'])] });
    assert.equal(ofRoom(time)?.ms, 40 * SECOND);
    assert.equal(all(time, dead).get('ada')?.[0]?.ms, 10 * SECOND);
    assert.equal(ofRoom(room({ holds: [{ ...stood(null), to: at(150) }] })), undefined);
  });

  it('count a moment once, however a lost link and the outage overlap', () => {
    const [first, second] = proposalsFor(room(), person, [dead, loss('link', 120, 155)]);
    assert.deepEqual([first?.ms, second?.ms], [40 * SECOND, 15 * SECOND]);
  });
});
