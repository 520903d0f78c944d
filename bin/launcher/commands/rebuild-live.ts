// `examhall rebuild-live`: the live data in Redis anew from MongoDB, while exams run too.

import { parseArgs } from 'node:util';
import { operatorEnvironment } from './environment.ts';

/** Prints what was rebuilt. */
export async function rebuildLiveData(args: string[]): Promise<void> {
  parseArgs({ args, options: {} });
  const { readConfig } = await import('../../../config.ts');
  const { rebuildLive } = await import('../../../operations.ts');
  console.log(await rebuildLive(readConfig(operatorEnvironment())));
}
