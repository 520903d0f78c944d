// bin/demo: a whole system in a temporary folder, a live exam of three minutes on it, then serving until Ctrl-C.
// Must never leave a process behind, nor its folder, unless the demo failed. The exam itself is loadtest/demo.ts.

import { mkdtemp, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { announce } from './command.ts';
import { untilInterrupted } from './interruption.ts';
import { LauncherError } from './launcher-error.ts';
import { bringPages } from './pages.ts';
import { readLauncherSettings } from './settings.ts';
import { type System, type SystemOptions, startSystem } from './system.ts';

type DemoOptions = { once: boolean; minutes: number; folder: string | undefined };

/** Runs the demo. `--once` ends after the results, `--minutes` is the exam's length, `--folder` keeps the data there. */
export async function demo(args: string[]): Promise<void> {
  const options = readOptions(args);
  const interrupted = untilInterrupted();
  const folder = options.folder ?? (await mkdtemp('/tmp/examhall-demo-'));
  await bringPages();
  announce(`starting MongoDB, Redis and examhall in ${folder}.`);
  const stores = namedStores();
  let after: 'remove' | 'keep' = options.folder ? 'keep' : 'remove';
  let system: System | undefined;
  try {
    system = await startSystem({ folder, quiet: false, ...stores });
    await Promise.race([runExam(system, options), interrupted.then(giveUp)]);
    if (!options.once) await interrupted;
  } catch (error) {
    const isInterruption = error instanceof LauncherError && error.code === 'STOPPING';
    if (!isInterruption) after = 'keep'; // Its logs say why.
    throw error;
  } finally {
    announce('stopping.');
    await system?.stop();
    if (after === 'remove') await rm(folder, { recursive: true, force: true });
    announce(after === 'keep' ? `stopped; data and logs are in ${folder}.` : 'stopped; the demo left nothing behind.');
  }
  // The bots' sockets may linger for a moment; everything of ours has stopped.
  process.exit(0);
}

async function runExam(system: System, options: DemoOptions): Promise<void> {
  const { runDemo } = await import('../../loadtest/demo.ts');
  await runDemo({
    url: system.url,
    adminToken: await system.admin(),
    once: options.once,
    minutes: options.minutes,
    print: (line: string) => console.log(line),
  });
}

/** The stores that the environment names, for a machine on which none can be started. */
function namedStores(): Pick<SystemOptions, 'mongodbUrl' | 'redisUrl'> {
  const { mongodbUrl, redisUrl } = readLauncherSettings();
  if (mongodbUrl) announce('using the MongoDB of MONGODB_URL.');
  if (redisUrl) announce('using the Redis of REDIS_URL.');
  return { ...(mongodbUrl ? { mongodbUrl } : {}), ...(redisUrl ? { redisUrl } : {}) };
}

function giveUp(): never {
  throw new LauncherError('STOPPING', 'interrupted before the exam was over.');
}

function readOptions(args: string[]): DemoOptions {
  const { values } = parseArgs({
    args,
    options: {
      once: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '3' },
      folder: { type: 'string' },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 600))
    throw new LauncherError('ARGUMENT_INVALID', '--minutes takes a number above 0, up to 600.');
  return { once: values.once, minutes, folder: values.folder };
}
