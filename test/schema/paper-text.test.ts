// The texts of a paper: paragraphs, pictures and formulas, and that everything else stays the text that it is.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasFormula, paragraphsOf, picturesIn } from '../../schema/paper-text.ts';
import { seed } from '../exam/seed.ts';

const text = (text: string) => ({ kind: 'text', text });
const inline = (source: string) => ({ kind: 'formula', source, display: false });
const display = (source: string) => ({ kind: 'formula', source, display: true });

describe('texts of a paper', () => {
  it('have paragraphs between blank lines, and keep the ends of lines within them', () => {
    assert.deepEqual(paragraphsOf('one\nstill one\n\n two\r\n \r\n\r\nthree'), [
      [text('one\nstill one')],
      [text('two')],
      [text('three')],
    ]);
    assert.deepEqual(paragraphsOf('  \n '), []);
  });

  it('show pictures and formulas where they stand', () => {
    assert.deepEqual(paragraphsOf('See ![map-1.a]: $x^2$ and\n$$\\frac{1}{2}\n= y$$.'), [
      [
        text('See '),
        { kind: 'picture', name: 'map-1.a' },
        text(': '),
        inline('x^2'),
        text(' and\n'),
        display('\\frac{1}{2}\n= y'),
        text('.'),
      ],
    ]);
  });

  it('have dollars where they are escaped or alone, also within a formula', () => {
    assert.deepEqual(paragraphsOf('It costs \\$5, or $5'), [[text('It costs $5, or $5')]]);
    assert.deepEqual(paragraphsOf('$\\text{5 \\$}$'), [[inline('\\text{5 \\$}')]]);
    assert.deepEqual(paragraphsOf('a $b\nc, or $$'), [[text('a $b\nc, or $$')]]);
  });

  it('see no picture within a formula, nor HTML, nor other marks', () => {
    assert.deepEqual(picturesIn('$n![k]$ <img src=x> ![not this] ![this]'), ['this']);
    assert.deepEqual(paragraphsOf('<b>*x*</b>'), [[text('<b>*x*</b>')]]);
    assert.deepEqual(paragraphsOf('<b>5 $ and ![x</b>'), [[text('<b>5 $ and ![x</b>')]]);
    assert.deepEqual([hasFormula('costs 5 $'), hasFormula('so $x$')], [false, true]);
  });

  it('lose nothing: the parts together are the text', () => {
    const pieces = fc.constantFrom('a', ' ', '\n', '$', '$$', '\\', '\\$', '![', '![p]', ']', '한', '<b>');
    const whole = fc.array(pieces, { maxLength: 40 }).map((all) => all.join(''));
    const written = (part: ReturnType<typeof paragraphsOf>[number][number]) => {
      if (part.kind === 'text') return part.text;
      if (part.kind === 'picture') return `![${part.name}]`;
      return part.display ? `$$${part.source}$$` : `$${part.source}$`;
    };
    const bare = (given: string) => given.replace(/[\s\\]/g, '');
    fc.assert(
      fc.property(whole, (given) => {
        const shown = paragraphsOf(given)
          .map((parts) => parts.map(written).join(''))
          .join('');
        assert.equal(bare(shown), bare(given));
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('are read in time that grows with them alone, whatever they are', () => {
    for (const piece of ['$', '$$', '\\$', '![', '$a', '$\\', '\n \n', '![a', '$$a\\'])
      assert.ok(elapsed(() => paragraphsOf(piece.repeat(20_000 / piece.length))) < 500, JSON.stringify(piece));
  });
});

function elapsed(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}
