// Who may do what: the rows that must never change by accident.

import assert from 'node:assert/strict';
import { type Action, neededRelation, PERMISSIONS, RANKS } from '../../schema/permissions.ts';
import { ROLES } from '../../schema/states.ts';

const actions = Object.keys(PERMISSIONS) as Action[];

describe('permissions', () => {
  it('name only known ranks and relations, and leave no action without a role', () => {
    for (const action of actions) {
      const row = Object.entries(PERMISSIONS[action]);
      assert.ok(row.length > 0, action);
      for (const [role, relation] of row)
        assert.ok(RANKS.some((known) => known === role) && ['any', 'own', 'plan', 'self'].includes(relation));
    }
  });

  it('let an examinee act on the own sheet alone', () => {
    for (const action of actions) assert.ok(['self', undefined].includes(neededRelation('examinee', action)), action);
  });

  it('let nobody but the examinee write an answer or submit', () => {
    for (const action of ['answer.save', 'sheet.submit'] as const) {
      assert.deepEqual(
        ROLES.filter((role) => neededRelation(role, action) !== undefined),
        ['examinee'],
      );
    }
  });

  it('let admins alone write the key, and read which versions there are', () => {
    assert.deepEqual(
      actions.filter((action) => action.startsWith('key.')),
      ['key.write', 'key.read'],
    );
    for (const action of ['key.write', 'key.read'] as const)
      assert.deepEqual(
        ROLES.filter((role) => neededRelation(role, action) !== undefined),
        ['admin'],
      );
  });

  it('let a chief do what a proctor may, and these things for the whole plan', () => {
    const more = actions.filter((action) => neededRelation('chief', action) !== neededRelation('proctor', action));
    assert.deepEqual(more, ['proctor.read', 'control.issue', 'overview.read']);
    for (const action of more) assert.equal(neededRelation('chief', action), 'plan');
  });

  it('bind a proctor to the own rooms, but for renewing and ending the own sessions and for the own password', () => {
    for (const action of actions.filter((name) => !name.startsWith('session.') && name !== 'password.change')) {
      assert.ok(['own', undefined].includes(neededRelation('proctor', action)), action);
    }
  });
});
