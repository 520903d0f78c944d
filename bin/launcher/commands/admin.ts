// `examhall admin create`: a one-time link with which an admin chooses login and password: the first one, and with
// `--another` one more, where nobody knows the first's password any more. Prints the link alone on standard output.

import { parseArgs } from 'node:util';
import { announce } from '../command.ts';
import { LauncherError } from '../launcher-error.ts';
import { operatorEnvironment } from './environment.ts';

/** Throws ARGUMENT_INVALID for anything but `create`, ADMIN_EXISTS where there are admins and `--another` is not said. */
export async function admin(args: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { another: { type: 'boolean', default: false } },
  });
  if (positionals.length !== 1 || positionals[0] !== 'create') {
    throw new LauncherError('ARGUMENT_INVALID', 'usage: bin/examhall admin create [--another]');
  }
  const { readConfig } = await import('../../../config.ts');
  const { createAdminLink } = await import('../../../operations.ts');
  const made = await createAdminLink(readConfig(operatorEnvironment()), values.another ? 'another' : 'first');
  const known = `accounts of admins that are there already: ${made.adminCount}`;
  if (!('link' in made)) {
    throw new LauncherError(
      'ADMIN_EXISTS',
      `${known}. Each of them can make others; for a link all the same: bin/examhall admin create --another`,
    );
  }
  if (made.adminCount > 0) announce(`${known}.`);
  console.log(made.link);
}
