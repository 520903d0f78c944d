// `examhall receipt-keys`: the public keys of signed receipts, to be published and pinned; with `rotate` a new one first. Running
// processes sign with it within seconds; what older ones signed stays good.

import { parseArgs } from 'node:util';
import { LauncherError } from '../launcher-error.ts';
import { operatorEnvironment } from './environment.ts';

/** Prints them as the api gives them. Throws ARGUMENT_INVALID for anything but `rotate`. */
export async function receiptKeys(args: string[]): Promise<void> {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
  const [word, more] = positionals;
  if (more !== undefined || (word !== undefined && word !== 'rotate'))
    throw new LauncherError('ARGUMENT_INVALID', 'usage: bin/examhall receipt-keys [rotate]');
  const { readConfig } = await import('../../../config.ts');
  const { listReceiptKeys } = await import('../../../operations.ts');
  const keys = await listReceiptKeys(readConfig(operatorEnvironment()), word === 'rotate' ? 'rotate' : 'keep');
  console.log(JSON.stringify({ keys }, null, 2));
}
