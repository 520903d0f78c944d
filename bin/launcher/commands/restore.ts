// `examhall restore`: brings a backup back into an empty system, and builds the live data in Redis from it. With
// `--check` it only looks whether the backup is whole. Writes nothing before it has looked at all of it.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { announce } from '../command.ts';
import { LauncherError } from '../launcher-error.ts';
import { fileLine, sumsLine, sumsOf } from './backup.ts';
import { operatorEnvironment } from './environment.ts';

const USAGE = 'usage: bin/examhall restore --from FOLDER [--check], into an empty system.';

/** Throws ARGUMENT_INVALID, and CopyError where the backup is not whole or the system not empty. */
export async function restoreBackup(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { from: { type: 'string' }, check: { type: 'boolean', default: false } },
  });
  if (!values.from) throw new LauncherError('ARGUMENT_INVALID', USAGE);
  const { readConfig } = await import('../../../config.ts');
  const { withCopiedSystem } = await import('../../../copies/copied-system.ts');
  const { restore, verifyBackup } = await import('../../../copies/restore.ts');
  const { rebuildLive } = await import('../../../operations.ts');
  const config = readConfig(operatorEnvironment());
  const folder = resolve(values.from);
  const from = performance.now();
  const seconds = () => (performance.now() - from) / 1_000;
  if (values.check) {
    const manifest = await verifyBackup(folder, config.paperKey);
    return console.log(`whole, of ${instant(manifest.begunAt)}: ${sumsLine(sumsOf(manifest), seconds())}.`);
  }
  const { manifest, wentOn } = await withCopiedSystem(config, (system) => restore(system, folder, fileLine));
  if (wentOn) announce('went on with a restore of this backup that had broken off.');
  console.log(
    `restored what was acknowledged before ${instant(manifest.begunAt)}: ${sumsLine(sumsOf(manifest), seconds())}.`,
  );
  const { plans, rooms, sheets } = await rebuildLive(config);
  console.log(`live data: ${plans} plans, ${rooms} rooms, ${sheets} sheets. Look at it with bin/examhall check.`);
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
