// `examhall check`: whether this machine's settings and stores are what an exam needs. Changes nothing.
// Must never print a secret: the details come from operations.ts, which names settings, not values.

import { parseArgs } from 'node:util';
import { operatorEnvironment } from './environment.ts';

/** Prints each finding and sets exit code 1 if any is bad. */
export async function check(args: string[]): Promise<void> {
  parseArgs({ args, options: {} });
  const { readConfig } = await import('../../../config.ts');
  const { checkSystem } = await import('../../../operations.ts');
  const findings = await checkSystem(readConfig(operatorEnvironment()));
  for (const { name, ok, detail } of findings) console.log(`${ok ? '✔' : '✘'} ${name}: ${detail}`);
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
}
