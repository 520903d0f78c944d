// Links between the pages, and to the tree.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allPages, headings, page, proseOf, ROOT } from './pages.ts';

/** As GitHub makes them: small letters, punctuation gone, blanks as dashes. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

describe('links in the documents', () => {
  for (const from of allPages()) {
    it(`of ${from.path} lead somewhere`, () => {
      for (const [, target = ''] of proseOf(from).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?|mailto):/.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const found = path === '' ? from.path : join(dirname(from.path), path);
        assert.ok(existsSync(ROOT + found), `${from.path} → ${target}`);
        if (anchor !== undefined)
          assert.ok(headings(page(found)).map(anchorOf).includes(anchor), `${from.path} → ${target}`);
      }
    });

    it(`of ${from.path} name files that exist`, () => {
      for (const [, path = ''] of proseOf(from).matchAll(
        /`((?:schema|exam|store|rooms|workers|api|client|loadtest|bench|bin|docs|test)\/[^`\s*<]*)`/g,
      )) {
        assert.ok(existsSync(ROOT + path), `${from.path} → ${path}`);
      }
    });
  }
});
