// The traps and the tests that carry them.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { page, ROOT, rowsOf } from './pages.ts';

const traps = page('docs/traps.md');
const rows = rowsOf(traps).filter(([id]) => id !== 'id');
const filesOf = new Map(
  rows.map(([id = '', , , carriers = '']) => [id, [...carriers.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)]),
);

/** Trap → the test files that have it in the name of a test. */
const carriers = new Map<string, Set<string>>();
for (const file of globSync('test/**/*.{test,long}.ts', { cwd: ROOT })) {
  const titles = readFileSync(ROOT + file, 'utf8').matchAll(/\b(?:it|describe)(?:\.\w+)?\(\s*(['"`])([\s\S]*?)\1/g);
  for (const [, , title = ''] of titles)
    for (const [, id = ''] of title.matchAll(/\[(T\d+)\]/g))
      carriers.set(id, (carriers.get(id) ?? new Set()).add(file));
}

describe('traps', () => {
  it('have an id of their own each, a sentence for what happens and one for what we do', () => {
    assert.ok(rows.length > 20);
    assert.equal(filesOf.size, rows.length);
    for (const [id = '', what = '', rule = ''] of rows) assert.ok(/^T\d+$/.test(id) && what !== '' && rule !== '', id);
  });

  for (const [id, files] of filesOf) {
    it(`${id} names tests that carry it`, () => {
      assert.ok(files.length > 0);
      for (const file of files) assert.ok(carriers.get(id)?.has(file), `${file} has no test called [${id}] …`);
    });
  }

  it('are carried by tests that were run on the Node which runs now, by its major version', () => {
    const [, major] = /were run on Node (\d+)\.\d+\.\d+/.exec(traps.text) ?? [];
    assert.equal(major, process.versions.node.split('.')[0]);
  });

  it('that a test has in its name are in the table, with that test', () => {
    assert.ok(carriers.size > 15);
    for (const [id, files] of carriers)
      for (const file of files) assert.ok(filesOf.get(id)?.includes(file), `[${id}] in ${file}`);
  });
});
