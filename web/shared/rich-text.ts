// The paper's own small text format, taken apart: blank lines part paragraphs, `![name]` is a picture of the paper, `$…$` a
// formula in the line and `$$…$$` one of its own, `\$` a dollar. Everything else is text, markup and links too. Pure.

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'picture'; readonly name: string }
  | { readonly kind: 'formula'; readonly source: string; readonly display: boolean };
export type Paragraph = readonly TextPart[];

/** `\$`, `$$…$$`, `$…$` or `![name]`; what is not closed is text. */
const MARK = /\\\$|\$\$([^$]+)\$\$|\$([^$\n]+)\$|!\[([^\]\n]{1,64})\]/g;

/** Paragraphs in order; none for an empty text. */
export function paragraphsOf(text: string): Paragraph[] {
  return text
    .split(/\r?\n[ \t]*\r?\n/)
    .map((paragraph) => partsOf(paragraph.trim()))
    .filter((parts) => parts.length > 0);
}

/** Whether anything here needs the library that draws formulas. */
export function hasFormula(text: string): boolean {
  return paragraphsOf(text).some((parts) => parts.some(({ kind }) => kind === 'formula'));
}

function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  const add = (more: string) => {
    if (more === '') return;
    const last = parts.at(-1);
    if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + more };
    else parts.push({ kind: 'text', text: more });
  };
  let end = 0;
  for (const found of text.matchAll(MARK)) {
    add(text.slice(end, found.index));
    end = found.index + found[0].length;
    const [whole, display, inline, picture] = found;
    if (picture !== undefined) parts.push({ kind: 'picture', name: picture });
    else if (display !== undefined) parts.push({ kind: 'formula', source: display.trim(), display: true });
    else if (inline !== undefined) parts.push({ kind: 'formula', source: inline, display: false });
    else add(whole.slice(1));
  }
  add(text.slice(end));
  return parts;
}
