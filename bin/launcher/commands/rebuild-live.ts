// `examhall rebuild-live`: the live data in Redis anew from MongoDB, while exams run too.

import { parseArgs } from 'node:util';
import { operatorEnvironment } from './environment.ts';

/** Prints what was rebuilt. */
export async function rebuildLiveData(args: string[]): Promise<void> {
  parseArgs({ args, options: {} });
  const { readConfig } = await import('../../../config.ts');
  const { rebuildLive } = await import('../../../operations.ts');
  const { plans, rooms, examinees, sheets } = await rebuildLive(readConfig(operatorEnvironment()));
  console.log(`rebuilt: ${plans} plans, ${rooms} rooms, ${examinees} examinees, ${sheets} sheets.`);
}
