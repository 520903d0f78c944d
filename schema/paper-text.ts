// How the texts of a paper are written: plain text, a blank line between paragraphs, `![name]` for the paper's picture of that
// name, `$…$` and `$$…$$` for formulas, `\$` for a dollar. Never HTML: whoever shows a part shows it as text. One reader for
// the check at writing and for the page. Pure; takes time in proportion to the text.

/** `display`: a formula on a line of its own. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'picture'; readonly name: string }
  | { readonly kind: 'formula'; readonly source: string; readonly display: boolean };

/** What a picture may be called. */
export const PICTURE_NAME = /^[0-9A-Za-z._-]{1,64}$/;

const BLANK_LINE = /\n[ \t]*\n\s*/;
/** No two of its alternatives begin alike where they may fail late, so nothing is read twice. */
const MARKS =
  /(?<dollar>\\\$)|!\[(?<picture>[0-9A-Za-z._-]{1,64})\]|\$\$(?<display>(?:\\[\s\S]|[^$\\])+)\$\$|\$(?<inline>(?:\\[^\n]|[^$\\\n])+)\$/g;

/** The paragraphs of a text, each as its parts in order; none of an empty text. What is no mark is text, as it is written. */
export function paragraphsOf(text: string): TextPart[][] {
  return text
    .replaceAll('\r\n', '\n')
    .trim()
    .split(BLANK_LINE)
    .map(partsOf)
    .filter((parts) => parts.length > 0);
}

/** Whether anything here needs the library that draws formulas. */
export function hasFormula(text: string): boolean {
  return paragraphsOf(text)
    .flat()
    .some(({ kind }) => kind === 'formula');
}

/** The names of the pictures that a text shows. */
export function picturesIn(text: string): string[] {
  return paragraphsOf(text)
    .flat()
    .flatMap((part) => (part.kind === 'picture' ? [part.name] : []));
}

function partsOf(paragraph: string): TextPart[] {
  const parts: TextPart[] = [];
  let [plain, at] = ['', 0];
  const flush = () => {
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
  };
  for (const mark of paragraph.matchAll(MARKS)) {
    plain += paragraph.slice(at, mark.index);
    at = mark.index + mark[0].length;
    const part = partOf(mark.groups ?? {});
    if (part === undefined) plain += '$';
    else {
      flush();
      parts.push(part);
    }
  }
  plain += paragraph.slice(at);
  flush();
  return parts;
}

/** Undefined for an escaped dollar, which is text. */
function partOf({ picture, display, inline }: Readonly<Record<string, string | undefined>>): TextPart | undefined {
  if (picture !== undefined) return { kind: 'picture', name: picture };
  if (display !== undefined) return { kind: 'formula', source: display.trim(), display: true };
  return inline === undefined ? undefined : { kind: 'formula', source: inline, display: false };
}
