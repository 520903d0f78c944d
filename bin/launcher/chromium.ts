// Chromium for the tests in a browser: the one that is named or found, else, as root on Debian, the system's package. Nothing
// but these tests needs one, so that a machine without it goes on without them. Called by test.ts and test/support/browser.ts.

import { readFileSync } from 'node:fs';
import { announce, findProgram, run } from './command.ts';

/** What runs it, or a sentence that says why there is none. */
export type Chromium = { readonly path: string } | { readonly missing: string };

/** Debian's package of Chromium without windows of its own: the same pages for half of the work. */
const SHELL = 'chromium-headless-shell';
const NAMES = [SHELL, 'chromium', 'chromium-browser', 'google-chrome'];
const INSTALL = ['install', '-q', '-y', '--no-install-recommends', SHELL];
const LOCK_PATIENCE = ['-o', 'DPkg::Lock::Timeout=120'];

/** The Chromium that TEST_CHROMIUM names, or one on the path; `off` is none. Installs nothing, never throws. */
export async function findChromium(): Promise<Chromium> {
  const named = process.env.TEST_CHROMIUM;
  if (named === 'off') return { missing: 'TEST_CHROMIUM is off' };
  const path = named || NAMES.map((name) => findProgram(name)).find((found) => found !== undefined);
  if (!path) return { missing: 'no chromium is on the path, and TEST_CHROMIUM names none' };
  try {
    await run(path, ['--version']);
    return { path };
  } catch (error) {
    return { missing: `${path} does not run (${sentenceOf(error)})` };
  }
}

/** The same, but where there is none and it can be had, it is installed first, announced. Never throws. */
export async function bringChromium(mayInstall: boolean = isDebian() && process.getuid?.() === 0): Promise<Chromium> {
  const found = await findChromium();
  if ('path' in found || process.env.TEST_CHROMIUM) return found;
  if (!mayInstall) {
    return { missing: `${found.missing}; only on Debian, and only for root, it is installed` };
  }
  announce(
    'chromium is missing: installing it with apt-get, for the tests in a browser (TEST_CHROMIUM=off forbids it).',
  );
  try {
    await apt('update', '-q');
    await apt(...INSTALL);
  } catch (error) {
    return { missing: `chromium cannot be installed (${sentenceOf(error)})` };
  }
  return findChromium();
}

async function apt(...args: string[]): Promise<void> {
  await run('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...LOCK_PATIENCE, ...args]);
}

/** Ubuntu's package of this name is none: it installs another installer. */
function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8')) && findProgram('apt-get') !== undefined;
  } catch {
    return false; // No such file: some other system.
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
