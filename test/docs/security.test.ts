// docs/security.md: every requirement of level 1 has its row, and every test that a row names is there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { page, ROOT, rowsOf } from './pages.ts';

/** The requirements of level 1 of ASVS 5.0.0, from its own list: chapter and section, and how many of it there are. */
const LEVEL_1: readonly (readonly [section: string, numbers: readonly number[]])[] = [
  ['1.2', [1, 2, 3, 4, 5]],
  ['1.3', [1, 2]],
  ['1.5', [1]],
  ['2.1', [1]],
  ['2.2', [1, 2]],
  ['2.3', [1]],
  ['3.2', [1, 2]],
  ['3.3', [1]],
  ['3.4', [1, 2]],
  ['3.5', [1, 2, 3]],
  ['4.1', [1]],
  ['4.4', [1]],
  ['5.2', [1, 2]],
  ['5.3', [1, 2]],
  ['6.1', [1]],
  ['6.2', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['6.3', [1, 2]],
  ['6.4', [1, 2]],
  ['7.2', [1, 2, 3, 4]],
  ['7.4', [1, 2]],
  ['8.1', [1]],
  ['8.2', [1, 2]],
  ['8.3', [1]],
  ['9.1', [1, 2, 3]],
  ['9.2', [1]],
  ['10.4', [1, 2, 3, 4, 5]],
  ['11.3', [1, 2]],
  ['11.4', [1]],
  ['12.1', [1]],
  ['12.2', [1, 2]],
  ['13.4', [1]],
  ['14.2', [1]],
  ['14.3', [1]],
  ['15.1', [1]],
  ['15.2', [1]],
  ['15.3', [1]],
];

describe('docs/security.md', () => {
  const rows = rowsOf(page('docs/security.md')).filter(([id = '']) => /^V\d/.test(id));

  it('has every requirement of level 1 of ASVS 5.0, once and in order', () => {
    const wanted = LEVEL_1.flatMap(([section, numbers]) => numbers.map((number) => `V${section}.${number}`));
    assert.equal(wanted.length, 70);
    assert.deepEqual(
      rows.map(([id]) => id),
      wanted,
    );
  });

  it('says of each whether it is kept, whose it is, or how it falls short', () => {
    for (const [id = '', state = '', , where = ''] of rows) {
      assert.ok(['kept', 'operator', 'short', 'none'].includes(state), `${id} is ${state}`);
      assert.ok(where.length > 0, id);
    }
  });

  it('names tests that are there', () => {
    let count = 0;
    for (const [id = '', state = '', , where = '', shown = ''] of rows) {
      const [, file = '', title = ''] = /^`(test\/[^`]+)`: (.+)$/.exec(shown) ?? [];
      if (shown === '') {
        assert.ok(state !== 'kept' || where === 'above', `${id} is kept, and no test shows it`);
        continue;
      }
      assert.ok(existsSync(ROOT + file), `${id}: ${file}`);
      assert.ok(readFileSync(ROOT + file, 'utf8').includes(`it('${title}'`), `${id}: ${file} has no test ${title}`);
      count++;
    }
    assert.ok(count > 40, `${count} tests`);
  });
});
