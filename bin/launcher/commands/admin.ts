// `examhall admin create`: a one-time link with which the first admin chooses login and password. Prints the link and nothing else.

import { parseArgs } from 'node:util';
import { LauncherError } from '../launcher-error.ts';
import { operatorEnvironment } from './environment.ts';

/** Prints the link on standard output. Throws ARGUMENT_INVALID for anything but `create`. */
export async function admin(args: string[]): Promise<void> {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
  if (positionals.length !== 1 || positionals[0] !== 'create') {
    throw new LauncherError('ARGUMENT_INVALID', 'usage: bin/examhall admin create');
  }
  const { readConfig } = await import('../../../config.ts');
  const { createFirstAdminLink } = await import('../../../operations.ts');
  console.log(await createFirstAdminLink(readConfig(operatorEnvironment())));
}
