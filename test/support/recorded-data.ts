// Recorded exams for golden tests: files that lie beside the repository, in ../shared/data, and never in it.
// Where they are missing a test says so aloud and is skipped; LSAT6, which the product ships, is always there.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'mocha';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');

/** The file's path. Skips the test, with its reason printed, where the file is missing. */
export function recordedFile(test: Context, name: string): string {
  const path = join(FOLDER, name);
  if (!existsSync(path)) {
    console.log(`      skipped: ${name} is not in ../shared/data beside the repository; LSAT6 alone is tested`);
    test.skip();
  }
  return path;
}
