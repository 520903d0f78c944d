// The rules and the tests that carry them.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { page, ROOT } from './pages.ts';

type Rule = { readonly id: string; readonly text: string; readonly state: string };

const rules = page('docs/rules.md')
  .text.split(/^(?=## )/m)
  .slice(1)
  .map(
    (text): Rule => ({
      id: /^## (\S+)/.exec(text)?.[1] ?? '',
      text,
      state: /^(Built in part|Built|Not built yet)/m.exec(text)?.[1] ?? '',
    }),
  );

/** Rule → the test files that have it in the name of a test. The schema's tests alone carry no rule. */
const carriers = new Map<string, Set<string>>();
for (const file of globSync('test/**/*.{test,long}.ts', { cwd: ROOT })) {
  const titles = readFileSync(ROOT + file, 'utf8').matchAll(/\b(?:it|describe)(?:\.\w+)?\(\s*(['"`])([\s\S]*?)\1/g);
  for (const [, , title = ''] of titles) {
    for (const [, id = ''] of title.matchAll(/\[(S\d+)\]/g))
      carriers.set(id, (carriers.get(id) ?? new Set()).add(file));
  }
}

describe('rules', () => {
  it('are S1 to S24, each with a state', () => {
    assert.deepEqual(
      rules.map(({ id }) => id),
      Array.from({ length: 24 }, (_, index) => `S${index + 1}`),
    );
    for (const { id, state } of rules) assert.notEqual(state, '', id);
  });

  for (const { id } of rules.filter(({ state }) => state === 'Built')) {
    it(`${id} is built, so a test outside of exam/ and schema/ carries it in its name`, () => {
      const outside = [...(carriers.get(id) ?? [])].filter((file) => !/^test\/(exam|schema)\//.test(file));
      assert.ok(outside.length > 0, `no test is called [${id}] …`);
    });
  }

  for (const { id, text, state } of rules) {
    it(`${id} names tests that carry it`, () => {
      const named = [...text.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file = '']) => file);
      for (const file of named) assert.ok(carriers.get(id)?.has(file), `${file} has no test called [${id}] …`);
      if (state === 'Built')
        assert.ok(named.length > 0 && !text.includes('none yet'), `${id} is built and names no test`);
    });
  }

  it('that a test names exist, and are not said to be unbuilt', () => {
    for (const [id, files] of carriers) {
      const rule = rules.find((one) => one.id === id);
      assert.ok(rule !== undefined && rule.state !== 'Not built yet', `[${id}] in ${[...files].join(', ')}`);
    }
  });
});
