// What may travel over a room's socket: strict shapes with written bounds.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { revisionOf } from '../../exam/revision.ts';
import { CLOSE } from '../../schema/close-codes.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import { INCOMING, type IncomingType } from '../../schema/messages.ts';
import { PERMISSIONS } from '../../schema/permissions.ts';
import { holdsFor } from '../exam/seed.ts';

const types = Object.keys(INCOMING) as IncomingType[];
const answer = { item: 7, revision: revisionOf(1, 1), response: 'A' };
const takes = (type: IncomingType, message: unknown): boolean => INCOMING[type].safeParse(message).success;

describe('messages', () => {
  it('each have a row in the permission table', () => {
    for (const type of types) assert.ok(type in PERMISSIONS, type);
  });

  it('are never taken with a field that nobody asked for', () => {
    assert.ok(takes('answer.save', { answers: [answer] }));
    assert.ok(!takes('answer.save', { answers: [{ ...answer, examineeId: 'somebody else' }] }));
    assert.ok(!takes('answer.save', { answers: [answer], saved: true }));
    assert.ok(!takes('examinee.ready', { examineeId: 'somebody else' }));
  });

  it('of a beat alone leave out what a newer programme adds, since a link without beats counts as dead', () => {
    assert.deepEqual(INCOMING.heartbeat.parse({ sentAt: 1, at: 2 }), { sentAt: 1 });
    for (const type of types.filter((one) => one !== 'heartbeat')) {
      const { error } = INCOMING[type].safeParse({ fromLater: 1 });
      assert.ok(error !== undefined, type);
    }
  });

  it('hold batches of at most a hundred answers, and not none', () => {
    const batch = (count: number) => ({ answers: Array.from({ length: count }, () => answer) });
    assert.ok(takes('answer.save', batch(LIMITS.batchAnswers)));
    assert.ok(!takes('answer.save', batch(LIMITS.batchAnswers + 1)));
    assert.ok(!takes('answer.save', batch(0)));
  });

  it('name items by their number in the paper and revisions as whole numbers', () => {
    for (const item of [0, -1, 1.5, 10_000, '7', Number.NaN])
      assert.ok(!takes('answer.save', { answers: [{ ...answer, item }] }));
    for (const revision of [0, -1, 1.5, 2 ** 53, '1000001'])
      assert.ok(!takes('answer.save', { answers: [{ ...answer, revision }] }));
    assert.ok(takes('sheet.submit', { revisions: [[7, 1_000_001]] }));
    assert.ok(!takes('sheet.submit', { revisions: [[7, 1_000_001, 1]] }));
    assert.ok(!takes('sheet.submit', { revisions: [[7]] }));
  });

  it('move people to a room, and one person alone to a seat, which has a name that can be read', () => {
    const [one, two, toRoomId] = [newId(), newId(), newId()];
    const isTaken = (given: object) =>
      takes('control.issue', { controlId: newId(), action: 'move', examineeIds: [one], ...given });
    assert.ok(isTaken({ toRoomId, examineeIds: [one, two] }));
    for (const seat of ['A', ' 가 1 ', 'x'.repeat(16), '🪑'.repeat(16)]) assert.ok(isTaken({ seat }), seat);
    assert.ok(isTaken({ seat: 'A1', toRoomId }));
    assert.ok(!isTaken({}));
    assert.ok(!isTaken({ seat: 'A1', examineeIds: [one, two] }));
    for (const seat of ['', '  ', 'a\nb', 'x'.repeat(17), '\u200b', 7, null]) assert.ok(!isTaken({ seat }));
    assert.ok(!takes('control.issue', { controlId: newId(), action: 'lock', examineeIds: [one], seat: 'A1' }));
  });

  it('carry no operator of a query where a response is asked for', () => {
    for (const response of [{ $ne: null }, { $where: '1' }, [{ $gt: '' }], undefined, true, Number.NaN]) {
      assert.ok(!takes('answer.save', { answers: [{ ...answer, response }] }));
    }
  });

  it('are parsed or refused, whatever comes, and never throw', () => {
    holdsFor(
      fc.property(
        fc.constantFrom(...types),
        fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
        (type, message) => {
          const parsed = INCOMING[type].safeParse(message);
          assert.equal(typeof parsed.success, 'boolean');
        },
      ),
    );
  });

  it('of the largest allowed size fit into one frame', () => {
    assert.ok(LIMITS.answerBytes * 2 < LIMITS.messageBytes);
    assert.ok(LIMITS.batchBytes < LIMITS.answerBytes);
  });

  it('close with codes of our own, outside those of the framework', () => {
    const codes: number[] = Object.values(CLOSE);
    assert.equal(new Set(codes).size, codes.length);
    for (const code of codes) assert.ok(code > 4_010 && code < 5_000);
  });
});
