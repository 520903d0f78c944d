// Minutes that somebody could not work in, against an oracle that counts them second by second.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Loss, proposalsFor } from '../../exam/lost-minutes.ts';
import { clockOf, roomTime } from '../../exam/timeline.ts';
import type { Hold } from '../../schema/controls.ts';
import { holdsFor } from './seed.ts';

const TEN = 1_800_000_000_000;
const SECOND = 1_000;
const at = (seconds: number): number => TEN + seconds * SECOND;
const person = { examineeId: 'ada', extraMs: 0, status: 'answering' } as const;
const loss = (logId: string, from: number, to: number): Loss => ({ logId, from: at(from), to: at(to) });
const room = (given: Partial<Parameters<typeof roomTime>[0]> = {}) =>
  roomTime({ startsAt: TEN, endsAt: 0, ...given }, { durationMs: 600 * SECOND, windowEndsAt: 0 });

describe('minutes that were lost', () => {
  it('are proposed with from when to when, under an id that grants them once', () => {
    const [proposal] = proposalsFor(room(), person, [loss('first', 100, 160)]);
    assert.deepEqual(proposal, { logId: 'first', controlId: 'first', from: at(100), to: at(160), ms: 60 * SECOND });
    const given = {
      controlId: 'first',
      extraMs: 60 * SECOND,
      time: 'incident',
      examineeIds: ['ada'],
      undoes: '',
    } as const;
    assert.deepEqual(proposalsFor(room({ adjustments: [given] }), person, [loss('first', 100, 160)]), []);
  });

  it('are none before the start, after the own end, or for who has submitted', () => {
    assert.deepEqual(proposalsFor(room(), person, [loss('early', -60, 0), loss('late', 600, 700)]), []);
    assert.deepEqual(proposalsFor(room(), { ...person, status: 'submitted' }, [loss('one', 100, 160)]), []);
    assert.deepEqual(proposalsFor(room({ startsAt: 0 }), person, [loss('one', 100, 160)]), []);
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
