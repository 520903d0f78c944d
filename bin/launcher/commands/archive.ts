// `examhall archive`: everything of a finished plan as files that can be verified without a server. Prints what it has
// written.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LauncherError } from '../launcher-error.ts';
import { operatorEnvironment } from './environment.ts';

const USAGE = 'usage: bin/examhall archive --plan ID --to FOLDER, into a folder that is new or empty.';

/** Throws ARGUMENT_INVALID, and CopyError where the plan has not ended or is not whole here. */
export async function archive(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { plan: { type: 'string' }, to: { type: 'string' } } });
  const { plan, to } = values;
  if (!plan || !to) throw new LauncherError('ARGUMENT_INVALID', USAGE);
  const { readConfig } = await import('../../../config.ts');
  const { withCopiedSystem } = await import('../../../copies/copied-system.ts');
  const { archivePlan } = await import('../../../copies/archive.ts');
  const folder = resolve(to);
  const from = performance.now();
  const config = readConfig(operatorEnvironment());
  const { files, people } = await withCopiedSystem(config, (system) => archivePlan(system, plan, folder));
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  const seconds = (performance.now() - from) / 1_000;
  const what = `${files.length} files of ${people} people, ${megabytes.toFixed(2)} MB in ${seconds.toFixed(1)} s`;
  console.log(`archive of the plan ${plan} in ${folder}: ${what}.`);
  console.log(`Verify it anywhere with bin/examhall verify-archive ${folder}`);
}
