// What a notice says, and how long it stays.
import assert from 'node:assert/strict';
import { isSameTime, lifeOf, withText } from '../../exam/notice.ts';
import { isRefusal } from '../../schema/refusals.ts';

const RULES = { templates: [{ name: 'quiet', text: 'Quiet, <b>please</b>.' }], free: false };

describe('a notice', () => {
  const codeOf = (result: object) => (isRefusal(result) ? result.refused : undefined);

  it('has the words of the template that it names, as they are', () => {
    const order = withText({ action: 'notice', template: 'quiet' }, RULES, false);
    assert.equal('text' in order && order.text, 'Quiet, <b>please</b>.');
    const unknown = withText({ action: 'notice', template: 'loud' }, RULES, true);
    assert.ok(isRefusal(unknown) && unknown.refused === 'TEMPLATE_UNKNOWN' && /quiet/.test(unknown.message));
  });

  it('is written freely where the plan lets proctors, and by who may always', () => {
    const order = { action: 'notice', text: 'free' } as const;
    assert.equal(codeOf(withText(order, RULES, false)), 'NOTICE_NOT_FREE');
    assert.equal(withText(order, RULES, true), order);
    assert.equal(withText(order, { ...RULES, free: true }, false), order);
    const call = { action: 'call', text: 'come here' } as const;
    assert.equal(withText(call, RULES, false), call, 'no other control is a matter of templates');
  });

  it('stays a day unless its sender says otherwise; other controls hold as long as before', () => {
    assert.equal(lifeOf({ action: 'notice' }, 7), 24 * 3_600_000);
    assert.equal(lifeOf({ action: 'notice', lifeMs: 60_000 }, 7), 60_000);
    assert.equal(lifeOf({ action: 'pause' }, 7), 7);
  });

  it('that is to stay otherwise, or begins at another instant, is no repeat; what leaves the instant out is', () => {
    const stored = { at: 1_000, expiresAt: 61_000 };
    assert.ok(isSameTime(stored, { action: 'notice', lifeMs: 60_000 }));
    assert.ok(!isSameTime(stored, { action: 'notice', lifeMs: 90_000 }));
    assert.ok(!isSameTime(stored, { action: 'notice' }), 'a day, unless it says otherwise');
    assert.ok(isSameTime(stored, { action: 'start' }) && isSameTime(stored, { action: 'start', at: 1_000 }));
    assert.ok(!isSameTime(stored, { action: 'start', at: 1_001 }));
  });
});
