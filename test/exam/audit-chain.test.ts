// The audit chain: one encoding of one value, links that hold, and a check that notices whatever is done to a chain.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonical, chained, entryHash, headKey, isSigned, NO_ENTRY, signedHead } from '../../exam/audit-chain.ts';
import { checkOf } from '../../exam/audit-check.ts';
import { controlFacts, inOrder, receiptFacts, type Waiting } from '../../exam/audit-facts.ts';
import type { AuditDocument, AuditFacts, AuditValue, HeadDocument } from '../../schema/documents/audit.ts';
import { newId } from '../../schema/ids.ts';
import { aControl, anEntry } from '../support/stored.ts';
import { holdsFor } from './seed.ts';

const PLAN = newId();
const KEY = headKey('a secret of a test, long enough for it');
const texts = fc.string({ unit: 'binary' });
const values = fc.jsonValue() as fc.Arbitrary<AuditValue>;
const facts = fc
  .record({ at: fc.nat(), subject: texts, kind: texts, data: fc.dictionary(texts, values) })
  .map((given) => anEntry(newId(), given as Partial<AuditFacts>));
const chains = fc.array(facts, { minLength: 1, maxLength: 12 }).map((all) => chained(PLAN, NO_ENTRY, all));

/** What a check says of these entries in the order of their sequences, as the store gives them. */
function flawOf(entries: readonly AuditDocument[], heads: readonly HeadDocument[] = []): string | undefined {
  const check = checkOf(PLAN, heads, KEY);
  entries.toSorted((a, b) => a.sequence - b.sequence).every((entry) => check.take(entry));
  const { flaw } = check.report();
  return flaw && `${flaw.sequence} ${flaw.why}`;
}

const headAt = (entries: readonly AuditDocument[], sequence: number): HeadDocument =>
  signedHead(KEY, PLAN, { sequence, hash: entries[sequence - 1]?.hash ?? '' }, 5);
/** The same entries, hashed and linked anew, as somebody would who does not know the key. */
const rehashed = (entries: readonly AuditDocument[]): AuditDocument[] =>
  chained(
    PLAN,
    NO_ENTRY,
    entries.map(({ _id: source, ...entry }) => ({ source, ...entry })),
  );

describe('canonical encoding of the audit chain', () => {
  it('does not depend on the order of members, and goes through JSON and back unchanged', () => {
    holdsFor(
      fc.property(values, (value) => {
        const text = canonical(value);
        assert.equal(canonical(reversed(value)), text);
        assert.equal(canonical(JSON.parse(text) as AuditValue), text);
      }),
    );
  });

  it('has another text for another value', () => {
    holdsFor(
      fc.property(values, values, (a, b) => {
        const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        assert.equal(canonical(a) === canonical(b), isSame);
      }),
    );
  });

  it('takes half a letter as the store does, and nothing that is not JSON', () => {
    assert.equal(canonical('a\ud800b'), canonical('a\ufffdb'));
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, () => 1]) {
      assert.throws(() => canonical({ value: value as never }), RangeError);
    }
  });

  it('is what the hash is made of', () => {
    const entry = { ...anEntry('x', { subject: 's', data: { b: 1, a: [true, null] } }), planId: 'p' };
    const { source: _id, ...rest } = entry;
    const text =
      '{"_id":"x","actorId":"","actorRole":"system","at":1000,"data":{"a":[true,null],"b":1},"kind":"test.happened",' +
      '"planId":"p","previous":"before","roomId":"","sequence":7,"subject":"s"}';
    const expected = createHash('sha256').update(text).digest('base64url');
    assert.equal(entryHash({ _id, ...rest, sequence: 7, previous: 'before' }), expected);
  });
});

describe('check of an audit chain', () => {
  it('[S23] finds nothing in a chain as it was made, in one piece or in many, with any of its heads', () => {
    holdsFor(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 12 }), fc.nat(), (all, seed) => {
        const at = seed % (all.length + 1);
        const first = chained(PLAN, NO_ENTRY, all.slice(0, at));
        const { sequence, hash } = first.at(-1) ?? NO_ENTRY;
        const entries = [...first, ...chained(PLAN, { sequence, hash }, all.slice(at))];
        assert.deepEqual(entries, chained(PLAN, NO_ENTRY, all));
        assert.equal(flawOf(entries, [headAt(entries, 1 + (seed % all.length))]), undefined);
      }),
      300,
    );
  });

  it('[S23] names the entry of which any member was changed', () => {
    const members = ['_id', 'at', 'actorId', 'actorRole', 'kind', 'subject', 'roomId', 'data', 'previous', 'hash'];
    holdsFor(
      fc.property(chains, fc.nat(), fc.constantFrom(...members), (entries, seed, member) => {
        const at = seed % entries.length;
        const changed = entries.map((entry, index) => (index === at ? { ...entry, [member]: 'another' } : entry));
        assert.equal(flawOf(changed), `${at + 1} changed`);
      }),
      300,
    );
  });

  it('[S23] names the first sequence that is missing, twice there, or out of place', () => {
    holdsFor(
      fc.property(fc.array(facts, { minLength: 3, maxLength: 9 }), fc.nat(), (all, seed) => {
        const entries = chained(PLAN, NO_ENTRY, all);
        const at = 1 + (seed % (entries.length - 1));
        assert.equal(flawOf(entries.toSpliced(at - 1, 1)), `${at} missing`);
        const fork = chained(PLAN, { sequence: at - 1, hash: entries[at - 2]?.hash ?? '' }, [anEntry(newId())]);
        assert.equal(flawOf([...entries, ...fork]), `${at} forked`);
        const swapped = entries.map((entry) => {
          return {
            ...entry,
            sequence: entry.sequence === at ? at + 1 : entry.sequence === at + 1 ? at : entry.sequence,
          };
        });
        assert.equal(flawOf(swapped), `${at} changed`);
      }),
      300,
    );
  });

  it('[S23] notices by the links that one entry was hashed anew, and by a head that all were', () => {
    holdsFor(
      fc.property(fc.array(facts, { minLength: 2, maxLength: 9 }), fc.nat(), (all, seed) => {
        const entries = chained(PLAN, NO_ENTRY, all);
        const at = seed % entries.length;
        const altered = entries.map((entry, index) => (index === at ? { ...entry, subject: 'nobody' } : entry));
        const alone = altered.map((entry) => ({ ...entry, hash: entryHash(entry) }));
        assert.equal(flawOf(alone), at + 1 === entries.length ? undefined : `${at + 2} unlinked`);
        assert.equal(flawOf(rehashed(altered)), undefined);
        const heads = [headAt(entries, entries.length), headAt(entries, at + 1)];
        assert.equal(flawOf(rehashed(altered), heads), `${at + 1} head-differs`);
      }),
      300,
    );
  });

  it('[S23] notices by a head that the end was cut off, and a head that somebody else signed', () => {
    const entries = chained(PLAN, NO_ENTRY, [anEntry('a'), anEntry('b'), anEntry('c')]);
    const head = headAt(entries, 3);
    assert.equal(flawOf(entries.slice(0, 1)), undefined);
    assert.equal(flawOf(entries.slice(0, 1), [head]), '2 truncated');
    assert.equal(flawOf([], [head]), '1 truncated');
    for (const forged of [
      { ...head, at: 6 },
      { ...head, hash: '-' },
      signedHead(headKey('another secret'), PLAN, head, 5),
    ]) {
      assert.ok(!isSigned(KEY, forged));
      assert.equal(flawOf(entries, [forged]), '3 head-forged');
    }
    assert.equal(flawOf(entries, [signedHead(KEY, newId(), { sequence: 9, hash: '-' }, 5)]), undefined);
  });
});

describe('what waits for the audit chain', () => {
  it('[S23] goes into it in the order of time, controls in that of their sequences, a receipt after its control', () => {
    const control = (id: string, sequence: number, storedAt: number): Waiting => {
      return { facts: controlFacts({ ...aControl(PLAN, { _id: id, storedAt }), sequence }), sequence };
    };
    const receipt = (controlId: string, at: number): Waiting => {
      const of = { controlId, roomId: 'room', planId: PLAN, state: 'applied', code: '', message: '', at } as const;
      return { facts: receiptFacts({ _id: `${controlId}.room`, ...of, ledger: {} }) };
    };
    const waiting = [
      { facts: anEntry('late', { at: 40 }) },
      receipt('two', 15),
      control('two', 2, 20),
      { facts: anEntry('early', { at: 5 }) },
      control('three', 3, 10),
      control('one', 1, 30),
    ];
    assert.deepEqual(
      inOrder(waiting).map(({ source }) => source),
      ['early', 'control.one', 'control.two', 'control.three', 'receipt.two.room', 'late'],
    );
  });

  it('[S23] says everything of a control, also members of tomorrow', () => {
    const control = { ...aControl(PLAN, { reason: 'noise', roomId: 'room' }), sequence: 4, tomorrow: 60_000 };
    const { data, kind, subject, actorId, at } = controlFacts(control);
    assert.deepEqual([kind, subject, actorId, at], ['control.issued', 'room', control.actorId, control.storedAt]);
    const { action, at: holdsFrom, expiresAt } = control;
    const said = { action, at: holdsFrom, expiresAt, reason: 'noise', sequence: 4, tomorrow: 60_000 };
    const unsaid = {
      examineeIds: [],
      extraMs: 0,
      time: 'planned',
      text: '',
      template: '',
      mustConfirm: false,
      undoes: '',
    };
    assert.deepEqual(data, { ...said, ...unsaid });
  });
});

function reversed(value: AuditValue): AuditValue {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([name, member]) => [name, reversed(member as AuditValue)]));
}

function sorted(value: AuditValue): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
  const entries = Object.entries(value).map(([name, member]) => [name, sorted(member as AuditValue)] as const);
  return { members: entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) };
}
