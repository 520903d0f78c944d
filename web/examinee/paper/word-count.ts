// How many words a text has, in any script. Pure.

const segmenter =
  typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity: 'word' }) : undefined;
/** Korean, and whatever else parts its words by spaces, is counted by them, as its people do; other scripts as they are read. */
const WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const WORD = /[\p{L}\p{N}]/u;

export function wordCount(text: string): number {
  let count = 0;
  for (const piece of text.split(/\s+/)) {
    if (!WORD.test(piece)) continue;
    count += segmenter !== undefined && WITHOUT_SPACES.test(piece) ? segmented(segmenter, piece) : 1;
  }
  return count;
}

function segmented(by: Intl.Segmenter, piece: string): number {
  return [...by.segment(piece)].filter(({ isWordLike }) => isWordLike === true).length;
}
