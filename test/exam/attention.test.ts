// Attention: what weighs, that more of something never weighs less, and the order of a list.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ATTENTION_STEPS, type AttentionFacts, attentionOf, NOTHING_NOTABLE } from '../../exam/attention.ts';
import { byAttention } from '../../exam/attention-order.ts';
import type { AttentionReason } from '../../schema/attention.ts';
import { holdsFor } from './seed.ts';

const NOW = 10_000_000;
const AGES = [
  ['second-device', 'secondDeviceSince'],
  ['hand-raised', 'handRaisedSince'],
  ['unsaved', 'unsavedSince'],
  ['link', 'silentSince'],
  ['not-reached', 'unreachedSince'],
  ['stalled', 'quietSince'],
] as const satisfies readonly (readonly [AttentionReason, keyof AttentionFacts])[];

/** 0 where there is nothing, else an instant up to half an hour ago, or a little ahead: clocks differ. */
const since = fc.oneof(fc.constant(0), fc.integer({ min: NOW - 1_800_000, max: NOW + 2_000 }));
const facts: fc.Arbitrary<AttentionFacts> = fc.record({
  openIncidents: fc.nat(8),
  worstSeverity: fc.double({ min: 0, max: 1, noNaN: true }),
  secondDeviceSince: since,
  handRaisedSince: since,
  unsavedSince: since,
  silentSince: since,
  unreachedSince: since,
  quietSince: since,
});
const scoreOf = (given: Partial<AttentionFacts>, now = NOW) => attentionOf({ ...NOTHING_NOTABLE, ...given }, now);

describe('attention', () => {
  it('never falls with the time alone, nor with an older, a further or a worse fact', () => {
    holdsFor(
      fc.property(facts, fc.nat(2_000_000), fc.double({ min: 0, max: 1, noNaN: true }), (given, laterMs, severity) => {
        const { score } = attentionOf(given, NOW);
        assert.ok(attentionOf(given, NOW + laterMs).score >= score);
        for (const [, name] of AGES) {
          const older = given[name] === 0 ? NOW : given[name] - laterMs;
          assert.ok(attentionOf({ ...given, [name]: older }, NOW).score >= score, name);
        }
        const more = { ...given, openIncidents: given.openIncidents + 1 };
        assert.ok(attentionOf(more, NOW).score >= score);
        const worse = { ...given, worstSeverity: Math.max(given.worstSeverity, severity) };
        assert.ok(attentionOf(worse, NOW).score >= score);
      }),
    );
  });

  it('has no reason without its fact, and every reason whose fact is old enough', () => {
    holdsFor(
      fc.property(facts, (given) => {
        const { score, reasons } = attentionOf(given, NOW);
        assert.equal(reasons.includes('incident'), given.openIncidents > 0);
        for (const [reason, name] of AGES) {
          const fromMs = ATTENTION_STEPS[reason][0]?.fromMs ?? 0;
          const isOldEnough = given[name] !== 0 && Math.max(0, NOW - given[name]) >= fromMs;
          assert.equal(reasons.includes(reason), isOldEnough, reason);
        }
        assert.equal(score === 0, reasons.length === 0);
        assert.equal(new Set(reasons).size, reasons.length);
      }),
    );
  });

  it('is the sum of its reasons, each alone', () => {
    holdsFor(
      fc.property(facts, (given) => {
        const { openIncidents, worstSeverity } = given;
        const alone = [{ openIncidents, worstSeverity }, ...AGES.map(([, name]) => ({ [name]: given[name] }))];
        assert.equal(
          attentionOf(given, NOW).score,
          alone.reduce((sum, one) => sum + scoreOf(one).score, 0),
        );
      }),
    );
  });

  it('puts a grave incident and a stranger’s device before everything that heals by itself', () => {
    const grave = scoreOf({ openIncidents: 1, worstSeverity: 0.8 }).score;
    const light = scoreOf({ openIncidents: 1, worstSeverity: 0.1 }).score;
    const second = scoreOf({ secondDeviceSince: NOW }).score;
    const healing = [
      scoreOf({ silentSince: NOW - 10_000 }).score,
      scoreOf({ unsavedSince: NOW - 10_000 }).score,
      scoreOf({ unreachedSince: NOW - 600_000 }).score,
      scoreOf({ quietSince: NOW - 1_800_000 }).score,
    ];
    for (const score of healing) assert.ok(grave > score && second > score && light > score, `${score}`);
    assert.deepEqual(scoreOf({ silentSince: NOW - 60_000, unsavedSince: NOW - 60_000 }).reasons, ['unsaved', 'link']);
  });

  it('gives nothing for an answer on its way and a link that missed a beat', () => {
    const { score } = scoreOf({ unsavedSince: NOW - 4_999, silentSince: NOW - 3_999, quietSince: NOW - 299_999 });
    assert.equal(score, 0);
  });
});

describe('the order of attention', () => {
  const row = fc.record({
    attention: fc.nat(3),
    label: fc.constantFrom('Kim', 'Lee', 'kim', '김'),
    examineeId: fc.constantFrom(...'abcdefgh'),
  });
  const rows = fc.uniqueArray(row, { selector: ({ examineeId }) => examineeId, maxLength: 8 });
  const order = byAttention<{ attention: number; label: string; examineeId: string }>(({ examineeId }) => examineeId);

  it('is the same however the list was ordered before', () => {
    holdsFor(
      fc.property(rows, fc.infiniteStream(fc.nat()), (given, places) => {
        const shuffled = given
          .map((one) => ({ one, place: places.next().value }))
          .toSorted((a, b) => a.place - b.place)
          .map(({ one }) => one);
        const sorted = given.toSorted(order);
        assert.deepEqual(shuffled.toSorted(order), sorted);
        for (const [index, one] of sorted.entries())
          for (const other of sorted.slice(index + 1)) {
            assert.ok(order(one, other) < 0 && order(other, one) > 0);
            assert.ok(one.attention >= other.attention);
          }
      }),
    );
  });

  it('counts as people do where nobody needs anything more than another', () => {
    const labels = ['Examinee 10', 'Examinee 9', 'Examinee 1', 'Ä 2', 'Ä 10', '가 11', '가 3'];
    const sorted = labels.map((label) => ({ attention: 0, label, examineeId: label })).toSorted(order);
    assert.deepEqual(
      sorted.map(({ label }) => label),
      ['Ä 2', 'Ä 10', 'Examinee 1', 'Examinee 9', 'Examinee 10', '가 3', '가 11'],
    );
  });
});
