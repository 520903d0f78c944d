// The paper's text format: nothing of a text is lost, and nothing in it is ever markup.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasFormula, paragraphsOf } from '../../web/shared/rich-text.ts';

describe('a text of the paper', () => {
  it('has paragraphs, pictures, formulas in the line and formulas of their own', () => {
    assert.deepEqual(paragraphsOf('Look at ![map].\n\nIs $a^2$ or\n$$\\frac{1}{2}$$ more than \\$5?'), [
      [
        { kind: 'text', text: 'Look at ' },
        { kind: 'picture', name: 'map' },
        { kind: 'text', text: '.' },
      ],
      [
        { kind: 'text', text: 'Is ' },
        { kind: 'formula', source: 'a^2', display: false },
        { kind: 'text', text: ' or\n' },
        { kind: 'formula', source: '\\frac{1}{2}', display: true },
        { kind: 'text', text: ' more than $5?' },
      ],
    ]);
  });

  it('keeps what is not closed, and markup, as text', () => {
    assert.deepEqual(paragraphsOf('<b>5 $ and ![x</b>'), [[{ kind: 'text', text: '<b>5 $ and ![x</b>' }]]);
    assert.equal(hasFormula('costs 5 $'), false);
    assert.equal(hasFormula('$x$'), true);
  });

  it('loses no word, whatever is written', () => {
    const word = fc.constantFrom('word', '$', '$$', '\\$', '![a]', '![', ']', '\n\n', ' ', '<i>', 'x^2', '한글');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const text = words.join('');
        const kept = paragraphsOf(text)
          .flat()
          .map((part) => (part.kind === 'text' ? part.text : part.kind === 'picture' ? part.name : part.source))
          .join('');
        const letters = (some: string) => some.replace(/[\s$\\![\]]/g, '');
        assert.equal(letters(kept), letters(text));
      }),
    );
  });
});
