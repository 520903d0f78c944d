// One word for one thing: the glossary of the pages has every word of the documents that a page can show.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { GLOSSARY } from '../../web/shared/glossary.ts';

/** Words that no person reads on a page. */
const INSIDE = ['key', 'root', 'fence', 'epoch'];

describe('the glossary of the pages', () => {
  it('has every word of the architecture, in each language, and none of them for two things', () => {
    const architecture = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
    const [, table = ''] = architecture.split('## Words');
    const rows = (table.split('## ')[0] ?? '').split('\n').filter((line) => /^\| [a-z]/.test(line));
    const words = rows.flatMap((row) => (row.split('|')[1] ?? '').split(',').map((word) => word.trim()));
    const asked = words.filter((word) => word !== 'word' && !INSIDE.includes(word));
    assert.ok(asked.length >= 6);
    for (const word of asked) assert.ok(word in GLOSSARY, `${word} is missing`);
    for (const language of ['en', 'ko'] as const) {
      const all = Object.values(GLOSSARY).map((entry) => entry[language]);
      assert.equal(new Set(all).size, all.length);
      assert.ok(all.every((entry) => entry.length > 0));
    }
  });
});
