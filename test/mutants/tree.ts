// A copy of this tree with a patch in it. Needs `git apply`, but no repository, so that a clone, a work tree and an unpacked
// archive do alike. Packages are linked, not copied. Called by hunt.ts and by the test that every patch still fits.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LEFT_OUT = ['node_modules', '.git', 'coverage'];

export type Tree = { readonly root: string; remove(): Promise<void> };

export function patchOf(name: string): string {
  return fileURLToPath(new URL(`patches/${name}.patch`, import.meta.url));
}

/** The files that a patch changes, by their paths in the tree. */
export async function changedBy(patch: string): Promise<string[]> {
  const lines = (await readFile(patch, 'utf8')).split('\n');
  return lines.flatMap((line) => /^\+\+\+ b\/(.+)$/.exec(line)?.[1] ?? []);
}

/** The whole tree with the patch, to be run. Throws where the patch does not fit. */
export function mutatedTree(name: string): Promise<Tree> {
  return patchedCopy(name, async (root) => {
    await cp(ROOT, root, { recursive: true, filter: (source) => !LEFT_OUT.includes(basename(source)) });
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  });
}

/** Only the files that the patch changes, with the change. Throws where it does not fit. */
export function mutatedFiles(name: string): Promise<Tree> {
  return patchedCopy(name, async (root) => {
    for (const file of await changedBy(patchOf(name))) {
      await mkdir(join(root, dirname(file)), { recursive: true });
      await cp(join(ROOT, file), join(root, file));
    }
  });
}

async function patchedCopy(name: string, fill: (root: string) => Promise<void>): Promise<Tree> {
  const root = await mkdtemp(join(tmpdir(), 'examhall-mutant-'));
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    await fill(root);
    await run('git', ['apply', patchOf(name)], {
      cwd: root,
      env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
    });
    return { root, remove };
  } catch (cause) {
    await remove();
    throw new Error(`the patch ${name} does not fit: write it anew`, { cause });
  }
}
