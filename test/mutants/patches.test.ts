// That every mutant can still be made: its patch fits this tree, and what comes of it can be read. Whether the harness
// finds it is seen by the long run beside this.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTANTS } from './mutants.ts';
import { changedBy, mutatedFiles, patchOf } from './tree.ts';

describe('the mutants of the harness', () => {
  it('are those whose patches lie here', async () => {
    const files = await readdir(fileURLToPath(new URL('patches', import.meta.url)));
    assert.deepEqual(files.sort(), MUTANTS.map(({ name }) => `${name}.patch`).sort());
  });

  for (const { name } of MUTANTS)
    it(`can be made: ${name}`, async () => {
      const tree = await mutatedFiles(name);
      try {
        const changed = await changedBy(patchOf(name));
        assert.ok(changed.length > 0);
        for (const file of changed) stripTypeScriptTypes(await readFile(join(tree.root, file), 'utf8'));
      } finally {
        await tree.remove();
      }
    });
});
