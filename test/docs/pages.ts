// The project's own Markdown pages. Called by the tests of the documents.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type Page = { readonly path: string; readonly text: string };

/** Every page that belongs to the project, by its path from the project's folder. */
export function allPages(): Page[] {
  return [...globSync('*.md', { cwd: ROOT }), ...globSync('docs/**/*.md', { cwd: ROOT })].sort().map(page);
}

/** One page. Throws where it is missing. */
export function page(path: string): Page {
  return { path, text: readFileSync(ROOT + path, 'utf8') };
}

/** The page without its fenced blocks, in which a `#` or a link means nothing. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** The level of each heading, in order. */
export function headingLevels(of: Page): number[] {
  return [...proseOf(of).matchAll(/^(#+) .+$/gm)].map(([, marks = '']) => marks.length);
}

/** The text of each heading. */
export function headings(of: Page): string[] {
  return [...proseOf(of).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
}

/** The lines of the page's `sh` blocks: what a reader types. */
export function commandsOf({ text }: Page): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
}

/** The cells of every row of every table, without the dashes under the heads. */
export function rowsOf({ text }: Page): string[][] {
  return [...text.matchAll(/^\| (.*) \|$/gm)]
    .map(([, row = '']) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .filter((cells) => !cells.every((cell) => /^-+$/.test(cell)));
}
