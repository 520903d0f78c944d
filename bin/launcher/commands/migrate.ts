// `examhall migrate`: indexes and documents as this version needs them. Run before the new version starts; twice is fine.

import { parseArgs } from 'node:util';
import { operatorEnvironment } from './environment.ts';

/** Prints what was brought up to date. */
export async function migrateStore(args: string[]): Promise<void> {
  parseArgs({ args, options: {} });
  const { readConfig } = await import('../../../config.ts');
  const { migrate } = await import('../../../operations.ts');
  console.log(await migrate(readConfig(operatorEnvironment())));
}
