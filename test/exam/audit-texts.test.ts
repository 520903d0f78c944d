// What people write into the audit chain: which members of an entry are texts, whom they are about, what stands in their place,
// and how a name is found in them.
import assert from 'node:assert/strict';
import { namePattern, saltedHash, saltedIn, textsOf, withHashes } from '../../exam/audit-texts.ts';
import { anEntry } from '../support/stored.ts';

describe('texts of the audit chain', () => {
  const facts = {
    ...anEntry('one'),
    subject: 'room',
    data: { reason: 'why', text: 'be quiet', action: 'notice', n: 1 },
  };

  it('are taken out of an entry, and a salted hash of each stands there; everything else stays', () => {
    const document = textsOf('plan', facts, 'salt') ?? assert.fail();
    assert.deepEqual(document.texts, { reason: 'why', text: 'be quiet' });
    const salted = withHashes(facts, document);
    assert.deepEqual(salted.data, {
      ...{
        reason: { salted: saltedHash('salt', 'reason', 'why') },
        text: { salted: saltedHash('salt', 'text', 'be quiet') },
      },
      ...{ action: 'notice', n: 1 },
    });
    assert.deepEqual(saltedIn(salted.data), ['reason', 'text']);
    assert.equal(textsOf('plan', salted, 'other salt'), undefined, 'it has none any more');
    assert.deepEqual(saltedIn(facts.data), [], 'an entry from before');
  });

  it('have another hash under another salt, and as another member', () => {
    const hashes = [saltedHash('a', 'reason', 'x'), saltedHash('b', 'reason', 'x'), saltedHash('a', 'text', 'x')];
    assert.equal(new Set(hashes).size, 3);
  });

  it('are none where nothing was written', () => {
    assert.equal(textsOf('plan', { ...facts, data: { reason: '', text: '', items: 3 } }, 'salt'), undefined);
  });

  it('are about the one person whom a control is for, else about its subject', () => {
    const aboutOf = (examineeIds: string[]) =>
      textsOf('p', { ...facts, data: { reason: 'x', examineeIds } }, 's')?.about;
    assert.deepEqual([aboutOf(['ada']), aboutOf(['ada', 'ben']), aboutOf([])], ['ada', 'room', 'room']);
  });

  it('name somebody in any case, inside of words where that is sure, and whatever signs the name has', () => {
    const isNamed = (label: string, text: string) => namePattern(label).test(text);
    for (const [label, text] of [
      ['Ada Lovelace', 'about ADA LOVELACE’s'],
      ['김철수', '김철수가 말했다'],
      ['허준', '허준이 말했다'],
      ['Al', 'ask Al, please'],
      ['12', 'seat of 12.'],
      ['Anne-Marie (x) [y] a/b $1 ^*+?.|{2}\\', 'it is Anne-Marie (x) [y] a/b $1 ^*+?.|{2}\\'],
    ] as const)
      assert.ok(isNamed(label, text), label);
    for (const [label, text] of [
      ['Al', 'Also'],
      ['12', '2012'],
      ['a.c', 'abc'],
    ] as const)
      assert.ok(!isNamed(label, text), label);
  });
});
