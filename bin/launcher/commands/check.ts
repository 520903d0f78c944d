// `examhall check`: whether this machine's settings and stores are what an exam needs. Changes nothing in the stores.
// Must never print a secret: the table says set or missing, and the details name settings, not values.

import { parseArgs } from 'node:util';
import { operatorEnvironment } from './environment.ts';

/** Prints the settings and each finding, and sets exit code 1 if any is bad. */
export async function check(args: string[]): Promise<void> {
  parseArgs({ args, options: {} });
  const { configTable } = await import('../../../config.ts');
  const { checkSystem } = await import('../../../operations.ts');
  const environment = operatorEnvironment();
  console.log(`${configTable(environment)}\n`);
  const findings = await checkSystem(environment);
  for (const { name, ok, detail } of findings) console.log(`${ok ? '✔' : '✘'} ${name}: ${detail}`);
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
}
