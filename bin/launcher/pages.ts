// Builds the pages of web/ into web/dist, where nothing that they are made of has changed since: once on a newcomer's
// machine. Must never leave half a build behind: it is made aside and put in its place at once. Called by the commands and tests.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { announce } from './command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(ROOT, 'web/dist');
const STAMP = 'made-of';
/** What a page is made of, and what makes it. */
const SOURCES = ['web/**/*', 'client/**/*', 'schema/**/*', 'exam/**/*', 'package-lock.json', 'bin/launcher/pages.ts'];
const WORTH_PACKING = /\.(html|js|css|svg|json)$/;

/** Builds them unless they are up to date. `quiet` says nothing of it. */
export async function bringPages(quiet = false): Promise<void> {
  const sources = hashOfSources();
  if (stampOf(DIST) === sources) return;
  if (!quiet) announce('building the pages of web/ into web/dist.');
  const aside = join(ROOT, `web/dist.${process.pid}.unfinished`);
  try {
    const { build } = await import('vite');
    const { pagesConfig } = await import('../../web/vite.config.ts');
    await build(pagesConfig(aside));
    await pack(aside);
    writeFileSync(join(aside, STAMP), sources);
    putInPlace(aside);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Each text also as brotli and gzip has it, so that serving costs no work. */
async function pack(folder: string): Promise<void> {
  const brotli = promisify(brotliCompress);
  const zip = promisify(gzip);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!WORTH_PACKING.test(name)) continue;
    const path = join(folder, name);
    const bytes = readFileSync(path);
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${path}.br`, await brotli(bytes, { params: size }));
    writeFileSync(`${path}.gz`, await zip(bytes, { level: 9 }));
  }
}

/** Of two launchers at once the last one wins; both made the same. */
function putInPlace(aside: string): void {
  const before = `${aside}.before`;
  mkdirSync(DIST, { recursive: true });
  renameSync(DIST, before);
  try {
    renameSync(aside, DIST);
  } catch (error) {
    if (stampOf(DIST) === undefined) throw error;
  } finally {
    rmSync(before, { recursive: true, force: true });
  }
}

function stampOf(folder: string): string | undefined {
  const path = join(folder, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const isOfABuild = (name: string) => /^web\/dist/.test(name);
  const entries = globSync(SOURCES, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length)).sort();
  for (const file of files) {
    if (isOfABuild(file)) continue;
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

if (import.meta.main) await bringPages();
