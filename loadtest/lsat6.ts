// LSAT section 6: the response patterns of 1,000 examinees on five items, 1 right and 0 wrong, as published by
// Bock & Lieberman (1970), "Fitting a response model for n dichotomously scored items", Psychometrika 35, 179–197.
// Facts, never to be changed. Used by the demo, and by tests where no larger recorded exam is at hand.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResponseFileRequest } from './replay/response-file.ts';

/** Responses to items q1 to q5, and how many of the 1,000 gave them; patterns that nobody gave are left out. */
export const LSAT6_PATTERNS: readonly (readonly [responses: string, examinees: number])[] = [
  ['00000', 3],
  ['00001', 6],
  ['00010', 2],
  ['00011', 11],
  ['00100', 1],
  ['00101', 1],
  ['00110', 3],
  ['00111', 4],
  ['01000', 1],
  ['01001', 8],
  ['01011', 16],
  ['01101', 3],
  ['01110', 2],
  ['01111', 15],
  ['10000', 10],
  ['10001', 29],
  ['10010', 14],
  ['10011', 81],
  ['10100', 3],
  ['10101', 28],
  ['10110', 15],
  ['10111', 80],
  ['11000', 16],
  ['11001', 56],
  ['11010', 21],
  ['11011', 173],
  ['11100', 11],
  ['11101', 61],
  ['11110', 28],
  ['11111', 298],
];

const ITEMS = ['q1', 'q2', 'q3', 'q4', 'q5'];

/** The key: option 1 is right for each item. */
export function lsat6Key(): Map<string, string> {
  return new Map(ITEMS.map((item) => [item, '1']));
}

/** The responses as a file with a count column named examinees. */
export function lsat6Csv(): string {
  const rows = LSAT6_PATTERNS.map(([responses, examinees]) => [...responses, examinees].join(','));
  return `${[[...ITEMS, 'examinees'].join(','), ...rows].join('\n')}\n`;
}

/** What `readResponseFile` needs to read it from memory. */
export function lsat6Request(): ResponseFileRequest {
  return { responses: { name: 'lsat6.csv', content: lsat6Csv() }, key: lsat6Key(), countColumn: 'examinees' };
}

/** Writes lsat6.csv and lsat6-key.csv into a folder, overwriting them; gives what `readResponseFile` needs. */
export async function writeLsat6(folder: string): Promise<ResponseFileRequest> {
  const [responses, key] = [join(folder, 'lsat6.csv'), join(folder, 'lsat6-key.csv')];
  await writeFile(responses, lsat6Csv());
  await writeFile(key, `item,key\n${ITEMS.map((item) => `${item},1\n`).join('')}`);
  return { responses, key, countColumn: 'examinees' };
}
