// This programme once more in a folder of its own, as another version of it, with patches: what is deployed beside this one.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One place of one file, by the text that stands there. */
export type Patch = { readonly file: string; readonly before: string; readonly after: string };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What no process of it needs. */
const LEFT_OUT = ['node_modules', 'test', 'bench', 'docs', 'coverage'];

/** Copies what runs, links the packages, and says that it is this version. Throws where a patch has no place. */
export function copyProgramme(folder: string, version: string, patches: readonly Patch[] = []): void {
  for (const entry of readdirSync(ROOT, { withFileTypes: true })) {
    const { name } = entry;
    if (name.startsWith('.') || LEFT_OUT.includes(name)) continue;
    if (entry.isDirectory() || /\.ts$|^package.*\.json$/.test(name))
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const patch of patches) apply(folder, patch);
  const path = join(folder, 'package.json');
  const described = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...described, version }));
}

function apply(folder: string, { file, before, after }: Patch): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  assert.ok(text.includes(before), `${file} has no ${before}: the patch needs another place`);
  writeFileSync(path, text.replace(before, after));
}
