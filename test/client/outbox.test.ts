// The outbox against rooms of every kind: nothing leaves it but by the four ways out, and everything arrives at last.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { answerBytes, pickBatch } from '../../client/batch.ts';
import type { AnswerEvent } from '../../client/events.ts';
import { messageBytes } from '../../client/message-size.ts';
import { createOutbox, OUTBOX_WAITS, type Outbox } from '../../client/outbox.ts';
import { createOutboxFold } from '../../client/outbox-storage.ts';
import { revisionOf } from '../../exam/revision.ts';
import type { Answer, Response } from '../../schema/answers.ts';
import { LIMITS } from '../../schema/limits.ts';
import { type RefusalCode, refuse } from '../../schema/refusals.ts';
import { holdsFor } from '../exam/seed.ts';

const EXAMINEE = 'examinee00000001';

function anOutbox(drawn = 0.5) {
  const fold = createOutboxFold();
  const events: AnswerEvent[] = [];
  const outbox = createOutbox(
    { examineeId: EXAMINEE, fence: 3, counter: 0, entries: [] },
    { store: fold.apply, report: (event) => events.push(event), random: () => drawn },
  );
  return { outbox, events, stored: () => fold.stored().entries.map(({ revision }) => revision) };
}

const put = (outbox: Outbox, item: number, response: Response = 'A', dueAt = 0) => outbox.put(item, response, 0, dueAt);
const revisions = (answers: readonly Answer[]) => answers.map(({ revision }) => revision);
const named = (answers: readonly Answer[]) => answers.map(({ item, revision }): [number, number] => [item, revision]);
function refusedBy(code: RefusalCode, answers: readonly Answer[], retryAfterMs?: number) {
  const { refused: _, ...rest } = refuse(code, undefined, retryAfterMs);
  return answers.map(({ item, revision }) => ({ item, revision, code, ...rest }));
}

describe('an outbox', () => {
  it('numbers answers by fence and a counter over the whole session', () => {
    const { outbox } = anOutbox();
    assert.deepEqual(
      [put(outbox, 1), put(outbox, 2), outbox.spare(), put(outbox, 1)],
      [1, 2, 3, 4].map((n) => revisionOf(3, n)),
    );
  });

  it('has one batch under way, and the next when all of it is saved, refused or pending', () => {
    const { outbox } = anOutbox();
    for (let item = 1; item <= 150; item++) put(outbox, item);
    const first = outbox.nextBatch(0);
    assert.equal(first.length, LIMITS.batchAnswers);
    assert.deepEqual(outbox.nextBatch(1), []);
    outbox.saved(named(first.slice(0, 50)));
    outbox.pending(named(first.slice(50, 99)), 2_000, 1);
    assert.deepEqual(outbox.nextBatch(2), []);
    outbox.refused(refusedBy('ITEM_UNKNOWN', first.slice(99)), 3);
    assert.equal(outbox.nextBatch(3).length, 50);
  });

  it('forgets an answer only for its own item and revision', () => {
    const { outbox, stored } = anOutbox();
    const revision = put(outbox, 7);
    outbox.nextBatch(0);
    outbox.saved([
      [8, revision],
      [7, revision + 1],
      [7, revision - 1],
    ]);
    outbox.saved([]);
    assert.deepEqual(stored(), [revision]);
    outbox.saved([[7, revision]]);
    assert.deepEqual(stored(), []);
    assert.deepEqual(outbox.unsaved(), []);
  });

  it('replaces what no room has taken, and keeps what one may have', () => {
    const { outbox, stored } = anOutbox();
    put(outbox, 1, 'A', 1_000);
    const newer = put(outbox, 1, 'B');
    assert.deepEqual(stored(), [newer]);
    outbox.nextBatch(0);
    const newest = put(outbox, 1, 'C');
    assert.deepEqual(stored(), [newer, newest]);
    outbox.refused(refusedBy('BUSY', [{ item: 1, revision: newer, response: 'B' }]), 10);
    assert.deepEqual(stored(), [newest], 'the room took nothing, so the newest replaces it');
  });

  it('waits as long as the room says before it sends again what was refused for now', () => {
    const { outbox } = anOutbox();
    put(outbox, 1);
    const batch = outbox.nextBatch(0);
    outbox.refused(refusedBy('BUSY', batch, 4_000), 10);
    assert.deepEqual(outbox.nextBatch(4_009), []);
    assert.equal(outbox.nextAt(), 4_010);
    assert.deepEqual(outbox.nextBatch(4_010), batch);
  });

  it('[S4] resends what a dead queue leaves pending ever more rarely, up to 15 s', () => {
    const { outbox } = anOutbox(0.999);
    put(outbox, 1);
    const sentAt: number[] = [];
    for (let now = 0; now < 120_000; now += 100) {
      const batch = outbox.nextBatch(now);
      if (batch.length > 0) sentAt.push(now);
      outbox.pending(named(batch), 2_000, now);
    }
    assert.ok(sentAt.length <= 12, `${sentAt.length} sendings in two minutes`);
    assert.ok((sentAt.at(-1) ?? 0) - (sentAt.at(-2) ?? 0) >= 14_000);
  });

  it('sends again what was never answered, after waits that grow to 15 s', () => {
    const { outbox } = anOutbox(0.999);
    put(outbox, 1);
    const sentAt: number[] = [];
    for (let now = 0; now < 120_000; now += 100) if (outbox.nextBatch(now).length > 0) sentAt.push(now);
    const waits = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    assert.deepEqual(waits.slice(0, 5), [2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  it('sends everything again at once over a new link', () => {
    const { outbox } = anOutbox();
    put(outbox, 1);
    put(outbox, 2);
    put(outbox, 3, 'a text', 5_000);
    const [first, second] = outbox.nextBatch(0);
    assert.ok(first && second);
    outbox.pending(named([first]), 10_000, 0);
    outbox.linked(1);
    assert.deepEqual(outbox.nextBatch(1), [first, second], 'not the draft');
  });

  it('[S22] lets go of what will never be accepted, and says so', () => {
    const { outbox, events } = anOutbox();
    put(outbox, 1);
    const batch = outbox.nextBatch(0);
    outbox.refused(refusedBy('ITEM_UNKNOWN', batch), 1);
    assert.deepEqual(outbox.unsaved(), []);
    assert.deepEqual([events.at(-1)?.state, events.at(-1)?.code], ['refused', 'ITEM_UNKNOWN']);
  });

  it('[S1] stops and keeps everything when another device continues', () => {
    const { outbox, stored } = anOutbox();
    put(outbox, 1);
    put(outbox, 2, 'a text', 9_000);
    const batch = outbox.nextBatch(0);
    outbox.refused(refusedBy('SESSION_FENCED', batch), 1);
    put(outbox, 3);
    outbox.hurry(2);
    outbox.linked(3);
    assert.deepEqual(outbox.nextBatch(60_000), []);
    assert.equal(outbox.nextAt(), undefined);
    assert.equal(stored().length, 3);
  });

  it('finds the one bad answer of a batch that was refused as a whole, and holds back no other', () => {
    const { outbox, events } = anOutbox();
    const bad = put(outbox, 1);
    const good = [put(outbox, 2), put(outbox, 3)];
    const saved: number[] = [];
    for (let now = 0; now < 60_000; now += 500) {
      const batch = outbox.nextBatch(now);
      if (revisions(batch).includes(bad)) {
        const { refused: code, retry, message } = refuse('MESSAGE_INVALID');
        outbox.batchRefused({ code, retry, message }, now);
      } else {
        saved.push(...revisions(batch));
        outbox.saved(named(batch));
      }
    }
    assert.deepEqual(saved, good);
    assert.deepEqual(outbox.unsaved(), []);
    assert.deepEqual(
      events.filter(({ state }) => state === 'refused').map(({ revision }) => revision),
      [bad],
    );
  });

  it('sends drafts when it is hurried, and leaves alone what a room has taken', () => {
    const { outbox } = anOutbox();
    const taken = put(outbox, 1);
    outbox.pending(named(outbox.nextBatch(0)), 8_000, 0);
    const draft = put(outbox, 2, 'a text', 9_000);
    outbox.hurry(10);
    assert.deepEqual(revisions(outbox.nextBatch(10)), [draft]);
    assert.deepEqual(revisions(outbox.unsaved()), [taken, draft]);
  });

  it('goes on counting under another fence', () => {
    const { outbox } = anOutbox();
    put(outbox, 1);
    outbox.restart({ fence: 5, counter: 2, entries: [] }, 0);
    assert.equal(put(outbox, 1), revisionOf(5, 3));
    assert.equal(outbox.fence(), 5);
  });
});

describe('a batch', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.integer({ min: 0, max: 21_000 }).map((n) => '한'.repeat(n)),
  );
  const responses: fc.Arbitrary<Response> = fc.oneof(
    texts,
    fc.double(),
    fc.constant(null),
    fc.array(fc.string({ maxLength: 32 }), { maxLength: 26 }),
  );
  const packr = new Packr();

  it('is counted with at least the bytes that it has on the wire', () => {
    holdsFor(
      fc.property(fc.array(responses, { maxLength: 5 }), (given) => {
        const message = {
          answers: given.map((response, index) => ({ item: index + 1, revision: revisionOf(9, index + 1), response })),
        };
        assert.ok(packr.pack(message).length <= messageBytes(message));
      }),
      300,
    );
  });

  it('[S2] has at most 100 answers and 48 KiB, or is one larger answer alone, and skips nothing', () => {
    const parcel = fc.record({
      response: responses,
      travels: fc.constantFrom('together' as const, 'together' as const, 'alone' as const),
    });
    holdsFor(
      fc.property(fc.array(parcel, { maxLength: 250 }), (given) => {
        let waiting = given.map(({ response, travels }, index) => {
          const answer = { item: 1, revision: index + 1, response };
          return { answer, travels, bytes: answerBytes(answer) };
        });
        while (waiting.length > 0) {
          const batch = pickBatch(waiting);
          assert.ok(batch.length > 0 && batch.length <= LIMITS.batchAnswers);
          assert.deepEqual(batch, waiting.slice(0, batch.length));
          const bytes = messageBytes({ answers: batch.map(({ answer }) => answer) });
          assert.ok(bytes <= LIMITS.batchBytes || batch.length === 1);
          assert.ok(bytes <= LIMITS.messageBytes);
          assert.ok(batch.length === 1 || batch.every(({ travels }) => travels === 'together'));
          waiting = waiting.slice(batch.length);
        }
      }),
      200,
    );
  });
});

type Step =
  | { readonly do: 'put'; readonly item: number; readonly quietMs: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'answer'; readonly how: ('saved' | 'pending' | 'busy' | 'never' | 'silence' | 'superseded')[] }
  | { readonly do: 'relink' | 'hurry' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      item: fc.integer({ min: 1, max: 4 }),
      quietMs: fc.constantFrom(0, 0, 1_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 100, 1_000, 5_000, 20_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      how: fc.array(
        fc.constantFrom(
          'saved' as const,
          'pending' as const,
          'busy' as const,
          'never' as const,
          'silence' as const,
          'superseded' as const,
        ),
        { minLength: 1, maxLength: 6 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('relink' as const, 'hurry' as const) }) },
);

describe('an outbox under any order of events', () => {
  it('[S2] loses nothing, sends within its bounds, keeps its storage in step, and empties when the room accepts', () => {
    holdsFor(
      fc.property(fc.array(step, { maxLength: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (steps, drawn) => {
        const { outbox, events, stored } = anOutbox(drawn);
        const last = new Map<number, number>();
        const gone = new Set<number>();
        const saved = new Set<number>();
        let batch: Answer[] = [];
        let batchUntil = 0;
        let now = 0;
        const answer = (how: (Step & { do: 'answer' })['how']) => {
          batch.forEach((one, index) => {
            const kind = how[index % how.length];
            if (kind === 'saved') {
              saved.add(one.revision);
              outbox.saved(named([one]));
            }
            if (kind === 'superseded') outbox.superseded(named([one]));
            if (kind === 'never') outbox.refused(refusedBy('ITEM_UNKNOWN', [one]), now);
            if (kind === 'saved' || kind === 'superseded' || kind === 'never') gone.add(one.revision);
            if (kind === 'pending') outbox.pending(named([one]), 2_000, now);
            if (kind === 'busy') outbox.refused(refusedBy('BUSY', [one], 500), now);
          });
          if (!how.slice(0, batch.length).includes('silence')) batchUntil = 0;
          batch = [];
        };
        const send = () => {
          const next = outbox.nextBatch(now);
          if (next.length === 0) return;
          assert.ok(now >= batchUntil || batch.length === 0, 'one batch under way');
          assert.ok(
            next.every(({ revision }) => !gone.has(revision)),
            'what has left does not come back',
          );
          batch = next;
          batchUntil = now + OUTBOX_WAITS.firstMs / 2;
        };
        for (const one of steps) {
          if (one.do === 'put') last.set(one.item, put(outbox, one.item, `${last.size}`, now + one.quietMs));
          if (one.do === 'wait') now += one.ms;
          if (one.do === 'answer') answer(one.how);
          if (one.do === 'hurry') outbox.hurry(now);
          if (one.do === 'relink') {
            outbox.linked(now);
            batchUntil = 0;
            batch = [];
          }
          send();
          assert.deepEqual(stored().toSorted(), revisions(outbox.unsaved()), 'the storage has what the outbox has');
          for (const revision of last.values()) {
            assert.ok(
              gone.has(revision) || revisions(outbox.unsaved()).includes(revision),
              'the newest answer is never dropped',
            );
          }
        }
        for (let rounds = 0; rounds < 50 && outbox.unsaved().length > 0; rounds++) {
          now += 20_000;
          send();
          answer(['saved']);
        }
        assert.deepEqual(outbox.unsaved(), []);
        const told = new Set(events.filter(({ state }) => state === 'saved').map(({ revision }) => revision));
        assert.deepEqual(
          [...told].toSorted(),
          [...saved].toSorted(),
          'saved is told of what the room has saved, and of nothing else',
        );
      }),
      500,
    );
  });
});
