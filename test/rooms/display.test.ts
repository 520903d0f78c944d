// Which rows a room tells of its people, round by round: to live data whatever has changed, to the store what it is to know
// at once, and everything within a bound.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { roundsBetween, takeRows } from '../../rooms/display.ts';
import type { Seat } from '../../rooms/live-room.ts';

type Person = Parameters<typeof takeRows>[0] extends Iterable<infer S> ? S : never;
type Row = Pick<Person, 'status' | 'link' | 'storedCount'>;

const person = (): Person => ({
  ...{ status: 'answering', link: 'online', lastSeenAt: 1, sheet: undefined, storedCount: 0 },
  ...{ displayBehind: true, kept: { words: '', isBehind: false } },
});
const rowOf = ({ status, link, storedCount }: Person): Row => ({ status, link, storedCount });
const wordsOf = ({ status, link }: Row) => [status, link];

describe('what a room shows of its people', () => {
  it('is in the live data after each round, and in the store as soon as its rule says, whatever happens to whom', () => {
    const deeds = fc.constantFrom<Partial<Person>[]>(
      { storedCount: 1 },
      { storedCount: 2 },
      { storedCount: 3 },
      { link: 'dropped' },
      { link: 'online' },
      { status: 'submitted' },
    );
    const round = fc.array(fc.tuple(fc.nat(2), deeds), { maxLength: 4 });
    const schedule = fc.tuple(fc.array(round, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), fc.nat(60));
    const property = fc.property(schedule, ([happened, rounds, endsAt]) => {
      const people = [person(), person(), person()];
      const live = new Map<Person, Row>();
      const store = new Map<Person, Row>();
      const differsSince = new Map<Person, number>();
      for (const [index, changes] of happened.entries()) {
        const turn = index + 1;
        for (const [who, change] of changes) Object.assign(people[who] as Seat, change, { displayBehind: true });
        const isEnded = turn >= endsAt;
        for (const { seat, isKept } of takeRows(people, { turn, rounds, isEnded })) {
          live.set(seat, rowOf(seat));
          if (isKept) store.set(seat, rowOf(seat));
        }
        for (const one of people) {
          const [now, kept] = [rowOf(one), store.get(one)];
          assert.deepEqual(live.get(one), now);
          assert.ok(kept !== undefined);
          assert.deepEqual(wordsOf(kept), wordsOf(now));
          if (kept.storedCount === now.storedCount) differsSince.delete(one);
          else if (!differsSince.has(one)) differsSince.set(one, turn);
          assert.ok(turn - (differsSince.get(one) ?? turn) < rounds);
          if (isEnded) assert.deepEqual(kept, now);
        }
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('goes to the store of somebody who answers all the time once in so many rounds', () => {
    const one = person();
    let kept = 0;
    for (let turn = 1; turn <= 70; turn++) {
      Object.assign(one, { storedCount: turn, displayBehind: true });
      kept += takeRows([one], { turn, rounds: 7, isEnded: false }).filter(({ isKept }) => isKept).length;
    }
    assert.ok(kept >= 10 && kept <= 16, `${kept} rows in 70 rounds`); // each twelfth round is one in any case
  });

  it('is told again each minute of all who have been here, and of nobody else while nothing changes', () => {
    const people = [person(), { ...person(), lastSeenAt: 0 }];
    const told: number[] = [];
    for (let turn = 1; turn <= 24; turn++) told.push(takeRows(people, { turn, rounds: 1, isEnded: false }).length);
    assert.deepEqual(told, [2, ...Array(10).fill(0), 1, ...Array(11).fill(0), 1]);
  });

  it('goes to the store with each round in a process of few people, and seldom in one of thousands', () => {
    assert.deepEqual([0, 1, 1_250, 1_251, 8_000].map(roundsBetween), [1, 1, 1, 2, 7]);
  });
});
