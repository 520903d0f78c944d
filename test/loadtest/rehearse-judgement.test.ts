// Go or no-go of a rehearsal: each figure against its limit, and which resource is full first, in any order of events.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  judge,
  type Outcome,
  PHASES,
  type Reading,
  type Sample,
  type Verdict,
} from '../../loadtest/rehearse/judgement.ts';
import {
  FULL_MS,
  LIMITS_OF_PEOPLE,
  mostEnterMs,
  RESOURCES,
  type ResourceName,
} from '../../loadtest/rehearse/limits.ts';
import { verdictText } from '../../loadtest/rehearse/report.ts';
import { seed } from '../exam/seed.ts';

/** Everything went well. */
function aGoodOne(given: Partial<Outcome> = {}): Outcome {
  return {
    ...{ people: 60, rooms: 4, items: 20, apis: 1, entered: 60, enterErrors: [], enterMs: 900 },
    ...{ started: 60, startMs: 40, opened: 60, openMs: 300 },
    calm: { given: 180, saved: 180, savedMs: { p50: 12, p95: 20, p99: 34, max: 50 } },
    linksLost: { people: 20, back: 20, lastMs: 900 },
    killing: { what: 'exam-1/4711 (rooms) with 2 rooms and 30 people', people: 30, back: 30, lastMs: 4_000 },
    ...{ given: 400, lost: 0, unsaved: 0, refused: '', scoredMs: 2_000 },
    ...given,
  };
}

/** One reading a second from `from` on, all of this value. */
function stands(reading: Reading, phase: Sample['phase'], from: number, times: number): Sample[] {
  return Array.from({ length: times }, (_, second) => ({ ...reading, phase, at: from + second * 1_000 }));
}

const reasons = ({ findings }: Verdict): string[] => findings.filter(({ ok }) => !ok).map(({ name }) => name);
const share = (resource: ResourceName, of: number): number => RESOURCES[resource].most * of;

describe('the verdict of a rehearsal', () => {
  it('is go where everything went well, and says each figure with its limit', () => {
    const verdict = judge(aGoodOne(), []);
    assert.equal(verdict.go, true);
    assert.deepEqual(reasons(verdict), []);
    const text = verdictText(verdict);
    for (const line of [
      '✔ entering: 60 of 60 in 4 rooms, all at once; the last after 0.9 s, at most 15 s',
      '✔ saving: 180 of 180 answers, p50 12 ms, p95 20 ms, p99 34 ms, max 50 ms; p99 at most 1000 ms',
      '✔ killed process: exam-1/4711 (rooms) with 2 rooms and 30 people; 30 of 30 people go on, the last after 4.0 s, at most 15 s',
      '✔ answers: 400 given; lost although they were called saved: 0; never saved: 0',
    ])
      assert.ok(text.includes(line), text);
    assert.match(text, /\nno resource could be read\ngo$/);
  });

  const faults: [string, Partial<Outcome>][] = [
    ['entering', { entered: 59, enterErrors: ['RefusalError: BUSY'] }],
    ['entering', { enterMs: mostEnterMs(60, 1) + 1 }],
    ['start', { started: 59 }],
    ['start', { startMs: LIMITS_OF_PEOPLE.started.mostMs + 1 }],
    ['paper', { opened: 59 }],
    ['paper', { openMs: LIMITS_OF_PEOPLE.opened.mostMs + 1 }],
    ['saving', { calm: { given: 0, saved: 0, savedMs: { p50: null, p95: null, p99: null, max: null } } }],
    ['saving', { calm: { given: 2, saved: 1, savedMs: { p50: 1, p95: 1, p99: 1, max: 1 } } }],
    ['saving', { calm: { given: 1, saved: 1, savedMs: { p50: 1, p95: 1, p99: 1_001, max: 1_001 } } }],
    ['lost links', { linksLost: { people: 20, back: 19, lastMs: 1 } }],
    ['lost links', { linksLost: { people: 20, back: 20, lastMs: LIMITS_OF_PEOPLE.linksLost.mostMs + 1 } }],
    ['killed process', { killing: { what: 'one', people: 0, back: 0, lastMs: 0 } }],
    ['killed process', { killing: { what: 'one', people: 9, back: 8, lastMs: 1 } }],
    ['killed process', { killing: { what: 'one', people: 9, back: 9, lastMs: LIMITS_OF_PEOPLE.killed.mostMs + 1 } }],
    ['answers', { lost: 1 }],
    ['answers', { unsaved: 1 }],
    ['refusals', { refused: 'ANSWER_LATE 3' }],
    ['scores', { scoredMs: 'not in time' }],
    ['scores', { scoredMs: LIMITS_OF_PEOPLE.scored.mostMs + 1 }],
  ];
  for (const [name, fault] of faults) {
    it(`is no-go for ${name} alone, where ${JSON.stringify(fault).slice(0, 90)}`, () => {
      const verdict = judge(aGoodOne({ started: 60, opened: 60, ...fault, ...followed(fault) }), []);
      assert.deepEqual([verdict.go, reasons(verdict)], [false, [name]]);
      assert.match(verdictText(verdict), new RegExp(`^✘ ${name}: .*no-go: ${name}$`, 'ms'));
    });
  }

  /** Who did not enter does not start either. */
  function followed({ entered, started }: Partial<Outcome>): Partial<Outcome> {
    const left = entered ?? started;
    return left === undefined ? {} : { started: left, opened: left };
  }

  it('says what was not tried or not seen, which is no reason by itself', () => {
    const verdict = judge(aGoodOne({ killing: { not: '--no-kill' }, scoredMs: undefined }), [], ['Redis is silent']);
    assert.equal(verdict.go, true);
    assert.match(verdictText(verdict), /✔ killed process: not tried: --no-kill\n/);
    assert.match(verdictText(verdict), /✔ resources: none is full while people just answer; Redis is silent\n/);
  });

  it('gives many people twice the time that check counts with, by the number of apis', () => {
    assert.equal(mostEnterMs(60, 1), 15_000);
    assert.equal(Math.round(mostEnterMs(2_600, 1)), 40_000);
    assert.equal(Math.round(mostEnterMs(2_600, 2)), 20_000);
  });

  it('is no-go for a resource that is full while people just answer, and not for one that is so in a storm', () => {
    const loop: Reading = { resource: 'event loop', of: 'exam-1/1 (rooms)', value: share('event loop', 1.4) };
    const calm = judge(aGoodOne(), stands(loop, 'answering', 0, 6));
    assert.deepEqual([calm.go, reasons(calm)], [false, ['resources']]);
    assert.match(
      verdictText(calm),
      /first resource that saturates: event loop of exam-1\/1 \(rooms\): 140 ms of 100 ms, answering\n/,
    );
    const storm = judge(aGoodOne(), stands(loop, 'entering', 0, 6));
    assert.equal(storm.go, true);
    assert.match(verdictText(storm), /first resource that saturates: event loop of .*, entering\ngo$/);
  });

  it('takes one full moment for none, and names what came nearest', () => {
    const samples = [
      ...stands({ resource: 'processor', of: 'a', value: share('processor', 1) }, 'answering', 0, FULL_MS / 1_000),
      ...stands({ resource: 'processor', of: 'a', value: 0 }, 'answering', FULL_MS, 3),
      ...stands({ resource: 'memory', of: 'a', value: share('memory', 0.5) }, 'answering', 0, 20),
    ];
    const verdict = judge(aGoodOne(), samples);
    assert.equal(verdict.go, true);
    assert.deepEqual([verdict.first?.resource, verdict.first?.full], ['processor', false]);
    assert.match(
      verdictText(verdict),
      /no resource was full; the nearest to it: processor of a: 90 % of 90 %, answering/,
    );
  });

  it('names of two that are full the one that was so first, and counts exactly as long as it says', () => {
    const long = FULL_MS / 1_000 + 1;
    const late = stands(
      { resource: 'event loop', of: 'a', value: share('event loop', 2) },
      'process killed',
      10_000,
      long,
    );
    const early = stands({ resource: 'processor', of: 'b', value: share('processor', 1) }, 'entering', 3_000, long);
    for (const both of [
      [...late, ...early],
      [...early, ...late],
    ]) {
      const { first } = judge(aGoodOne(), both);
      assert.deepEqual([first?.resource, first?.of, first?.full], ['processor', 'b', true]);
    }
    const { first } = judge(aGoodOne(), [...late, ...early.slice(1)]);
    assert.deepEqual([first?.resource, first?.full], ['event loop', true]);
  });

  const resource = fc.constantFrom(...(Object.keys(RESOURCES) as ResourceName[]));
  const phase = fc.constantFrom(...PHASES);
  const sample = fc
    .record({
      resource,
      of: fc.constantFrom('', 'a', 'b'),
      share: fc.double({ min: 0, max: 2, noNaN: true }),
      phase,
      at: fc.nat(60),
    })
    .map(({ share: of, at, ...one }): Sample => ({ ...one, at: at * 1_000, value: share(one.resource, of) }));
  const samples = fc.array(sample, { maxLength: 60 });

  it('names as first the one that was full earliest, whatever else there is', () => {
    fc.assert(
      fc.property(samples, fc.nat(50), (others, second) => {
        const early = stands(
          { resource: 'queue', of: 'answers', value: share('queue', 1) },
          'ending',
          -100_000 + second,
          6,
        );
        const { first } = judge(aGoodOne(), [...others, ...early]);
        assert.deepEqual([first?.resource, first?.of, first?.full], ['queue', 'answers', true]);
      }),
      { seed },
    );
  });

  it('does not depend on the order in which the figures came', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(sample, { selector: ({ resource: name, of, at }) => `${name} ${of} ${at}`, maxLength: 40 }),
        fc.infiniteStream(fc.nat(1_000)),
        (some, order) => {
          const mixed = some.map((one) => ({ one, by: order.next().value })).sort((a, b) => a.by - b.by);
          const [straight, other] = [
            judge(aGoodOne(), some),
            judge(
              aGoodOne(),
              mixed.map(({ one }) => one),
            ),
          ];
          assert.equal(other.go, straight.go);
          assert.equal(other.first?.full, straight.first?.full);
          assert.equal(other.first?.share, straight.first?.share);
        },
      ),
      { seed },
    );
  });

  it('never becomes go where a figure is worse', () => {
    const length = fc.integer({ min: 0, max: 200_000 });
    fc.assert(
      fc.property(samples, length, length, fc.nat(3), fc.nat(3), (some, enterMs, more, lost, lostMore) => {
        const better = judge(aGoodOne({ enterMs, lost }), some);
        const worse = judge(
          aGoodOne({ enterMs: enterMs + more, lost: lost + lostMore }),
          some.map((one) => ({ ...one, value: one.value * 1.5 })),
        );
        assert.ok(better.go || !worse.go);
      }),
      { seed },
    );
  });

  it('is go exactly where no line says otherwise, and its text says the same', () => {
    fc.assert(
      fc.property(samples, fc.nat(2), (some, lost) => {
        const verdict = judge(aGoodOne({ lost }), some);
        assert.equal(verdict.go, reasons(verdict).length === 0);
        assert.match(verdictText(verdict), verdict.go ? /\ngo$/ : /\nno-go: .+$/);
      }),
      { seed },
    );
  });
});
