// Schedules are drawn from their seed alone, fit into their time, and have no two faults in one another's way.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawSchedule, FAULT_KINDS, placeOf, RULES, type Scene } from '../../chaos/schedule.ts';
import { holdsFor } from '../exam/seed.ts';

const SCENE: Scene = {
  processes: { rooms: ['rooms-1', 'rooms-2'], workers: ['workers-1', 'workers-2'], api: ['api'] },
  networks: ['network-1', 'network-2'],
  hasEngineLinks: true,
  people: 20,
  proctors: 4,
  missing: [],
};
const seeds = fc.integer({ min: 0, max: 1_000_000_000 });
const seconds = fc.integer({ min: 4, max: 60 });
const kinds = fc.subarray([...FAULT_KINDS], { minLength: 1 });

describe('a schedule', () => {
  it('is the same for the same seed', () => {
    holdsFor(
      fc.property(seeds, seconds, kinds, (seed, length, some) => {
        assert.deepEqual(drawSchedule(seed, length, SCENE, some), drawSchedule(seed, length, SCENE, some));
      }),
    );
  });

  it('has faults of the wanted kinds alone, at something that is there, within its time and their bounds', () => {
    holdsFor(
      fc.property(seeds, seconds, kinds, (seed, length, some) => {
        const { faults } = drawSchedule(seed, length, SCENE, some);
        assert.ok(faults.length > 0);
        for (const fault of faults) {
          const { targets, ms, ways = ['both'], size = [0, 0] } = RULES[fault.kind];
          assert.ok(some.includes(fault.kind));
          assert.ok(targets(SCENE).includes(fault.target) && ways.includes(fault.way));
          assert.ok(fault.at > 0 && fault.at + fault.ms < length * 1_000);
          assert.ok(fault.ms <= ms[1] && fault.size >= size[0] && fault.size <= size[1]);
        }
      }),
    );
  });

  it('spoils no place twice at a time', () => {
    holdsFor(
      fc.property(seeds, seconds, kinds, (seed, length, some) => {
        const { faults } = drawSchedule(seed, length, SCENE, some);
        const byPlace = Map.groupBy(faults, placeOf);
        for (const ofPlace of byPlace.values())
          for (const [index, { at }] of ofPlace.entries()) {
            const before = ofPlace[index - 1];
            assert.ok(before === undefined || at > before.at + before.ms);
          }
      }),
    );
  });

  it('comes to every kind, and to none that is missing here', () => {
    const missing = { ...SCENE, hasEngineLinks: false, missing: ['kill rooms' as const] };
    const all = (scene: Scene) =>
      new Set(
        Array.from({ length: 1_500 }, (_, seed) => drawSchedule(seed, 8, scene).faults.map(({ kind }) => kind)).flat(),
      );
    assert.deepEqual([...all(SCENE)].sort(), [...FAULT_KINDS].sort());
    assert.ok(
      ![...all(missing)].some((kind) => kind === 'kill rooms' || (kind.endsWith(' engine') && !/kill|stop/.test(kind))),
    );
  });
});
