// Tools from PyPI that tests need: each in an environment of its own in the launcher's cache, never in the system's Python.
// Nothing but tests needs one. Called by object-store.ts and contract-fuzzer.ts.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from './cache.ts';
import { announce, findProgram, run } from './command.ts';
import { readLauncherSettings } from './settings.ts';

/** The Python that has it, or a sentence that says why there is none. */
export type PythonTool = { readonly python: string } | { readonly missing: string };

/** `requirements` as pip takes them, with exact versions; `name` is of the tool and its version, and is its folder. */
export type Wanted = { readonly name: string; readonly requirements: readonly string[]; readonly sentence: string };

const INSTALL = ['install', '-q', '-y', '--no-install-recommends', 'python3-venv'];
const LOCK_PATIENCE = ['-o', 'DPkg::Lock::Timeout=120'];

/** The one that was brought before. Brings nothing, never throws. */
export function findPythonTool({ name }: Wanted): PythonTool {
  const python = join(readLauncherSettings().cacheFolder, name, 'bin/python');
  return existsSync(python) ? { python } : { missing: `${name} is not in the cache; .ci/run brings it` };
}

/** The same, but where it is missing and can be had it is installed first, announced. Never throws. */
export async function bringPythonTool(wanted: Wanted): Promise<PythonTool> {
  const found = findPythonTool(wanted);
  if ('python' in found) return found;
  try {
    const python = await pythonWithVenv();
    await installOnce(wanted.name, wanted.sentence, async (folder) => {
      await run(python, ['-m', 'venv', folder]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted.requirements];
      await run(join(folder, 'bin/python'), pip);
    });
    return findPythonTool(wanted);
  } catch (error) {
    return { missing: `${wanted.name} cannot be had (${error instanceof Error ? error.message : String(error)})` };
  }
}

/** Debian's python3 has the module that makes environments, and not what it puts into them. */
async function pythonWithVenv(): Promise<string> {
  if (!(await hasVenv()) && findProgram('apt-get') !== undefined && process.getuid?.() === 0) {
    announce('python3-venv is missing: installing it with apt-get, for tools of tests.');
    await apt('update', '-q');
    await apt(...INSTALL);
  }
  const python = findProgram('python3');
  if (python === undefined || !(await hasVenv())) throw new Error('no python3 with venv, which python3-venv has');
  return python;
}

async function hasVenv(): Promise<boolean> {
  const python = findProgram('python3');
  if (python === undefined) return false;
  try {
    await run(python, ['-c', 'import venv, ensurepip']);
    return true;
  } catch {
    return false; // That is the question.
  }
}

async function apt(...args: string[]): Promise<void> {
  await run('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...LOCK_PATIENCE, ...args]);
}
