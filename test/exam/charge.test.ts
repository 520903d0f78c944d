// Who is in charge of a room, and how that passes.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ChargeStep, decideCharge, NOBODY } from '../../exam/charge.ts';
import { type Charge, HANDOVER_OUTCOMES } from '../../schema/charge.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { holdsFor } from './seed.ts';

const PEOPLE = ['ann', 'bob', 'cyd'];
const HERE = new Set(PEOPLE);

function chargeBy(charge: Charge, ...steps: ChargeStep[]): Charge {
  return steps.reduce((now, step) => {
    const next = decideCharge(now, HERE, step, 5);
    assert.ok(!isRefusal(next), JSON.stringify(next));
    return next;
  }, charge);
}
const offer = (by: string, to: string, isChief = false, handoverId = 'h1'): ChargeStep => ({
  kind: 'offer',
  by,
  to,
  isChief,
  handoverId,
  note: 'row 3 is loud',
});
const answer = (by: string, outcome: (typeof HANDOVER_OUTCOMES)[number], handoverId = 'h1'): ChargeStep => ({
  kind: 'answer',
  by,
  outcome,
  handoverId,
  isChief: false,
});

describe('being in charge of a room', () => {
  const anns = chargeBy(NOBODY, { kind: 'take', by: 'ann' });

  it('is with the first who comes, and not with the next', () => {
    assert.deepEqual(anns, { ...NOBODY, proctorId: 'ann', since: 5, version: 1 });
    assert.equal(chargeBy(anns, { kind: 'take', by: 'bob' }), anns);
  });

  it('stays where it is until the other has confirmed', () => {
    const offered = chargeBy(anns, offer('ann', 'bob'));
    assert.deepEqual([offered.proctorId, offered.offer?.note], ['ann', 'row 3 is loud']);
    assert.equal(chargeBy(offered, answer('bob', 'declined')).proctorId, 'ann');
    assert.equal(chargeBy(offered, answer('bob', 'confirmed')).proctorId, 'bob');
  });

  it('is handed over by who has it or by a chief, to somebody of the room, and once at a time', () => {
    const refused = (charge: Charge, step: ChargeStep) => {
      const decision = decideCharge(charge, HERE, step, 5);
      return isRefusal(decision) ? decision.refused : undefined;
    };
    assert.equal(refused(anns, offer('bob', 'cyd')), 'HANDOVER_REFUSED');
    assert.equal(refused(anns, offer('bob', 'cyd', true)), undefined);
    assert.equal(refused(anns, offer('ann', 'ann')), 'HANDOVER_REFUSED');
    assert.equal(refused(anns, offer('ann', 'dan')), 'PROCTOR_UNKNOWN');
    assert.equal(refused(chargeBy(anns, offer('ann', 'bob')), offer('ann', 'cyd', false, 'h2')), 'HANDOVER_REFUSED');
    assert.equal(refused(chargeBy(anns, offer('ann', 'bob')), answer('cyd', 'confirmed')), 'HANDOVER_REFUSED');
    assert.equal(refused(chargeBy(anns, offer('ann', 'bob')), answer('bob', 'withdrawn')), 'HANDOVER_REFUSED');
  });

  it('answers the repeat of what was done with what came of it, and not another answer', () => {
    const bobs = chargeBy(anns, offer('ann', 'bob'), answer('bob', 'confirmed'));
    assert.equal(chargeBy(bobs, answer('bob', 'confirmed')), bobs);
    assert.equal(chargeBy(bobs, offer('ann', 'bob')), bobs);
    const late = decideCharge(bobs, HERE, answer('ann', 'withdrawn'), 5);
    assert.ok(isRefusal(late) && /confirmed/.test(late.message));
  });

  it('is with nobody when who had it has lost the room, and an offer to somebody else still holds', () => {
    const lost = chargeBy(anns, offer('ann', 'bob'), { kind: 'lost', proctorId: 'ann' });
    assert.deepEqual([lost.proctorId, lost.offer?.to], ['', 'bob']);
    assert.equal(chargeBy(lost, answer('bob', 'confirmed')).proctorId, 'bob');
    assert.equal(chargeBy(anns, offer('ann', 'bob'), { kind: 'lost', proctorId: 'bob' }).offer, null);
  });

  it('changes hands by taking what nobody has, or by the confirmation of whom it was offered to, and by nothing else', () => {
    const person = fc.constantFrom(...PEOPLE, 'dan');
    const id = fc.constantFrom('h1', 'h2', 'h3');
    const step: fc.Arbitrary<ChargeStep> = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), by: person }),
      fc.record({ kind: fc.constant('lost' as const), proctorId: person }),
      fc.record({
        kind: fc.constant('offer' as const),
        by: person,
        to: person,
        isChief: fc.boolean(),
        handoverId: id,
        note: fc.constant(''),
      }),
      fc.record({
        kind: fc.constant('answer' as const),
        by: person,
        isChief: fc.boolean(),
        handoverId: id,
        outcome: fc.constantFrom(...HANDOVER_OUTCOMES),
      }),
    );
    holdsFor(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let charge = NOBODY;
        for (const one of steps) {
          const next = decideCharge(charge, HERE, one, 5);
          if (isRefusal(next)) continue;
          if (next !== charge) assert.equal(next.version, charge.version + 1);
          if (next.proctorId !== charge.proctorId) {
            const isTaken = one.kind === 'take' && charge.proctorId === '' && next.proctorId === one.by;
            const isHanded =
              one.kind === 'answer' &&
              one.outcome === 'confirmed' &&
              one.by === charge.offer?.to &&
              next.proctorId === one.by;
            const isLost = one.kind === 'lost' && next.proctorId === '' && charge.proctorId === one.proctorId;
            assert.ok(isTaken || isHanded || isLost, JSON.stringify(one));
          }
          charge = next;
        }
      }),
    );
  });
});
