// `examhall check`: go or no-go: whether settings, stores, and what runs are what the exams ahead need. Changes nothing
// in the stores. Must never print a secret: the table says set or missing, and the details name settings, not values.

import { parseArgs } from 'node:util';
import { operatorEnvironment } from './environment.ts';

/** Prints the settings, each finding and the verdict; `--json` prints the findings alone. Exit code 1 for no-go. */
export async function check(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
  const { configTable } = await import('../../../config.ts');
  const { checkSystem } = await import('../../../operations.ts');
  const environment = operatorEnvironment();
  if (!values.json) console.log(`${configTable(environment)}\n`);
  const findings = await checkSystem(environment);
  const reasons = findings.filter(({ ok }) => !ok);
  const go = reasons.length === 0;
  if (!go) process.exitCode = 1;
  if (values.json) return console.log(JSON.stringify({ go, findings }, null, 2));
  for (const { name, ok, detail } of findings) console.log(`${ok ? '✔' : '✘'} ${name}: ${detail}`);
  console.log(go ? '\ngo' : `\nno-go: ${reasons.map(({ name }) => name).join(', ')}`);
}
