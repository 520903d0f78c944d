// npm run screenshots: every state of both pages that a test looks at, in both languages, on a desk and at 360 px, into a
// folder outside of the repository, for people to look at. It runs the tests of the pages; the first argument is the folder.
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { announce, findProgram, run } from './command.ts';
import { runParts } from './test-lanes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LIMIT_MS = 20 * 60_000;

/** Without one its pages are boxes. True where nobody can be asked. */
async function hasKoreanFont(): Promise<boolean> {
  return !findProgram('fc-list') || (await run('fc-list', [':lang=ko', 'family'])).trim() !== '';
}

const folder = resolve(process.argv[2] ?? join(tmpdir(), 'examhall-screenshots'));
process.env.EXAMHALL_SCREENSHOTS = folder;
if (!(await hasKoreanFont())) {
  announce('no font here has Korean letters, they will be boxes: on Debian, apt-get install fonts-nanum brings some.');
}
const files = globSync('test/web/**/*.test.ts', { cwd: ROOT }).sort();
const outcomes = await runParts([{ name: 'web', files, limitMs: LIMIT_MS }], undefined);
announce(`the screenshots are in ${folder}.`);
process.exitCode = outcomes.some(({ failed }) => failed > 0) ? 1 : 0;
