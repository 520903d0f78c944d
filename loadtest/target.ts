// The system that a load test runs against: a running one, by its address and an admin's token, or a private one that is
// started for it and stopped after it, whatever happens. Called by the commands of load tests.
import { mkdtemp, rm } from 'node:fs/promises';
import { untilInterrupted } from '../bin/launcher/interruption.ts';
import { LauncherError } from '../bin/launcher/launcher-error.ts';
import { type System, type SystemOptions, startSystem } from '../bin/launcher/system.ts';

/** http://host:port of an api, and a bearer token of an admin there. */
export type Target = { url: string; token: string };

/** The running system that the arguments name, its token from the arguments or EXAMHALL_TOKEN; undefined where they name none. Throws LauncherError. */
export function namedTarget(url: string | undefined, token: string | undefined): Target | undefined {
  if (url === undefined) return undefined;
  const given = token ?? process.env.EXAMHALL_TOKEN;
  if (!given)
    throw new LauncherError('ARGUMENT_INVALID', 'a running system needs an admin token: --token, or EXAMHALL_TOKEN.');
  if (!URL.canParse(url))
    throw new LauncherError('ARGUMENT_INVALID', `${url} is not an address like http://host:port.`);
  return { url: url.replace(/^ws/, 'http').replace(/\/+$/, ''), token: given };
}

/**
 * Does the work against the named system, or against a private one that is stopped afterwards. Where somebody interrupts
 * it, `interrupted` rejects: the work must then clean up on a named system, and reject with it.
 */
export async function onTarget<T>(
  named: Target | undefined,
  work: (target: Target, interrupted: Promise<never>) => Promise<T>,
  options: Pick<SystemOptions, 'layout' | 'env'> = {},
): Promise<T> {
  const interrupted = untilInterrupted().then((signal): never => {
    throw new LauncherError('STOPPING', `interrupted by ${signal} before it was over.`);
  });
  interrupted.catch(() => {}); // Heard by the work; until it listens, nobody may be there.
  if (named) return await work(named, interrupted);
  const folder = await mkdtemp('/tmp/examhall-load-');
  process.stderr.write(`examhall: starting MongoDB, Redis and examhall in ${folder}.\n`);
  let system: System | undefined;
  try {
    system = await startSystem({ folder, ...options });
    const target = { url: system.url, token: await system.admin() };
    return await Promise.race([work(target, interrupted), interrupted]);
  } finally {
    await system?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
