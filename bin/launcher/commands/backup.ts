// `examhall backup`: a copy of the whole system in a folder, while exams run too. Prints each file, and at the end what
// the copy holds, how large it is and how long it took. Must never print what is in it.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Manifest } from '../../../copies/manifest.ts';
import { LauncherError } from '../launcher-error.ts';
import { operatorEnvironment } from './environment.ts';

const USAGE = 'usage: bin/examhall backup --to FOLDER [--json], into a folder that is new or empty.';

/** Throws ARGUMENT_INVALID, and CopyError where the folder is not empty or something is missing. */
export async function backup(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { to: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  if (!values.to) throw new LauncherError('ARGUMENT_INVALID', USAGE);
  const { readConfig } = await import('../../../config.ts');
  const { withCopiedSystem } = await import('../../../copies/copied-system.ts');
  const { backUp } = await import('../../../copies/backup.ts');
  const folder = resolve(values.to);
  const from = performance.now();
  const tell = values.json ? () => {} : fileLine;
  const manifest = await withCopiedSystem(readConfig(operatorEnvironment()), (system) => backUp(system, folder, tell));
  const seconds = (performance.now() - from) / 1_000;
  const sums = sumsOf(manifest);
  if (values.json) return console.log(JSON.stringify({ folder, ...sums, seconds, begunAt: manifest.begunAt }, null, 2));
  console.log(`backup ${manifest.backupId} in ${folder}: ${sumsLine(sums, seconds)}.`);
  console.log(`Everything that was acknowledged before ${new Date(manifest.begunAt).toISOString()} is in it.`);
}

export type Sums = { readonly documents: number; readonly bytes: number; readonly rawBytes: number };

export function sumsOf({ files }: Manifest): Sums {
  const sum = (of: 'documents' | 'bytes' | 'rawBytes') => files.reduce((all, file) => all + file[of], 0);
  return { documents: sum('documents'), bytes: sum('bytes'), rawBytes: sum('rawBytes') };
}

export function sumsLine({ documents, bytes, rawBytes }: Sums, seconds: number): string {
  const of = `${documents.toLocaleString('en')} documents, ${megabytes(bytes)} (${megabytes(rawBytes)} before compression)`;
  return `${of} in ${seconds.toFixed(1)} s`;
}

export function fileLine({ name, documents, bytes }: { name: string; documents: number; bytes: number }): void {
  console.log(`  ${name.padEnd(26)} ${documents.toLocaleString('en').padStart(12)}  ${megabytes(bytes).padStart(10)}`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
